using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Workflows.Runs;

/// <summary>Carries out what <see cref="Steering"/> and <see cref="Approvals"/> decide, and answers when it is done. Parameters define the
/// arguments.</summary>
internal sealed class SteeringHandlers(RunContext context, Steering steering, Approvals approvals, TaskMessenger messenger)
{
    public Task<SteeringAnswer> PauseAsync(TaskCommand? command = null) =>
        CarryOutAsync(command is null ? steering.Pause(RunContext.Now) : steering.PauseTask(command.Task));

    public Task<SteeringAnswer> ResumeAsync(TaskCommand? command = null) =>
        CarryOutAsync(command is null ? steering.Resume(RunContext.Now) : steering.ResumeTask(command.Task));

    public Task<SteeringAnswer> CancelTaskAsync(TaskCommand command) => CarryOutAsync(steering.CancelTask(command, RunContext.Now));

    public Task<SteeringAnswer> RetryTaskAsync(TaskCommand command) => CarryOutAsync(steering.Retry(command, RunContext.Now));

    public async Task<SteeringAnswer> SkipTaskAsync(TaskCommand command)
    {
        var task = context.State.Board.Find(command.Task);
        var wasAtWork = task.AtWork;
        if (wasAtWork)
        {
            await CarryOutAsync(steering.CancelTask(command, RunContext.Now));
            await Workflow.WaitConditionAsync(() => !task.AtWork, CancellationToken.None);
        }
        return await CarryOutAsync(steering.Skip(command, wasAtWork, RunContext.Now));
    }

    public Task<SteeringAnswer> SetConcurrencyAsync([Range(1, 64)] int workers) => CarryOutAsync(steering.SetConcurrency(workers));

    public Task<SteeringAnswer> PromoteAsync(PersonCommand? command = null) => CarryOutAsync(steering.Promote(command, RunContext.Now));

    public Task<SteeringAnswer> LandMergedAsync(PersonCommand? command = null) =>
        CarryOutAsync(steering.LandMerged(command, RunContext.Now));

    public Task<SteeringAnswer> ApproveAsync(ApprovalCommand command) =>
        CarryOutAsync(approvals.Decide(command, yes: true, RunContext.Now));

    public Task<SteeringAnswer> RejectAsync(ApprovalCommand command) =>
        CarryOutAsync(approvals.Decide(command, yes: false, RunContext.Now));

    /// <summary>The main path carries it out, and sets the answer as soon as the result is known.</summary>
    public async Task<SteeringAnswer> ResolveAsync(ResolveCommand command)
    {
        var resolution = new Resolution(command);
        context.State.Resolution = resolution;
        await Workflow.WaitConditionAsync(() => resolution.Answer is not null || context.State.IsEnding, CancellationToken.None);
        return resolution.Answer ?? new SteeringAnswer($"{context.State.RunId} is ending.", Changed: false);
    }

    public string? RefuseApprove(ApprovalCommand command) => approvals.Refuse(command, yes: true);

    public string? RefuseReject(ApprovalCommand command) => approvals.Refuse(command, yes: false);

    private async Task<SteeringAnswer> CarryOutAsync(Steered steered)
    {
        await messenger.TellAsync(steered.Tell);
        return steered.Answer;
    }
}
