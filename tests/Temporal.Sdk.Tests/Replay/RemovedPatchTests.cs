using Orchestrator.Temporal.Sdk.Tests.Workflows;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Replay;

/// <summary>A patch that was deprecated may be taken out of the code while histories still tell of it.</summary>
public sealed class RemovedPatchTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Fact]
    public async Task Replay_HistoryWithADeprecatedPatchThatTheCodeForgot_PassesItsMarkerAndItsList() =>
        await server.WithWorkerAsync<Before>(async queue =>
        {
            var handle = await server.Client.StartWorkflowAsync((Before w) => w.RunAsync(), new($"patched-{Guid.NewGuid():N}", queue));
            Assert.Equal("done", await Histories.ResultAsync(handle, () => handle.GetResultAsync()));
            var history = await handle.FetchHistoryAsync();
            Assert.Contains(history.Events, e => e.EventType == EventType.UpsertWorkflowSearchAttributes);

            var forgotten = await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<After>()).ReplayWorkflowAsync(
                history,
                throwOnReplayFailure: false
            );
            var changed = await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Changed>()).ReplayWorkflowAsync(
                history,
                throwOnReplayFailure: false
            );

            Assert.Null(forgotten.ReplayFailure);
            Assert.NotNull(changed.ReplayFailure);
        });

    /// <summary>The code when the patch was deprecated.</summary>
    [Workflow("Patching")]
    public class Before
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(1);
            Workflow.DeprecatePatch("first");
            Workflow.DeprecatePatch("second");
            await Workflow.DelayAsync(1);
            Workflow.DeprecatePatch("third");
            return "done";
        }
    }

    /// <summary>The code when only one of its patches is left.</summary>
    [Workflow("Patching")]
    public class After
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(1);
            Workflow.DeprecatePatch("second");
            await Workflow.DelayAsync(1);
            return "done";
        }
    }

    /// <summary>Code that does something else besides.</summary>
    [Workflow("Patching")]
    public class Changed
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(1);
            _ = Workflow.DelayAsync(1);
            await Workflow.DelayAsync(1);
            return "done";
        }
    }
}
