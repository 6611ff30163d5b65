namespace Orchestrator.Usage.Tests;

/// <summary>A run whose tasks each take one slot of the account.</summary>
/// <param name="Name">Run id.</param>
/// <param name="Tasks">Number of tasks, all of them ready at the start.</param>
/// <param name="Starts">Start of the run.</param>
/// <param name="Takes">Duration of a task by its number.</param>
internal sealed record SimulatedRun(string Name, int Tasks, TimeSpan Starts, Func<int, TimeSpan> Takes)
{
    /// <summary>Number of tasks that request a slot or have one at the same time.</summary>
    public int Workers { get; init; } = 8;

    public int Priority { get; init; }

    public int Weight { get; init; } = 1;
}

/// <summary>A task that had a slot.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Began">Time at which the task got its slot.</param>
/// <param name="Ended">Time at which the slot was released.</param>
internal sealed record SimulatedTask(string Run, TimeSpan Began, TimeSpan Ended);

/// <summary>Simulates runs that share the slots of an account, by the governor's rules and on a simulated clock.</summary>
/// <param name="slots">Slots of the account.</param>
/// <param name="chance">Order in which waiting tasks repeat their requests.</param>
internal sealed class SlotSimulation(int slots, Random chance)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(15);
    private readonly HashSet<(string Run, int Number)> _begun = [];
    private readonly List<SimulatedTask> _tasks = [];
    private AccountLedgerSet _book = AccountLedgerSet.Empty;

    /// <summary>Plays runs.</summary>
    /// <param name="runs">All runs.</param>
    /// <param name="until">Run whose end ends the simulation, or null for the end of all runs.</param>
    /// <returns>Tasks in the order of their starts.</returns>
    public IReadOnlyList<SimulatedTask> Play(IReadOnlyList<SimulatedRun> runs, SimulatedRun? until = null)
    {
        var atWork = new List<(SimulatedRun Run, int Number, TimeSpan Ends)>();
        for (var now = TimeSpan.Zero; ; )
        {
            Admit(runs, atWork, now);
            var times = atWork.Select(one => one.Ends).Concat(runs.Select(run => run.Starts).Where(starts => starts > now)).ToList();
            if (times.Count == 0 || _tasks.Count(task => task.Run == until?.Name && task.Ended <= now) == until?.Tasks)
            {
                return _tasks;
            }
            var next = times.Min();
            // Waiting tasks repeat their requests all the time, so that the governor knows of them when a slot is released.
            for (now += Poll; now < next; now += Poll)
            {
                Admit(runs, atWork, now);
            }
            now = next;
            foreach (var (run, number, _) in atWork.Where(one => one.Ends <= now))
            {
                Call(run, number, now, new EndedAgentRunUsage(MoneyAndTokenAmount.Zero, []));
            }
            atWork.RemoveAll(one => one.Ends <= now);
        }
    }

    private void Admit(IReadOnlyList<SimulatedRun> runs, List<(SimulatedRun Run, int Number, TimeSpan Ends)> atWork, TimeSpan now)
    {
        bool isAnyNew;
        do
        {
            isAnyNew = false;
            // The first round makes all requests known; a second one gives out what the first one left.
            foreach (var run in runs.Where(run => run.Starts <= now).OrderBy(_ => chance.Next()).ToList())
            {
                var free = run.Workers - atWork.Count(one => one.Run == run);
                var waiting = Enumerable.Range(0, run.Tasks).Where(number => !_begun.Contains((run.Name, number))).Take(free).ToList();
                foreach (var number in waiting)
                {
                    if (Call(run, number, now, null) is not AgentAdmittedDecision)
                    {
                        continue;
                    }
                    atWork.Add((run, number, now + run.Takes(number)));
                    _tasks.Add(new SimulatedTask(run.Name, now, now + run.Takes(number)));
                    _begun.Add((run.Name, number));
                    isAnyNew = true;
                    break;
                }
            }
        } while (isAnyNew);
    }

    private AgentAdmissionDecision? Call(SimulatedRun run, int number, TimeSpan now, EndedAgentRunUsage? end)
    {
        var id = $"repository/{run.Name}/{number}/1";
        var request = new AgentStartRequest
        {
            Id = id,
            Account = "claude",
            Repository = "repository",
            Run = run.Name,
            Task = $"{number}",
            Holder = new AgentRunReservationHolderProcess("host", "1"),
            Slots = slots,
            Priority = run.Priority,
            Weight = run.Weight,
        };
        var call = new AccountGovernorRequest
        {
            Account = "claude",
            Id = id,
            Ended = end,
            Start = end is null ? request : null,
        };
        (_book, var answer) = AccountGovernorRequestHandler.Apply(_book, call, Start + now);
        return answer.Admission;
    }
}
