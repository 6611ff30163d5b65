using Temporalio.Client;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>Handlers that a workflow adds itself: the name they are kept under is theirs, and only dynamic ones take all others.</summary>
public sealed class DynamicHandlerTests
{
    [Workflow]
    public sealed class AddingWorkflow
    {
        [WorkflowRun]
        public Task<string> RunAsync()
        {
            var named = WorkflowQueryDefinition.CreateWithoutAttribute("named", () => 1);
            var dynamic = WorkflowQueryDefinition.CreateWithoutAttribute(
                name: null,
                (string name, Temporalio.Converters.IRawValue[] _) => name
            );
            Workflow.Queries["named"] = named;
            Workflow.DynamicQuery = dynamic;
            return Task.FromResult(
                string.Join(
                    '\n',
                    Refused(() => Workflow.Queries["other"] = named),
                    Refused(() => Workflow.Queries["other"] = dynamic),
                    Refused(() => Workflow.DynamicQuery = named),
                    Refused(() => Workflow.DynamicSignal = WorkflowSignalDefinition.CreateWithoutAttribute("s", () => Task.CompletedTask)),
                    Refused(() =>
                        Workflow.DynamicUpdate = WorkflowUpdateDefinition.CreateWithoutAttribute("u", () => Task.CompletedTask, null)
                    )
                )
            );
        }

        private static string Refused(Action act)
        {
            try
            {
                act();
                return "taken";
            }
            catch (ArgumentException error)
            {
                return error.Message;
            }
        }
    }

    [Fact]
    public async Task Handlers_UnderAnotherNameOrWronglyDynamic_AreRefused()
    {
        await using var environment = await Temporalio.Testing.WorkflowEnvironment.StartLocalAsync();
        var queue = "q";
        using var worker = new Temporalio.Worker.TemporalWorker(
            environment.Client,
            new Temporalio.Worker.TemporalWorkerOptions(queue).AddWorkflow<AddingWorkflow>()
        );

        var refused = await worker.ExecuteAsync(() =>
            environment.Client.ExecuteWorkflowAsync((AddingWorkflow workflow) => workflow.RunAsync(), new("w", queue))
        );

        Assert.Equal(
            """
            Query other doesn't match definition name named
            Query other is dynamic, and cannot be the handler of one name.
            Query named is not dynamic, and cannot be the handler of all others.
            Signal s is not dynamic, and cannot be the handler of all others.
            Update u is not dynamic, and cannot be the handler of all others.
            """,
            refused
        );
    }
}
