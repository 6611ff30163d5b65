namespace Orchestrator.Usage;

/// <summary>
/// Decides in which order runs take turns at a scarce resource, such as an account's slots. Higher priority goes first, then less served
/// time (charged time divided by weight). Ties go to requests that continue earlier work, then to older ones. Has no side effects; the
/// caller stores the state and must serialize changes.
/// </summary>
/// <remarks>
/// A turn costs a run the turn's duration, but at least <see cref="LeastCost"/>, divided by the run's weight. A run that starts to wait
/// gets no credit for the time before. It joins with the service of the least served waiting run, not counting that run's current turns.
/// </remarks>
public sealed record RunFairShareTurnAllocator
{
    /// <summary>
    /// Minimum time that is charged for a turn. Charged as soon as the turn begins, because otherwise one run would get all turns that
    /// become free at the same time.
    /// </summary>
    public static readonly TimeSpan LeastCost = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Maximum time that is subtracted for each running turn of another run. The subtraction is used to compute the initial served time of
    /// a newly joined run.
    /// </summary>
    public static readonly TimeSpan MostCredit = TimeSpan.FromHours(1);

    /// <summary>State without any runs.</summary>
    public static RunFairShareTurnAllocator Empty { get; } = new();

    /// <summary>Time up to which runs have been charged for their running turns.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }

    /// <summary>
    /// Served time so far, by run. Contains all runs that are waiting or have a turn. Also contains each run that has more served time than
    /// one of them with the same priority.
    /// </summary>
    [JsonPropertyName("runs")]
    public ImmutableSortedDictionary<string, RunFairShareRecord> Runs
    {
        get;
        init => field = value ?? ImmutableSortedDictionary<string, RunFairShareRecord>.Empty;
    } = ImmutableSortedDictionary<string, RunFairShareRecord>.Empty;

    /// <summary>Charges runs for the time of their running turns. Must be called before a turn ends.</summary>
    /// <param name="running">Turns that were running since the last call.</param>
    /// <param name="now">Current time.</param>
    public RunFairShareTurnAllocator Advance(IEnumerable<ActiveRunFairShareTurn> running, DateTimeOffset now)
    {
        if (Runs.IsEmpty || now <= At)
        {
            return this;
        }
        var runs = Runs;
        foreach (var turn in running)
        {
            var from = turn.Since + LeastCost > At ? turn.Since + LeastCost : At;
            if (now > from && runs.TryGetValue(turn.Run, out var share))
            {
                runs = runs.SetItem(turn.Run, share.Charged(now - from));
            }
        }
        return this with { At = now, Runs = runs };
    }

    /// <summary>Adds a run that starts to wait, or changes the priority and weight of a waiting run.</summary>
    /// <param name="run">Key of the run.</param>
    /// <param name="priority">Priority of the run.</param>
    /// <param name="weight">Weight of the run.</param>
    /// <param name="waiting">Keys of the runs that are already waiting.</param>
    /// <param name="running">Running turns.</param>
    /// <param name="now">Current time, up to which <see cref="Advance"/> has charged the running turns.</param>
    /// <returns>The new state, or the same instance if nothing changed.</returns>
    public RunFairShareTurnAllocator Join(
        string run,
        int priority,
        int weight,
        IReadOnlySet<string> waiting,
        IReadOnlyList<ActiveRunFairShareTurn> running,
        DateTimeOffset now
    )
    {
        var known = Runs.GetValueOrDefault(run);
        var isWaiting = known is not null && waiting.Contains(run);
        if (isWaiting && known!.Priority == priority && known.Weight == weight)
        {
            return this;
        }
        var served = known?.Served ?? TimeSpan.Zero;
        if (!isWaiting && Floor(run, priority, waiting, running, now) is var floor && floor > served)
        {
            served = floor;
        }
        var active = running.Select(turn => turn.Run).Concat(waiting).Append(run).ToHashSet(StringComparer.Ordinal);
        var runs = Runs.SetItem(run, new RunFairShareRecord(priority, weight, served));
        var past = runs.Where(one => !active.Contains(one.Key) && !IsAhead(one.Value, runs, active)).Select(one => one.Key);
        return this with { At = now > At ? now : At, Runs = runs.RemoveRange([.. past]) };
    }

    /// <summary>Charges a run for a turn that begins.</summary>
    public RunFairShareTurnAllocator Begin(string run) =>
        Runs.TryGetValue(run, out var share) ? this with { Runs = Runs.SetItem(run, share.Charged(LeastCost)) } : this;

    /// <summary>True if a request may start its turn now.</summary>
    /// <param name="id">Id of the request.</param>
    /// <param name="waiting">All waiting requests, including this one.</param>
    /// <param name="free">Number of free turns.</param>
    public bool HasTurn(string id, IEnumerable<RunFairShareTurnRequest> waiting, int free)
    {
        var (turns, line) = (this, waiting.ToList());
        for (; free > 0 && line.Count > 0; free--)
        {
            var next = turns.Next(line);
            if (next.Id == id)
            {
                return true;
            }
            turns = turns.Begin(next.Run);
            line.Remove(next);
        }
        return false;
    }

    private RunFairShareTurnRequest Next(List<RunFairShareTurnRequest> line) =>
        line.Select(turn => (Turn: turn, Share: Runs.GetValueOrDefault(turn.Run) ?? RunFairShareRecord.New))
            .OrderByDescending(one => one.Share.Priority)
            .ThenBy(one => one.Share.Served)
            .ThenByDescending(one => one.Turn.IsUnderWay)
            .ThenBy(one => one.Turn.Since)
            .ThenBy(one => one.Turn.Id, StringComparer.Ordinal)
            .First()
            .Turn;

    /// <summary>Computes the initial served time of a run that starts to wait.</summary>
    private TimeSpan Floor(
        string run,
        int priority,
        IReadOnlySet<string> waiting,
        IReadOnlyList<ActiveRunFairShareTurn> running,
        DateTimeOffset now
    )
    {
        var others = Runs.Where(one => one.Key != run && one.Value.Priority == priority).ToList();
        var lined = others.Where(one => waiting.Contains(one.Key)).Select(one => Before(one.Key, one.Value, running, now)).ToList();
        return lined.Count > 0
            ? lined.Min()
            : others
                .Where(one => running.Any(turn => turn.Run == one.Key))
                .Select(one => Before(one.Key, one.Value, running, now))
                .DefaultIfEmpty()
                .Max();
    }

    /// <summary>
    /// Computes a run's served time without its running turns. The initial served time of a newly joined run then does not include turns
    /// that other runs have just started.
    /// </summary>
    private static TimeSpan Before(string run, RunFairShareRecord share, IEnumerable<ActiveRunFairShareTurn> running, DateTimeOffset now)
    {
        var charged = running.Where(turn => turn.Run == run).Aggregate(TimeSpan.Zero, (sum, turn) => sum + CreditOf(now - turn.Since));
        return share.Charged(-charged).Served;
    }

    private static TimeSpan CreditOf(TimeSpan age) =>
        age < LeastCost ? LeastCost
        : age > MostCredit ? MostCredit
        : age;

    private static bool IsAhead(
        RunFairShareRecord share,
        ImmutableSortedDictionary<string, RunFairShareRecord> runs,
        HashSet<string> active
    ) => runs.Any(one => active.Contains(one.Key) && one.Value.Priority == share.Priority && one.Value.Served < share.Served);
}
