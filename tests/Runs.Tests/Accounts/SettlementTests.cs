using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agents;
using Orchestrator.Messages;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Orchestrator.Usage;
using Xunit;

namespace Orchestrator.Runs.Tests.Accounts;

/// <summary>Each step of a settlement fails or is killed in turn, with two ledgers as on a server: the account's ledger, the day's shared
/// budget and the histories agree once another process has repeated it.</summary>
public sealed class SettlementTests : IDisposable
{
    private const long Turn = 502_500;
    private readonly TempFolder _home = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly TwoLedgers _governor;
    private readonly RunServiceBundle _services;

    public SettlementTests()
    {
        _governor = new TwoLedgers(_time);
        _services = new RunServiceBundle("host", ["hook"], _time)
        {
            Environment = new Dictionary<string, string> { ["HOME"] = _home.Path },
            Governor = _governor,
        };
    }

    public void Dispose() => _home.Dispose();

    /// <summary>Calls of one settlement: to the account's ledger, then to that of budgets over all accounts.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Settle_CallFailsBeforeOrAfterItCounted_IsRepeatedAndEveryLedgerAgrees(int call, bool counted)
    {
        var agent = Agent("a");
        using (var first = await AdmitAsync(agent))
        {
            _governor.FailAt(call, counted);
            await Assert.ThrowsAsync<IOException>(() => first.Use.SettleReservationAsync(Done, Cost(2)));
        }

        _time.Advance(TimeSpan.FromSeconds(7));
        using (var second = await AdmitAsync(agent))
        {
            await second.Use.SettleReservationAsync(Done, Cost(2));
        }

        AssertAgree(2 * Turn);
    }

    /// <summary>The process dies, and another one that waits for the account settles its reservations.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Settle_ProcessIsKilledAtACall_TheSweepBooksTheSameSum(int call, bool counted)
    {
        var agent = Agent("a");
        using (var first = await AdmitAsync(agent))
        {
            AgentRunOutcomeFile.Of(Cost(2)).Write(agent.Folder);
            _governor.FailAt(call, counted);
            await Assert.ThrowsAsync<IOException>(() => first.Use.SettleReservationAsync(Done, Cost(2)));
        }
        _governor.HolderDies();

        await new DeadAgentReservationCleaner(_services, AgentRunCostCalculator.Of(agent.Settings)).SettleDeadAsync(
            "claude",
            CancellationToken.None
        );

        AssertAgree(2 * Turn);
    }

    /// <summary>The stopped agent did not report one of its turns, as in the case of 6.0375 USD against 5.5350.</summary>
    [Fact]
    public async Task Settle_StoppedAgentReportsLessThanWasSeen_HistoryHasWhatTheLedgerBooked()
    {
        var agent = Agent("a");
        using var start = await AdmitAsync(agent);
        await _governor.CallAsync(
            new AccountGovernorRequest
            {
                Account = "claude",
                Id = agent.Id,
                Used = new MoneyAndTokenAmount(3 * Turn, 300_000),
            },
            CancellationToken.None
        );
        AgentRunOutcomeFile.Of(Cost(2)).Write(agent.Folder);
        _governor.HolderDies();

        await new DeadAgentReservationCleaner(_services, AgentRunCostCalculator.Of(agent.Settings)).SettleDeadAsync(
            "claude",
            CancellationToken.None
        );

        AssertAgree(3 * Turn);
    }

    /// <summary>A run is begun anew under its old name, so that its agent runs repeat ids.</summary>
    [Fact]
    public async Task Settle_RunIsBegunAnewUnderItsName_CountsBoth()
    {
        for (var time = 0; time < 2; time++)
        {
            var agent = Agent("a");
            using var start = await AdmitAsync(agent);
            await start.Use.SettleReservationAsync(Done, Cost(2));
            Directory.Delete(agent.Folder, recursive: true);
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        AssertAgree(4 * Turn);
    }

    private void AssertAgree(long micros)
    {
        var day = BudgetScopeNames.Day(new DateOnly(2026, 11, 24));
        var lines = Directory
            .GetFiles(new LedgerStore(_services.Environment).Folder, "*.history.jsonl")
            .SelectMany(File.ReadAllLines)
            .Select(UsageRecordSerializer.TryRead)
            .OfType<UsageRecord>();
        Assert.Equal(
            (micros, micros, micros),
            (
                lines.Sum(line => line.Sum.Micros),
                _governor.Book.Of(GovernorRequestByLedgerSplitter.Account).SpentIn(day).Micros,
                _governor
                    .Book.Of("claude")
                    .Spent.Where(one => one.Key.StartsWith("account:", StringComparison.Ordinal))
                    .Sum(one => one.Value.Micros)
            )
        );
        Assert.All(_governor.Book.Ledgers.Values, ledger => Assert.Empty(ledger.Reservations));
    }

    private async Task<AgentAdmissionClient> AdmitAsync(GovernedAgentRun agent)
    {
        var start = new AgentAdmissionClient(_services, agent);
        Assert.Null(await start.AdmitAsync("", CancellationToken.None));
        Directory.CreateDirectory(Path.Combine(agent.Folder, "started"));
        await File.WriteAllTextAsync(Path.Combine(agent.Folder, "exit"), "0\n");
        return start;
    }

    private GovernedAgentRun Agent(string task) =>
        new()
        {
            Account = "claude",
            Repository = new RepositoryReference("/repository", "key", "queue"),
            Run = "run",
            Task = task,
            Attempt = 1,
            Start = 1,
            Folder = Directory.CreateDirectory(Path.Combine(_home.Path, task)).FullName,
            Model = "claude-opus-4-8",
            Settings = SettingsLoader
                .Load(new RawSettingSourceContent { IsTrusted = true, RepositoryFile = new("config.yaml", "budget: {day: 10}\n") })
                .Settings!,
            Slots = null,
            IsUnderWay = false,
        };

    private static AgentRunResult Done { get; } = new() { FailureClass = FailureClass.None };

    private static AgentOutcome Cost(int turns) =>
        new()
        {
            Failure = AgentFailure.None,
            IsUsageComplete = true,
            Usage = new AgentUsage(
                new Dictionary<string, ModelUsage>
                {
                    ["claude-opus-4-8"] = new(new TokenUsage(turns * 100_000, turns * 100, 0, 0), turns * Turn / 1_000_000m, 200_000),
                }
            ),
        };

    /// <summary>Two keepers of ledgers without a common lock, as the workflows of a server are, whose answers can be lost.</summary>
    private sealed class TwoLedgers(TimeProvider time) : IAccountGovernor
    {
        private int _callsUntilFault;
        private bool _countsBeforeFault;

        public AccountLedgerSet Book { get; private set; } = AccountLedgerSet.Empty;

        public TimeSpan ReportsEvery { get; } = TimeSpan.FromSeconds(15);

        public void FailAt(int call, bool counted) => (_callsUntilFault, _countsBeforeFault) = (call, counted);

        public void HolderDies()
        {
            var dead = new AgentRunReservationHolderProcess("host", $"999999 1 {Guid.NewGuid()}");
            foreach (var ledger in Book.Ledgers.Values)
            {
                Book = ledger.Reservations.Aggregate(
                    Book,
                    (next, one) => AgentStartAdmitter.TransferAgentRun(next, ledger.Account, one.Id, dead)
                );
            }
        }

        public Task<AccountGovernorResponse> CallAsync(AccountGovernorRequest asked, CancellationToken cancellationToken)
        {
            if (asked.Account == GovernorRequestByLedgerSplitter.Account)
            {
                return Task.FromResult(Send(asked));
            }
            var own = Send(GovernorRequestByLedgerSplitter.OfAccount(asked));
            if (GovernorRequestByLedgerSplitter.OfBudgets(asked) is { } ofAll)
            {
                Send(ofAll);
            }
            return Task.FromResult(own);
        }

        public Task<AgentStartDecision> AdmitAsync(AgentStartRequest request, CancellationToken cancellationToken)
        {
            var asked = new AccountGovernorRequest
            {
                Account = request.Account,
                Id = request.Id,
                Start = request,
            };
            var own = Send(GovernorRequestByLedgerSplitter.OfAccount(asked));
            // Two keepers have two clocks.
            (time as FakeTimeProvider)!.Advance(TimeSpan.FromMilliseconds(40));
            Send(GovernorRequestByLedgerSplitter.OfBudgets(asked)!);
            return Task.FromResult(new AgentStartDecision(own));
        }

        public Task<bool> IsWaitingAsync(AgentStartRequest request, TimeSpan shortWait, CancellationToken cancellationToken) =>
            Task.FromResult(false);

        public Task<AccountLedgerSet> ReadAsync(string account, CancellationToken cancellationToken) => Task.FromResult(Book);

        private AccountGovernorResponse Send(AccountGovernorRequest call)
        {
            var isFault = _callsUntilFault > 0 && --_callsUntilFault == 0;
            if (isFault && !_countsBeforeFault)
            {
                throw new IOException("The server can't be reached.");
            }
            (Book, var answer) = AccountGovernorRequestHandler.Apply(Book, call, time.GetUtcNow());
            return isFault ? throw new IOException("The answer is lost.") : answer;
        }
    }
}
