using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Orchestrator.Runs.AgentCalls;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>orchestrate mcp</c>, spoken to as agent programs do.</summary>
public sealed class McpCommandTests
{
    private static readonly string[] Tools =
    [
        "done",
        "blocked",
        "plan",
        "ownership",
        "neighbours",
        "mailbox_check",
        "mailbox_peek",
        "mailbox_send",
        "mailbox_broadcast",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mcp_HandshakeOfEitherEra_ListsTheToolsAndTakesACall(bool isNew)
    {
        using var cli = InStart(out var folder);
        await using var session = new McpSession(cli, isNew);

        await session.BeginAsync();
        var tools = (await session.AskAsync("tools/list", []))["tools"]!.AsArray();
        var (text, isError) = await session.CallAsync(
            "done",
            "call-1",
            ("status", "completed"),
            ("reason", "all there"),
            ("measurements", new JsonObject { ["speed"] = 1.4 }),
            ("dropped", new JsonArray("a.py: x"))
        );

        Assert.Equal(Tools, tools.Select(tool => (string?)tool!["name"]));
        Assert.All(tools, tool => Assert.Equal("object", (string?)tool!["inputSchema"]!["type"]));
        Assert.False(isError, text);
        var claim = AgentOutcomeClaim.TryRead(folder)!;
        Assert.Equal(("login", "completed", "all there", "call-1"), (claim.Task, claim.Status, claim.Reason, claim.Call));
        Assert.Equal(new ClaimedMeasurement("speed", 1.4m), Assert.Single(claim.Measured));
        Assert.Equal(["a.py: x"], claim.Dropped);
        Assert.Equal(0, await session.EndAsync());
    }

    /// <summary>A message is kept in memory until it is whole.</summary>
    [Fact]
    public async Task Mcp_MessageWithoutAnEnd_EndsTheServerWithASentence()
    {
        using var cli = InStart(out _);
        await using var session = new McpSession(cli, isNew: true);

        var sent = await session.FloodAsync(64 * 1024, 4096);
        var ended = await session.ResultAsync();

        Assert.InRange(sent, 8 * 1024 * 1024, 16 * 1024 * 1024);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("A message of more than 8 MB arrived on stdin", ended.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mcp_StartedAnewInMidCall_TheSameCallChangesNothingAndANewOneDoes()
    {
        using var cli = InStart(out var folder);
        await using (var first = new McpSession(cli, isNew: true))
        {
            await first.CallAsync("blocked", "call-1", ("reason", "which database?"));
        }
        var before = AgentOutcomeClaim.TryRead(folder)!;
        await using var second = new McpSession(cli, isNew: true);

        await second.CallAsync("blocked", "call-1", ("reason", "said again"));
        var again = AgentOutcomeClaim.TryRead(folder)!;
        await second.CallAsync("done", "call-2", ("status", "failed"));

        Assert.Equal((before.Reason, before.Time), (again.Reason, again.Time));
        Assert.Equal("failed", AgentOutcomeClaim.TryRead(folder)!.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mcp_BlockedByAPackage_KeepsWhetherItIsForDevelopment(bool dev)
    {
        using var cli = InStart(out var folder);
        await using var session = new McpSession(cli, isNew: true);

        await session.CallAsync("blocked", "call-1", ("reason", "tests"), ("needs", new JsonArray("jest")), ("dev", dev));

        var claim = AgentOutcomeClaim.TryRead(folder)!;
        Assert.Equal(("jest", dev), (Assert.Single(claim.Needs), claim.IsForDevelopment));
    }

    [Fact]
    public async Task Mcp_MailOfTwoAgents_IsReadOnceAndTheSameCallGetsTheSame()
    {
        using var cli = InStart(out _);
        await using (var sender = new McpSession(cli, isNew: true))
        {
            await sender.CallAsync("mailbox_broadcast", "call-1", ("text", "ids are UUIDs"));
            await sender.CallAsync("mailbox_broadcast", "call-1", ("text", "ids are UUIDs"));
        }
        cli.Environment["ORCHESTRATOR_TASK"] = "parser";
        await using var reader = new McpSession(cli, isNew: true);

        var peeked = await reader.CallAsync("mailbox_peek", "call-2");
        var read = await reader.CallAsync("mailbox_check", "call-3");
        var same = await reader.CallAsync("mailbox_check", "call-3");
        var after = await reader.CallAsync("mailbox_check", "call-4");

        Assert.EndsWith("from task login]\n> ids are UUIDs", read.Text, StringComparison.Ordinal);
        Assert.Equal((read, read), (peeked, same));
        Assert.Equal(("No new mail.", false), after);
    }

    [Theory]
    [InlineData("status is missing", "done")]
    [InlineData("Use completed or failed", "done", "status", "perhaps")]
    [InlineData("The file", "done", "status", "completed", "report", "gone.md")]
    [InlineData("measurements must be an object", "done", "status", "completed", "measurements", "fast")]
    [InlineData("reason is missing", "blocked", "needs", "x")]
    [InlineData("dev must be true or false", "blocked", "reason", "tests", "dev", "yes")]
    [InlineData("The tool 'approve' is unknown", "approve", "gate", "plan")]
    [InlineData("plan.json is missing", "plan")]
    public async Task Mcp_CallThatCantBeAnswered_TellsTheModelWhyAndClaimsNothing(string message, string tool, params string[] arguments)
    {
        using var cli = InStart(out var folder);
        await using var session = new McpSession(cli, isNew: true);

        var (text, isError) = await session.CallAsync(tool, "call-1", [.. arguments.Chunk(2).Select(pair => (pair[0], pair[1]))]);

        Assert.True(isError);
        Assert.True(text.Contains(message, StringComparison.Ordinal), text);
        Assert.Null(AgentOutcomeClaim.TryRead(folder));
    }

    [Fact]
    public async Task Mcp_OutsideAnyStart_IsRefused()
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("mcp");

        Assert.Equal((2, true), (result.ExitCode, result.People.Contains("ORCHESTRATOR_START is not set", StringComparison.Ordinal)));
    }

    private static CliFixture InStart(out string folder)
    {
        var cli = new CliFixture();
        folder = Directory.CreateDirectory(Path.Combine(cli.Home, "start")).FullName;
        cli.Environment["ORCHESTRATOR_START"] = folder;
        cli.Environment["ORCHESTRATOR_TASK"] = "login";
        cli.Environment["ORCHESTRATOR_RUN"] = "run-x-1";
        cli.Environment["ORCHESTRATOR_REPOSITORY"] = cli.Folder;
        return cli;
    }

    /// <summary>One process of the server, and the agent program at the other end.</summary>
    private sealed class McpSession : IAsyncDisposable
    {
        private readonly Pipe _in = new();
        private readonly Pipe _out = new();
        private readonly bool _isNew;
        private readonly Task<CliFixture.CliResult> _server;
        private readonly StreamReader _answers;
        private int _id;

        /// <summary>Starts the server.</summary>
        /// <param name="cli">The fixture of the start.</param>
        /// <param name="isNew">The protocol of 2026-07-28, in which each request says who asks.</param>
        public McpSession(CliFixture cli, bool isNew)
        {
            _isNew = isNew;
            _answers = new StreamReader(_out.Reader.AsStream());
            _server = cli.RunAsync(new RecordingTerminal { Streams = (_in.Reader.AsStream(), _out.Writer.AsStream()) }, "mcp");
        }

        public async Task BeginAsync()
        {
            var client = new JsonObject { ["name"] = "test", ["version"] = "1" };
            if (_isNew)
            {
                var found = await AskAsync("server/discover", []);
                Assert.Contains("2026-07-28", found["supportedVersions"]!.AsArray().Select(version => (string?)version));
                return;
            }
            var answer = await AskAsync(
                "initialize",
                new JsonObject
                {
                    ["protocolVersion"] = "2025-11-25",
                    ["capabilities"] = new JsonObject(),
                    ["clientInfo"] = client,
                }
            );
            Assert.Equal("2025-11-25", (string?)answer["protocolVersion"]);
            await SendAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = "notifications/initialized" });
        }

        public async Task<(string Text, bool IsError)> CallAsync(
            string tool,
            string call,
            params (string Name, JsonNode? Value)[] arguments
        )
        {
            var answer = await AskAsync(
                "tools/call",
                new JsonObject
                {
                    ["name"] = tool,
                    ["arguments"] = new JsonObject(
                        arguments.Select(argument => new KeyValuePair<string, JsonNode?>(argument.Name, argument.Value))
                    ),
                    ["_meta"] = new JsonObject { ["claudecode/toolUseId"] = call },
                }
            );
            return ((string)answer["content"]![0]!["text"]!, (bool?)answer["isError"] == true);
        }

        public async Task<JsonNode> AskAsync(string method, JsonObject parameters)
        {
            if (_isNew)
            {
                var meta = parameters["_meta"]?.AsObject() ?? [];
                meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
                meta["io.modelcontextprotocol/clientInfo"] = new JsonObject { ["name"] = "test", ["version"] = "1" };
                meta["io.modelcontextprotocol/clientCapabilities"] = new JsonObject();
                parameters["_meta"] = meta.Parent is null ? meta : meta.DeepClone();
            }
            await SendAsync(
                new JsonObject
                {
                    ["jsonrpc"] = "2.0",
                    ["id"] = ++_id,
                    ["method"] = method,
                    ["params"] = parameters,
                }
            );
            var line = await _answers.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return JsonNode.Parse(line!)!["result"] ?? throw new InvalidOperationException(line);
        }

        /// <summary>Writes pieces of a message that never ends, until nobody reads any more.</summary>
        /// <returns>Bytes that were written.</returns>
        public async Task<long> FloodAsync(int size, int most)
        {
            var piece = new byte[size];
            Array.Fill(piece, (byte)' ');
            for (var i = 1; i <= most; i++)
            {
                if ((await _in.Writer.WriteAsync(piece)).IsCompleted)
                {
                    return (long)i * size;
                }
            }
            return (long)most * size;
        }

        /// <summary>The agent program ends.</summary>
        public async Task<int> EndAsync()
        {
            await _in.Writer.CompleteAsync();
            return (await ResultAsync()).ExitCode;
        }

        public Task<CliFixture.CliResult> ResultAsync() => _server.WaitAsync(TimeSpan.FromSeconds(60));

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            _answers.Dispose();
        }

        private async Task SendAsync(JsonObject message)
        {
            await _in.Writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(message.ToJsonString() + "\n"));
        }
    }
}
