using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Supervision;

/// <summary>
/// Base class for work that a command repeats periodically in the background. After a failure, the work is retried with a delay that
/// doubles up to one minute. A failure never ends the work or its process, and is stored so that <c>status</c> and <c>check</c> can show
/// it.
/// </summary>
/// <param name="name">Display name of the unit.</param>
/// <param name="repositories">Repositories that the unit serves. Commands in them show the unit's last error.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives each new error once.</param>
public abstract class PeriodicBackgroundWork(string name, IEnumerable<LocalRepositoryPaths> repositories, TimeProvider time, ILogger log)
    : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly BackgroundErrorStore _note = new([.. repositories.Select(repository => repository.OrchestratorFolder)]);
    private readonly SortedDictionary<string, string> _items = new(StringComparer.Ordinal);
    private string _logged = "";

    /// <summary>Display name of the background work.</summary>
    public string Name => name;

    /// <summary>Current error of the background work, or null if there is none.</summary>
    public BackgroundError? LastFault { get; private set; }

    /// <summary>Receives the log entries of the background work.</summary>
    protected ILogger Logger => log;

    /// <summary>Executes the background work once.</summary>
    /// <param name="cancellationToken">Canceled when the unit stops.</param>
    /// <returns>Delay until the next pass, or null if no more passes are needed.</returns>
    protected abstract Task<TimeSpan?> PassAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Processes one of several items. A failure delays neither the other items nor the next repetition of the work. The failure is
    /// reported until the item is processed successfully.
    /// </summary>
    /// <param name="item">Name of the item.</param>
    /// <param name="act">Processes the item. Returns a description of the problem, or empty if there is none.</param>
    /// <param name="stop">Canceled when the unit stops.</param>
    protected async Task TryAsync(string item, Func<Task<string>> act, CancellationToken stop)
    {
        try
        {
            Report(item, await act());
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            log.ItemFailed(name, item, fault);
            Report(item, fault.Message);
        }
    }

    /// <summary>Sets or clears the error of an item.</summary>
    /// <param name="item">Name of the item.</param>
    /// <param name="problem">Description of the problem, or empty to clear the error.</param>
    protected void Report(string item, string problem)
    {
        if (problem.Length == 0)
        {
            _items.Remove(item);
        }
        else
        {
            _items[item] = problem;
        }
    }

    /// <summary>Sets or clears the errors of several items.</summary>
    /// <param name="problems">Descriptions of the problems, by the name of the item.</param>
    protected void Report(IReadOnlyDictionary<string, string> problems)
    {
        foreach (var (item, problem) in problems)
        {
            Report(item, problem);
        }
    }

    /// <summary>Clears the errors of items that no longer exist.</summary>
    /// <param name="isThere">Returns true for the name of an item that the unit still processes.</param>
    protected void ClearRemovedItems(Func<string, bool> isThere)
    {
        foreach (var gone in _items.Keys.Where(item => !isThere(item)).ToList())
        {
            _items.Remove(gone);
        }
    }

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = FirstDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan? pause;
            try
            {
                pause = await PassAsync(stoppingToken);
                delay = FirstDelay;
                Note(string.Join("; ", _items.Select(item => $"{item.Key}: {item.Value}")), null);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                Note(fault.Message, fault);
                (pause, delay) = (delay, delay * 2 < LongestDelay ? delay * 2 : LongestDelay);
            }
            if (pause is not { } next)
            {
                return;
            }
            await Task.Delay(next, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _note.Write(null);
    }

    private void Note(string error, Exception? fault)
    {
        if (error != _logged && error.Length > 0)
        {
            log.UnitFailed(name, error, fault);
        }
        _logged = error;
        if (error.Length > 0)
        {
            LastFault = new BackgroundError(name, error, (LastFault?.Failures ?? 0) + 1, time.GetUtcNow());
            _note.Write(LastFault);
        }
        else if (LastFault is not null)
        {
            LastFault = null;
            _note.Write(null);
        }
    }
}
