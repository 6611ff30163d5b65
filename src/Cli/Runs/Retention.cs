using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Engine;
using Orchestrator.Cli.Logging;
using Orchestrator.Machine.Cleaning;
using Orchestrator.Machine.Hosting;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Settings;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Runs;

/// <summary>Removes ended runs beyond the retention (<c>retention.*</c>, <c>worktrees.pool</c>) automatically: only while no run is open, a
/// few runs each time, within a time limit. Failures are logged; the next attempt follows.</summary>
/// <param name="location">The repository.</param>
/// <param name="settings">The settings in force.</param>
/// <param name="engine">The engine of its runs.</param>
/// <param name="context">Clock and environment.</param>
/// <param name="log">Receives what was done.</param>
internal sealed class Retention(
    RepositoryLocation location,
    OrchestratorSettings settings,
    EngineConnection engine,
    CommandContext context,
    ILogger log
)
{
    private const int MostRuns = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Acts once.</summary>
    public async Task ActAsync(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            await ActNowAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The rest the next time.
        }
        catch (Exception fault)
            when (ProgramFailure.Of(fault) is not null
                || fault is RpcException or IOException or UnauthorizedAccessException or CommandException
            )
        {
            log.RetentionFailed(fault);
        }
    }

    private async Task ActNowAsync(CancellationToken stop)
    {
        var runs = StoredRuns.List(location);
        if (runs.Any(run => !RunStates.IsFinal(NewestExecution.Of(run, location).Status.State)))
        {
            return;
        }
        var beyond = EndedRuns.Beyond(
            runs.Select(run => run.Status),
            settings.Retention.Count,
            settings.Retention.Age,
            context.Time.GetUtcNow()
        );
        var cleanup = await RunCleanup.OpenAsync(location, settings, context.Services);
        using var one = cleanup.TryBegin();
        if (one is null)
        {
            return;
        }
        var found = await cleanup.LookAsync(beyond, [.. runs.Select(run => run.Status)], givesUp: false, stop);
        RunRemains[] some = [.. found.Runs.Where(remains => remains.HasAny).Take(MostRuns)];
        var histories = new HistoryRemoval(engine, context.Time, stop);
        var left = await cleanup.RemoveAsync(found with { Runs = some }, histories.ForgetAsync, stop);
        await histories.FinishAsync();
        if (some.Length > 0)
        {
            log.EndedRunsRemoved(some.Length, string.Join(", ", some.Select(remains => remains.Run.Status.RunId)));
        }
        foreach (var why in left)
        {
            log.EndedRunNotRemoved(why);
        }
    }
}
