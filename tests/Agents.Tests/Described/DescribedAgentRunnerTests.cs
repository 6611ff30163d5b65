using Orchestrator.Agents.Described;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Tests.Described;

/// <summary>The calls that descriptions make, and what is read from output that the real programs have printed.</summary>
public sealed class DescribedAgentRunnerTests
{
    private const string Thread = "01a210a4-2a11-7030-a1b5-0e171da38ed9";

    [Fact]
    public async Task Codex_Begins_AndGoesOnWhereItsRolloutIs()
    {
        await using AgentFixture agents = new();
        var runner = Runner("codex", agents);
        var start = agents.Start() with { SessionId = Thread, Model = "gpt-x" };

        var begins = runner.Prepare(start);
        Assert.Null(runner.FindConversation(Thread));
        Touch(agents, $".codex/sessions/2026/11/25/rollout-2026-11-25T02-58-00-{Thread}.jsonl");
        var continues = runner.Prepare(start with { Sandbox = new Processes.Sandbox("bwrap") });

        Assert.Equal(["exec", "--json", "-s", "workspace-write", "-m", "gpt-x", "--skip-git-repo-check", "-"], begins.Arguments);
        Assert.Equal(
            ["exec", "--json", "-s", "danger-full-access", "-m", "gpt-x", "--skip-git-repo-check", "resume", Thread, "-"],
            continues.Arguments
        );
        Assert.Equal("Do it.\n", await File.ReadAllTextAsync(begins.StandardInput!));
        Assert.Equal(Path.Combine(start.Folder, "out"), begins.Environment["CODEX_SQLITE_HOME"]);
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("*")]
    [InlineData("")]
    public async Task Conversation_WhoseIdIsAPath_IsNone(string session)
    {
        await using AgentFixture agents = new();
        Touch(agents, ".codex/sessions/2026/11/25/rollout-x-y.jsonl");

        Assert.Null(Runner("codex", agents).FindConversation(session));
    }

    [Fact]
    public async Task Opencode_ConversationIsThere_WhenItsIdStandsInTheDatabaseOrItsLog()
    {
        await using AgentFixture agents = new();
        var runner = Runner("opencode", agents);
        Touch(agents, ".local/share/opencode/opencode.db", new string('x', 1024 * 1024 - 5) + "ses_first");
        Touch(agents, ".local/share/opencode/opencode.db-wal", "ses_second");

        Assert.NotNull(runner.FindConversation("ses_first"));
        Assert.NotNull(runner.FindConversation("ses_second"));
        Assert.Null(runner.FindConversation("ses_third"));
        Assert.False(runner.HasConversationFiles);
    }

    /// <summary>A prompt may contain text that looks like a placeholder of the description, which must not be replaced.</summary>
    [Fact]
    public async Task Prompt_InAnArgument_IsPutInOnce()
    {
        await using AgentFixture agents = new();
        (var description, _) = AgentDescriptionReader.Read(
            """
            {"program": "x", "prompt": "argument", "arguments": {"start": ["-p", "{prompt}", "{worktree}"]},
            "stream": {"format": "text"}}
            """
        );
        DescribedAgentRunner runner = new("mine", description!, null, Environment(agents));

        var call = runner.Prepare(agents.Start(prompt: "{model} $(rm -rf x) {worktree}"));

        Assert.Equal(["-p", "{model} $(rm -rf x) {worktree}", agents.Worktree], call.Arguments);
        Assert.Null(call.StandardInput);
    }

    [Theory]
    [InlineData("", "usage limit reached until 2030-03-17T17:46:00Z.")]
    [InlineData("usage limit reached until 2030-03-17T17:46:00Z.", "")]
    public async Task PlainTextLimit_NamesWhenItEnds(string line, string errorText)
    {
        await using AgentFixture agents = new();
        (var description, _) = AgentDescriptionReader.Read(
            """
            {"program": "x", "prompt": "stdin", "arguments": {"start": []}, "stream": {"format": "text"},
            "failures": [{"says": "usage limit reached", "is": "limit", "until": "until ([^ ]+)\\."}]}
            """
        );
        var parser = new DescribedAgentRunner("mine", description!, null, Environment(agents)).CreateParser(agents.Start());
        parser.Read(System.Text.Encoding.UTF8.GetBytes(line));

        var outcome = parser.Complete(1, errorText);

        Assert.Equal(AgentFailure.UsageLimit, outcome.Failure);
        Assert.Equal(new DateTimeOffset(2030, 3, 17, 17, 46, 0, TimeSpan.Zero), outcome.ResetsAt);
    }

    [Fact]
    public async Task CodexThatCountsTheThread_EachStartIsCountedOnce()
    {
        await using AgentFixture agents = new();
        var first = Play(agents, "codex", agents.Start("1"), Turn(200, 80, 40));
        var second = Play(agents, "codex", agents.Start("2") with { EarlierFolders = [agents["1"]] }, Turn(300, 120, 60));
        var third = Play(agents, "codex", agents.Start("3") with { EarlierFolders = [agents["1"], agents["2"]] }, Turn(310, 120, 61));

        Assert.Equal(new TokenUsage(120, 40, 80, 0), first.Usage.Tokens);
        Assert.Equal(new TokenUsage(60, 20, 40, 0), second.Usage.Tokens);
        Assert.Equal(new TokenUsage(10, 1, 0, 0), third.Usage.Tokens);

        static string[] Turn(int input, int cached, int output) =>
            [
                $$"""{"type":"thread.started","thread_id":"{{Thread}}"}""",
                $$$"""
                    {"type":"turn.completed",
                     "usage":{"input_tokens":{{{input}}},"cached_input_tokens":{{{cached}}},"output_tokens":{{{output}}}}}
                    """,
            ];
    }

    [Fact]
    public async Task Codex_Limit_NamesWhenItEnds()
    {
        await using AgentFixture agents = new();

        var outcome = Play(
            agents,
            "codex",
            agents.Start(),
            $$"""{"type":"thread.started","thread_id":"{{Thread}}"}""",
            """
            {"type":"turn.failed","error":{
             "message":"You’ve hit your usage limit. Visit https://chatgpt.com/x or try again at Mar 17th, 2030 5:46 PM."}}
            """
        );

        Assert.Equal(AgentFailure.UsageLimit, outcome.Failure);
        Assert.Equal(new DateTime(2030, 3, 17, 17, 46, 0), outcome.ResetsAt!.Value.LocalDateTime);
    }

    [Fact]
    public async Task Gemini_TextInPieces_IsOneText()
    {
        await using AgentFixture agents = new();

        var outcome = Play(
            agents,
            "gemini",
            agents.Start() with
            {
                AnswerSchema = "{}",
            },
            """{"type":"init","session_id":"s","model":"m"}""",
            """{"type":"message","role":"user","content":"do"}""",
            """{"type":"message","role":"assistant","content":"{\"a\":","delta":true}""",
            """{"type":"message","role":"assistant","content":" 1}","delta":true}""",
            """{"type":"result","status":"success","stats":{"input_tokens":200,"output_tokens":40,"cached":50}}"""
        );

        Assert.Equal("""{"a": 1}""", outcome.Answer!.Trim());
        Assert.Equal(new TokenUsage(150, 40, 50, 0), outcome.Usage.Tokens);
    }

    [Theory]
    [InlineData("3 days 4 hours 5 minutes", "2026-01-04T04:05:00Z")]
    [InlineData("2h 5m", "2026-01-01T02:05:00Z")]
    [InlineData("Mar 17th, 2030 5:46 PM", "2030-03-17T17:46:00Z")]
    [InlineData("5:46 PM", "2026-01-01T17:46:00Z")]
    [InlineData("tomorrow, perhaps", null)]
    [InlineData("900000 days", null)]
    public void Limit_EndsAt(string text, string? expected) =>
        Assert.Equal(
            expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
            UsageLimitResetParser.Find($"Try again at {text}.", @"again at ([^.]+)\.", new FixedClock())
        );

    private static AgentOutcome Play(AgentFixture agents, string name, AgentRunParameters start, params string[] lines)
    {
        Directory.CreateDirectory(start.Folder);
        var parser = Runner(name, agents).CreateParser(start);
        foreach (var line in lines)
        {
            parser.Read(System.Text.Encoding.UTF8.GetBytes(line));
        }
        return parser.Complete(lines[^1].Contains("failed", StringComparison.Ordinal) ? 1 : 0, "");
    }

    private static Dictionary<string, string> Environment(AgentFixture agents) =>
        new() { ["HOME"] = agents.Home, ["PATH"] = "/usr/bin:/bin" };

    private static DescribedAgentRunner Runner(string name, AgentFixture agents) =>
        new(name, BuiltInAgents.Find(name)!, null, Environment(agents));

    private static void Touch(AgentFixture agents, string path, string text = "")
    {
        var file = Path.Combine(agents.Home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
