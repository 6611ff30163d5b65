using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class OwnershipTests
{
    [Fact]
    public void Owns_NoFilesWrite_IsEverything()
    {
        var ownership = Ownership.Of(new PlanTask { Id = "a" });

        Assert.True(ownership.OwnsEverything);
        Assert.True(ownership.Owns("any/thing"));
    }

    [Fact]
    public void Owns_EmptyFilesWrite_IsNothing()
    {
        var ownership = Ownership.Of(new PlanTask { Id = "a", FilesWrite = [] });

        Assert.True(ownership.OwnsNothing);
        Assert.Equal(["x"], ownership.NotOwned(["x"]));
        Assert.False(ownership.Overlaps(Ownership.Of((IEnumerable<string>?)null)));
    }

    [Fact]
    public void Owns_AppendsAndPatches_AreIncluded()
    {
        var ownership = Ownership.Of(
            new PlanTask
            {
                Id = "a",
                FilesWrite = ["src/a.py", "src/a.py"],
                FilesAppend = ["CHANGELOG.md"],
                PatchIntents = [new PatchIntent("src/main.py")],
            }
        );

        Assert.Equal(["src/a.py", "CHANGELOG.md", "src/main.py"], ownership.Patterns);
        Assert.Equal(["src/b.py"], ownership.NotOwned(["src/a.py", "CHANGELOG.md", "src/main.py", "src/b.py"]));
    }

    [Theory]
    [InlineData("src/**", "src/x.py", true)]
    [InlineData("src/a/**", "src/b/**", false)]
    public void Overlaps_TwoTasks_FollowsTheirPatterns(string a, string b, bool expected) =>
        Assert.Equal(expected, Ownership.Of([a]).Overlaps(Ownership.Of([b])));
}
