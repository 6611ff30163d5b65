using Xunit;

namespace Orchestrator.Plans.Tests;

public class RepositoryOutlineTests
{
    [Fact]
    public void Of_FewFiles_ListsAllOfThem() =>
        Assert.Equal(
            "docs/\n  a.md\nsrc/\n  deep/\n    x.cs\n  y.cs\nREADME.md\n",
            RepositoryOutline.Of(["src/y.cs", "README.md", "src/deep/x.cs", "docs/a.md"], 1000)
        );

    [Fact]
    public void Of_TooManyFiles_CountsWhatItDoesNotOpenAndKeepsToTheLimit()
    {
        var paths = Enumerable.Range(0, 20_000).Select(i => $"packages/p{i % 50}/src/file{i}.ts").Append("package.json");

        var outline = RepositoryOutline.Of(paths, 5000);

        Assert.Contains("package.json\n", outline, StringComparison.Ordinal);
        Assert.Contains("src/ (400 files)\n", outline, StringComparison.Ordinal);
        Assert.InRange(outline.Length, 500, 5000);
    }

    [Fact]
    public void Of_HugeFolder_SaysHowMuchIsLeftOut() =>
        Assert.Contains(
            "... and 920 more files\n",
            RepositoryOutline.Of(Enumerable.Range(0, 1000).Select(i => $"f{i:0000}.txt"), 100),
            StringComparison.Ordinal
        );

    [Fact]
    public void Prompt_HasRequestConventionsGatesAndOutline()
    {
        var prompt = PlannerPrompt.Render(
            new PlannerPromptInput
            {
                Request = "Add login",
                Outline = "src/\n",
                Conventions = "Be kind.",
                Gates = ["npm test"],
            }
        );

        Assert.StartsWith("You plan work", prompt, StringComparison.Ordinal);
        Assert.All(["Add login", "src/\n", "Be kind.", "`npm test`"], part => Assert.Contains(part, prompt, StringComparison.Ordinal));
        Assert.DoesNotContain("schema", prompt, StringComparison.Ordinal);
    }
}
