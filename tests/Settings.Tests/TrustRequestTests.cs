using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Settings.Tests;

/// <summary>Commands and values that a trust question shows, and their wording.</summary>
public sealed class TrustQuestionTests
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
    [InlineData("gates.task", TrustKind.Runs)]
    [InlineData("worktrees.setup", TrustKind.Runs)]
    [InlineData("agent", TrustKind.Runs)]
    [InlineData("planner.agent", TrustKind.Runs)]
    [InlineData("review.agent", TrustKind.Runs)]
    [InlineData("agents.mine.command", TrustKind.Runs)]
    [InlineData("agents.claude.mcp", TrustKind.Runs)]
    [InlineData("temporal.address", TrustKind.SpeaksTo)]
    [InlineData("planner.url", TrustKind.SpeaksTo)]
    [InlineData("planner.region", TrustKind.SpeaksTo)]
    [InlineData("review.url", TrustKind.SpeaksTo)]
    [InlineData("review.region", TrustKind.SpeaksTo)]
    [InlineData("agents.mine.provider", TrustKind.Decides)]
    [InlineData("git.land", TrustKind.Decides)]
    public void Question_SettingOfTheRepository_SaysWhatItWouldDo(string setting, TrustKind expected)
    {
        var input = new SettingsInput { RepositoryFile = new("config.yaml", SampleOf.Setting(setting).File) };

        Assert.Equal(expected, TrustQuestionBuilder.Of(input, []).Items.Single(item => item.Setting == setting).Kind);
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
        var input = new SettingsInput { IsTrusted = true, DotEnv = new(".env", $"{name}=eu-west-1\n") };

        var item = TrustQuestionBuilder.Of(input, []).Items.Single(item => item.Setting == name);

        Assert.Contains(name, SettingsLoader.Load(input).AgentEnvironment.Keys);
        Assert.Equal((TrustKind.HandsOver, isSecret ? "(a secret)" : "eu-west-1"), (item.Kind, item.Value));
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
        TrustItem a = new(TrustKind.Runs, "gates.task", "[make]", "config.yaml:1");
        TrustItem b = new(TrustKind.Decides, "git.land", "merge", "config.yaml:2");

        Assert.Equal(new TrustRequest([a, b]).Fingerprint, new TrustRequest([b, a]).Fingerprint);
    }

    private static IEnumerable<TrustItem> Items(string configuration) =>
        TrustQuestionBuilder.Of(new SettingsInput { RepositoryFile = new("config.yaml", configuration + "\n") }, _found).Items;
}
