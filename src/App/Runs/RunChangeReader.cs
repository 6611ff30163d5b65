using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Orchestrator.App.Runs;

/// <summary>Reads changes of runs from their folders, for views that poll often. Thread-safe.</summary>
/// <param name="time">Clock for the intervals between two reads.</param>
public sealed class RunChangeReader(TimeProvider time)
{
    private static readonly TimeSpan RunLooked = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RepositoryLooked = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<(string Root, string? Run), (long At, string Seen)> _seen = new();

    /// <summary>Returns a text that changes whenever the files of a run, or of all runs, change.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="run">Full id of a run, or null for all runs of the repository.</param>
    /// <returns>The text. Empty if there is no such run.</returns>
    public string Fingerprint(string root, string? run)
    {
        var key = (root, run);
        if (_seen.TryGetValue(key, out var seen) && time.GetElapsedTime(seen.At) < (run is null ? RepositoryLooked : RunLooked))
        {
            return seen.Seen;
        }
        var runs = Path.Combine(root, ".orchestrator", "runs");
        var now =
            run is not null ? (FolderOf(root, run) is { } folder ? OfRun(folder, withAgents: true) : "")
            : !Directory.Exists(runs) ? ""
            : string.Join(',', Directory.EnumerateDirectories(runs).Select(folder => OfRun(folder, withAgents: false)));
        _seen[key] = (time.GetTimestamp(), now);
        return now;
    }

    /// <summary>Returns the events of a run as they are recorded, until the run ends. Returns null if there is no such run.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="run">Full id of the run.</param>
    /// <param name="after">Number of the last event that is left out.</param>
    /// <param name="stop">Ends the enumeration.</param>
    public IAsyncEnumerable<RunEvent>? FollowAsync(string root, string run, long after, CancellationToken stop) =>
        FolderOf(root, run) is { } folder && StoredRun.TryRead(folder) is { } stored ? FollowAsync(stored, after, stop) : null;

    private async IAsyncEnumerable<RunEvent> FollowAsync(StoredRun run, long after, [EnumeratorCancellation] CancellationToken stop)
    {
        var lines = RunEventTimeline.FollowAsync(run, () => RunStateNames.IsFinal(run.Reload().Status.State), time, stop);
        await foreach (var line in lines)
        {
            if (line.Happened.Sequence > after)
            {
                yield return line.Happened;
            }
        }
    }

    /// <summary>Returns the folder of a run by its full id, or null if the run does not exist. An id must be a single name, never a
    /// path.</summary>
    private static string? FolderOf(string root, string run)
    {
        if (run.Length == 0 || run is "." or ".." || run.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
        {
            return null;
        }
        var folder = Path.Combine(root, ".orchestrator", "runs", run);
        return Directory.Exists(folder) ? folder : null;
    }

    private static string OfRun(string folder, bool withAgents)
    {
        var seen = string.Join(
            '.',
            ((string[])["status.json", "events.jsonl", "mail.jsonl"]).Select(name => Stamp(Path.Combine(folder, name)))
        );
        var tasks = Path.Combine(folder, "tasks");
        return !withAgents || !Directory.Exists(tasks)
            ? seen
            : seen
                + string.Concat(
                    Directory
                        .EnumerateDirectories(tasks)
                        .Select(AgentActionReader.LastStart)
                        .OfType<string>()
                        .Select(start => Stamp(Path.Combine(start, "progress.json")) + Stamp(Path.Combine(start, "stderr")))
                );
    }

    private static string Stamp(string file) =>
        new FileInfo(file) is { Exists: true } found
            ? string.Create(CultureInfo.InvariantCulture, $"{found.Length:x}-{found.LastWriteTimeUtc.Ticks:x}")
            : "";
}
