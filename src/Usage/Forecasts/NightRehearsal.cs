namespace Orchestrator.Usage.Forecasts;

/// <summary>A task of a night that is rehearsed.</summary>
/// <param name="Id">The task.</param>
/// <param name="Task">Properties of the task, and what it waits for.</param>
/// <param name="AsksFirst">Whether a person has to say yes before it starts: at night nobody does.</param>
public sealed record RehearsedTask(string Id, ForecastTask Task, bool AsksFirst)
{
    /// <summary>Share of the past runs of this very task in which it failed, 0 to 1.</summary>
    public double FailureShare { get; init; }
}

/// <summary>A night that is rehearsed.</summary>
public sealed record NightPlan
{
    /// <summary>The tasks, in the order of the plan.</summary>
    public required IReadOnlyList<RehearsedTask> Tasks { get; init; }

    /// <summary>The number of agents that work at once.</summary>
    public required int Workers { get; init; }

    /// <summary>When the night begins.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>No agent starts after it; null: no end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The start of an agent as its governor is asked for it; task and id are filled in.</summary>
    public required StartRequest Request { get; init; }

    /// <summary>The known state of the accounts.</summary>
    public required LedgerBook Book { get; init; }

    /// <summary>The rates at which limits of the account fill, by <see cref="WindowForecaster.Rates"/>.</summary>
    /// <value>Default: it is not known, and they stay as they are.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Fills { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<double>>.Empty;
}

/// <summary>A kind of <see cref="RehearsedStep"/>.</summary>
public enum RehearsedKind
{
    /// <summary>An agent starts.</summary>
    Starts,

    /// <summary>A task is done.</summary>
    Ends,

    /// <summary>A task fails, as it did before: nothing that depends on it starts.</summary>
    Fails,

    /// <summary>A task waits for a yes that nobody gives at night.</summary>
    Asks,

    /// <summary>The account lets no agent start for a while.</summary>
    Waits,

    /// <summary>A budget is used up: a person is asked.</summary>
    Money,

    /// <summary>The end of the night: nothing more starts.</summary>
    Time,
}

/// <summary>A moment of a rehearsed night.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Task">The task; null: the night as a whole.</param>
/// <param name="Until">For a wait, until when; else null.</param>
/// <param name="Cost">For an end or a failure, US dollars of the task; else 0.</param>
public sealed record RehearsedStep(DateTimeOffset At, RehearsedKind Kind, string? Task, DateTimeOffset? Until = null, double Cost = 0);

/// <summary>The result of a rehearsed night.</summary>
/// <param name="Steps">All moments, in order.</param>
/// <param name="Done">Tasks that are done.</param>
/// <param name="Left">Tasks that are not.</param>
/// <param name="Cost">US dollars.</param>
/// <param name="End">When the last thing happens.</param>
public sealed record Rehearsal(
    IReadOnlyList<RehearsedStep> Steps,
    IReadOnlyList<string> Done,
    IReadOnlyList<string> Left,
    double Cost,
    DateTimeOffset End
);

/// <summary>Plays a night on a clock that jumps from one moment to the next: agents take as long and cost as much as past ones that are
/// alike, are admitted by the rules of the governor itself, and fill the account's limits as past ones did. Gates, merges and answers
/// take what past tasks took. Pure.</summary>
public static class NightRehearsal
{
    private static readonly TimeSpan LongestNight = TimeSpan.FromDays(7);

    /// <summary>Plays it.</summary>
    /// <param name="night">The night.</param>
    /// <param name="past">Past tasks; at least one.</param>
    /// <param name="share">How hard it is: each task takes and costs as much as this share of alike past ones at most, and fails where it
    /// failed in more than the rest of its past runs. 0.5 is a usual night.</param>
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
                // Its first answer shows that the account works, moments after its start.
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

    /// <summary>Limits fill by what an agent has cost, and begin anew after their reset.</summary>
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

    // How long other runs work is not known: the account is the night's alone.
    private static LedgerBook Alone(LedgerBook book) =>
        book.Ledgers.Values.Aggregate(book, (all, ledger) => all.With(ledger with { Reservations = [], Waiting = [] }));

    private static double At(IReadOnlyList<double> sorted, double share) =>
        sorted[(int)Math.Clamp(share * sorted.Count, 0, sorted.Count - 1)];
}
