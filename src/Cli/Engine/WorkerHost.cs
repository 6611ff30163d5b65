using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Contracts;
using Orchestrator.Git;
using Orchestrator.Local;
using Orchestrator.Worker;

namespace Orchestrator.Cli.Engine;

/// <summary>A worker inside this process, for the runs of some repositories.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private readonly RunWorker _worker;
    private readonly CancellationTokenSource _stopping = new();

    private WorkerHost(RunWorker worker)
    {
        _worker = worker;
        Running = worker.ExecuteAsync(_stopping.Token);
    }

    /// <summary>Ends when the worker has ended; faulted when it broke.</summary>
    public Task Running { get; }

    /// <summary>Starts a worker. What a dead one of this host had in hand is given back first, so that nobody waits for a heartbeat.</summary>
    public static async Task<WorkerHost> StartAsync(
        EngineConnection engine, IReadOnlyList<RepositoryLocation> repositories, CommandContext context, ILoggerFactory loggers, CancellationToken stop)
    {
        var host = Environment.MachineName;
        var references = new List<RepositoryReference>();
        var git = await GitProgram.FindAsync(cancellationToken: stop);
        foreach (var location in repositories)
        {
            var repository = await GitRepository.OpenAsync(git, location.Root, stop);
            repository.RemoveLocksOfTheDead();
            references.Add(new RepositoryReference(location.Root, repository.Key, TaskQueues.ForRepository(host, repository.Key)));
        }

        await DeadAttempts.FailAsync(engine.Client, identity => WorkerIdentity.IsDead(identity, host), stop);
        var options = new RunWorkerOptions { Repositories = references, HookCommand = HookCommand(), Host = host, Time = context.Time };
        return new WorkerHost(new RunWorker(engine.Client, options, loggers));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await Running;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // This is how a worker ends that was asked to.
        }

        _worker.Dispose();
        _stopping.Dispose();
    }

    // As a program of its own, or through dotnet where this is a library that dotnet was told to run.
    private static IReadOnlyList<string> HookCommand()
    {
        var program = Environment.ProcessPath ?? "orchestrate";
        var library = typeof(WorkerHost).Assembly.Location;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, library, "hook"] : [program, "hook"];
    }
}
