namespace Orchestrator.Workflows.Train;

/// <summary>Decides the train's next step from its whole state. Entries are merged one on top of the other and gated at once; if that
/// fails, prefixes are gated, until one entry is found with which the gates fail and without which they pass. Prefixes that pass land
/// at once. Nothing is decided while gates run, so it does not matter which ends first. Of the entries in conflict with staging one is
/// resolved at a time: the others wait, because resolving the first may cause or end their conflict.</summary>
internal static class TrainRules
{
    /// <summary>The number of failures of a gate on a tree before an entry is sent back.</summary>
    internal const int Failures = 2;

    /// <summary>The number of failures of a gate that is known to be flaky.</summary>
    private const int FailuresOfFlaky = 3;

    /// <summary>The next step.</summary>
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
        return new TrainStep.Build(next.Count == 0 ? [order[0]] : next);
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
        if (batch.Results.Values.FirstOrDefault(result => result.FailureClass != FailureClass.None) is { } unjudged)
        {
            return unjudged.FailureClass == FailureClass.Transient ? new TrainStep.End()
                : batch.IsAlone ? new TrainStep.SendBack(whole)
                : new TrainStep.GiveUp();
        }
        if (!batch.Results.TryGetValue(whole, out var last))
        {
            return new TrainStep.Gate([new PrefixRun(whole, Failures)]);
        }

        // First: was a failure flaky?
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

    /// <summary>Prefixes that divide the candidates for the shortest failing one into equal parts. Where all candidates are covered, one of
    /// them or the known failing one is it: then they are run as often as needed to be sure.</summary>
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

    /// <summary>The number of further runs of the failed gates before the failure counts.</summary>
    private static int Missing(TrainState state, MergeResult result) =>
        (IsFlaky(state, result) ? FailuresOfFlaky : Failures) - result.Failures;

    private static bool IsFlaky(TrainState state, MergeResult result) => result.Failed.Any(state.Flaky.Contains);
}
