using System.Text.Json.Nodes;
using Orchestrator.Agents.ClaudeCli;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.ClaudeCli;

public sealed class ClaudeCliRunnerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Call_OfANewConversation_IsTheRecommendedOne()
    {
        var call = Runner().Prepare(Start());

        Assert.Equal("/bin/true", call.Program);
        Assert.Equal(
            [
                "-p",
                "--output-format",
                "stream-json",
                "--verbose",
                "--model",
                "sonnet",
                "--permission-mode",
                "default",
                "--tools",
                "Bash,Edit,Read,Write,Grep,Glob,NotebookEdit,Task,TodoWrite",
                "--setting-sources",
                "user",
                "--settings",
                _folder["start/claude-settings.json"],
                "--strict-mcp-config",
                "--session-id",
                "s-1",
            ],
            call.Arguments
        );
        Assert.Equal("600000", call.Environment["BASH_MAX_TIMEOUT_MS"]);
        Assert.Equal("key", call.Environment["ANTHROPIC_API_KEY"]);
        Assert.Empty(call.Warnings);
    }

    [Fact]
    public void Call_WithEverything_CarriesIt()
    {
        var start = Start() with
        {
            Model = "opus",
            SystemPrompt = "Be kind.",
            AgentDefinitions = new Dictionary<string, string> { ["a.md"] = "---\nname: a\n---\nBody", ["b.md"] = "no front matter" },
            Limits = new AgentRunLimits
            {
                Turns = 7,
                CostUsd = 1.5m,
                Stall = TimeSpan.FromSeconds(100),
            },
            Policy = Start().Policy with { AllowedTools = ["WebFetch(domain:example.org)", "mcp__tracker", "Bash(npm *)"] },
        };

        var call = Runner(options =>
                options with
                {
                    BypassPermissions = true,
                    FallbackModel = "haiku",
                    McpConfig = """{"mcpServers":{}}""",
                }
            )
            .Prepare(start);

        Assert.Equal("opus", Value(call, "--model"));
        Assert.Equal("bypassPermissions", Value(call, "--permission-mode"));
        Assert.Equal("7", Value(call, "--max-turns"));
        Assert.Equal("1.5", Value(call, "--max-budget-usd"));
        Assert.Equal("haiku", Value(call, "--fallback-model"));
        Assert.EndsWith(",TodoWrite,WebFetch", Value(call, "--tools"), StringComparison.Ordinal);
        Assert.Equal("Be kind.\n", File.ReadAllText(Value(call, "--append-system-prompt-file")));
        Assert.Equal("{\"mcpServers\":{}}\n", File.ReadAllText(Value(call, "--mcp-config")));
        Assert.NotNull(JsonNode.Parse(Value(call, "--agents"))!["a"]);
        Assert.Equal(
            ["WebFetch(domain:example.org)", "mcp__tracker", "Bash(npm *)"],
            JsonNode.Parse(File.ReadAllText(Value(call, "--settings")))!["permissions"]!["allow"]!.AsArray().Select(rule => (string?)rule)
        );
        // A command of the agent must come to its end before its silence counts as a stall.
        Assert.Equal("80000", call.Environment["BASH_DEFAULT_TIMEOUT_MS"]);
        Assert.Contains("b.md", Assert.Single(call.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", false)]
    [InlineData("mail\n", "", true)]
    [InlineData("mail\n", "5\n", false)]
    [InlineData("mail\nmore\n", "5\n", true)]
    public async Task MailHook_AfterABatch_StartsItsProgramOnlyWhereThereIsNewMail(string mail, string readUpTo, bool expected)
    {
        File.WriteAllText(_folder["the mail.jsonl"], mail);
        if (readUpTo.Length > 0)
        {
            File.WriteAllText(_folder["mail's.read"], readUpTo);
        }
        if (mail.Length == 0)
        {
            File.Delete(_folder["the mail.jsonl"]);
        }
        var start = Start() with { Mail = new AgentMailFilePaths(_folder["the mail.jsonl"], _folder["mail's.read"]) };
        var call = Runner(options => options with { MailCommand = ["touch", _folder["it ran"]] }).Prepare(start);

        var hook = JsonNode.Parse(File.ReadAllText(Value(call, "--settings")))!["hooks"]!["PostToolBatch"]![0]!["hooks"]![0]!["command"]!;
        var ended = await new Processes.ProcessRunner().RunAsync(new Processes.ChildProcessOptions("/bin/sh", "-c", (string)hook!));

        Assert.Equal((true, expected), (ended.Succeeded, File.Exists(_folder["it ran"])));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"mcpServers":{"tracker":{"command":"tracker"}}}""")]
    [InlineData("""{"mcpServers":{"orchestrator":{"command":"theirs"},"tracker":{"command":"tracker"}}}""")]
    public void Call_WithOurOwnServer_AddsItToThoseThatAreKept(string? kept)
    {
        var call = Runner(options => options with { McpConfig = kept, OwnMcpCommand = ["/opt/orchestrate", "mcp"] }).Prepare(Start());

        var servers = JsonNode.Parse(File.ReadAllText(Value(call, "--mcp-config")))!["mcpServers"]!.AsObject();
        Assert.Equal(kept is null ? ["orchestrator"] : ["tracker", "orchestrator"], servers.Select(server => server.Key));
        var own = servers["orchestrator"]!;
        Assert.Equal(("/opt/orchestrate", "mcp", true), ((string?)own["command"], (string?)own["args"]![0], (bool?)own["alwaysLoad"]));
    }

    [Fact]
    public void Call_ConversationIsThere_ResumesIt()
    {
        var file = _folder.Write("home/.claude/projects/-some-where/s-1.jsonl", "{}");
        var runner = Runner();

        Assert.Equal(file, runner.FindConversation("s-1"));
        Assert.Null(runner.FindConversation("s-2"));
        Assert.Equal("s-1", Value(runner.Prepare(Start()), "--resume"));
        Assert.DoesNotContain("--session-id", runner.Prepare(Start()).Arguments);
    }

    [Fact]
    public void Settings_OfTheStart_RefuseWhenTheHookFails()
    {
        var call = Runner(options => options with { HookCommand = ["/opt/it's here/orchestrate", "hook"] }).Prepare(Start());

        var settings = JsonNode.Parse(File.ReadAllText(Value(call, "--settings")))!;
        var hook = settings["hooks"]!["PreToolUse"]![0]!;
        Assert.Equal("*", (string?)hook["matcher"]);
        Assert.Equal(
            $"'/opt/it'\\''s here/orchestrate' 'hook' '--policy' '{_folder["start/policy"]}' || exit 2",
            (string?)hook["hooks"]![0]!["command"]
        );
        Assert.False((bool)settings["disableAllHooks"]!);
        Assert.Contains("Bash(git push:*)", settings["permissions"]!["deny"]!.AsArray().Select(rule => (string?)rule));
    }

    [Theory]
    [InlineData(ClaudeProvider.Subscription, "ANTHROPIC_API_KEY", null)]
    [InlineData(ClaudeProvider.Api, "ANTHROPIC_API_KEY", "key")]
    [InlineData(ClaudeProvider.Bedrock, "CLAUDE_CODE_USE_BEDROCK", "1")]
    [InlineData(ClaudeProvider.Vertex, "CLAUDE_CODE_USE_VERTEX", "1")]
    [InlineData(ClaudeProvider.Environment, "CLAUDE_CODE_USE_BEDROCK", null)]
    public void Provider_Chosen_SetsWhoPays(ClaudeProvider provider, string variable, string? expected)
    {
        var call = Runner(options => options with { Provider = provider }).Prepare(Start());

        Assert.Equal(expected, call.Environment.GetValueOrDefault(variable));
    }

    [Theory]
    [InlineData("2.1.197", AgentProgramCheckStatus.Ok)]
    [InlineData("2.1.328", AgentProgramCheckStatus.Ok)]
    [InlineData("2.2.0", AgentProgramCheckStatus.Warning)]
    [InlineData("2.1.196", AgentProgramCheckStatus.Failed)]
    [InlineData("3.0.0", AgentProgramCheckStatus.Failed)]
    public async Task Check_OfAVersion_JudgesTheRange(string version, AgentProgramCheckStatus expected)
    {
        var program = _folder.WriteProgram(
            "claude",
            $"#!/bin/sh\n[ \"$1\" = auth ] && {{ echo '{{\"loggedIn\":true,\"authMethod\":\"api_key\"}}'; exit 0; }}\necho '{version} "
                + "(Claude Code)'\n"
        );

        var check = await Runner(options => options with { Program = program }).CheckAsync(_folder.Path, default);

        Assert.Equal((expected, version), (check.Status, check.Version));
        Assert.Equal(expected != AgentProgramCheckStatus.Ok, check.Cure is not null);
    }

    [Fact]
    public async Task Check_ProgramDoesNotStart_SaysWhatItSaid()
    {
        var program = _folder.WriteProgram("claude", "#!/bin/sh\necho 'claude native binary not installed' >&2; exit 1\n");

        var check = await Runner(options => options with { Program = program }).CheckAsync(_folder.Path, default);

        Assert.Equal(AgentProgramCheckStatus.Failed, check.Status);
        Assert.Contains("claude native binary not installed", check.Message, StringComparison.Ordinal);
    }

    private static string Value(AgentInvocation call, string flag)
    {
        var at = call.Arguments.ToList().IndexOf(flag);
        Assert.InRange(at, 0, call.Arguments.Count - 2);
        return call.Arguments[at + 1];
    }

    private ClaudeCliRunner Runner(Func<ClaudeCliOptions, ClaudeCliOptions>? change = null)
    {
        ClaudeCliOptions options = new()
        {
            Program = "/bin/true",
            HookCommand = ["orchestrate", "hook"],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/bin:/bin",
                ["HOME"] = _folder["home"],
                ["ANTHROPIC_API_KEY"] = "key",
            },
        };
        return new ClaudeCliRunner(change?.Invoke(options) ?? options);
    }

    private AgentRunParameters Start() =>
        new()
        {
            Folder = _folder.Folder("start"),
            WorkingDirectory = _folder.Path,
            Repository = _folder.Path,
            Run = "run",
            Task = "T1",
            Attempt = 1,
            Prompt = "p",
            Owner = "o",
            SessionId = "s-1",
            Policy = new AgentRunPermissions { Task = "T1", Root = _folder.Path },
        };
}
