namespace Orchestrator.Runs.Tasks.Moving;

/// <summary>A task that is shared by the remote, as each machine has it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">The repository on this machine.</param>
/// <param name="TaskId">The task.</param>
public sealed record SharedTask(string RunId, RepositoryReference Repository, string TaskId)
{
    internal RunFolder Folder => new(Repository.Path, RunId);

    /// <summary>The same task in the same clone, whatever else is known of that.</summary>
    public bool Equals(SharedTask? other) => other is not null && NameOf(this) == NameOf(other);

    /// <inheritdoc/>
    public override int GetHashCode() => NameOf(this).GetHashCode(StringComparison.Ordinal);

    private static string NameOf(SharedTask task) => $"{task.Repository.Path} {task.RunId}/{task.TaskId}";
}

/// <summary>Tasks of other machines' runs that are placed on this host, as far as files say: what was placed here is known after a
/// restart.</summary>
public static class PlacedTasks
{
    /// <summary>The file in a task's folder that says so; it stays on this machine.</summary>
    internal const string Marker = ".placed";

    /// <summary>True if a task is placed here.</summary>
    public static bool Has(SharedTask task) => File.Exists(MarkerOf(task));

    /// <summary>The tasks of a run that are placed here.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="here">The repository.</param>
    public static IReadOnlyList<SharedTask> Find(string runId, RepositoryReference here) =>
        [.. new RunFolder(here.Path, runId).TaskIds().Select(task => new SharedTask(runId, here, task)).Where(Has)];

    /// <summary>A step is done on a host only while the task is placed there: what is made of it afterwards would be lost.</summary>
    /// <exception cref="StepException">It is not placed here, and its run is another machine's.</exception>
    public static void Demand(SharedTask task)
    {
        if (!Has(task) && StatusFile.Read(task.Folder.Status) is { } run && run.Queue != task.Repository.Queue)
        {
            throw Gone(task);
        }
    }

    /// <summary>The interval at which a host pushes the task; null: it is not placed here.</summary>
    public static TimeSpan? IntervalOf(SharedTask task) => Has(task) ? RunStart.TryRead(task.Folder)?.Settings.Wip.Interval : null;

    internal static void Add(SharedTask task) => DurableFile.Write(MarkerOf(task), "");

    internal static void Remove(SharedTask task)
    {
        if (Has(task))
        {
            File.Delete(MarkerOf(task));
        }
    }

    /// <summary>As where a worker stops: the step is done where the task is.</summary>
    internal static StepException Gone(SharedTask task) =>
        new($"{task.TaskId} of {task.RunId} is not placed here any more", FailureTypes.WorkerStops) { IsFinal = false };

    private static string MarkerOf(SharedTask task) => Path.Combine(task.Folder.Task(task.TaskId), Marker);
}

/// <summary>Tasks for which this process holds a place. What is placed here and not held is of a worker before.</summary>
public sealed class HeldPlaces
{
    private readonly Dictionary<SharedTask, int> _held = [];

    /// <summary>The places of this process.</summary>
    /// <param name="services">What the steps need of this machine.</param>
    public static HeldPlaces Of(RunServices services) => services.Part(_ => new HeldPlaces());

    /// <summary>This process holds a place for the task.</summary>
    public void Hold(SharedTask task)
    {
        lock (_held)
        {
            _held[task] = _held.GetValueOrDefault(task) + 1;
        }
    }

    /// <summary>The place is given back.</summary>
    public void GiveBack(SharedTask task)
    {
        lock (_held)
        {
            if (_held.GetValueOrDefault(task) is > 1 and var count)
            {
                _held[task] = count - 1;
            }
            else
            {
                _held.Remove(task);
            }
        }
    }

    /// <summary>True if this process holds one for the task.</summary>
    public bool Has(SharedTask task)
    {
        lock (_held)
        {
            return _held.ContainsKey(task);
        }
    }

    /// <summary>Tasks of a run that were placed here by a worker before.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="here">The repository.</param>
    public IReadOnlyList<SharedTask> FindLeft(string runId, RepositoryReference here) =>
        [.. PlacedTasks.Find(runId, here).Where(task => !Has(task))];
}
