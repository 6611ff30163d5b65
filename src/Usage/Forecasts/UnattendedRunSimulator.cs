namespace Orchestrator.Usage.Forecasts;

/// <summary>A task of a simulated unattended run.</summary>
/// <param name="Id">Task id.</param>
/// <param name="Task">Properties of the task, and the tasks that it depends on.</param>
/// <param name="AsksFirst">True if the task needs an approval before it starts. Nobody gives approvals during an unattended run.</param>
public sealed record SimulatedRunTask(string Id, ForecastTask Task, bool AsksFirst)
{
    /// <summary>Fraction of this task's past runs in which it failed. Range: 0 to 1.</summary>
    public double FailureShare { get; init; }
}

/// <summary>Input for the simulation of an unattended run.</summary>
public sealed record UnattendedRunSimulationInput
{
    /// <summary>The tasks, in the order of the plan.</summary>
    public required IReadOnlyList<SimulatedRunTask> Tasks { get; init; }

    /// <summary>Maximum number of agents that run at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>Time at which the unattended run starts.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Time after which no agent starts, or null for no limit.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Template for the start requests to the governor. The simulation sets the task and the id of each request.</summary>
    public required AgentStartRequest Request { get; init; }

    /// <summary>Ledgers of the accounts at the start of the simulation.</summary>
    public required AccountLedgerSet Book { get; init; }

    /// <summary>
    /// Rates at which the account's usage windows fill, in percent per US dollar, as computed by <see cref="WindowForecaster.Rates"/>.
    /// </summary>
    /// <value>Default: empty, so that the windows stay unchanged.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Fills { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<double>>.Empty;
}

/// <summary>Kind of an event in a simulated unattended run.</summary>
public enum SimulatedRunEventKind
{
    /// <summary>An agent starts.</summary>
    Starts,

    /// <summary>A task is completed.</summary>
    Ends,

    /// <summary>
    /// A task fails because it failed in a large enough share of its past runs. Tasks that depend on it therefore do not start.
    /// </summary>
    Fails,

    /// <summary>A task is waiting for an approval, which nobody gives during an unattended run.</summary>
    Asks,

    /// <summary>The account's limits delay the start of an agent.</summary>
    Waits,

    /// <summary>A budget is used up, and a user must decide.</summary>
    Money,

    /// <summary>The time limit is reached, and no more agents start.</summary>
    Time,
}

/// <summary>An event of a simulated unattended run.</summary>
/// <param name="At">Time of the event.</param>
/// <param name="Kind">Kind of the event.</param>
/// <param name="Task">Id of the task, or null for an event of the run as a whole.</param>
/// <param name="Until">Time at which a wait ends, or null for other events.</param>
/// <param name="Cost">Cost in US dollars of a task that was completed or failed; otherwise 0.</param>
public sealed record SimulatedRunEvent(
    DateTimeOffset At,
    SimulatedRunEventKind Kind,
    string? Task,
    DateTimeOffset? Until = null,
    double Cost = 0
);

/// <summary>Result of simulating an unattended run.</summary>
/// <param name="Steps">All events, in chronological order.</param>
/// <param name="Done">Ids of the completed tasks.</param>
/// <param name="Left">Ids of all other tasks.</param>
/// <param name="Cost">Total cost in US dollars.</param>
/// <param name="End">Time of the last event.</param>
public sealed record SimulatedRunResult(
    IReadOnlyList<SimulatedRunEvent> Steps,
    IReadOnlyList<string> Done,
    IReadOnlyList<string> Left,
    double Cost,
    DateTimeOffset End
);

/// <summary>
/// Simulates an unattended run with a clock that jumps from event to event. Each task takes the time and cost of similar past tasks,
/// including gates, merges and answers. The governor's own rules decide when agents start, and the cost of agents fills the account's usage
/// windows at past rates. Has no side effects.
/// </summary>
public static class UnattendedRunSimulator
{
    private static readonly TimeSpan LongestNight = TimeSpan.FromDays(7);

    /// <summary>Simulates the run and returns its events.</summary>
    /// <param name="night">Input of the simulation.</param>
    /// <param name="past">Past tasks; at least one.</param>
    /// <param name="share">Pessimism from 0 to 1, where 0.5 simulates a typical run. Each task takes the time and cost at this quantile of
    /// similar past tasks. A task fails if its failure share exceeds one minus this value.</param>
    public static SimulatedRunResult Simulate(UnattendedRunSimulationInput night, IReadOnlyList<PastTask> past, double share) =>
        new UnattendedRunSimulation(night, past, share).Play();

    private sealed class UnattendedRunSimulation(UnattendedRunSimulationInput night, IReadOnlyList<PastTask> past, double share)
    {
        private readonly List<SimulatedRunEvent> _steps = [];
        private readonly List<(int Index, string Id, DateTimeOffset Ends, double Cost)> _atWork = [];
        private readonly HashSet<int> _done = [];
        private readonly HashSet<int> _seen = [];
        private AccountLedgerSet _book = Alone(night.Book);
        private DateTimeOffset _now = night.Start;
        private double _cost;
        private bool _isOver;

        public SimulatedRunResult Play()
        {
            while (_now - night.Start < LongestNight)
            {
                var wake = StartTasks();
                if (_atWork.Count == 0 && (wake is null || _isOver))
                {
                    break;
                }
                _now = _atWork.Select(one => one.Ends).Concat(wake is { } at ? [at] : []).Min();
                foreach (var ended in _atWork.Where(one => one.Ends <= _now).OrderBy(one => one.Ends).ToList())
                {
                    _atWork.Remove(ended);
                    End(ended.Index, ended.Id, ended.Ends, ended.Cost);
                }
            }
            return new SimulatedRunResult(
                _steps,
                [.. _done.Order().Select(index => night.Tasks[index].Id)],
                [.. night.Tasks.Index().Where(task => !_done.Contains(task.Index)).Select(task => task.Item.Id)],
                _cost,
                _now
            );
        }

        /// <summary>Starts all tasks that may start now.</summary>
        /// <returns>Time at which the governor expects the next request of a waiting task, or null if no task waits for a time.</returns>
        private DateTimeOffset? StartTasks()
        {
            foreach (var (index, task) in night.Tasks.Index())
            {
                if (_isOver || _seen.Contains(index) || !task.Task.After.All(_done.Contains))
                {
                    continue;
                }
                if (task.AsksFirst)
                {
                    _seen.Add(index);
                    _steps.Add(new SimulatedRunEvent(_now, SimulatedRunEventKind.Asks, task.Id));
                    continue;
                }
                if (_atWork.Count >= night.Workers)
                {
                    return null;
                }
                if (_now >= night.Until)
                {
                    EndNight(SimulatedRunEventKind.Time, null);
                    return null;
                }
                var request = night.Request with { Task = task.Id, Id = $"{night.Request.Repository}/{night.Request.Run}/{task.Id}/1" };
                (_book, var admission) = AgentStartAdmitter.Admit(_book, request, _now);
                if (admission is AgentStartDelayedDecision wait)
                {
                    return WakeOf(wait, task.Id);
                }
                if (admission is BudgetExhaustedAdmissionDecision)
                {
                    EndNight(SimulatedRunEventKind.Money, task.Id);
                    return null;
                }
                _seen.Add(index);
                Start(index, request.Id);
            }
            return null;
        }

        private DateTimeOffset? WakeOf(AgentStartDelayedDecision wait, string task)
        {
            if (wait.Why is NoFreeSlotStartDelayCause or BudgetReservedStartDelayCause && _atWork.Count > 0)
            {
                return null;
            }
            _steps.Add(new SimulatedRunEvent(_now, SimulatedRunEventKind.Waits, task, wait.Until));
            return wait.Until > _now ? wait.Until : _now + AgentStartAdmitter.Soon;
        }

        private void EndNight(SimulatedRunEventKind kind, string? task)
        {
            _steps.Add(new SimulatedRunEvent(_now, kind, task));
            _isOver = true;
        }

        private void Start(int index, string id)
        {
            var (task, alike) = (night.Tasks[index], RunSimulation.SelectSimilar(night.Tasks[index].Task.Shape, past));
            // The agent's first answer, moments after its start, ends a backoff of the account.
            _book = AccountBackoffCalculator.Works(_book, night.Request.Account, id);
            _steps.Add(new SimulatedRunEvent(_now, SimulatedRunEventKind.Starts, task.Id));
            var seconds = At([.. alike.Select(one => one.Seconds).Order()], share);
            _atWork.Add(
                (index, id, _now + TimeSpan.FromSeconds(Math.Max(1, seconds)), At([.. alike.Select(one => one.Cost).Order()], share))
            );
        }

        private void End(int index, string id, DateTimeOffset at, double cost)
        {
            var fails = night.Tasks[index].FailureShare > 1 - share;
            if (!fails)
            {
                _done.Add(index);
            }
            _cost += cost;
            var used = new MoneyAndTokenAmount(MicroDollars.Of((decimal)cost), 0);
            (_book, _) = AgentStartAdmitter.SettleReservation(_book, night.Request.Account, id, used, [], _now);
            _book = Fill(_book, night, cost, share, _now);
            _steps.Add(
                new SimulatedRunEvent(
                    at,
                    fails ? SimulatedRunEventKind.Fails : SimulatedRunEventKind.Ends,
                    night.Tasks[index].Id,
                    Cost: cost
                )
            );
        }
    }

    /// <summary>Adds an agent's cost to the usage windows. A window that was reset starts empty.</summary>
    private static AccountLedgerSet Fill(
        AccountLedgerSet book,
        UnattendedRunSimulationInput night,
        double dollars,
        double share,
        DateTimeOffset now
    )
    {
        foreach (var (name, rates) in night.Fills)
        {
            var known = book.Of(night.Request.Account).Windows.GetValueOrDefault(name);
            var (before, reset) =
                known?.ResetsAt > now ? (known.PartsPerMillion, known.ResetsAt) : (0, now + AccountBackoffCalculator.LengthOf(name));
            var full = (int)Math.Min(before + (dollars * At(rates, share) * 10_000), Full);
            var seen = new UsageWindowReport(name, full, reset, "night rehearse", WarnAt: int.MaxValue);
            (book, _) = AccountBackoffCalculator.Observe(book, night.Request.Account, seen, now);
        }
        return book;
    }

    private const int Full = 1_000_000;

    // The duration of other runs is unknown, so the simulated run has the account to itself.
    private static AccountLedgerSet Alone(AccountLedgerSet book) =>
        book.Ledgers.Values.Aggregate(book, (all, ledger) => all.With(ledger with { Reservations = [], Waiting = [] }));

    private static double At(IReadOnlyList<double> sorted, double share) =>
        sorted[(int)Math.Clamp(share * sorted.Count, 0, sorted.Count - 1)];
}
