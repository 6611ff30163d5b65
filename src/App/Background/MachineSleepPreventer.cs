using Microsoft.Extensions.Logging;
using Orchestrator.App.Night;

namespace Orchestrator.App.Background;

/// <summary>
/// Prevents this machine from going to sleep while it executes an unattended run. The machine may sleep while the run is paused or needs
/// attention. Each worker has its own instance, because a worker may end before a run that it executes.
/// </summary>
/// <param name="repositories">Repositories whose runs this worker executes.</param>
/// <param name="context">Provides the clock and environment.</param>
/// <param name="log">Receives errors.</param>
internal sealed class MachineSleepPreventer(IReadOnlyList<LocalRepositoryPaths> repositories, UseCaseServiceBundle context, ILogger log)
    : PeriodicBackgroundWork("sleep lock", repositories, context.Time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly StoredRunCache _runs = new();

    // The value is cached, because it is set when a run starts and never changes.
    private readonly Dictionary<string, bool> _nights = new(StringComparer.Ordinal);

    private SleepInhibitor? _held;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ReleaseAsync();
    }

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        var damaged = new Dictionary<string, string>(StringComparer.Ordinal);
        var night = repositories
            .SelectMany(repository => _runs.List(repository, damaged).Where(run => IsNight(run, repository)))
            .FirstOrDefault();
        ClearRemovedItems(damaged.ContainsKey);
        Report(damaged);
        if (night is null)
        {
            await ReleaseAsync();
        }
        else
        {
            _held ??= await SleepInhibitor.AcquireAsync($"{night.Id} works overnight", context.Environment, cancellationToken);
        }
        return Pause;
    }

    private async Task ReleaseAsync()
    {
        if (_held is { } held)
        {
            _held = null;
            await held.DisposeAsync();
        }
    }

    private bool IsNight(StoredRun run, LocalRepositoryPaths repository)
    {
        if (
            RunLivenessClassifier.Of(run.Status) != RunLivenessClassifier.Moving
            || QueueNames.MachineOf(run.Status.Queue) is { } machine && machine != context.Machine
        )
        {
            return false;
        }
        if (!_nights.TryGetValue(run.Id, out var isNight))
        {
            _nights[run.Id] = isNight = SleepInhibitor.IsNight(repository.Root, run.Id);
        }
        return isNight;
    }
}
