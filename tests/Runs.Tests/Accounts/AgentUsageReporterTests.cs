using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agents;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Orchestrator.Usage;
using Xunit;

namespace Orchestrator.Runs.Tests.Accounts;

/// <summary>
/// An agent run between its start and its end, with ledgers on the disk and the real kernel, but without an agent process.
/// </summary>
public sealed class AgentUsageReporterTests : IDisposable
{
    private readonly TempFolder _home = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 22, 0, 0, TimeSpan.Zero));
    private readonly RunServiceBundle _services;

    public AgentUsageReporterTests() =>
        _services = new RunServiceBundle("host", ["hook"], _time)
        {
            Environment = new Dictionary<string, string> { ["HOME"] = _home.Path },
        };

    public void Dispose() => _home.Dispose();

    private LedgerStore Ledgers => new(_services.Environment);

    private AccountLedger Ledger => Ledgers.Read().Of("claude");

    private GovernedAgentRun Agent(string task, string settings = "budget: {run: 10}\n", int start = 1) =>
        new()
        {
            Account = "claude",
            Repository = new RepositoryReference("/repository", "key", "queue"),
            Run = "run",
            Task = task,
            Attempt = 1,
            Start = start,
            Folder = Directory.CreateDirectory(System.IO.Path.Combine(_home.Path, task, $"{start}")).FullName,
            Model = "claude-opus-4-8",
            Settings = SettingsLoader
                .Load(new RawSettingSourceContent { IsTrusted = true, RepositoryFile = new("config.yaml", settings) })
                .Settings!,
            Slots = null,
            IsUnderWay = false,
        };

    private async Task<(AgentAdmissionClient Start, AgentRunResult? Refusal)> AdmitAsync(GovernedAgentRun agent)
    {
        var start = new AgentAdmissionClient(_services, agent);
        var refusal = await start.AdmitAsync("", CancellationToken.None);
        start.Dispose();
        return (start, refusal);
    }

    private static AgentOutcome Cost(decimal usd, AgentFailure failure = AgentFailure.None) =>
        new()
        {
            Failure = failure,
            IsUsageComplete = true,
            Usage = new AgentUsage(
                new Dictionary<string, ModelUsage> { ["claude-opus-4-8"] = new(new TokenUsage(100, 10, 1, 2), usd, 200_000) }
            ),
        };

    private static AgentRunResult Result(FailureClass failure = FailureClass.None) => new() { FailureClass = failure };

    [Fact]
    public async Task Settle_AgentThatHasEnded_IsCountedOnceAndWrittenDown()
    {
        var (start, refusal) = await AdmitAsync(Agent("a"));

        var reset = _time.GetUtcNow().AddHours(2);
        // A limit of five hours can't be reset in a day, so the reading is invalid.
        var said = new UsageWindows(
            "allowed",
            [new UsageWindow("seven_day", 0.31, reset), new UsageWindow("five_hour", 0.5, reset.AddDays(1))]
        );
        await start.Use.SettleReservationAsync(Result(), Cost(1.25m) with { Windows = said });
        await start.Use.SettleReservationAsync(Result(), Cost(1.25m));

        Assert.Null(refusal);
        Assert.Empty(Ledger.Reservations);
        Assert.Equal(1_250_000, Ledgers.Read().SpentIn(BudgetScopeNames.Run("key", "run")).Micros);
        var line = Assert.Single(new UsageHistory(Ledgers.Folder, _time).Read());
        Assert.Equal(("key/run/a/1", 1_250_000, 113), (line.Id, line.Sum.Micros, line.Sum.Tokens));
        Assert.Equal(new UsageWindowReading("seven_day", 310_000, reset), Assert.Single(line.Windows));
    }

    [Fact]
    public async Task Settle_AgentThatWorkedPastMidnight_IsOneOfTheDayThatItBeganIn()
    {
        var (start, _) = await AdmitAsync(Agent("a", "budget: {day: 10}\n"));

        _time.Advance(TimeSpan.FromHours(3));
        await start.Use.SettleReservationAsync(Result(), Cost(2));

        Assert.Equal(2_000_000, Ledger.SpentIn(BudgetScopeNames.Day(new DateOnly(2026, 11, 24))).Micros);
        Assert.Equal(0, Ledger.SpentIn(BudgetScopeNames.Day(new DateOnly(2026, 11, 25))).Micros);
    }

    [Fact]
    public async Task Settle_PartOfTheBudgetIsUsed_GoesOnAndIsNoLimit()
    {
        var (start, _) = await AdmitAsync(Agent("a"));

        var limits = start.Limit(new AgentRunLimits());
        var result = await start.Use.SettleReservationAsync(Result(FailureClass.Limit), Cost(3.4m, AgentFailure.Money));

        Assert.Equal(10m / 3, limits.CostUsd!.Value, 3);
        Assert.Equal(FailureClass.Budget, result.FailureClass);
    }

    [Fact]
    public async Task Settle_OwnLimitIsReached_StaysALimit()
    {
        var (start, _) = await AdmitAsync(Agent("a", "budget: {run: 10}\nlimits: {cost: 1}\n"));

        Assert.Equal(1, start.Limit(new AgentRunLimits { CostUsd = 1 }).CostUsd);
        Assert.Equal(
            FailureClass.Limit,
            (await start.Use.SettleReservationAsync(Result(FailureClass.Limit), Cost(1, AgentFailure.Money))).FailureClass
        );
    }

    [Fact]
    public async Task Settle_LimitOfTheAccount_StopsEveryRunOfThisUserUntilTheReset()
    {
        var reset = _time.GetUtcNow().AddHours(2);
        var (start, _) = await AdmitAsync(Agent("a"));
        var limited = Cost(0, AgentFailure.UsageLimit) with
        {
            Windows = new UsageWindows("rejected", [new UsageWindow("five_hour", 1, reset)]) { Deciding = "five_hour" },
        };

        start.Use.HandleEvent(new AgentContextSizeEvent(150_000));
        var result = await start.Use.SettleReservationAsync(Result(FailureClass.UsageLimit), limited);
        var (_, other) = await AdmitAsync(
            Agent("b") with
            {
                Repository = new RepositoryReference("/other", "other", "q"),
                Run = "another",
            }
        );

        Assert.Equal((reset.AddMinutes(1), reset.AddMinutes(1)), (result.ResetAt, result.WakeAt));
        Assert.Equal(
            "Continuing then reads 150,000 tokens of the conversation again, because the prompt cache no longer has them, about 1.50 USD.",
            result.Message
        );
        Assert.Equal((FailureClass.UsageLimit, true), (other!.FailureClass, other.NeverBegun));
        Assert.Equal((reset.AddMinutes(1), reset.AddSeconds(61)), (other.ResetAt, other.WakeAt));
        Assert.Contains("usage_limit_reached of run/a", other.Message, StringComparison.Ordinal);
        _time.SetUtcNow(reset.AddSeconds(61));
        Assert.Null((await AdmitAsync(Agent("b"))).Refusal);
    }

    [Fact]
    public async Task Report_FirstResponseOfAnAgentThatAnotherProcessStarted_EndsTheBackoff()
    {
        var reset = _time.GetUtcNow().AddHours(2);
        var limited = Cost(0, AgentFailure.UsageLimit) with
        {
            Windows = new UsageWindows("rejected", [new UsageWindow("five_hour", 1, reset)]) { Deciding = "five_hour" },
        };
        var (refused, _) = await AdmitAsync(Agent("a"));
        await refused.Use.SettleReservationAsync(Result(FailureClass.UsageLimit), limited);
        _time.SetUtcNow(reset.AddSeconds(61));
        await AdmitAsync(Agent("b"));
        Assert.Equal("key/run/b/1", Ledger.Park?.Probe);
        Directory.CreateDirectory(System.IO.Path.Combine(Agent("b").Folder, "started"));

        var (adopted, refusal) = await AdmitAsync(Agent("b"));
        adopted.Use.HandleEvent(new AgentContextSizeEvent(1_000));
        await adopted.Use.ReportUsageAsync();

        Assert.Null(refusal);
        Assert.Null(Ledger.Park);
    }

    [Fact]
    public async Task Tell_WindowFills_WarnsOnceAndStopsStartsNearItsEnd()
    {
        var reset = _time.GetUtcNow().AddHours(1);
        AgentUsageWindowsEvent Says(double used) => new(new UsageWindows("allowed", [new UsageWindow("five_hour", used, reset)]));
        var (start, _) = await AdmitAsync(Agent("a"));

        start.Use.HandleEvent(Says(0.5));
        await start.Use.ReportUsageAsync();
        start.Use.HandleEvent(Says(0.82));
        start.Use.HandleEvent(Says(0.97));
        await start.Use.ReportUsageAsync();
        var (_, refusal) = await AdmitAsync(Agent("b"));

        Assert.Equal(
            "the account claude has used 82 % of its 5-hour limit (usage.warn_at); the limit resets at 2026-11-24 23:00Z",
            Assert.Single(start.Use.Notices).Text
        );
        Assert.StartsWith("the account claude has used 97 % of its 5-hour limit", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admit_BudgetIsUsedUp_AsksWithTheFigures()
    {
        var (start, _) = await AdmitAsync(Agent("a"));
        await start.Use.SettleReservationAsync(Result(), Cost(10.5m));

        var (_, refusal) = await AdmitAsync(Agent("b"));

        Assert.Equal(
            (FailureClass.Budget, "run", 10.5m, 10m),
            (refusal!.FailureClass, refusal.Budget!.Kind, refusal.Budget.SpentUsd, refusal.Budget.LimitUsd)
        );
        var raise = new RaiseBudgetInput("run", new("/repository", "key", "queue"), new RaiseBudgetArguments("run", 12), 0, "claude");
        Assert.True((await new BudgetRaiser(_services.Governor, _time).StoreAsync(raise, CancellationToken.None)).Changed);
        Assert.Null((await AdmitAsync(Agent("b"))).Refusal);
    }

    [Fact]
    public async Task Admit_HolderIsDead_ItsReservationIsSettledFromItsRecordGivenBackOrKept()
    {
        string[] tasks = ["recorded", "never-begun", "lost"];
        foreach (var task in tasks)
        {
            await AdmitAsync(Agent(task, "budget: {run: 9}\n"));
        }
        await Ledgers.ChangeAsync(
            book =>
                (
                    tasks.Aggregate(
                        book,
                        (next, task) =>
                            AgentStartAdmitter.TransferAgentRun(
                                next,
                                "claude",
                                $"key/run/{task}/1",
                                new AgentRunReservationHolderProcess("host", $"999999 1 {Guid.NewGuid()}")
                            )
                    ),
                    0
                ),
            CancellationToken.None
        );
        Ended(Agent("recorded"));
        new AgentRunOutcomeFile { Cost = 0.5m, Tokens = 100 }.Write(Agent("recorded").Folder);
        Ended(Agent("lost"));
        var lost = Ledger.Find("key/run/lost/1")!.GrantedMicros!.Value;

        var (_, refusal) = await AdmitAsync(Agent("next", "budget: {run: 3}\n"));

        Assert.Equal(FailureClass.Held, refusal?.FailureClass ?? FailureClass.Held);
        Assert.Equal(["key/run/lost/1"], Ledger.Reservations.Where(one => one.IsLost).Select(one => one.Id));
        Assert.Equal(500_000, Ledger.SpentIn(BudgetScopeNames.Run("key", "run")).Micros);
        Assert.Equal(500_000 + lost, Ledgers.Read().SpentIn(BudgetScopeNames.Run("key", "run")).Micros);
        Assert.Null(Ledger.Find("key/run/never-begun/1"));
    }

    private static void Ended(GovernedAgentRun agent)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(agent.Folder, "started"));
        File.WriteAllText(System.IO.Path.Combine(agent.Folder, "exit"), "0\n");
    }
}
