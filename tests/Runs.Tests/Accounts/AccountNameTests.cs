using Orchestrator.Runs.Accounts;
using Orchestrator.Settings;
using Xunit;

namespace Orchestrator.Runs.Tests.Accounts;

public sealed class AccountNameTests
{
    private static string Of(string agent, string file, params (string Name, string Value)[] variables)
    {
        var settings = SettingsLoader
            .Load(new RawSettingSourceContent { IsTrusted = true, RepositoryFile = new("config.yaml", file) })
            .Settings!;
        return AccountName.Of(
            agent,
            settings,
            variables.Append(("HOME", "/home/kim")).ToDictionary(pair => pair.Item1, pair => pair.Item2)
        );
    }

    [Fact]
    public void Of_LoginOfTheUser_IsOneAccountWhateverTheKey()
    {
        Assert.Equal("claude", Of("claude", ""));
        Assert.Equal("claude", Of("claude", "", ("ANTHROPIC_API_KEY", "k")));
        Assert.Equal("claude", Of("claude", "", ("CLAUDE_CONFIG_DIR", "/home/kim/.claude/")));
        Assert.NotEqual("claude", Of("claude", "", ("CLAUDE_CONFIG_DIR", "/elsewhere")));
        Assert.NotEqual("claude", Of("claude", "", ("CLAUDE_CODE_OAUTH_TOKEN", "t")));
    }

    [Fact]
    public void Of_ApiKey_IsTheSameForTheProgramAndForModelsAndSaysNothingOfTheKey()
    {
        var program = Of("claude", "agents: {claude: {provider: api}}", ("ANTHROPIC_API_KEY", "sk-secret"));

        Assert.Equal(program, Of("api", "", ("ANTHROPIC_API_KEY", "sk-secret")));
        Assert.NotEqual(program, Of("api", "", ("ANTHROPIC_API_KEY", "sk-other")));
        Assert.Matches("^anthropic-[0-9a-f]{8}$", program);
    }

    [Fact]
    public void Of_OtherPrograms_AreNamedByTheirAgentAsAFile() => Assert.Equal("agent-my_agent_", Of("my/agent.", ""));
}
