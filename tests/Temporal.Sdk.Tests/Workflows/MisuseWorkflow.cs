using System.Threading.Channels;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>Does what workflow code must not do.</summary>
[Workflow]
public sealed class MisuseWorkflow
{
    private readonly string _misuse;
    private bool _go;

    /// <summary>Takes the input.</summary>
    [WorkflowInit]
    public MisuseWorkflow(string misuse) => _misuse = misuse;

    /// <summary>A query that acts.</summary>
    [WorkflowQuery]
    public string Acting
    {
        get
        {
            _ = Workflow.DelayAsync(10);
            return "acted";
        }
    }

    /// <summary>Whether a query is told that it replays.</summary>
    [WorkflowQuery]
    public bool Replaying => Workflow.Unsafe.IsReplaying;

    /// <summary>Whether a change that no history knows is taken for made.</summary>
    [WorkflowQuery]
    public bool Patched => Workflow.Patched("never recorded");

    /// <summary>Continues as new where that is not allowed.</summary>
    [WorkflowUpdate]
    public Task ContinueAsync() => throw Workflow.CreateContinueAsNewException((MisuseWorkflow next) => next.RunAsync("none"));

    /// <summary>Misbehaves.</summary>
    [WorkflowRun]
    public async Task<string> RunAsync(string misuse)
    {
        // On a busy machine what lies outside may be over before it is awaited; then the code has not left the workflow, and does it again.
        do
        {
            await MisuseAsync(misuse);
        } while (misuse is not ("none" or "block" or "untraced") && Workflow.InWorkflow);

        await Workflow.WaitConditionAsync(() => _go);
        return _misuse;
    }

    /// <summary>Lets it go on.</summary>
    [WorkflowSignal]
    public async Task GoAsync()
    {
        await Task.Yield();
        _go = true;
    }

    private async Task MisuseAsync(string misuse)
    {
        switch (misuse)
        {
            case "Task.Delay":
                await Task.Delay(20);
                break;
            case "Task.Run":
                await Task.Run(() => Thread.Sleep(20));
                break;
            case "ConfigureAwait(false)":
                await Workflow.DelayAsync(10).ConfigureAwait(false);
                break;
            case "CancelAfter":
                using (var cancel = new CancellationTokenSource(20))
                {
                    var token = cancel.Token;
                    if (!token.IsCancellationRequested)
                    {
                        await Workflow.DelayAsync(TimeSpan.FromMinutes(1), token);
                    }
                }

                break;
            case "ReadAllAsync":
                await ReadAsync();
                break;
            case "CancelAsync":
                using (var cancel = new CancellationTokenSource())
                {
                    _ = Workflow.DelayAsync(TimeSpan.FromMinutes(1), cancel.Token);
                    await cancel.CancelAsync();
                }

                break;
            case "WaitAsync":
                try
                {
                    await Workflow.DelayAsync(TimeSpan.FromMinutes(1)).WaitAsync(TimeSpan.FromMilliseconds(20));
                }
                catch (TimeoutException)
                {
                    await Workflow.DelayAsync(1);
                }

                break;
            case "PeriodicTimer":
                using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20)))
                {
                    await timer.WaitForNextTickAsync();
                }

                break;
            case "Thread":
                var source = new TaskCompletionSource();
                new Thread(() =>
                {
                    Thread.Sleep(20);
                    source.SetResult();
                }).Start();
                await source.Task;
                break;
            case "SemaphoreSlim":
                using (var semaphore = new SemaphoreSlim(0))
                {
                    await semaphore.WaitAsync(20);
                }

                break;
            case "Dataflow":
                var block = new System.Threading.Tasks.Dataflow.ActionBlock<int>(_ => { });
                block.Post(1);
                block.Complete();
                await block.Completion;
                break;
            case "untraced":
                Workflow.Unsafe.WithTracingEventListenerDisabled(() =>
                {
                    _ = Task.Run(() => { });
                });
                break;
            case "condition":
                await Workflow.WaitConditionAsync(() => throw new FormatException("the condition threw"));
                break;
            case "condition acts":
                await Workflow.WaitConditionAsync(() => Workflow.DelayAsync(1).IsCompleted);
                break;
            case "own token":
                using (var own = new CancellationTokenSource())
                {
                    own.Cancel();
                    await Workflow.DelayAsync(TimeSpan.FromMinutes(1), own.Token);
                }

                break;
            case "block":
                Thread.Sleep(6_000);
                break;
            case "throw":
                throw new FormatException("an ordinary exception");
            default:
                await Workflow.WaitConditionAsync(() => _go);
                break;
        }
    }

    private static async Task ReadAsync()
    {
        var channel = Channel.CreateUnbounded<int>();
        _ = Workflow.RunTaskAsync(async () =>
        {
            await Workflow.DelayAsync(10);
            channel.Writer.TryWrite(1);
            channel.Writer.Complete();
        });
        await foreach (var item in channel.Reader.ReadAllAsync())
        {
            _ = Workflow.UtcNow.AddDays(item);
        }
    }
}
