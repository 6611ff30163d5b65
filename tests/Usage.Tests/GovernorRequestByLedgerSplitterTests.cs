using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

/// <summary>Ledgers that share no lock, as on a server: each account's, and that of the budgets over all of them. A start takes a step with
/// each; whoever takes them may die after any step.</summary>
public sealed class GovernorRequestByLedgerSplitterTests
{
    private const int Histories = 500;
    private const int Steps = 200;
    private const long Most = 20_000;
    private static readonly string[] Accounts = ["claude", "api"];

    private sealed class Keepers
    {
        private readonly Dictionary<string, AccountLedgerSet> _books = new(StringComparer.Ordinal);

        public AccountLedgerSet Of(string account) => _books.GetValueOrDefault(account) ?? AccountLedgerSet.Empty;

        /// <summary>One step, alone with one ledger.</summary>
        public AccountGovernorResponse Send(AccountGovernorRequest call)
        {
            var (book, answer) = AccountGovernorRequestHandler.Apply(Of(call.Account), call, Now);
            _books[call.Account] = book;
            return answer;
        }
    }

    [Fact]
    public void Histories_OfTwoStepsWithCrashesBetweenThem_PassNoBudgetAndForgetNothing()
    {
        var seed =
            Environment.GetEnvironmentVariable("TEST_SEED") is { } set && int.TryParse(set, out var given) ? given : Environment.TickCount;
        var starts = 0;
        for (var i = 0; i < Histories; i++)
        {
            starts += Play(seed + i);
        }
        Assert.True(starts > Histories * 3, $"seed {seed}: {starts} starts");
    }

    [Fact]
    public void Parts_OfAnEnd_CountEachScopeOnce()
    {
        var call = new AccountGovernorRequest
        {
            Account = Account,
            Id = "a",
            Ended = new EndedAgentRunUsage(new MoneyAndTokenAmount(5, 0), [RunScope, "account:claude/2026-11"]),
        };

        Assert.Equal(["account:claude/2026-11"], GovernorRequestByLedgerSplitter.OfAccount(call).Ended!.Scopes);
        Assert.Equal([RunScope], GovernorRequestByLedgerSplitter.OfBudgets(call)!.Ended!.Scopes);
        Assert.Null(
            GovernorRequestByLedgerSplitter.OfBudgets(
                new AccountGovernorRequest
                {
                    Account = Account,
                    Id = "a",
                    Works = true,
                }
            )
        );
    }

    private static int Play(int seed)
    {
        var chance = new Random(seed);
        var keepers = new Keepers();
        var working = new Dictionary<string, (string Account, long Granted)>(StringComparer.Ordinal);
        var dead = new List<(string Account, string Id)>();
        long used = 0;
        var starts = 0;
        for (var step = 0; step < Steps; step++)
        {
            var id = $"t{step}";
            var some = working.Keys.ElementAtOrDefault(chance.Next(0, Math.Max(1, working.Count)));
            switch (chance.Next(0, 6))
            {
                case < 3:
                    var account = Accounts[chance.Next(2)];
                    if (Admit(keepers, account, id, chance) is { } granted)
                    {
                        working[id] = (account, granted);
                        starts++;
                    }
                    else if (keepers.Of(account).Of(account).Find(id) is not null)
                    {
                        dead.Add((account, id));
                    }
                    break;
                case 3 when some is not null:
                    var (payer, most) = working[some];
                    var spent = chance.NextInt64(0, most + 1);
                    used += spent;
                    // The first step is made, or both; who comes next makes them again.
                    Settle(keepers, payer, some, spent, onlyFirst: chance.Next(2) == 0);
                    Settle(keepers, payer, some, spent, onlyFirst: false);
                    working.Remove(some);
                    break;
                case 4 when dead.Count > 0:
                    var (of, gone) = dead[^1];
                    dead.RemoveAt(dead.Count - 1);
                    var release = new AccountGovernorRequest
                    {
                        Account = of,
                        Id = gone,
                        Released = true,
                    };
                    keepers.Send(GovernorRequestByLedgerSplitter.OfAccount(release));
                    keepers.Send(GovernorRequestByLedgerSplitter.OfBudgets(release)!);
                    break;
            }
            var book = keepers.Of(GovernorRequestByLedgerSplitter.Account);
            var known = book.SpentIn(RunScope).Plus(book.ReservedIn(RunScope)).Micros;
            Assert.True(known <= Most, $"seed {seed}: {known} of {Most} are given out.");
            Assert.True(used + working.Values.Sum(one => one.Granted) <= known, $"seed {seed}: {used} are used, {known} known.");
            Assert.All(
                Accounts,
                name => Assert.True(keepers.Of(name).Of(name).Reservations.Count(one => !one.IsLost) <= 3, $"seed {seed}: slots of {name}")
            );
        }
        return starts;
    }

    /// <summary>The granted amount, or null if the call was refused or its holder died.</summary>
    private static long? Admit(Keepers keepers, string account, string id, Random chance)
    {
        var call = new AccountGovernorRequest
        {
            Account = account,
            Id = id,
            Start = Request(id, RunCap(Most)) with { Account = account, Slots = 3, Share = chance.Next(1, 5) },
        };
        if (keepers.Send(GovernorRequestByLedgerSplitter.OfAccount(call)).Admission is not AgentAdmittedDecision || chance.Next(8) == 0)
        {
            return null;
        }
        var answer = keepers.Send(GovernorRequestByLedgerSplitter.OfBudgets(call)!);
        if (answer.Admission is AgentAdmittedDecision { Reservation: var reservation })
        {
            // Its holder may die before the agent begins, and the machine is gone for good.
            return chance.Next(8) == 0 ? null : reservation.GrantedMicros;
        }
        if (chance.Next(8) != 0)
        {
            keepers.Send(
                new AccountGovernorRequest
                {
                    Account = account,
                    Id = id,
                    Released = true,
                }
            );
        }
        return null;
    }

    private static void Settle(Keepers keepers, string account, string id, long micros, bool onlyFirst)
    {
        var call = new AccountGovernorRequest
        {
            Account = account,
            Id = id,
            Ended = new EndedAgentRunUsage(new MoneyAndTokenAmount(micros, 0), [RunScope]),
        };
        keepers.Send(GovernorRequestByLedgerSplitter.OfAccount(call));
        if (!onlyFirst)
        {
            keepers.Send(GovernorRequestByLedgerSplitter.OfBudgets(call)!);
        }
    }
}
