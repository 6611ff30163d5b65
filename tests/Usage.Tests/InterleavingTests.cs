using System.Text;
using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

/// <summary>All interleavings of three hosts that start two agents each, on two accounts, with up to four crashes. A step is what one
/// holder of the lock does; a host that crashes forgets everything, an agent that works does not.</summary>
public sealed class InterleavingTests
{
    private const int Hosts = 3;
    private const int Starts = 2;
    private const int Crashes = 4;
    private const long Budget = 100;
    private static readonly DateTimeOffset Later = Now.AddHours(3);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _blocked;
    private int _exhausted;

    /// <summary>The state of an agent run, which is on the disk and survives crashes.</summary>
    private enum Agent
    {
        None,
        Works,
        Ended,
        Refused,
    }

    private enum Step
    {
        Ask,
        Launch,
        Follow,
        Settle,
        Done,
    }

    private sealed record Host(int Start, Step At);

    private sealed record World(AccountLedgerSet Book, Host[] Hosts, Agent[] Agents, long[] Used, int Crashes, bool IsBlocked);

    [Fact]
    public void Kernel_AllInterleavingsOfThreeHostsTwoAccountsAndFourCrashes_KeepEveryPromise()
    {
        var first = new World(
            AccountLedgerSet.Empty,
            [.. Enumerable.Range(0, Hosts).Select(_ => new Host(0, Step.Ask))],
            new Agent[Hosts * Starts],
            new long[Hosts * Starts],
            Crashes,
            IsBlocked: false
        );
        var open = new Stack<World>([first]);
        while (open.TryPop(out var world))
        {
            if (!_seen.Add(KeyOf(world)))
            {
                continue;
            }
            foreach (var next in NextOf(world))
            {
                Check(next);
                open.Push(next);
            }
        }

        Assert.True(_seen.Count > 10_000, $"{_seen.Count} states");
        Assert.True(_blocked > 0 && _exhausted > 0, $"{_blocked} blocked, {_exhausted} exhausted, {_seen.Count} states");
    }

    // Host 1 is refused by the service with its first agent; hosts 0 and 1 share an account.
    private static string AccountOf(int host) => host < 2 ? Account : "api";

    private static string IdOf(int host, int start) => $"{host}/{start}";

    private static AgentStartRequest RequestOf(int host, int start) =>
        Request(IdOf(host, start), RunCap(Budget)) with
        {
            Account = AccountOf(host),
            Share = host == 0 ? 2 : 1,
        };

    private IEnumerable<World> NextOf(World world)
    {
        for (var host = 0; host < Hosts; host++)
        {
            var (start, at) = world.Hosts[host];
            // The launching process holds the lock, so that others do not touch the ledger meanwhile.
            var isLocked = world.Hosts.Where((other, i) => i != host && other.At == Step.Launch).Any();
            if (at != Step.Done && !isLocked && Take(world, host, start, at) is { } next)
            {
                yield return next;
            }
            if (at != Step.Done && world.Crashes > 0)
            {
                yield return To(world with { Crashes = world.Crashes - 1 }, host, start, Step.Ask);
            }
            for (var i = host * Starts; i < (host + 1) * Starts; i++)
            {
                if (world.Agents[i] == Agent.Works)
                {
                    // It uses all that it was granted.
                    var granted = world.Book.Of(AccountOf(host)).Find(IdOf(host, i % Starts))!.GrantedMicros!.Value;
                    yield return With(world, i, host == 1 && i % Starts == 0 ? Agent.Refused : Agent.Ended, granted);
                }
            }
        }
    }

    private World? Take(World world, int host, int start, Step at)
    {
        var (account, id) = (AccountOf(host), IdOf(host, start));
        var agent = world.Agents[(host * Starts) + start];
        switch (at)
        {
            // A start that was adopted before is followed, no matter which process made it.
            case Step.Ask when agent != Agent.None:
                return To(world, host, start, Step.Follow);
            case Step.Ask:
                var (book, admission) = AgentStartAdmitter.Admit(world.Book, RequestOf(host, start), Now);
                _exhausted += admission is BudgetExhaustedAdmissionDecision ? 1 : 0;
                _blocked += admission is AgentStartDelayedDecision { Why: AccountInBackoffStartDelayCause } ? 1 : 0;
                return admission switch
                {
                    AgentAdmittedDecision => To(world with { Book = book }, host, start, Step.Launch),
                    BudgetExhaustedAdmissionDecision => To(world with { Book = book }, host, start, Step.Done),
                    AgentStartDelayedDecision { Why: AccountInBackoffStartDelayCause } => To(
                        world with
                        {
                            Book = book,
                        },
                        host,
                        start,
                        Step.Done
                    ),
                    _ => null, // It waits for another step.
                };
            case Step.Launch:
                Assert.NotNull(world.Book.Of(account).Find(id));
                Assert.False(world.IsBlocked && account == Account, "An agent is started after the block.");
                return To(With(world, (host * Starts) + start, Agent.Works, 0), host, start, Step.Follow);
            case Step.Follow:
                return agent switch
                {
                    Agent.Works => null,
                    Agent.Refused => To(
                        world with
                        {
                            Book = AccountBackoffCalculator.Block(world.Book, account, id, new("five_hour", Later, "test"), Now),
                            IsBlocked = true,
                        },
                        host,
                        start,
                        Step.Settle
                    ),
                    _ => To(world, host, start, Step.Settle),
                };
            default:
                var settled = AgentStartAdmitter
                    .SettleReservation(world.Book, account, id, new MoneyAndTokenAmount(world.Used[(host * Starts) + start], 0), [], Now)
                    .Book;
                return start + 1 < Starts
                    ? To(world with { Book = settled }, host, start + 1, Step.Ask)
                    : To(world with { Book = settled }, host, start, Step.Done);
        }
    }

    private static void Check(World world)
    {
        var used = world.Used.Sum();
        Assert.True(used <= Budget, $"{used} of {Budget} are used.");
        var known = world.Book.SpentIn(RunScope).Plus(world.Book.ReservedIn(RunScope)).Micros;
        Assert.True(known <= Budget, $"{known} of {Budget} are given out.");
        Assert.True(used <= known, "Something that was used is forgotten.");
        if (world.Hosts.All(host => host.At == Step.Done) && !world.Agents.Contains(Agent.Works))
        {
            var open = world.Book.Ledgers.Values.SelectMany(ledger => ledger.Reservations).Sum(one => one.Held.Micros);
            Assert.Equal(used, world.Book.SpentIn(RunScope).Micros + open);
        }
    }

    private static World To(World world, int host, int start, Step at)
    {
        var hosts = (Host[])world.Hosts.Clone();
        hosts[host] = new Host(start, at);
        return world with { Hosts = hosts };
    }

    private static World With(World world, int index, Agent agent, long used)
    {
        var agents = (Agent[])world.Agents.Clone();
        var all = (long[])world.Used.Clone();
        (agents[index], all[index]) = (agent, used);
        return world with { Agents = agents, Used = all };
    }

    private static string KeyOf(World world)
    {
        var key = new StringBuilder();
        foreach (var host in world.Hosts)
        {
            key.Append(host.Start).Append((int)host.At);
        }
        key.Append('|').AppendJoin(',', world.Agents.Cast<int>()).Append('|').AppendJoin(',', world.Used).Append('|').Append(world.Crashes);
        foreach (var ledger in world.Book.Ledgers.Values)
        {
            key.Append('|').Append(ledger.Account).Append(ledger.Park is null ? '-' : '!').Append(ledger.SpentIn(RunScope).Micros);
            foreach (var one in ledger.Reservations)
            {
                key.Append(' ').Append(one.Id).Append('=').Append(one.GrantedMicros);
            }
        }
        return key.ToString();
    }
}
