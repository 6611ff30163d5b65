using Orchestrator.Workflows.Tasks;

namespace Orchestrator.Workflows;

/// <summary>
/// One round of a run's review. Each answer from the reviewer is stored before use as the result of an activity, so it is paid for only
/// once. An unreadable answer is sent back to the same conversation.
/// </summary>
[Workflow]
public sealed class ReviewWorkflow : AgentWorkflow, IReviewWorkflow
{
    private string _saidHash = "";

    private ReviewRound Round => Input.Review!;

    /// <inheritdoc/>
    [WorkflowRun]
    public Task<TaskReport> RunAsync(TaskWorkflowInput input = null!) =>
        input.Review is null
            ? throw UnreadableStart("A review starts with 'review', which names the round and the reviewed commits.")
            : LiveAsync(input, WorkAsync, EndAsync);

    private async Task WorkAsync()
    {
        await Waits.WaitWhilePausedAsync();
        var begin = new PrepareReviewInput(Input.RunId, Input.Repository, Input.PlanHash, Round) { SaidHash = Progress.SaidHash ?? "" };
        var begun = await Waits.ExecuteActivityAsync((IReviewActivities a) => a.BeginReviewAsync(begin), Short);
        if (begun.Fault.Length > 0)
        {
            throw new TaskEndedException(TaskStateNames.Failed, new ReviewRoundCannotStartReason(new VerbatimQuote(begun.Fault)));
        }
        _saidHash = begun.SaidHash;
        Progress = Progress with { LastStart = Math.Max(Progress.LastStart, begun.LastStart), Commit = Round.Tip, SaidHash = _saidHash };
        foreach (var part in Enumerable.Range(1, begun.Parts).Except(begun.Answered))
        {
            await ReviewAsync(part);
        }
        Progress = Progress with { SaidHash = _saidHash };
        Reporter.TransitionTo(TaskStateNames.Answered, new WholeChangeReviewedReason(Round.Number));
    }

    /// <summary>Reviews one part of the change, in a separate conversation.</summary>
    private async Task ReviewAsync(int part)
    {
        (State.Session, State.ProblemsFile) = ("", "");
        var question = new AgentQuestion
        {
            RunId = Input.RunId,
            Repository = Input.Repository,
            PlanHash = Input.PlanHash,
            Review = new ReviewQuestion(Round, part, _saidHash),
        };
        _saidHash = (await AskAsync(question, (attempts, problems) => new ReviewStillUnreadableReason(attempts, problems))).SaidHash;
        Progress = Progress with { SaidHash = _saidHash };
    }

    private Task EndAsync()
    {
        var end = new EndReviewInput(Input.RunId, Input.Repository, Input.PlanHash);
        return Workflow.ExecuteActivityAsync((IReviewActivities a) => a.EndReviewAsync(end), Short);
    }
}
