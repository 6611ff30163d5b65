using System.Text;
using Orchestrator.Agents.ClaudeCli;

namespace Orchestrator.Agents.Tests.ClaudeCli;

public sealed class ClaudeStreamParserTests
{
    private const string Init =
        """{"type":"system","subtype":"init","session_id":"s1","tools":["Bash","Write"],"mcp_servers":["""
        + """{"name":"orc","status":"connected"}],"model":"m1","claude_code_version":"2.1.328","agents":["verifier"]}""";

    private const string Success =
        """{"num_turns":3,"subtype":"success","is_error":false,"result":"All done","total_cost_usd":"""
        + """0.5,"session_id":"s1","type":"result","modelUsage":{"m1":{"inputTokens":100,"outputTokens":20,"cacheReadInputTokens":"""
        + """5,"cacheCreationInputTokens":7,"costUSD":0.5,"contextWindow":200000}}}""";

    private readonly ClaudeStreamParser _parser = new(_ => null, wantsAnswer: false);

    [Fact]
    public void Init_WithServersAndAgents_IsTold()
    {
        var started = Assert.IsType<AgentSessionStartedEvent>(Assert.Single(Read(Init)));

        Assert.Equal(("s1", "m1", "2.1.328"), (started.SessionId, started.Model, started.Version));
        Assert.Equal(["verifier"], started.Agents);
        Assert.Equal("connected", started.McpServers["orc"]);
    }

    [Fact]
    public void Init_Again_IsNotTold()
    {
        Read(Init);

        Assert.Empty(Read(Init));
    }

    [Fact]
    public void Result_WithTypeNotFirst_IsRead()
    {
        var result = Assert.IsType<AgentResultEvent>(Assert.Single(Read(Success)));
        var outcome = _parser.Complete(0, "");

        Assert.Equal((false, "All done", 3, 0.5m), (result.IsError, result.Text, result.Turns, result.CostUsd));
        Assert.Equal((AgentFailure.None, "s1", 3), (outcome.Failure, outcome.SessionId, outcome.Turns));
        Assert.Equal(new TokenUsage(100, 20, 5, 7), outcome.Usage.Tokens);
        Assert.Equal(200_000, outcome.Usage.Models["m1"].ContextWindow);
    }

    [Fact]
    public void Results_OlderProgram_LastTotalCounts()
    {
        Read(Result(cost: 0.1m, input: 10));
        Read(Result(cost: 0.3m, input: 30));

        var outcome = _parser.Complete(0, "");

        Assert.Equal((0.3m, 30), (outcome.Usage.CostUsd, outcome.Usage.Tokens.Input));
    }

    [Fact]
    public void Results_NewerProgramAfterResume_IncrementsCount()
    {
        Read(Result(cost: 5.1m, input: 510, sinceCost: 0.1m, sinceInput: 10));
        Read(Result(cost: 5.3m, input: 530, sinceCost: 0.2m, sinceInput: 20));

        var outcome = _parser.Complete(0, "");

        Assert.Equal((0.3m, 30), (outcome.Usage.CostUsd, outcome.Usage.Tokens.Input));
    }

    [Fact]
    public void Answer_InSeveralLines_ContextIsToldOnce()
    {
        const string Usage = """{"input_tokens":10,"cache_read_input_tokens":30,"cache_creation_input_tokens":2,"output_tokens":1}""";
        AgentEvent[] events =
        [
            .. Read($$$"""{"type":"assistant","message":{"id":"a","content":[{"type":"text","text":"hi"}],"usage":{{{Usage}}}}}"""),
            .. Read(
                """{"type":"assistant","message":{"id":"a","content":[{"type":"tool_use","id":"t1","name":"Bash","input":"""
                    + $$$"""{"command":"ls\nrm x"}}],"usage":{{{Usage}}}}}"""
            ),
            .. Read(
                """{"type":"assistant","message":{"id":"b","content":["""
                    + $$$"""{"type":"text","text":"sub"}],"usage":{{{Usage}}}},"parent_tool_use_id":"t9"}"""
            ),
        ];

        Assert.Equal(
            [
                new AgentContextSizeEvent(42),
                new AgentTextEvent("hi"),
                new AgentToolCallEvent("t1", "Bash", "ls …"),
                new AgentTextEvent("sub") { ParentToolUseId = "t9" },
            ],
            events
        );
    }

    [Fact]
    public void SubAgents_CalledAndFailed_OnlyThoseThatWorkedCount()
    {
        Read(Task("t1", "verifier"));
        Read(Task("t2", "architect"));
        var error = Read(
            """{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":["""
                + """{"type":"text","text":"Agent type not found"}]}]}}"""
        );
        Read(Success);

        var outcome = _parser.Complete(0, "");

        Assert.Equal(new AgentToolErrorEvent("t2", "Agent type not found"), Assert.Single(error));
        Assert.Equal(["verifier"], outcome.SubAgents);
        Assert.Equal(2, outcome.Tools["Task"]);
    }

    [Theory]
    [InlineData("rate_limit", 429, AgentFailure.Throttled)]
    [InlineData("unknown", 429, AgentFailure.Throttled)]
    [InlineData("authentication_failed", 401, AgentFailure.Account)]
    [InlineData("billing_error", 400, AgentFailure.Account)]
    [InlineData("model_not_found", 404, AgentFailure.Account)]
    [InlineData("overloaded", 529, AgentFailure.Transient)]
    [InlineData("server_error", 500, AgentFailure.Transient)]
    [InlineData("invalid_request", 400, AgentFailure.Invalid)]
    [InlineData("unknown", null, AgentFailure.Transient)]
    [InlineData("unknown", 403, AgentFailure.Account)]
    [InlineData("unknown", 502, AgentFailure.Transient)]
    [InlineData("unknown", 413, AgentFailure.Invalid)]
    public void ApiError_OfEachKind_HasItsClass(string kind, int? status, AgentFailure expected)
    {
        var code = status?.ToString() ?? "null";
        Read(
            $$$"""{"type":"assistant","error":"{{{kind}}}","api_error_status":{{{code}}},"message":"""
                + """{"model":"<synthetic>","content":[{"type":"text","text":"API Error"}]}}"""
        );
        Read(
            $$$"""{"type":"result","subtype":"success","is_error":true,"api_error_status":{{{code}}},"result":"API """
                + """Error","terminal_reason":"api_error"}"""
        );

        var outcome = _parser.Complete(1, "");

        Assert.Equal(expected, outcome.Failure);
        Assert.Contains("API Error", outcome.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error_max_turns", "Reached maximum number of turns (3)", AgentFailure.Turns)]
    [InlineData("error_max_budget_usd", "Reached maximum budget", AgentFailure.Money)]
    [InlineData("error_during_execution", "No conversation found with session ID: x", AgentFailure.Transient)]
    [InlineData("error_during_execution", "write EIO: ENOSPC: no space left on device", AgentFailure.Environment)]
    [InlineData("error_during_execution", "Interrupted", AgentFailure.GaveUp)]
    [InlineData("success", "Not logged in · Please run /login", AgentFailure.Account)]
    [InlineData("success", "Credit balance is too low", AgentFailure.Account)]
    public void ErrorResult_OfEachKind_HasItsClass(string subtype, string text, AgentFailure expected)
    {
        Read($$"""{"type":"result","subtype":"{{subtype}}","is_error":true,"errors":["{{text}}"]}""");

        Assert.Equal(expected, _parser.Complete(1, "").Failure);
    }

    [Fact]
    public void PromptTooLong_Result_IsInvalid()
    {
        Read("""{"type":"result","subtype":"success","is_error":true,"result":"Prompt is too long","terminal_reason":"prompt_too_long"}""");

        Assert.Equal(AgentFailure.Invalid, _parser.Complete(1, "").Failure);
    }

    [Theory]
    [InlineData(1, "error: unknown option '--x'", AgentFailure.Account)]
    [InlineData(1, "Error: claude native binary not installed.", AgentFailure.Account)]
    [InlineData(1, "Error: Session ID x is already in use.", AgentFailure.Transient)]
    [InlineData(1, "Error: piped stdin input exceeds 10MB", AgentFailure.Invalid)]
    [InlineData(127, "exec: claude: not found", AgentFailure.Account)]
    public void NoResult_StderrSpeaks_HasItsClass(int exitCode, string errorText, AgentFailure expected)
    {
        var outcome = _parser.Complete(exitCode, errorText);

        Assert.Equal(expected, outcome.Failure);
        Assert.Contains(errorText, outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void SuccessfulResult_ExitCodeOne_IsNoSuccess()
    {
        Read(Success);

        Assert.Equal(AgentFailure.GaveUp, _parser.Complete(1, "").Failure);
    }

    [Fact]
    public void SuccessfulResult_ExitCodeUnknown_Counts()
    {
        Read(Success);

        Assert.Equal(AgentFailure.None, _parser.Complete(null, "").Failure);
    }

    [Fact]
    public void OtherEvents_OfKnownKinds_AreTold()
    {
        Assert.Equal(
            new AgentApiRetryEvent(1, 10, TimeSpan.FromMilliseconds(599.5), 529, "overloaded"),
            Assert.Single(
                Read(
                    """{"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":599.5,"error_status":"""
                        + """529,"error":"overloaded"}"""
                )
            )
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{\"type\":\"assistant\",\"mess")]
    [InlineData("not json at all")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("{\"type\":5}")]
    [InlineData("{\"type\":\"brand_new\",\"x\":1}")]
    [InlineData("{\"type\":\"assistant\",\"message\":\"text\"}")]
    [InlineData("{\"type\":\"assistant\",\"message\":{\"content\":[null,1,{\"type\":\"text\"}]}}")]
    [InlineData("{\"type\":\"user\",\"message\":{\"content\":\"text\"}}")]
    [InlineData("{\"type\":\"system\",\"subtype\":\"init\"}")]
    [InlineData("{\"type\":\"rate_limit_event\"}")]
    [InlineData("{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"\\ud800\"}]}}")]
    public void OddLine_OfAnyKind_IsLeftOut(string line)
    {
        Assert.Empty(Read(line));
        Read(Success);
        Assert.Equal(AgentFailure.None, _parser.Complete(0, "").Failure);
    }

    [Fact]
    public void InvalidUtf8_InText_IsReplaced()
    {
        byte[] line = [.. """{"type":"assistant","message":{"content":[{"type":"text","text":"a"""u8, 0xFF, .. "b\"}]}}"u8];

        Assert.Equal("a\uFFFDb", Assert.IsType<AgentTextEvent>(Assert.Single(_parser.Read(line))).Text);
    }

    [Fact]
    public void Denials_InResults_AreKept()
    {
        Read(
            """{"type":"result","subtype":"success","is_error":false,"permission_denials":[{"tool_name":"Write","tool_input":"""
                + """{"file_path":"/w/b.txt","content":"x"}}]}"""
        );

        Assert.Equal([new PermissionDenial("Write", "/w/b.txt")], _parser.Complete(0, "").Denials);
    }

    private static string Result(decimal cost, int input, decimal? sinceCost = null, int sinceInput = 0)
    {
        var since = sinceCost is null
            ? ""
            : $$$""","model_usage_since_last_result":{"m1":{"inputTokens":{{{sinceInput}}},"costUSD":{{{sinceCost}}}}}""";
        return """{"type":"result","subtype":"success","is_error":false,"modelUsage":{"m1":"""
            + $$$"""{"inputTokens":{{{input}}},"costUSD":{{{cost}}}}}{{{since}}}}""";
    }

    private static string Task(string id, string subAgent) =>
        $$$"""{"type":"assistant","message":{"id":"m{{{id}}}","content":["""
        + $$$"""{"type":"tool_use","id":"{{{id}}}","name":"Task","input":{"subagent_type":"{{{subAgent}}}","prompt":"p"}}]}}""";

    private IReadOnlyList<AgentEvent> Read(string line) => _parser.Read(Encoding.UTF8.GetBytes(line));
}
