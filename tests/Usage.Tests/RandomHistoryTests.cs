using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

/// <summary>Random histories of two hosts, three accounts and ten runs: crashes, settles that never come, blocks, budgets that are raised,
/// a clock that continues. Whatever happens, no budget is passed by more than a request of each agent in flight.</summary>
public sealed class RandomHistoryTests
{
    private const int Histories = 1_000;
    private const int Steps = 250;
    private const long Request = 700;
    private static readonly string[] Accounts = ["claude", "api", "bedrock"];

    private sealed record Agent(AgentStartRequest Asked, long Granted)
    {
        public long Used { get; set; }
        public int Overshoots { get; set; }
    }

    [Fact]
    public void Histories_OfCrashesBlocksAndRaises_PassNoBudget()
    {
        var seed =
            Environment.GetEnvironmentVariable("TEST_SEED") is { } set && int.TryParse(set, out var given) ? given : Environment.TickCount;
        var admitted = 0;
        for (var i = 0; i < Histories; i++)
        {
            admitted += Play(seed + i);
        }
        Assert.True(admitted > Histories * 5, $"seed {seed}: {admitted} starts");
    }

    private static int Play(int seed)
    {
        var chance = new Random(seed);
        var book = AccountLedgerSet.Empty;
        var now = Now;
        var agents = new Dictionary<string, Agent>(StringComparer.Ordinal);
        var used = new Dictionary<string, long>(StringComparer.Ordinal);
        var overshoot = new Dictionary<string, long>(StringComparer.Ordinal);
        var most = new Dictionary<string, long>(StringComparer.Ordinal);
        var blockedUntil = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var starts = 0;
        var number = 0;
        for (var step = 0; step < Steps; step++)
        {
            now += TimeSpan.FromSeconds(chance.Next(0, 120));
            var some = agents.Keys.ElementAtOrDefault(chance.Next(0, Math.Max(1, agents.Count)));
            switch (chance.Next(0, 12))
            {
                case < 5:
                    var request = Ask(chance, ++number);
                    (book, var admission) = AgentStartAdmitter.Admit(book, request, now);
                    if (admission is AgentAdmittedDecision { Reservation.GrantedMicros: { } granted })
                    {
                        starts++;
                        agents[request.Id] = new Agent(request, granted);
                        Assert.False(
                            blockedUntil.TryGetValue(request.Account, out var until) && until > now,
                            $"seed {seed}: started in a block"
                        );
                    }
                    break;
                case < 8 when some is not null:
                    Spend(agents[some], chance, used, overshoot);
                    book = AgentStartAdmitter.Report(book, agents[some].Asked.Account, some, new MoneyAndTokenAmount(agents[some].Used, 0));
                    break;
                case 8 when some is not null:
                    book = AgentStartAdmitter
                        .SettleReservation(book, agents[some].Asked.Account, some, new MoneyAndTokenAmount(agents[some].Used, 0), [], now)
                        .Book;
                    agents.Remove(some);
                    break;
                case 9 when some is not null:
                    // Its holder and its record are gone, or nobody ever settles it.
                    book = chance.Next(2) == 0 ? AgentStartAdmitter.MarkLost(book, agents[some].Asked.Account, some) : book;
                    agents.Remove(some);
                    break;
                case 10 when some is not null:
                    var account = agents[some].Asked.Account;
                    book = AccountBackoffCalculator.Block(
                        book,
                        account,
                        some,
                        new("five_hour", now.AddMinutes(chance.Next(-600, 900)), "test"),
                        now
                    );
                    blockedUntil[account] = book.Of(account).Park!.OpensAt;
                    break;
                case 11:
                    var scope = BudgetScopeNames.Run("repo", $"run{chance.Next(10)}");
                    var more = new BudgetCap(BudgetCapKind.Run, scope, chance.Next(0, 60_000));
                    if (BudgetEnforcer.IncreaseLimit(book, Accounts[chance.Next(3)], more, now).Book is { } raised)
                    {
                        (book, most[scope]) = (raised, Math.Max(more.Micros!.Value, most.GetValueOrDefault(scope, LimitOf(scope))));
                    }
                    break;
            }
            foreach (var (scope, sum) in used)
            {
                var limit = most.GetValueOrDefault(scope, LimitOf(scope));
                var over = overshoot.GetValueOrDefault(scope);
                Assert.True(sum <= limit + over, $"seed {seed}: {sum} of {limit} are spent in {scope}, {over} in flight.");
                var known = book.SpentIn(scope).Plus(book.ReservedIn(scope)).Micros;
                Assert.True(known + over >= sum, $"seed {seed}: {sum} are spent in {scope}, {known} are known.");
            }
        }
        return starts;
    }

    private static AgentStartRequest Ask(Random chance, int number)
    {
        var run = $"run{chance.Next(10)}";
        var request = Given.Request($"{run}/{number}");
        string[] scopes = [BudgetScopeNames.Run("repo", run), BudgetScopeNames.Day(new DateOnly(2026, 11, 24))];
        return request with
        {
            Account = Accounts[chance.Next(3)],
            Run = run,
            Share = chance.Next(1, 6),
            Slots = chance.Next(3) == 0 ? chance.Next(1, 4) : null,
            Caps =
            [
                .. scopes.Select(scope => new BudgetCap(scope[0] == 'd' ? BudgetCapKind.Day : BudgetCapKind.Run, scope, LimitOf(scope))),
            ],
        };
    }

    private static long LimitOf(string scope) => scope[0] == 'd' ? 60_000 : 20_000;

    /// <summary>An agent may begin a request while it has spent less than was granted; that request may cost more than is left.</summary>
    private static void Spend(Agent agent, Random chance, Dictionary<string, long> used, Dictionary<string, long> overshoot)
    {
        if (agent.Used >= agent.Granted)
        {
            return;
        }
        var cost = chance.Next(1, (int)Request);
        var over = Math.Max(0, agent.Used + cost - agent.Granted);
        agent.Used += cost;
        foreach (var scope in agent.Asked.Caps.Select(cap => cap.Scope))
        {
            used[scope] = used.GetValueOrDefault(scope) + cost;
            overshoot[scope] = overshoot.GetValueOrDefault(scope) + over;
        }
    }
}
