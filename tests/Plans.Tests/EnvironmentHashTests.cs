using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class EnvironmentHashTests
{
    [Theory]
    [InlineData("package-lock.json", true)]
    [InlineData("web/package.json", true)]
    [InlineData("src/Api/Api.csproj", true)]
    [InlineData("requirements-dev.txt", true)]
    [InlineData("node_modules/x/package.json", false)]
    [InlineData(".venv/lib/pyproject.toml", false)]
    [InlineData(".worktrees/a/go.mod", false)]
    [InlineData("src/main.py", false)]
    public void Counts_Path_IsAManifestOrLockFileOfOurs(string path, bool expected) => Assert.Equal(expected, EnvironmentHash.Counts(path));

    [Fact]
    public void Of_OtherOrderAndOtherFiles_IsTheSame()
    {
        EnvironmentFile a = new("a/go.mod", "1");
        EnvironmentFile b = new("b/go.mod", "2");

        var hash = EnvironmentHash.Of([a, b]);

        Assert.Equal(hash, EnvironmentHash.Of([b, new EnvironmentFile("main.go", "3"), a]));
        Assert.NotEqual(hash, EnvironmentHash.Of([a, b with { Sha256 = "3" }]));
        Assert.NotEqual(hash, EnvironmentHash.Of([a]));
        Assert.Matches("^[0-9a-f]{64}$", hash);
    }

    [Fact]
    public void Matches_FirstDigits_AreEnough()
    {
        var hash = EnvironmentHash.Of([]);

        Assert.True(EnvironmentHash.Matches(hash, hash[..8].ToUpperInvariant()));
        Assert.False(EnvironmentHash.Matches(hash, hash[..3]));
        Assert.False(EnvironmentHash.Matches(hash, "abcdefabcdef"));
    }
}
