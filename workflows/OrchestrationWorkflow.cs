using System.ComponentModel.DataAnnotations;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows;

/// <summary>
/// Workflow of one run. Reads the plan, waits for its approval, starts tasks when their dependencies are merged, and merges verified work
/// in order. Finally lands the staging branch on the target; open decisions wait for a user.
/// </summary>
[Workflow]
public sealed class OrchestrationWorkflow : RunWorkflowMessageHandler, IOrchestrationWorkflow
{
    /// <summary>Maximum size of the input in bytes. The input is passed on to activities, and servers reject messages of 2 MB.</summary>
    private const int MostInput = 1536 * 1024;

    private RunWorkflowCheckpoint? _checkpoint;

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task<RunResult> RunAsync(OrchestrationInput input = null!, RunWorkflowCheckpoint? checkpoint = null)
    {
        try
        {
            CreateState(input);
            RefuseStart(input, checkpoint);
            return await ExecuteStagesAsync(checkpoint);
        }
        catch (FailureException failure) when (failure is not CanceledFailureException)
        {
            EndsAsFailed(failure.Message);
            throw;
        }
    }

    private async Task<RunResult> ExecuteStagesAsync(RunWorkflowCheckpoint? checkpoint)
    {
        try
        {
            if (checkpoint is null)
            {
                await AllowMessagesAsync();
                Parts.BeginBackground();
                await Parts.Planning.RunAsync();
                if (State.Input.PlanOnly)
                {
                    return await FinishAsync(RunStateNames.Completed, State.Run.Why);
                }
                await Parts.Beginning.RunAsync();
            }
            else
            {
                await RestoreAsync(checkpoint);
            }
            while (true)
            {
                await Parts.Recovery.AdoptStateAsync();
                await Parts.Working.RunAsync();
                var stall = await Parts.Replanning.ConcludeAsync();
                if (State.Board.AllMerged && await Parts.Reviewing.RunAsync())
                {
                    if (State.Rules.KeepsBranches)
                    {
                        var kept = new TaskBranchesRetainedReason([.. State.Board.In(TaskStateNames.Kept).Select(e => e.Id)]);
                        return await FinishAsync(RunStateNames.Completed, kept);
                    }
                    if (await Parts.Landing.RunAsync() is { } landing)
                    {
                        return await FinishAsync(RunStateNames.Completed, landing.Why);
                    }
                }
                await Parts.Escalation.WaitForPersonAsync(Parts.Landing, stall ?? new StallReason());
            }
        }
        catch (RunEndedException ended)
        {
            return await EndEarlyAsync(ended.State, ended.Why);
        }
        catch (ActivityFailureException) when (State.IsCancelled)
        {
            return await EndEarlyAsync(RunStateNames.Cancelled, Parts.Context.WhyCancelled);
        }
        catch (ActivityFailureException failure)
        {
            return await EndEarlyAsync(
                RunStateNames.Failed,
                new ActivityFailedPermanentlyReason(new VerbatimQuote(FailureCause.Of(failure)))
            );
        }
    }

    /// <inheritdoc/>
    [WorkflowQuery(WorkflowMessageNames.Status, Description = "A snapshot of the run, with some of its tasks.")]
    public RunStatus Status([Range(0, int.MaxValue)] int offset = 0, [Range(0, int.MaxValue)] int limit = 500) =>
        IsStateTakenUp || _checkpoint is null
            ? State.Snapshot(offset, limit)
            : _checkpoint.Status with
            {
                Failing = State.Run.Failing,
                Why = RunStatusTexts.DescribeOutages(State) ?? _checkpoint.Status.Why,
            };

    /// <inheritdoc/>
    [WorkflowQuery(WorkflowMessageNames.Unrecorded, Description = "Transitions for the owner host to record.")]
    public RecordProgressInput? Unrecorded() => Parts.Recorder.Unrecorded();

    /// <summary>
    /// True if the run can handle a message now. While a run is being restored, it accepts only a cancellation, because the restoration may
    /// fail.
    /// </summary>
    internal override bool IsReadyFor(string message) =>
        base.IsReadyFor(message) || (message == WorkflowMessageNames.Cancel && _checkpoint is not null);

    private static void RefuseStart(OrchestrationInput input, RunWorkflowCheckpoint? checkpoint)
    {
        if (checkpoint is not null && Workflow.Info.ContinuedRunId is null)
        {
            throw UnreadableStart("A run is started with one argument; the second carries state when the run continues as new.");
        }
        if (input.Plan is not null && PayloadSizeLimiter.SizeOf(input) is > MostInput and var size)
        {
            throw UnreadableStart(
                $"The plan has {size / 1024} KB as a message, but at most {MostInput / 1024} KB are allowed. "
                    + "Store the plan in a file, and set 'planFile'."
            );
        }
        RunPlanningStageExecutor.Refuse(input.Faults());
    }

    private async Task RestoreAsync(RunWorkflowCheckpoint checkpoint)
    {
        _checkpoint = checkpoint;
        State.Restore(checkpoint);
        try
        {
            await Parts.Continuation.RestoreAsync(checkpoint);
        }
        finally
        {
            Parts.BeginBackground();
            Parts.Recorder.Begin();
        }
        foreach (var entry in State.Board.AtWork.ToList())
        {
            Parts.Context.Background.Begin(Parts.Messenger.AskAsync(entry));
        }
        StateIsTakenUp();
    }

    private Task<RunResult> EndEarlyAsync(string state, Reason why)
    {
        StateIsTakenUp();
        return Parts.Ending.EndEarlyAsync(state, why);
    }

    private Task<RunResult> FinishAsync(string state, Reason? why)
    {
        StateIsTakenUp();
        return Parts.Ending.FinishAsync(state, why);
    }
}
