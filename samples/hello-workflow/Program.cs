using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

// A worker and a client in one program. Usage: dotnet run --project samples/hello-workflow [ADDRESS]
var client = await TemporalClient.ConnectAsync(new(args.Length > 0 ? args[0] : "localhost:7233"));

using var worker = new TemporalWorker(
    client,
    new TemporalWorkerOptions("hello-task-queue").AddActivity(GreetingActivities.Greet).AddWorkflow<GreetingWorkflow>()
);
await worker.ExecuteAsync(async () =>
{
    var greeting = await client.ExecuteWorkflowAsync(
        (GreetingWorkflow workflow) => workflow.RunAsync("Temporal"),
        new(id: $"hello-{Guid.NewGuid()}", taskQueue: "hello-task-queue")
    );
    Console.WriteLine(greeting);
});

public static class GreetingActivities
{
    [Activity]
    public static string Greet(string name) => $"Hello, {name}!";
}

[Workflow]
public class GreetingWorkflow
{
    [WorkflowRun]
    public async Task<string> RunAsync(string name) =>
        await Workflow.ExecuteActivityAsync(() => GreetingActivities.Greet(name), new() { StartToCloseTimeout = TimeSpan.FromMinutes(5) });
}
