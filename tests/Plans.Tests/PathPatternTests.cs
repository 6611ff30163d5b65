using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("src/a.py", "src/a.py")]
    [InlineData("./src//a.py", "src/a.py")]
    [InlineData(@"src\sub\..\a.py", "src/a.py")]
    [InlineData("src/", "src/**")]
    [InlineData("src/**/", "src/**")]
    [InlineData(".", "**")]
    [InlineData(" src/a b.py ", "src/a b.py")]
    [InlineData(".github/workflows/ci.yml", ".github/workflows/ci.yml")]
    [InlineData("...", "...")]
    public void Normalize_InsideTheRepository_HasOneForm(string text, string expected) =>
        Assert.Equal(expected, RepositoryPath.Normalize(text));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/etc/passwd", "is absolute")]
    [InlineData(@"C:\temp", "is absolute")]
    [InlineData("~/x", "is in a home folder")]
    [InlineData("../x", "points outside the repository")]
    [InlineData("src/../../x", "points outside the repository")]
    [InlineData(".git/hooks/pre-commit", "is inside .git")]
    [InlineData("src/../.GIT/config", "is inside .git")]
    [InlineData("a\0b", "contains a NUL character")]
    public void TryNormalize_OutsideTheRepository_SaysWhy(string text, string expected)
    {
        Assert.False(RepositoryPath.TryNormalize(text, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("src/a.py", "src/a.py", true)]
    [InlineData("src", "src/deep/a.py", true)]
    [InlineData("src", "srcs/a.py", false)]
    [InlineData("src/*.py", "src/a.py", true)]
    [InlineData("src/*.py", "src/deep/a.py", false)]
    [InlineData("src/**/*.py", "src/a.py", true)]
    [InlineData("src/**/*.py", "src/x/y/a.py", true)]
    [InlineData("**/test_*.py", "a/b/test_x.py", true)]
    [InlineData("src/**", "src/x", true)]
    [InlineData("src/**", "other/x", false)]
    [InlineData("src/?.py", "src/ab.py", false)]
    [InlineData("src/[a-c]*.py", "src/b1.py", true)]
    [InlineData("src/[!a-c]*.py", "src/b1.py", false)]
    [InlineData("src/{a,b}/x.{js,ts}", "src/b/x.ts", true)]
    [InlineData("src/{a,b}/x.{js,ts}", "src/c/x.ts", false)]
    [InlineData("app/[id]/page.tsx", "app/[id]/page.tsx", true)]
    [InlineData("app/[id]/page.tsx", "app/i/page.tsx", true)]
    [InlineData("a{b", "a{b", true)]
    [InlineData("a*b*c", "aXbXbYc", true)]
    public void Matches_Path_AsGlobsDo(string pattern, string path, bool expected) =>
        Assert.Equal(expected, PathPattern.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("src/a.py", "./src//a.py", true)]
    [InlineData("src/*.py", "src/a.py", true)]
    [InlineData("src/*.py", "src/*_test.*", true)]
    [InlineData("src/a*", "src/b*", false)]
    [InlineData("src/*.py", "src/*.ts", false)]
    [InlineData("src/**", "src/deep/*.py", true)]
    [InlineData("src/**/x.py", "**/y.py", false)]
    [InlineData("src/*/x.py", "src/a/*.py", true)]
    [InlineData("src", "src/*.py", true)]
    [InlineData("src", "src/**", true)]
    [InlineData("src/file.py", "**/other.py", false)]
    [InlineData("src/?.py", "src/[a-c].py", true)]
    [InlineData("src/[a-c].py", "src/[d-f].py", false)]
    [InlineData("src/{a,b}.py", "src/b.py", true)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("app/[id]/page.tsx", "app/*/page.tsx", true)]
    public void Overlaps_TwoPatterns_IsSymmetric(string a, string b, bool expected)
    {
        Assert.Equal(expected, PathPattern.Parse(a).Overlaps(PathPattern.Parse(b)));
        Assert.Equal(expected, PathPattern.Parse(b).Overlaps(PathPattern.Parse(a)));
    }
}
