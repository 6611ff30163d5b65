using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Questions;
using Orchestrator.Runs.Requests;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>What is done about what agents can't go on without, as activities.</summary>
public sealed class RequestActivities(RunServices services, ITemporalClient client) : IRequestActivities
{
    private readonly PackageInstallation _packages = new(services);
    private readonly PlannerQuestion _questions = new(services);
    private readonly RunLeases _leases = new(services, client);

    /// <inheritdoc/>
    [Activity]
    public Task<RequestVerdict> JudgeRequestAsync(JudgeRequestInput input) =>
        Heartbeats.WhileAsync(async stop =>
        {
            var (task, held) = (input.Task, await HeldAsync(input.Task, stop));
            var verdict = await new RequestJudgement(
                services,
                (path, _) => System.Threading.Tasks.Task.FromResult(LeaseRequests.HolderOf(held, task.RunId, path))
            ).JudgeAsync(input, stop);
            if (verdict.Lent.Count > 0 && held.Any(lease => lease.RunId == task.RunId && lease.TaskId == task.Task.Id))
            {
                // What it holds over all runs is what it may write now.
                await _leases.TellAsync(new LeaseInput(task.RunId, task.Repository, task.PlanHash, LeaseStep.Ask, [task.Task.Id]));
            }
            return verdict;
        });

    /// <inheritdoc/>
    [Activity]
    public Task<QuestionAnswer> AnswerQuestionAsync(AskQuestionInput input) =>
        Heartbeats.FollowAsync(execution => _questions.AnswerAsync(input, execution));

    /// <inheritdoc/>
    [Activity]
    public Task<InstallResult> InstallAsync(InstallInput input) => Heartbeats.WhileAsync(stop => _packages.InstallAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<RequestConclusion> ConcludeRequestAsync(ConcludeRequestInput input) =>
        Heartbeats.WhileAsync(stop => _packages.ConcludeAsync(input, stop));

    /// <inheritdoc/>
    [Activity]
    public Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input) =>
        System.Threading.Tasks.Task.FromResult(new TaskSplit(services).Add(input));

    /// <summary>What tasks of all runs of the repository hold; a run that is alone in it holds nothing.</summary>
    private async Task<IReadOnlyList<LeaseRequest>> HeldAsync(TaskInput task, CancellationToken stop)
    {
        try
        {
            var leases = client.GetWorkflowHandle<ILeaseWorkflow>(RunIds.ForLeases(task.Repository.Key));
            var state = await leases.QueryAsync(
                w => w.Status(),
                new WorkflowQueryOptions { Rpc = new RpcOptions { CancellationToken = stop } }
            );
            return [.. state.Held, .. state.Waiting];
        }
        catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.FailedPrecondition)
        {
            return [];
        }
    }
}
