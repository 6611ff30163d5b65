using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Logging;
using Orchestrator.Machine.Night;
using Orchestrator.Messages;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>Keeps this machine awake while a run that was begun as a night's goes on here by itself: for workers, which begin and end with
/// no run. A night that is paused or waits for a person lets the machine sleep.</summary>
/// <param name="repositories">Repositories whose runs are worked on.</param>
/// <param name="context">Clock and environment.</param>
/// <param name="log">Takes what kept it from looking.</param>
internal sealed class NightWatch(IReadOnlyList<RepositoryLocation> repositories, CommandContext context, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly StoredRunCache _runs = new();

    // A run stays what it was begun as.
    private readonly Dictionary<string, bool> _nights = new(StringComparer.Ordinal);

    /// <summary>Looks until cancelled; then the lock is released.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        SleepInhibitor? held = null;
        try
        {
            while (true)
            {
                var night = FindNight();
                if (night is not null && held is null)
                {
                    held = await SleepInhibitor.HoldAsync($"{night} works overnight", context.Environment, stop);
                }
                else if (night is null && held is not null)
                {
                    await held.DisposeAsync();
                    held = null;
                }
                await Task.Delay(Pause, context.Time, stop);
            }
        }
        finally
        {
            if (held is not null)
            {
                await held.DisposeAsync();
            }
        }
    }

    private string? FindNight()
    {
        foreach (var repository in repositories)
        {
            try
            {
                if (_runs.List(repository).FirstOrDefault(run => IsNight(run, repository)) is { } night)
                {
                    return night.Id;
                }
            }
            catch (Exception missed) when (missed is IOException or UnauthorizedAccessException)
            {
                // A record that is being written or removed: the next look follows.
                log.NightNotSeen(missed);
            }
        }
        return null;
    }

    private bool IsNight(StoredRun run, RepositoryLocation repository)
    {
        if (
            RunLiveness.Of(run.Status) != RunLiveness.Moving
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
