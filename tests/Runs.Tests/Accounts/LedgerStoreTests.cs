using Orchestrator.Processes;
using Orchestrator.Runs.Accounts;
using Orchestrator.TestKit;
using Orchestrator.Usage;
using Xunit;

namespace Orchestrator.Runs.Tests.Accounts;

public sealed class LedgerStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    private LedgerStore Ledgers => new(new Dictionary<string, string> { ["HOME"] = _home.Path });

    private static AgentStartRequest Request(string task, string account = "claude") =>
        new()
        {
            Id = $"r/run/{task}/1",
            Account = account,
            Repository = "r",
            Run = "run",
            Task = task,
            Attempt = 1,
            Holder = new AgentRunReservationHolderProcess("host", ProcessIdentity.Current.ToString()),
            Caps = [new BudgetCap(BudgetCapKind.Run, BudgetScopeNames.Run("r", "run"), 10_000)],
        };

    private Task<AgentAdmissionDecision> AdmitAsync(AgentStartRequest request) =>
        Ledgers.ChangeAsync(book => AgentStartAdmitter.Admit(book, request, Now), CancellationToken.None);

    [Fact]
    public async Task Change_FromManyAtOnce_PassesNoBudget()
    {
        var admissions = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => Task.Run(() => AdmitAsync(Request($"t{i}", i % 2 == 0 ? "claude" : "api"))))
        );

        Assert.Single(admissions.OfType<AgentAdmittedDecision>());
        Assert.Equal(10_000, Ledgers.Read().ReservedIn(BudgetScopeNames.Run("r", "run")).Micros);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Ledgers.Folder));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("{\"schemaVersion\": 1, \"acc", "it is not a ledger")]
    [InlineData("{\"account\": \"other\"}", "it belongs to the account 'other'")]
    public async Task Change_LedgerIsTornOrForeign_SaysSoAndLeavesItAsItIs(string content, string fault)
    {
        await AdmitAsync(Request("a"));
        File.WriteAllText(Ledgers.PathOf("claude"), content);

        var damaged = await Assert.ThrowsAsync<LedgerDamagedException>(() => AdmitAsync(Request("b")));

        Assert.StartsWith($"{Ledgers.PathOf("claude")} can't be used: {fault}", damaged.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Ledgers.PathOf("claude")));
        Assert.Equal(damaged.Message, Assert.Single(Ledgers.TryRead().Faults));
        File.Delete(Ledgers.PathOf("claude"));
        Assert.IsType<AgentAdmittedDecision>(await AdmitAsync(Request("b")));
    }

    [Fact]
    public async Task Change_WriterIsKilledBetweenTwoFiles_TheOldOneStaysWhole()
    {
        await AdmitAsync(Request("a"));
        var before = File.ReadAllText(Ledgers.PathOf("claude"));
        File.WriteAllText(Ledgers.PathOf("claude") + ".123-abc.tmp", "{\"torn");

        Assert.Equal(before, File.ReadAllText(Ledgers.PathOf("claude")));
        Assert.NotNull(Ledgers.Read().Of("claude").Find("r/run/a/1"));
    }

    [Fact]
    public async Task Change_LedgerOfAnotherUser_SaysSo()
    {
        if (FileOwnerUserIdReader.Current != 0)
        {
            return; // Only root can give a file away.
        }
        await AdmitAsync(Request("a"));
        await new ProcessRunner().RunAsync(new ChildProcessOptions("chown", "65534", Ledgers.PathOf("claude")));

        var damaged = await Assert.ThrowsAsync<LedgerDamagedException>(() => AdmitAsync(Request("b")));

        Assert.Contains("it belongs to another user (user ID 65534)", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_TornLine_LosesOnlyThatLine()
    {
        var history = new UsageHistory(_home.Path, TimeProvider.System);
        await history.AddAsync(RecordOf("a"), CancellationToken.None);
        File.AppendAllText(history.PathOf("claude"), "{\"id\": \"torn");

        await history.AddAsync(RecordOf("b"), CancellationToken.None);

        Assert.Equal(["a", "b"], history.Read().Select(record => record.Task));
    }

    private static UsageRecord RecordOf(string task) =>
        new()
        {
            Id = $"r/run/{task}/1",
            Account = "claude",
            Run = "run",
            Task = task,
            At = Now,
            Models = [new ModelUsageRecord("m", new TokenCounts(1, 2, 3, 4), 5)],
        };
}
