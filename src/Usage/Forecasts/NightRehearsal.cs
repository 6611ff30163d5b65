namespace Orchestrator.Usage.Forecasts;

/// <summary>A task of a simulated unattended run.</summary>
/// <param name="Id">Task id.</param>
/// <param name="Task">Properties of the task, and the tasks that it depends on.</param>
/// <param name="AsksFirst">True if the task needs an approval before it starts, which nobody gives during an unattended run.</param>
public sealed record RehearsedTask(string Id, ForecastTask Task, bool AsksFirst)
{
    /// <summary>Share of this task's past runs in which it failed. Range: 0 to 1.</summary>
    public double FailureShare { get; init; }
}

/// <summary>The input of a simulation of an unattended run.</summary>
public sealed record NightPlan
{
    /// <summary>The tasks, in the order of the plan.</summary>
    public required IReadOnlyList<RehearsedTask> Tasks { get; init; }

    /// <summary>Number of agents that run at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>Time at which the unattended run starts.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Time after which no agent starts, or null for no limit.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Template for the start requests to the governor. The simulation sets the task and the id.</summary>
    public required StartRequest Request { get; init; }

    /// <summary>Known state of the accounts.</summary>
    public required LedgerBook Book { get; init; }

    /// <summary>Rates at which the account's usage windows fill, from <see cref="WindowForecaster.Rates"/>.</summary>
    /// <value>Default: empty, so that the windows stay unchanged.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Fills { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<double>>.Empty;
}

/// <summary>The kind of a <see cref="RehearsedStep"/>.</summary>
public enum RehearsedKind
{
    /// <summary>An agent starts.</summary>
    Starts,

    /// <summary>A task completes.</summary>
    Ends,

    /// <summary>A task fails, as in past runs, so that no dependent task starts.</summary>
    Fails,

    /// <summary>A task waits for an approval that nobody gives during an unattended run.</summary>
    Asks,

    /// <summary>The account's limits delay the start of an agent.</summary>
    Waits,

    /// <summary>A budget is exhausted and needs a user's decision.</summary>
    Money,

    /// <summary>The time limit is reached, so that no more agents start.</summary>
    Time,
}

/// <summary>An event of a simulated unattended run.</summary>
/// <param name="At">Time of the event.</param>
/// <param name="Kind">Kind of the event.</param>
/// <param name="Task">Task id, or null for the run as a whole.</param>
/// <param name="Until">End of a wait, otherwise null.</param>
/// <param name="Cost">Cost of a task that ended or failed, in US dollars; otherwise 0.</param>
public sealed record RehearsedStep(DateTimeOffset At, RehearsedKind Kind, string? Task, DateTimeOffset? Until = null, double Cost = 0);

/// <summary>The result of a simulated unattended run.</summary>
/// <param name="Steps">All events, in order.</param>
/// <param name="Done">Completed tasks.</param>
/// <param name="Left">Other tasks.</param>
/// <param name="Cost">Total cost in US dollars.</param>
/// <param name="End">Time of the last event.</param>
public sealed record Rehearsal(
    IReadOnlyList<RehearsedStep> Steps,
    IReadOnlyList<string> Done,
    IReadOnlyList<string> Left,
    double Cost,
    DateTimeOffset End
);

/// <summary>
/// Simulates an unattended run on a clock that jumps from event to event. Agents take the time and cost of similar past tasks, including
/// gates, merges and answers. The governor's own rules admit them, and they fill the account's usage windows at past rates. Pure.
/// </summary>
public static class NightRehearsal
{
    private static readonly TimeSpan LongestNight = TimeSpan.FromDays(7);

    /// <summary>Simulates the run.</summary>
    /// <param name="night">Input of the simulation.</param>
    /// <param name="past">Past tasks; at least one.</param>
    /// <param name="share">Pessimism, from 0 to 1. Each task takes the time and cost of this quantile of similar past tasks. It fails if
    /// its failure share exceeds one minus this value. 0.5 simulates a typical run.</param>
    public static Rehearsal Play(NightPlan night, IReadOnlyList<PastTask> past, double share)
    {
        var steps = new List<RehearsedStep>();
        var (book, now, cost) = (Alone(night.Book), night.Start, 0.0);
        var atWork = new List<(int Index, string Id, DateTimeOffset Ends, double Cost)>();
        var done = new HashSet<int>();
        var begun = new HashSet<int>();
        var asked = new HashSet<int>();
        var isOver = false;
        while (now - night.Start < LongestNight)
        {
            DateTimeOffset? wake = null;
            foreach (var (index, task) in night.Tasks.Index())
            {
                if (isOver || begun.Contains(index) || asked.Contains(index) || !task.Task.After.All(done.Contains))
                {
                    continue;
                }
                if (task.AsksFirst)
                {
                    asked.Add(index);
                    steps.Add(new RehearsedStep(now, RehearsedKind.Asks, task.Id));
                    continue;
                }
                if (atWork.Count >= night.Workers)
                {
                    break;
                }
                if (now >= night.Until)
                {
                    steps.Add(new RehearsedStep(now, RehearsedKind.Time, null));
                    isOver = true;
                    break;
                }
                var request = night.Request with { Task = task.Id, Id = $"{night.Request.Repository}/{night.Request.Run}/{task.Id}/1" };
                (book, var admission) = Governor.Admit(book, request, now);
                if (admission is Wait wait)
                {
                    if (wait.Why is not (NoSlot or BudgetReserved) || atWork.Count == 0)
                    {
                        steps.Add(new RehearsedStep(now, RehearsedKind.Waits, task.Id, wait.Until));
                        wake = wait.Until > now ? wait.Until : now + Governor.Soon;
                    }
                    break;
                }
                if (admission is Ask)
                {
                    steps.Add(new RehearsedStep(now, RehearsedKind.Money, task.Id));
                    isOver = true;
                    break;
                }
                var alike = RunSimulation.Alike(task.Task.Shape, past);
                begun.Add(index);
                // The agent's first answer, moments after its start, ends a backoff of the account.
                book = Parks.Works(book, night.Request.Account, request.Id);
                steps.Add(new RehearsedStep(now, RehearsedKind.Starts, task.Id));
                var seconds = At([.. alike.Select(one => one.Seconds).Order()], share);
                atWork.Add(
                    (
                        index,
                        request.Id,
                        now + TimeSpan.FromSeconds(Math.Max(1, seconds)),
                        At([.. alike.Select(one => one.Cost).Order()], share)
                    )
                );
            }
            if (atWork.Count == 0 && (wake is null || isOver))
            {
                break;
            }
            now = atWork.Select(one => one.Ends).Concat(wake is { } at ? [at] : []).Min();
            foreach (var ended in atWork.Where(one => one.Ends <= now).OrderBy(one => one.Ends).ToList())
            {
                atWork.Remove(ended);
                var fails = night.Tasks[ended.Index].FailureShare > 1 - share;
                if (!fails)
                {
                    done.Add(ended.Index);
                }
                cost += ended.Cost;
                var used = new Amount(MicroDollars.Of((decimal)ended.Cost), 0);
                (book, _) = Governor.Settle(book, night.Request.Account, ended.Id, used, [], now);
                book = Fill(book, night, ended.Cost, share, now);
                var kind = fails ? RehearsedKind.Fails : RehearsedKind.Ends;
                steps.Add(new RehearsedStep(ended.Ends, kind, night.Tasks[ended.Index].Id, Cost: ended.Cost));
            }
        }
        return new Rehearsal(
            steps,
            [.. done.Order().Select(index => night.Tasks[index].Id)],
            [.. night.Tasks.Index().Where(task => !done.Contains(task.Index)).Select(task => task.Item.Id)],
            cost,
            now
        );
    }

    /// <summary>Fills the usage windows by an agent's cost. A window that has been reset starts empty.</summary>
    private static LedgerBook Fill(LedgerBook book, NightPlan night, double dollars, double share, DateTimeOffset now)
    {
        foreach (var (name, rates) in night.Fills)
        {
            var known = book.Of(night.Request.Account).Windows.GetValueOrDefault(name);
            var (before, reset) = known?.ResetsAt > now ? (known.PartsPerMillion, known.ResetsAt) : (0, now + Parks.LengthOf(name));
            var full = (int)Math.Min(before + (dollars * At(rates, share) * 10_000), Full);
            (book, _) = Parks.Observe(book, night.Request.Account, name, full, reset, "night rehearse", warnAt: int.MaxValue, now);
        }
        return book;
    }

    private const int Full = 1_000_000;

    // The duration of other runs is unknown, so the simulated run has the account to itself.
    private static LedgerBook Alone(LedgerBook book) =>
        book.Ledgers.Values.Aggregate(book, (all, ledger) => all.With(ledger with { Reservations = [], Waiting = [] }));

    private static double At(IReadOnlyList<double> sorted, double share) =>
        sorted[(int)Math.Clamp(share * sorted.Count, 0, sorted.Count - 1)];
}
