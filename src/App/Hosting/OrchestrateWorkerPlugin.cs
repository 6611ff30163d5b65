using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.App.Programs;
using Orchestrator.Client;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;

namespace Orchestrator.App.Hosting;

/// <summary>
/// Lets a Temporal worker of another application also execute runs. While that worker is running, its process also executes the workflows
/// and activities of runs, on the worker's connection and namespace.
/// </summary>
/// <remarks>Runs have their own task queues, converters and interceptors, so the application's workflows are not affected. The application
/// starts runs as child workflows of type <see cref="RunClient.WorkflowType"/> on <see cref="TaskQueue"/>. The program <c>orchestrate</c>
/// must be installed, because agents call it.</remarks>
/// <param name="repositories">Absolute paths of the repositories whose runs are executed. The user must trust their commands
/// (<c>orchestrate trust</c>).</param>
/// <param name="program">Absolute path of <c>orchestrate</c>, or null to use the first one in <c>PATH</c>.</param>
/// <param name="environment">Environment variables for runs, or null to use those of this process.</param>
public sealed class OrchestrateWorkerPlugin(
    IReadOnlyList<string> repositories,
    string? program = null,
    IReadOnlyDictionary<string, string>? environment = null
) : SimplePlugin("orchestrate", new SimplePluginOptions())
{
    /// <summary>Task queue on which runs are started.</summary>
    public const string TaskQueue = QueueNames.Workflows;

    /// <inheritdoc/>
    /// <exception cref="UseCaseException">A repository or <c>orchestrate</c> was not found, or another worker on this host executes
    /// runs of the repositories.</exception>
    public override async Task<TResult> RunWorkerAsync<TResult>(
        TemporalWorker worker,
        Func<TemporalWorker, CancellationToken, Task<TResult>> continuation,
        CancellationToken stoppingToken
    )
    {
        var context = MakeContext();
        var loggers = worker.Options.LoggerFactory ?? NullLoggerFactory.Instance;
        await using var engine = EngineConnection.Of((ITemporalClient)worker.Client);
        await using var host = await WorkerHost.StartAsync(engine, [.. repositories.Select(Find)], context, loggers, stoppingToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var own = continuation(worker, stop.Token);
        if (await Task.WhenAny(own, host.Running) != own)
        {
            // If runs can't be executed, the application's worker is stopped too, so that the process can be restarted.
            await stop.CancelAsync();
            await ((Task)own).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.ThrowIfBrokenAsync();
        }
        return await own;
    }

    private NonInteractiveUseCaseServiceBundle MakeContext()
    {
        var variables = environment ?? SettingsFiles.ProcessEnvironment();
        var path =
            program
            ?? ThisProgramCommand.Find(variables)
            ?? throw new UseCaseException(
                UseCaseOutcome.Unavailable,
                "The program 'orchestrate' is not in PATH.",
                "Install it, or pass its path to the plugin's constructor."
            );
        return new NonInteractiveUseCaseServiceBundle(variables, Environment.CurrentDirectory, TimeProvider.System) { Program = [path] };
    }

    private static LocalRepositoryPaths Find(string path) =>
        LocalRepositoryPaths.Find(path)
        ?? throw new UseCaseException(UseCaseOutcome.Usage, $"{path} is not in a git repository.", "Specify the path of a clone.");
}
