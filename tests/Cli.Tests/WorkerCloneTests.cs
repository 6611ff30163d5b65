using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>worker --clone</c>: what can't be cloned is said before anything is made.</summary>
public sealed class WorkerCloneTests
{
    [Theory]
    [InlineData("https://kim:secret@example.com/shop", 2, "contains a password or a token", "secret")]
    [InlineData("https://ghp_" + "x7Kq2ZrV9tLmB4nWc8YdJ1sHfG5pQ3eR6uTa@example.com/shop", 2, "contains a password or a token", "ghp_")]
    [InlineData("/", 2, "'/' is not the address of a repository", null)]
    [InlineData("", 2, "Required argument missing", null)]
    [InlineData("/nowhere/shop.git", 5, "repository '/nowhere/shop.git' does not exist", null)]
    [InlineData("--upload-pack=touch x", 5, "does not exist", null)]
    public async Task Clone_OfSuchAnAddress_IsRefused(string address, int code, string said, string? unsaid)
    {
        using var cli = new CliFixture();

        var refused = await cli.RunAsync("worker", $"--clone={address}");

        Assert.Equal(code, refused.ExitCode);
        Assert.Contains(said, refused.People, StringComparison.Ordinal);
        Assert.True(unsaid is null || !refused.People.Contains(unsaid, StringComparison.Ordinal), refused.People);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(cli.Folder), made => made.Contains("shop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clone_InsideOfARepository_IsRefused()
    {
        using var cli = new CliFixture().WithRepository();

        var refused = await cli.RunAsync("worker", "--clone", "https://example.com/shop.git");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--clone would create a repository inside", refused.People, StringComparison.Ordinal);
    }
}
