using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

// A lock that is a workflow: taken by update, given back by signal, looked at by query. Usage: dotnet run --project samples/lock [ADDRESS]
var client = await TemporalClient.ConnectAsync(new(args.Length > 0 ? args[0] : "localhost:7233"));

using var worker = new TemporalWorker(client, new TemporalWorkerOptions("lock-task-queue").AddWorkflow<LockWorkflow>());
await worker.ExecuteAsync(async () =>
{
    var handle = await client.StartWorkflowAsync(
        (LockWorkflow workflow) => workflow.RunAsync(),
        new(id: $"lock-{Guid.NewGuid()}", taskQueue: "lock-task-queue")
    );

    await handle.ExecuteUpdateAsync(workflow => workflow.AcquireAsync("alice"));
    var bobs = handle.ExecuteUpdateAsync(workflow => workflow.AcquireAsync("bob"));
    Console.WriteLine($"holder: {await handle.QueryAsync(workflow => workflow.Holder)}");

    await handle.SignalAsync(workflow => workflow.ReleaseAsync("alice"));
    await bobs;
    Console.WriteLine($"holder: {await handle.QueryAsync(workflow => workflow.Holder)}");

    try
    {
        await handle.ExecuteUpdateAsync(workflow => workflow.AcquireAsync(""));
    }
    catch (WorkflowUpdateFailedException refused)
    {
        Console.WriteLine($"refused: {refused.InnerException?.Message}");
    }

    await handle.SignalAsync(workflow => workflow.ReleaseAsync("bob"));
    await handle.SignalAsync(workflow => workflow.CloseAsync());
    Console.WriteLine($"held {await handle.GetResultAsync()} times");
});

[Workflow]
public class LockWorkflow
{
    private bool _closed;
    private int _times;

    [WorkflowQuery]
    public string? Holder { get; private set; }

    [WorkflowRun]
    public async Task<int> RunAsync()
    {
        await Workflow.WaitConditionAsync(() => _closed && Holder is null && Workflow.AllHandlersFinished);
        return _times;
    }

    [WorkflowUpdate]
    public async Task AcquireAsync(string who)
    {
        await Workflow.WaitConditionAsync(() => Holder is null);
        Holder = who;
        _times++;
    }

    [WorkflowUpdateValidator(nameof(AcquireAsync))]
    public void ValidateAcquire(string who)
    {
        if (string.IsNullOrEmpty(who))
        {
            throw new ApplicationFailureException("a holder needs a name");
        }
    }

    [WorkflowSignal]
    public async Task ReleaseAsync(string who)
    {
        if (Holder == who)
        {
            Holder = null;
        }
    }

    [WorkflowSignal]
    public async Task CloseAsync() => _closed = true;
}
