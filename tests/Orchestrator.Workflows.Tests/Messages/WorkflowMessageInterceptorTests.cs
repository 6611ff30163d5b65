using Orchestrator.Messages;
using Orchestrator.TestKit;
using Orchestrator.Workflows.Messages;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>Messages whose handlers fail, and descriptions of handlers for clients.</summary>
public sealed class WorkflowMessageInterceptorTests
{
    [Fact]
    public async Task Handler_ThrowsWhatItDidNotExpect_FailsItsMessageAlone()
    {
        await using var environment = await EmbeddedEnvironment.StartAsync();
        var client = PayloadJsonOptions.Speaking(environment.Client);
        var options = new TemporalWorkerOptions("queue") { Interceptors = [WorkerSetup.Messages] }.AddWorkflow<Fragile>();
        using var worker = new TemporalWorker(WorkerSetup.ForWorkflows(client), options);
        await worker.ExecuteAsync(async () =>
        {
            var handle = await client.StartWorkflowAsync((Fragile w) => w.RunAsync(2), new("fragile", "queue"));

            await handle.SignalAsync(w => w.BreakAsync("by signal"));
            await handle.SignalAsync("set", ["by a command as signal"]);
            var failed = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(w => w.SetAsync("x")));
            await handle.SignalAsync(w => w.EndAsync());
            var notes = await handle.GetResultAsync().WaitAsync(Eventually.Limit);

            Assert.Equal("set failed because of a bug: x", failed.InnerException!.Message);
            Assert.Equal(
                [
                    "the signal 'break' failed because of a bug and was dropped: by signal",
                    "the signal 'set' failed because of a bug and was dropped: by a command as signal",
                    "the command 'set' failed because of a bug: x",
                ],
                notes
            );
            Assert.DoesNotContain((await handle.FetchHistoryAsync()).Events, e => e.EventType == EventType.WorkflowTaskFailed);
        });
    }

    [Fact]
    public async Task Metadata_OfARun_ListsWhatItTakes()
    {
        await using var run = await ScriptedRun.StartAsync(
            [RunTests.Task("a")],
            a => a.Plan = plan => plan with { ApprovalReason = "it is new" }
        );
        await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);

        var told = (
            await run.Client.GetWorkflowHandle(run.RunId).QueryAsync<WorkflowMetadata>("__temporal_workflow_metadata", [])
        ).Definition;

        var known = WorkflowMessageHandlerFinder.Of(typeof(OrchestrationWorkflow)).Keys.ToLookup(key => key.Kind, key => key.Name);
        Assert.Equal(known[WorkflowMessageKind.Signal].Order(), Names(told.SignalDefinitions));
        Assert.Equal(known[WorkflowMessageKind.Update].Order(), Names(told.UpdateDefinitions));
        Assert.Equal(known[WorkflowMessageKind.Query].Order(), Names(told.QueryDefinitions));

        // The handler of unknown signals has no name.
        static IEnumerable<string> Names(IEnumerable<WorkflowInteractionDefinition> definitions) =>
            definitions.Select(definition => definition.Name).Where(name => name.Length > 0).Order();
    }

    [Workflow]
    public sealed class Fragile : WorkflowBase
    {
        private readonly List<string> _notes = [];
        private bool _ends;

        [WorkflowRun]
        public async Task<IReadOnlyList<string>> RunAsync(int number = 0)
        {
            await AllowMessagesAsync();
            await Workflow.WaitConditionAsync(() => _ends);
            return _notes;
        }

        [WorkflowSignal("break")]
        public Task BreakAsync(string how = null!) => throw new InvalidOperationException(how);

        [WorkflowUpdate("set")]
        public Task SetAsync(string how = null!) => throw new InvalidOperationException(how);

        [WorkflowUpdateValidator(nameof(SetAsync))]
        public void ValidateSet(string how) => Refuse(null);

        [WorkflowSignal("end")]
        public Task EndAsync()
        {
            _ends = true;
            return Task.CompletedTask;
        }

        internal override void NoteDropped(string note) => _notes.Add(note);
    }
}
