using Temporalio.Api.Enums.V1;
using Temporalio.Client;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

public sealed class UpdateWithStartTests(TestServer server) : IClassFixture<TestServer>
{
    private TemporalClient Client => server.Client;

    [Fact]
    public Task UpdateWithStart_OnAWorkflowThatIsThereOrNot_UpdatesIt() =>
        WithWorkerAsync(async queue =>
        {
            var options = TestServer.Start(queue);
            options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
            var first = WithStartWorkflowOperation.Create((CounterWorkflow workflow) => workflow.RunAsync(20), options);
            Assert.Equal(
                20,
                await Client.ExecuteUpdateWithStartWorkflowAsync((CounterWorkflow workflow) => workflow.SetAsync(30), new(first))
            );

            var second = WithStartWorkflowOperation.Create((CounterWorkflow workflow) => workflow.RunAsync(20), options);
            Assert.Equal(
                30,
                await Client.ExecuteUpdateWithStartWorkflowAsync((CounterWorkflow workflow) => workflow.SetAsync(31), new(second))
            );
            Assert.Equal((await first.GetHandleAsync()).ResultRunId, (await second.GetHandleAsync()).ResultRunId);
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                Client.ExecuteUpdateWithStartWorkflowAsync((CounterWorkflow workflow) => workflow.SetAsync(31), new(second))
            );
            await (await second.GetHandleAsync()).TerminateAsync();
        });

    private Task WithWorkerAsync(Func<string, Task> act) => server.WithWorkerAsync(act, options => options.AddWorkflow<CounterWorkflow>());
}
