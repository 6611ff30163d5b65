namespace Orchestrator.Workflows.Train;

/// <summary>What the train does next, from its state as a whole. Several entries are merged one on top of the other and gated at once;
/// where that is red, prefixes of them are, until one entry is found with which the gates do not hold and without which they do. What of it
/// is green lands at once. Nothing is decided while gates run, so that it does not matter which of them ends first. Of those in conflict
/// with staging one is resolved at a time: the others wait, since what resolves the first may be in conflict with them anew, or end their
/// conflict.</summary>
internal static class TrainRules
{
    /// <summary>So often has a gate to fail on a tree before an entry is sent back for it.</summary>
    private const int Failures = 2;

    /// <summary>The same for a gate that is known to fail by chance.</summary>
    private const int FailuresOfFlaky = 3;

    /// <summary>What to do now.</summary>
    public static TrainStep Next(TrainState state) =>
        state.Batch switch
        {
            null => Begin(state),
            { Running.Count: > 0 } => new TrainStep.Wait(),
            var batch => GoOn(state, batch),
        };

    private static TrainStep Begin(TrainState state)
    {
        var order = TrainOrder.Of(state.Ready);
        if (order.Count == 0)
        {
            return new TrainStep.Wait();
        }
        var next = order.Take(state.Most).TakeWhile(request => !state.Alone.Contains(request.TaskId)).ToList();
        return next.Count < 2
            ? new TrainStep.MergeAlone(order[0], state.Flaky.IsEmpty ? Failures : FailuresOfFlaky)
            : new TrainStep.Build(next);
    }

    private static TrainStep GoOn(TrainState state, TrainBatch batch)
    {
        var whole = batch.Entries.Count;
        if (batch.Green > batch.Landed)
        {
            return new TrainStep.Land(batch.Green);
        }
        if (batch.Landed == whole)
        {
            return new TrainStep.End();
        }
        if (batch.Results.Values.Any(result => result.BlamesMachine))
        {
            return new TrainStep.GiveUp();
        }
        if (!batch.Results.TryGetValue(whole, out var last))
        {
            return new TrainStep.Gate([new PrefixRun(whole, Failures)]);
        }

        // Before others are looked at: was it chance?
        var (green, red) = (batch.Green, batch.Red);
        if (Missing(state, last) is > 0 and var moreOfWhole)
        {
            return new TrainStep.Gate([new PrefixRun(whole, moreOfWhole)]);
        }
        if (red - green > 1)
        {
            return new TrainStep.Gate(Prefixes(state, batch, green, red));
        }
        return Missing(state, batch.Results[red]) is > 0 and var more
            ? new TrainStep.Gate([new PrefixRun(red, more)])
            : new TrainStep.SendBack(red);
    }

    /// <summary>Prefixes that split those that may be the shortest red one into equal parts. Where all of them are looked at, one of them
    /// or the red one that is known will be it: then they are run as often as that takes.</summary>
    private static List<PrefixRun> Prefixes(TrainState state, TrainBatch batch, int green, int red)
    {
        var between = red - green - 1;
        var parts = Math.Min(state.Parallel, between) + 1;
        var isLastRound = parts == between + 1;
        var tries =
            IsFlaky(state, batch.Results[red]) ? FailuresOfFlaky
            : isLastRound ? Failures
            : 1;
        var runs = Enumerable.Range(1, parts - 1).Select(part => new PrefixRun(green + ((red - green) * part / parts), tries)).ToList();
        if (isLastRound && runs.Count < state.Parallel && Missing(state, batch.Results[red]) is > 0 and var more)
        {
            runs.Add(new PrefixRun(red, more));
        }
        return runs;
    }

    /// <summary>How often the gates that did not hold have to be run again before that is believed.</summary>
    private static int Missing(TrainState state, PrefixResult result) =>
        (IsFlaky(state, result) ? FailuresOfFlaky : Failures) - result.Failures;

    private static bool IsFlaky(TrainState state, PrefixResult result) => result.Failed.Any(state.Flaky.Contains);
}
