using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Settings.Tests;

/// <summary>Commands and values that a trust question shows, and their wording.</summary>
public sealed class RepositoryTrustRequestTests
{
    private static readonly DetectedCommand[] _found =
    [
        new(DetectedCommandKind.SetUp, "npm ci", "package-lock.json"),
        new(DetectedCommandKind.McpServer, "tracker", ".mcp.json"),
        new(DetectedCommandKind.McpServer, "unused", ".mcp.json"),
        new(DetectedCommandKind.Includes, ".env.local", ".worktreeinclude"),
        new(DetectedCommandKind.GitSetting, "filter.x.clean", ".git/config"),
        new(DetectedCommandKind.Gate, "npm run test", "package.json"),
        new(DetectedCommandKind.TypeGate, "npx tsc", "tsconfig.json"),
    ];

    [Theory]
    [InlineData("gates.task", TrustRequiringSettingEffect.Runs)]
    [InlineData("worktrees.setup", TrustRequiringSettingEffect.Runs)]
    [InlineData("agent", TrustRequiringSettingEffect.Runs)]
    [InlineData("planner.agent", TrustRequiringSettingEffect.Runs)]
    [InlineData("review.agent", TrustRequiringSettingEffect.Runs)]
    [InlineData("agents.mine.command", TrustRequiringSettingEffect.Runs)]
    [InlineData("agents.claude.mcp", TrustRequiringSettingEffect.Runs)]
    [InlineData("temporal.address", TrustRequiringSettingEffect.SpeaksTo)]
    [InlineData("planner.url", TrustRequiringSettingEffect.SpeaksTo)]
    [InlineData("planner.region", TrustRequiringSettingEffect.SpeaksTo)]
    [InlineData("review.url", TrustRequiringSettingEffect.SpeaksTo)]
    [InlineData("review.region", TrustRequiringSettingEffect.SpeaksTo)]
    [InlineData("agents.mine.provider", TrustRequiringSettingEffect.Decides)]
    [InlineData("git.land", TrustRequiringSettingEffect.Decides)]
    public void Question_SettingOfTheRepository_SaysWhatItWouldDo(string setting, TrustRequiringSettingEffect expected)
    {
        var input = new RawSettingSourceContent { RepositoryFile = new("config.yaml", SampleOf.Setting(setting).File) };

        Assert.Equal(expected, RepositoryTrustRequestBuilder.Of(input, []).Items.Single(item => item.Setting == setting).Kind);
    }

    [Theory]
    [InlineData("ANTHROPIC_API_KEY", true)]
    [InlineData("AWS_ACCESS_KEY_ID", true)]
    [InlineData("AWS_SECRET_ACCESS_KEY", true)]
    [InlineData("AWS_SESSION_TOKEN", true)]
    [InlineData("AWS_BEARER_TOKEN_BEDROCK", true)]
    [InlineData("AWS_PROFILE", false)]
    [InlineData("AWS_DEFAULT_PROFILE", false)]
    [InlineData("AWS_REGION", false)]
    [InlineData("AWS_DEFAULT_REGION", false)]
    [InlineData("BEDROCK_MODEL_ID", false)]
    public void Variable_OfAnAccount_IsHandedOverAndASecretIsNotShown(string name, bool isSecret)
    {
        var input = new RawSettingSourceContent { IsTrusted = true, DotEnv = new(".env", $"{name}=eu-west-1\n") };

        var item = RepositoryTrustRequestBuilder.Of(input, []).Items.Single(item => item.Setting == name);

        Assert.Contains(name, SettingsLoader.Load(input).AgentEnvironment.Keys);
        Assert.Equal((TrustRequiringSettingEffect.HandsOver, isSecret ? "(a secret)" : "eu-west-1"), (item.Kind, item.Value));
    }

    [Theory]
    [InlineData("", "npm run test|npx tsc")]
    [InlineData("gates: {task: [make test]}", "npx tsc")]
    [InlineData("gates: {task: [make test, {command: tsc, type: typecheck}]}", "")]
    [InlineData("gates: {task: [{command: make, type: build}]}", "")]
    public void Question_OfFoundGates_LeavesOutThoseThatDoNotRunBesideTheConfigured(string configuration, string asked) =>
        Assert.Equal(asked, string.Join('|', Items(configuration).Where(item => item.Setting == "found gate").Select(item => item.Value)));

    [Theory]
    [InlineData("", "found set-up Runs npm ci|untracked files HandsOver .env.local|git setting Runs filter.x.clean")]
    [InlineData("worktrees: {setup: [make]}", "untracked files HandsOver .env.local|git setting Runs filter.x.clean")]
    [InlineData(
        "agents: {claude: {mcp: [tracker]}}",
        "found set-up Runs npm ci|MCP server Runs tracker|untracked files HandsOver .env.local|git setting Runs filter.x.clean"
    )]
    public void Question_OfWhatWasFound_NamesWhatItIs(string configuration, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                '|',
                Items(configuration)
                    .Where(item => item.Setting.Contains(' ') && item.Setting != "found gate")
                    .Select(item => $"{item.Setting} {item.Kind} {item.Value}")
            )
        );

    [Fact]
    public void Fingerprint_OfTheSameItemsInAnotherOrder_IsTheSame()
    {
        TrustRequiringRepositorySetting a = new(TrustRequiringSettingEffect.Runs, "gates.task", "[make]", "config.yaml:1");
        TrustRequiringRepositorySetting b = new(TrustRequiringSettingEffect.Decides, "git.land", "merge", "config.yaml:2");

        Assert.Equal(new RepositoryTrustRequest([a, b]).Fingerprint, new RepositoryTrustRequest([b, a]).Fingerprint);
    }

    private static IEnumerable<TrustRequiringRepositorySetting> Items(string configuration) =>
        RepositoryTrustRequestBuilder
            .Of(new RawSettingSourceContent { RepositoryFile = new("config.yaml", configuration + "\n") }, _found)
            .Items;
}
