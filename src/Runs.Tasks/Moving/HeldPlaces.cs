using System.Collections.Concurrent;

namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>Tasks for which this process holds a place. What is placed here and not held is of a worker before.</summary>
public sealed class HeldPlaces
{
    private readonly ConcurrentDictionary<SharedTask, int> _held = new();

    /// <summary>The places of this process.</summary>
    /// <param name="services">What the steps need of this machine.</param>
    public static HeldPlaces Of(RunServices services) => services.Part(_ => new HeldPlaces());

    /// <summary>This process holds a place for the task.</summary>
    public void Hold(SharedTask task) => _held.AddOrUpdate(task, 1, (_, count) => count + 1);

    /// <summary>The place is given back.</summary>
    public void GiveBack(SharedTask task) => _held.AddOrUpdate(task, 0, (_, count) => count - 1);

    /// <summary>Whether this process holds one for the task.</summary>
    public bool Has(SharedTask task) => _held.GetValueOrDefault(task) > 0;

    /// <summary>Tasks of a run that were placed here by a worker before.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="here">The repository.</param>
    public IReadOnlyList<SharedTask> FindLeft(string runId, RepositoryReference here) =>
        [.. PlacedTasks.Find(runId, here).Where(task => !Has(task))];
}
