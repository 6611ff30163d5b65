using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Machine.Hosting;
using Orchestrator.Runs;

namespace Orchestrator.App.Supervision;

/// <summary>Periodic work beside a command. A failed pass is repeated after a delay that doubles up to a minute, for as long as the unit
/// runs; no fault ends it or whoever stops it. The last error is kept where <c>status</c> and <c>check</c> find it.</summary>
/// <param name="name">Name for people.</param>
/// <param name="repositories">Repositories that the unit works for; their commands show its last error.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives each new error once.</param>
public abstract class BackgroundUnit(string name, IEnumerable<RepositoryLocation> repositories, TimeProvider time, ILogger log)
    : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly FaultNote _note = new([.. repositories.Select(repository => repository.OrchestratorFolder)]);
    private readonly SortedDictionary<string, string> _items = new(StringComparer.Ordinal);
    private string _logged = "";

    /// <summary>Name for people.</summary>
    public string Name => name;

    /// <summary>The error of the last pass; null: it succeeded.</summary>
    public BackgroundFault? LastFault { get; private set; }

    /// <summary>The unit's log.</summary>
    protected ILogger Logger => log;

    /// <summary>Performs one pass.</summary>
    /// <param name="cancellationToken">The unit ends.</param>
    /// <returns>The pause before the next pass; null: the unit is done.</returns>
    protected abstract Task<TimeSpan?> PassAsync(CancellationToken cancellationToken);

    /// <summary>Acts on one of several items: its fault delays neither the others nor the next pass, and is the unit's error until acting
    /// on the item succeeds.</summary>
    /// <param name="item">Name of the item.</param>
    /// <param name="act">Returns a problem for people; empty: there is none.</param>
    /// <param name="stop">The unit ends.</param>
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

    /// <summary>Makes a problem the error of an item.</summary>
    /// <param name="item">Name of the item.</param>
    /// <param name="problem">The problem for people; empty: there is none any more.</param>
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

    /// <summary>Makes problems the errors of their items.</summary>
    /// <param name="problems">The problems for people, by item.</param>
    protected void Report(IReadOnlyDictionary<string, string> problems)
    {
        foreach (var (item, problem) in problems)
        {
            Report(item, problem);
        }
    }

    /// <summary>Forgets errors of items that are gone.</summary>
    /// <param name="isThere">True for the name of an item that the unit still acts on.</param>
    protected void ForgetItems(Func<string, bool> isThere)
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
            LastFault = new BackgroundFault(name, error, (LastFault?.Failures ?? 0) + 1, time.GetUtcNow());
            _note.Write(LastFault);
        }
        else if (LastFault is not null)
        {
            LastFault = null;
            _note.Write(null);
        }
    }
}
