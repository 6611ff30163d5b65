using System.Text;
using Orchestrator.Agents.ClaudeCli;

namespace Orchestrator.Agents.Tests.ClaudeCli;

public sealed class ClaudeUsageWindowParserTests
{
    private static readonly DateTimeOffset FiveHourReset = DateTimeOffset.FromUnixTimeSeconds(1795267317);
    private static readonly DateTimeOffset WeekReset = DateTimeOffset.FromUnixTimeSeconds(1795660117);

    private const string Windows = """
        "unifiedWindows":{"five_hour":{"utilization":0.27,"resetsAt":1795267317,"status":"allowed"},
          "seven_day":{"utilization":0.31,"resetsAt":1795660117}}
        """;

    private const string LimitReached =
        """{"type":"result","subtype":"success","is_error":true,"api_error":"usage_limit_reached","api_error_status":429"""
        + ""","result":"You've hit your 5-hour limit · resets 1:22pm (UTC)","terminal_reason":"api_error"}""";

    private const string Throttled =
        """{"type":"result","subtype":"success","is_error":true,"api_error_status":429"""
        + ""","result":"temporarily limiting requests (not your usage limit)","terminal_reason":"api_error"}""";

    private const string Success =
        """{"type":"result","subtype":"success","is_error":false,"result":"All done","num_turns":1,"total_cost_usd":0.1}""";

    private readonly ClaudeStreamParser _parser = new(_ => null, wantsAnswer: false);

    [Fact]
    public void Event_WhileAllowed_GivesBothWindows()
    {
        var usage = Event(
            $$"""{"status":"allowed","resetsAt":1795267317,"rateLimitType":"five_hour","isUsingOverage":false,{{Windows}}}"""
        );

        Assert.Equal([new UsageWindow("five_hour", 0.27, FiveHourReset), new UsageWindow("seven_day", 0.31, WeekReset)], usage.Windows);
        Assert.Equal(("allowed", "five_hour", false, false), (usage.Status, usage.Deciding, usage.IsRejected, usage.IsOverageInUse));
    }

    [Fact]
    public void Event_WarningWithoutWindows_GivesTheDecidingOne()
    {
        var usage = Event(
            """{"status":"allowed_warning","resetsAt":1795660117,"rateLimitType":"seven_day","utilization":0.92,"surpassedThreshold":0.9}"""
        );

        Assert.Equal(new UsageWindow("seven_day", 0.92, WeekReset), usage.DecidingWindow);
        Assert.Single(usage.Windows);
    }

    [Theory]
    [InlineData("""{"status":"rejected","isUsingOverage":true,"overageInUse":true,"overageStatus":"allowed"}""")]
    [InlineData("""{"status":"allowed_warning","isUsingOverage":false,"overageInUse":true}""")]
    public void Event_ExtraUsageInUse_IsMoneyAndNoBlock(string info)
    {
        var usage = Event(info);
        Read(Success);
        var outcome = _parser.Complete(0, "");

        Assert.Equal((true, false), (usage.IsOverageInUse, usage.IsRejected));
        Assert.Equal((AgentFailure.None, true), (outcome.Failure, outcome.Windows!.IsOverageInUse));
    }

    [Fact]
    public void Result_LimitReached_IsABlockUntilTheWindowsReset()
    {
        Event($$"""{"status":"rejected","resetsAt":1795267317,"rateLimitType":"five_hour","isUsingOverage":false,{{Windows}}}""");
        Read(LimitReached);

        var outcome = _parser.Complete(1, "");

        Assert.Equal(AgentFailure.UsageLimit, outcome.Failure);
        Assert.Equal(FiveHourReset, outcome.Windows!.DecidingWindow!.ResetsAt);
    }

    /// <summary>The CLI sends the same event for a service that is too busy, and its texts are no facts.</summary>
    [Theory]
    [InlineData("""{"status":"rejected","isUsingOverage":false}""")]
    [InlineData("""{"status":"rejected","resetsAt":1795267317,"rateLimitType":"five_hour","isUsingOverage":false}""")]
    public void Result_Status429WithoutTheLimit_IsThrottling(string info)
    {
        Event(info);
        Read("""{"type":"assistant","error":"rate_limit","message":{"content":[{"type":"text","text":"You've hit your limit"}]}}""");
        Read(Throttled);

        Assert.Equal(AgentFailure.Throttled, _parser.Complete(1, "").Failure);
    }

    [Fact]
    public void Events_OneAfterTheOther_TheLastCounts()
    {
        Event("""{"status":"rejected","resetsAt":1795267317,"rateLimitType":"five_hour"}""");
        Event("""{"status":"allowed","resetsAt":1795660117,"rateLimitType":"five_hour"}""");
        Read(Success);

        var outcome = _parser.Complete(0, "");

        Assert.Equal((AgentFailure.None, WeekReset), (outcome.Failure, outcome.Windows!.DecidingWindow!.ResetsAt));
    }

    [Theory]
    [InlineData("-1", "0")]
    [InlineData("\"full\"", "\"soon\"")]
    [InlineData("null", "null")]
    [InlineData("1e300", "1795267317000")]
    [InlineData("{}", "-5")]
    public void Event_SenselessFigures_AreUnknown(string utilization, string resetsAt)
    {
        var usage = Event(
            $$$"""{"status":"allowed","unifiedWindows":{"five_hour":{"utilization":{{{utilization}}},"resetsAt":{{{resetsAt}}}},"x":7}}"""
        );

        Assert.Equal([new UsageWindow("five_hour", null, null)], usage.Windows);
    }

    private UsageWindows Event(string info) =>
        Assert.IsType<AgentUsageWindowsEvent>(Assert.Single(Read($$"""{"type":"rate_limit_event","rate_limit_info":{{info}}}"""))).Usage;

    private IReadOnlyList<AgentEvent> Read(string line) =>
        _parser.Read(Encoding.UTF8.GetBytes(line.Replace("\n", "", StringComparison.Ordinal)));
}
