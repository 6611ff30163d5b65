using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Runtime;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Orchestrator.ServerKillTest.Load;

/// <summary>A workflow in C#: two activities, a timer, and a signal that it waits for.</summary>
[Workflow]
public sealed class GreetingWorkflow
{
    private readonly List<string> _greetings = [];

    /// <summary>Runs it.</summary>
    [WorkflowRun]
    public async Task<string> RunAsync(string name)
    {
        var options = new ActivityOptions
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(2),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50), BackoffCoefficient = 1 },
        };
        var first = await Workflow.ExecuteActivityAsync(() => SdkLoad.Greet(name), options);
        await Workflow.DelayAsync(TimeSpan.FromMilliseconds(20));
        await Workflow.WaitConditionAsync(() => _greetings.Count > 0);
        var second = await Workflow.ExecuteActivityAsync(() => SdkLoad.Greet(_greetings[0]), options);
        return $"{first} {second}";
    }

    /// <summary>The awaited signal.</summary>
    [WorkflowSignal]
    public Task GreetAsync(string name)
    {
        _greetings.Add(name);
        return Task.CompletedTask;
    }
}

/// <summary>Workflows of the official client and worker.</summary>
internal sealed class SdkLoad(string address, AccountLedger ledger)
{
    private const string Queue = "sdk";

    // Every lost connection would be a page on the console.
    private static readonly TemporalRuntime Quiet = new(new() { Telemetry = new() { Logging = null } });
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The expected result of each workflow.</summary>
    public const string Expected = "hello a hello b";

    /// <summary>The activity.</summary>
    [Activity]
    public static string Greet(string name) => "hello " + name;

    /// <summary>Works on them until stopped.</summary>
    public async Task WorkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await TemporalClient.ConnectAsync(Options()).WaitAsync(stop);
                using var worker = new TemporalWorker(
                    client,
                    new TemporalWorkerOptions(Queue).AddWorkflow<GreetingWorkflow>().AddActivity(Greet)
                );
                await worker.ExecuteAsync(stop);
            }
            catch (Exception gone) when (gone is RpcException or InvalidOperationException or HttpRequestException)
            {
                await Task.Delay(Pause, stop);
            }
        }
    }

    /// <summary>Starts one, signals it, and waits for its end.</summary>
    public async Task RunAsync(string id, CancellationToken stop)
    {
        var client = TemporalClient.CreateLazy(Options());
        await InsistAsync(
            () =>
                client.StartWorkflowAsync(
                    (GreetingWorkflow w) => w.RunAsync("a"),
                    new WorkflowOptions(id, Queue) { TaskTimeout = TimeSpan.FromSeconds(2) }
                ),
            stop
        );
        ledger.Starts[id] = "";
        var handle = client.GetWorkflowHandle<GreetingWorkflow, string>(id);
        await InsistAsync(() => handle.SignalAsync(w => w.GreetAsync("b")), stop);
        var result = "";
        await InsistAsync(async () => result = await handle.GetResultAsync(), stop);
        ledger.Results[id] = result;
    }

    // The client's core reaches a socket file only as a proxy.
    private TemporalClientConnectOptions Options() =>
        new("localhost:7233") { HttpConnectProxy = new HttpConnectProxyOptions(address), Runtime = Quiet };

    // The client itself gives up on a server that stays away, and a call of ours again is another request: what was started or ended
    // meanwhile is fine.
    private async Task InsistAsync(Func<Task> call, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await call().WaitAsync(stop);
                return;
            }
            catch (WorkflowAlreadyStartedException)
            {
                return;
            }
            catch (RpcException ended)
                when (ended.Code == RpcException.StatusCode.NotFound
                    && ended.Message.Contains("already completed", StringComparison.Ordinal)
                )
            {
                return;
            }
            catch (RpcException gone)
                when (gone.Code
                        is RpcException.StatusCode.Unavailable
                            or RpcException.StatusCode.DeadlineExceeded
                            or RpcException.StatusCode.Cancelled
                    // So the client's core says where the connection ended in the middle of an answer.
                    || gone.Message.Contains("transport error", StringComparison.Ordinal)
                    || gone.Message.Contains("h2 protocol error", StringComparison.Ordinal)
                )
            {
                await Task.Delay(Pause, stop);
            }
            catch (InvalidOperationException)
            {
                // So says a client whose first connection failed.
                await Task.Delay(Pause, stop);
            }
            catch (Exception fault) when (fault is RpcException or WorkflowFailedException)
            {
                ledger.Faults.Enqueue($"the C# client was answered {fault.Message}");
                return;
            }
        }
    }
}
