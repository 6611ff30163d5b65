using Temporalio.Client;
using Temporalio.Exceptions;

namespace Temporalio.Worker;

/// <summary>Polls a task queue and runs the workflows and activities that come. Runs once.</summary>
public class TemporalWorker : IDisposable
{
    private readonly WorkerEngine _engine;
    private int _started;

    /// <summary>Makes a worker.</summary>
    /// <param name="client">Client; an <see cref="ITemporalClient" /> on a <see cref="TemporalConnection" />.</param>
    /// <param name="options">What it runs, and how.</param>
    /// <exception cref="ArgumentException">The options do not fit together; the message says how.</exception>
    public TemporalWorker(IWorkerClient client, TemporalWorkerOptions options)
    {
        Options = (TemporalWorkerOptions)options.Clone();
        _engine = new(client, Options);
    }

    /// <summary>The worker's client. A new one is used from the next call on.</summary>
    public IWorkerClient Client
    {
        get => _engine.Client;
        set => _engine.Client = value;
    }

    /// <summary>What it runs, and how.</summary>
    public TemporalWorkerOptions Options { get; }

    /// <summary>Runs the worker until it is told to stop or fails.</summary>
    /// <param name="stoppingToken">Begins the shutdown. The task ends when all tasks have been finished.</param>
    /// <exception cref="OperationCanceledException">It was told to stop, and has.</exception>
    /// <exception cref="RpcException">The server refuses polls for good.</exception>
    /// <exception cref="InvalidOperationException">The worker was run before.</exception>
    public Task ExecuteAsync(CancellationToken stoppingToken) =>
        ExecuteAsync<ValueTuple>(
            () => Task.Delay(Timeout.Infinite, stoppingToken).ContinueWith<ValueTuple>(_ => default, TaskScheduler.Default),
            stoppingToken
        );

    /// <summary>Runs the worker while a task runs.</summary>
    /// <param name="untilComplete">Started when the worker is; its end begins the shutdown, and its failure is thrown after it.</param>
    /// <param name="stoppingToken">Begins the shutdown.</param>
    /// <exception cref="OperationCanceledException">It was told to stop, and has.</exception>
    public Task ExecuteAsync(Func<Task> untilComplete, CancellationToken stoppingToken = default) =>
        ExecuteAsync<ValueTuple>(
            async () =>
            {
                await untilComplete();
                return default;
            },
            stoppingToken
        );

    /// <summary>Runs the worker while a task runs, and returns the task's result.</summary>
    /// <param name="untilComplete">Started when the worker is; its end begins the shutdown, and its failure is thrown after it.</param>
    /// <param name="stoppingToken">Begins the shutdown.</param>
    /// <exception cref="OperationCanceledException">It was told to stop, and has.</exception>
    public async Task<TResult> ExecuteAsync<TResult>(Func<Task<TResult>> untilComplete, CancellationToken stoppingToken = default)
    {
        if (Interlocked.Exchange(ref _started, 1) == 1)
        {
            throw new InvalidOperationException("A worker runs once; make another.");
        }

        stoppingToken.ThrowIfCancellationRequested();
        await _engine.ValidateAsync(stoppingToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var running = _engine.RunAsync(stop.Token);
        Task<TResult> user;
        try
        {
            user = untilComplete();
        }
        catch (Exception error)
        {
            user = Task.FromException<TResult>(error);
        }

        var stopping = new TaskCompletionSource();
        await using (stoppingToken.Register(() => stopping.TrySetResult()))
        {
            await Task.WhenAny(user, running, stopping.Task);
        }

        await stop.CancelAsync();

        // A fault of the worker comes before whatever the task says.
        await running;
        stoppingToken.ThrowIfCancellationRequested();
        return await user;
    }

    /// <summary>Nothing is held that is not released at the end of the run.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>For a derived worker that holds something.</summary>
    /// <param name="disposing">False when the garbage collector calls.</param>
    protected virtual void Dispose(bool disposing) { }
}
