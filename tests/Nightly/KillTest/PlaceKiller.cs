using System.Globalization;
using Orchestrator.Processes;

namespace Orchestrator.KillTest;

/// <summary>Kills once, at one place; without a place it only counts what places there are.</summary>
/// <param name="place">The place.</param>
public sealed class PlaceKiller(KillPlace? place) : IKiller
{
    private readonly Dictionary<string, int> _counts = [];
    private CrashPoints? _points;

    /// <summary>The operation at the crash point when it was reached, or null if it was not reached.</summary>
    public string? Reached { get; private set; }

    /// <summary>Number of times each crash point was passed.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <inheritdoc/>
    public int Processes => 1;

    /// <inheritdoc/>
    public TimeSpan Pause =>
        TimeSpan.FromMilliseconds(Reached is null && (place is null || CrashPoints.Names.Contains(place.Point)) ? 4 : 20);

    /// <inheritdoc/>
    public string? Prepare(KillRepository repository)
    {
        _points = new CrashPoints(repository);
        return Shim.Make(repository, place);
    }

    /// <inheritdoc/>
    public string? Kill(KillRepository repository, Disturber disturber)
    {
        if (Reached is not null)
        {
            return null;
        }
        if (place is null)
        {
            Count(repository);
            return null;
        }

        if (CrashPoints.Names.Contains(place.Point))
        {
            if (_points!.Count(place.Point) < place.Number)
            {
                return null;
            }
            Reached = place.Point;
            disturber.Kill(place.Victim, Random.Shared);
            return place.ToString();
        }

        var hit = Path.Combine(repository.ShimFolder, "hit");
        if (!File.Exists(hit))
        {
            return null;
        }
        var words = File.ReadAllText(hit).Trim().Split(' ');
        Reached = string.Join(' ', words.Where((word, index) => index > 0 && word != "-c" && words[index - 1] != "-c"));
        KillAtShim(repository, disturber, int.Parse(words[0], CultureInfo.InvariantCulture));
        return $"{place} ({Reached})";
    }

    private void KillAtShim(KillRepository repository, Disturber disturber, int waiting)
    {
        if (place!.Point == "agent")
        {
            disturber.AwaitStart(waiting);
        }

        // The supervisor goes first, because it would notice the other's end.
        if (place.Victim is Victim.EveryOrchestrator or Victim.Everything or Victim.Power)
        {
            disturber.Kill(place.Victim, Random.Shared);
        }
        if (place.Point == "agent" && place.Victim is Victim.Supervisor)
        {
            disturber.KillSupervisorOf(waiting);
        }
        disturber.KillProcess(waiting);
        foreach (var started in ProcessTable.FindByEnvironment(Shim.Variable, repository.ShimFolder))
        {
            disturber.KillProcess(started.ProcessId);
        }
    }

    private void Count(KillRepository repository)
    {
        foreach (var name in CrashPoints.Names)
        {
            _counts[name] = _points!.Count(name);
        }
        foreach (var (name, count) in Shim.Counts(repository))
        {
            _counts[name] = count;
        }
        _counts["agent"] = repository.FilesOfStarts("pid");
    }
}
