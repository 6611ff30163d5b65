using Orchestrator.Messages;
using Orchestrator.TestKit;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Two builds of a worker deployment, of which one gets a share of the runs before it becomes the current one.</summary>
public class RampTests
{
    private const string Deployment = "orchestrate";
    private static readonly WorkerDeploymentVersion Old = new(Deployment, "0.1.0+old");
    private static readonly WorkerDeploymentVersion Next = new(Deployment, "0.2.0+next");

    [Fact]
    public async Task Runs_RampOfTenPercent_AllCompleteAndTheNextBuildGetsAFew()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a")]);
        run.Builds = [Old, Next];
        await run.RestartWorkersAsync();
        await CallAsync(
            run,
            service =>
                service.SetWorkerDeploymentCurrentVersionAsync(
                    new SetWorkerDeploymentCurrentVersionRequest
                    {
                        Namespace = run.Client.Options.Namespace,
                        DeploymentName = Deployment,
                        BuildId = Old.BuildId,
                    }
                )
        );
        await CallAsync(
            run,
            service =>
                service.SetWorkerDeploymentRampingVersionAsync(
                    new SetWorkerDeploymentRampingVersionRequest
                    {
                        Namespace = run.Client.Options.Namespace,
                        DeploymentName = Deployment,
                        BuildId = Next.BuildId,
                        Percentage = 10,
                    }
                )
        );

        // The share is drawn by the id, so that it is the same ones each time.
        var ids = Enumerable.Range(0, 20).Select(number => $"ramped-{number}").ToList();
        await Task.WhenAll(ids.Select(id => run.BeginAsync(id: id)));
        var builds = await Task.WhenAll(ids.Select(id => BuildOfAsync(run, id)));

        Assert.InRange(builds.Count(build => build == Next.BuildId), 1, 5);
        Assert.Equal([Old.BuildId, Next.BuildId], builds.Distinct().Order());
    }

    private static async Task<string> BuildOfAsync(ScriptedRun run, string id)
    {
        var handle = run.Client.GetWorkflowHandle<IOrchestrationWorkflow, RunResult>(id);
        var result = await handle.GetResultAsync().WaitAsync(Eventually.Limit);
        Assert.Equal(RunStateNames.Completed, result.State);
        var history = await handle.FetchHistoryAsync();
        return Assert.Single(
            history
                .Events.Select(one => one.WorkflowTaskCompletedEventAttributes?.DeploymentVersion?.BuildId)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
        );
    }

    /// <summary>Repeats a call until the server knows the version: its worker polls, soon.</summary>
    private static async Task CallAsync(ScriptedRun run, Func<WorkflowService, Task> call)
    {
        for (var limit = Eventually.Timeout(); ; )
        {
            try
            {
                await call(run.Client.WorkflowService);
                return;
            }
            catch (RpcException unknown)
                when (unknown.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.FailedPrecondition)
            {
                await Task.Delay(50, limit);
            }
        }
    }
}
