using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>web token</c>: tokens are shown once, listed without their secret, and revoked.</summary>
public sealed class WebTokenCommandTests : IDisposable
{
    private readonly CliFixture _cli = new();

    [Fact]
    public async Task Create_ThenListThenRevoke_ShowsTheSecretOnce()
    {
        var created = await _cli.RunAsync("web", "token", "create", "ci", "--scope", "answer", "--expires", "2d");
        var listed = await _cli.RunAsync("web", "token");
        var json = await _cli.RunAsync("web", "token", "--json");
        var again = await _cli.RunAsync("web", "token", "create", "ci");
        var revoked = await _cli.RunAsync("web", "token", "revoke", "ci");
        var after = await _cli.RunAsync("web", "token", "--json");

        var secret = created.Output.Trim();
        Assert.Matches("^[0-9a-f]{48}$", secret);
        Assert.StartsWith("ci  answer  expires ", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, listed.Output + json.Output, StringComparison.Ordinal);
        Assert.Equal("answer", (string)Assert.Single(JsonNode.Parse(json.Output)!["tokens"]!.AsArray())!["scope"]!);
        Assert.Equal((0, 2, 0), (created.ExitCode, again.ExitCode, revoked.ExitCode));
        Assert.Empty(JsonNode.Parse(after.Output)!["tokens"]!.AsArray());
    }

    [Theory]
    [InlineData("create", "link")]
    [InlineData("create", "a name")]
    [InlineData("create", "ci", "--expires", "soon")]
    [InlineData("create", "ci", "--expires", "0")]
    [InlineData("create", "ci", "--scope", "none")]
    [InlineData("revoke", "ci")]
    public async Task Change_ThatCanNotBe_IsRefused(params string[] words)
    {
        var refused = await _cli.RunAsync(["web", "token", .. words]);

        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
    }

    public void Dispose() => _cli.Dispose();
}
