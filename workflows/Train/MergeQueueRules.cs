namespace Orchestrator.Workflows.Train;

/// <summary>Decides the merge queue's next step from its whole state. Entries are merged one on top of the other and gated together. If
/// the gates fail, the batch is bisected: prefixes are gated until one entry is found with which the gates fail and without which they
/// pass. Passing prefixes land at once. No decision is made while gates run, so their order of completion does not matter. Conflicts with
/// staging are resolved one at a time, because resolving one may cause or end another.</summary>
internal static class MergeQueueRules
{
    /// <summary>Number of failures of a gate on a tree before an entry is returned.</summary>
    internal const int Failures = 2;

    /// <summary>Number of failures of a gate that is known to be flaky.</summary>
    private const int FailuresOfFlaky = 3;

    /// <summary>Returns the next step.</summary>
    public static MergeQueueStep Next(MergeQueueState state) =>
        state.Batch switch
        {
            null => Begin(state),
            { Running.Count: > 0 } => new MergeQueueStep.Wait(),
            var batch => GoOn(state, batch),
        };

    private static MergeQueueStep Begin(MergeQueueState state)
    {
        var order = MergeOrder.Of(state.Ready);
        if (order.Count == 0)
        {
            return new MergeQueueStep.Wait();
        }
        var next = order.Take(state.Most).TakeWhile(request => !state.Alone.Contains(request.TaskId)).ToList();
        return new MergeQueueStep.Build(next.Count == 0 ? [order[0]] : next);
    }

    private static MergeQueueStep GoOn(MergeQueueState state, TrainBatch batch)
    {
        var whole = batch.Entries.Count;
        if (batch.Green > batch.Landed)
        {
            return new MergeQueueStep.Land(batch.Green);
        }
        if (batch.Landed == whole)
        {
            return new MergeQueueStep.End();
        }
        if (batch.Results.Values.FirstOrDefault(result => result.FailureClass != FailureClass.None) is { } unjudged)
        {
            return unjudged.FailureClass == FailureClass.Transient ? new MergeQueueStep.End()
                : batch.IsAlone ? new MergeQueueStep.SendBack(whole)
                : new MergeQueueStep.GiveUp();
        }
        if (!batch.Results.TryGetValue(whole, out var last))
        {
            return new MergeQueueStep.Gate([new PrefixRun(whole, Failures)]);
        }

        // First find out if the failure was flaky.
        var (green, red) = (batch.Green, batch.Red);
        if (Missing(state, last) is > 0 and var moreOfWhole)
        {
            return new MergeQueueStep.Gate([new PrefixRun(whole, moreOfWhole)]);
        }
        if (red - green > 1)
        {
            return new MergeQueueStep.Gate(Prefixes(state, batch, green, red));
        }
        return Missing(state, batch.Results[red]) is > 0 and var more
            ? new MergeQueueStep.Gate([new PrefixRun(red, more)])
            : new MergeQueueStep.SendBack(red);
    }

    /// <summary>Returns prefixes that divide the candidates for the shortest failing prefix into equal parts. If they cover all
    /// candidates, the answer is among them or is the known failing one. Their gates are then repeated as often as needed for
    /// certainty.</summary>
    private static List<PrefixRun> Prefixes(MergeQueueState state, TrainBatch batch, int green, int red)
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

    /// <summary>Number of further runs of the failed gates before the failure counts.</summary>
    private static int Missing(MergeQueueState state, MergeResult result) =>
        (IsFlaky(state, result) ? FailuresOfFlaky : Failures) - result.Failures;

    private static bool IsFlaky(MergeQueueState state, MergeResult result) => result.Failed.Any(state.Flaky.Contains);
}
