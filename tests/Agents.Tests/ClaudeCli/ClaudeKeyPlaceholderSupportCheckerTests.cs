using Orchestrator.Agents.ClaudeCli;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.ClaudeCli;

/// <summary>Keys of Claude Code that can stay outside of its sandbox.</summary>
public sealed class ClaudeKeyPlaceholderSupportCheckerTests : IDisposable
{
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"env": {"FOO": "bar"}, "model": "opus"}""")]
    [InlineData("no JSON")]
    public void Keys_SettingsWithoutAKey_StayOutside(string settings)
    {
        _home.Write(".claude/settings.json", settings);

        Assert.Equal(["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"], Keys().Select(key => key.Variable));
    }

    [Theory]
    [InlineData("""{"env": {"ANTHROPIC_BASE_URL": "https://gateway.corp"}}""")]
    [InlineData("""{"env": {"ANTHROPIC_API_KEY": "k"}}""")]
    [InlineData("""{"apiKeyHelper": "pass show key"}""")]
    public void Keys_SettingsThatReplaceThem_AreHandedOver(string settings)
    {
        _home.Write(".claude/settings.json", settings);

        Assert.Empty(Keys());
    }

    [Theory]
    [InlineData("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer gateway", true)]
    [InlineData("ANTHROPIC_CUSTOM_HEADERS", "X-Team: parsers", false)]
    [InlineData("CLAUDE_CODE_CLIENT_CERT", "/home/me/client.pem", true)]
    [InlineData("NODE_TLS_REJECT_UNAUTHORIZED", "0", true)]
    public void Keys_VariablesThatAuthenticateOtherwise_HandThemOver(string name, string value, bool isHandedOver) =>
        Assert.Equal(isHandedOver, Keys((name, value)).Count == 0);

    [Fact]
    public void Keys_OnBedrock_AreThoseOfTheRegion()
    {
        var keys = Keys(("CLAUDE_CODE_USE_BEDROCK", "1"), ("AWS_REGION", "eu-west-1"));

        Assert.Equal(["AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY"], keys.Select(key => key.Variable));
        Assert.All(keys, key => Assert.Equal("https://bedrock-runtime.eu-west-1.amazonaws.com", key.Service));
        _home.Write(".claude/settings.json", """{"env": {"AWS_SESSION_TOKEN": "t"}}""");
        Assert.Empty(Keys(("CLAUDE_CODE_USE_BEDROCK", "1")));
    }

    [Theory]
    [InlineData("", "", "stored")]
    [InlineData("ANTHROPIC_AUTH_TOKEN", "", null)]
    [InlineData("CLAUDE_CODE_OAUTH_TOKEN", "", null)]
    [InlineData("CLAUDE_CODE_USE_BEDROCK", "", null)]
    [InlineData("CLAUDE_CODE_USE_VERTEX", "", null)]
    [InlineData("", ".claude/.credentials.json", null)]
    public void Keys_OfAConsoleLogin_StayOutsideIfTheyAreUsed(string variable, string file, string? expected)
    {
        _home.Write(".claude.json", """{"primaryApiKey": "stored"}""");
        if (file.Length > 0)
        {
            _home.Write(file, "{}");
        }

        var keys = variable.Length > 0 ? Keys((variable, "1")) : Keys();

        Assert.Equal(expected, keys[0].Find(_ => null));
    }

    private IReadOnlyList<ProxyableAgentApiKey> Keys(params (string Name, string Value)[] variables) =>
        new ClaudeCliRunner(
            new ClaudeCliOptions
            {
                HookCommand = [],
                Environment = variables.Append(("HOME", _home.Path)).ToDictionary(pair => pair.Item1, pair => pair.Item2),
            }
        ).Keys;
}
