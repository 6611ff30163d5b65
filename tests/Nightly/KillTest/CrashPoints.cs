namespace Orchestrator.KillTest;

/// <summary>Moments of a run that show in its files: how often each has come so far.</summary>
/// <param name="repository">The round's repository.</param>
public sealed class CrashPoints(KillRepository repository)
{
    /// <summary>The engine has committed a transaction.</summary>
    public const string History = "history";

    private readonly Dictionary<string, HashSet<string>> _seen = [];

    /// <summary>Crash points in requests of agents, statements of reviewers and answers of users.</summary>
    public static IReadOnlyList<string> OfPersons { get; } =
    ["request-noted", "packages-made", "review-file", "planning-file", "escalation-report", "answer-begun", "work-kept"];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "owner-file",
        "pid-file",
        "exit-code",
        History,
        "staging-moved",
        "task-branch-moved",
        "result-kept",
        "landing-half-done",
        "target-moved",
        .. OfPersons,
    ];

    /// <summary>Looks, and says how often this moment has come so far.</summary>
    public int Count(string name) =>
        name switch
        {
            "owner-file" => repository.FilesOfStarts("owner"),
            "pid-file" => repository.FilesOfStarts("pid"),
            "exit-code" => repository.FilesOfStarts("exit"),
            History => See(name, Stamp(Path.Combine(repository.OrchestratorFolder, "engine.db-wal"))),
            "staging-moved" => See(
                name,
                [.. Refs("heads/orchestrator").Where(file => Path.GetFileName(file) == "staging").SelectMany(Stamp)]
            ),
            "task-branch-moved" => See(
                name,
                [.. Refs("heads/orchestrator").Where(file => file.Contains("/t/", StringComparison.Ordinal)).SelectMany(Stamp)]
            ),
            "result-kept" => See(name, [.. Refs("orchestrator/results").SelectMany(Stamp)]),

            // The checkout has some file of the run's; the user's branch may not have moved yet.
            "landing-half-done" => File.Exists(Path.Combine(repository.Folder, "added.txt"))
            || File.Exists(Path.Combine(repository.Folder, "moved.txt"))
                ? 1
                : 0,
            "target-moved" => repository.TargetHasWork() ? 1 : 0,
            "request-noted" => See(name, [.. repository.FilesOfRuns("dependencies.json").SelectMany(Stamp)]),
            "packages-made" => repository.FilesOfRuns("packages-*.json").Length,
            "review-file" => FilesIn("review"),
            "planning-file" => FilesIn("planning"),
            "escalation-report" => See(name, [.. repository.FilesOfRuns("escalation-report.md").SelectMany(Stamp)]),
            "answer-begun" => repository.Answers,
            "work-kept" => Refs("orchestrator/aborted").Count(),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown"),
        };

    private static string[] Stamp(string file)
    {
        try
        {
            return [$"{file} {new FileInfo(file).LastWriteTimeUtc.Ticks} {new FileInfo(file).Length}"];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    private int See(string name, string[] stamps)
    {
        if (!_seen.TryGetValue(name, out var seen))
        {
            _seen.Add(name, seen = []);
        }
        seen.UnionWith(stamps);
        return seen.Count;
    }

    private int FilesIn(string folder) => repository.FilesOfRuns("*").Count(file => file.Contains($"/{folder}/", StringComparison.Ordinal));

    private IEnumerable<string> Refs(string below)
    {
        var folder = Path.Combine(repository.Folder, ".git", "refs", below);
        return Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true })
                .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
            : [];
    }
}
