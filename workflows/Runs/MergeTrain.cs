using Orchestrator.Messages;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows.Runs;

/// <summary>Merges one verified task after the other, in the order in which they were verified.</summary>
internal sealed class MergeTrain(RunContext context, TaskMessenger messenger)
{
    private readonly RunState _state = context.State;

    /// <summary>As long as the run lives.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => !_state.IsDraining && _state.Merges.Count > 0, CancellationToken.None);
            var request = _state.Merges.Peek();
            _state.IsMerging = true;
            var result = await MergeAsync(request);
            if (result.Merged)
            {
                _state.StagingTip = result.Commit;
            }
            _state.Merges.Dequeue();
            _state.IsMerging = false;

            // Told while the next one is merged.
            var answer = result with
            {
                Attempt = request.Attempt,
            };
            context.Background.Begin(messenger.TellAsync(request.TaskId, t => t.MergeDoneAsync(answer)));
        }
    }

    private async Task<MergeResult> MergeAsync(MergeRequest request)
    {
        // Its gates may wait for those of another run: a run that is to end does not wait with them.
        if (_state.IsCancelled)
        {
            return TaskMessenger.NotMerged;
        }
        var merge = new MergeTaskInput(_state.RunId, _state.Repository, _state.Plan.Hash, _state.Run.Staging, request)
        {
            StagingTip = _state.StagingTip,
        };
        try
        {
            return await Workflow.ExecuteActivityAsync((ITaskActivities a) => a.MergeTaskAsync(merge), context.Long);
        }
        catch (FailureException) when (_state.IsCancelled)
        {
            // What it had done by then is found by whoever merges the task the next time.
            return TaskMessenger.NotMerged;
        }
        catch (ActivityFailureException failure)
        {
            return new MergeResult { Message = failure.InnerException?.Message ?? failure.Message, FailureClass = FailureClasses.Invalid };
        }
    }
}
