namespace Orchestrator.Workflows.Train;

/// <summary>Chooses the host for the gates of a batch. In a distributed run, gates of further batches run in free slots of any host while
/// the owner host runs the gates of one batch.</summary>
internal sealed class MultiHostMergeBatchGateRunner(MergeQueueWorkflowComponentContext context)
{
    /// <summary>Patch id: gates can run on other hosts.</summary>
    private const string Elsewhere = "gates-elsewhere";

    /// <summary>Maximum wait for a free slot.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private int _atHome;

    /// <summary>Runs gates on the owner host.</summary>
    /// <param name="gate">The gates.</param>
    /// <param name="stop">Stops the gates.</param>
    public async Task<MergeResult> AtHomeAsync(VerifyMergeBatchInput gate, CancellationToken stop)
    {
        _atHome++;
        try
        {
            return await Workflow.ExecuteActivityAsync((IMergeQueueActivities a) => a.GateBatchAsync(gate), context.Long(stop));
        }
        finally
        {
            _atHome--;
        }
    }

    /// <summary>
    /// Runs gates in a free slot of any host. Only a passing verdict counts, because the evidence of a failure must be on the owner host.
    /// </summary>
    /// <param name="gate">The gates.</param>
    /// <param name="tree">Tree of the merge, which must be the checked tree.</param>
    /// <param name="stop">Stops the gates.</param>
    /// <returns>The result, or null if the gates have to run on the owner host.</returns>
    public async Task<MergeResult?> TryElsewhereAsync(VerifyMergeBatchInput gate, string? tree, CancellationToken stop)
    {
        if (_atHome == 0 || context.Input.Rules.Places is not { } places || tree is null || !Workflow.Patched(Elsewhere))
        {
            return null;
        }
        var isShared = false;
        try
        {
            await Workflow.ExecuteActivityAsync((IHostSlotActivities a) => a.ShareMergeAsync(gate), Once(context.Long(stop)));
            isShared = true;
            var options = Once(ActivityDefaults.Long(ActivityRouting.Exactly(QueueNames.ForPlaces(places)), TimeSpan.FromHours(2), stop));
            options.ScheduleToStartTimeout = Patience;
            var input = new VerifyPublishedMergeInput(gate, context.Input.Repository.Queue);
            var result = await Workflow.ExecuteActivityAsync((IHostSlotActivities a) => a.GateMergeAsync(input), options);
            return TrainBatch.IsGreen(result) && result.Commit == gate.Commit && result.Tree == tree ? result : null;
        }
        catch (ActivityFailureException) when (!stop.IsCancellationRequested)
        {
            // No slot is free, the remote is unavailable, or the host has left.
            return null;
        }
        finally
        {
            if (isShared)
            {
                await WithdrawAsync(gate);
            }
        }
    }

    /// <summary>
    /// Removes the published merge. A failure is ignored, because the merge's ref is removed at the end of the run at the latest.
    /// </summary>
    private async Task WithdrawAsync(VerifyMergeBatchInput gate)
    {
        try
        {
            await Workflow.ExecuteActivityAsync(
                (IHostSlotActivities a) => a.WithdrawMergeAsync(gate),
                Once(ActivityDefaults.ShortActivity(context.Input.Repository.Queue))
            );
        }
        catch (ActivityFailureException)
        {
            // The remote is unavailable.
        }
    }

    private static ActivityOptions Once(ActivityOptions options)
    {
        options.RetryPolicy = new() { MaximumAttempts = 1 };
        return options;
    }
}
