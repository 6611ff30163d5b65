using System.Collections.Concurrent;
using Orchestrator.Gates.Running;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Settings;

namespace Orchestrator.Gates.Results;

/// <summary>Identifies the tree that gates check and the run that requests the check.</summary>
/// <param name="Tree">Git's id of the tree.</param>
/// <param name="Changed">Files that differ from the base.</param>
/// <param name="SetUp">Set-up commands of the worktree.</param>
public sealed record GateResultQuery(string Tree, IReadOnlyList<string> Changed, OrchestratorSettings Settings, IReadOnlyList<string> SetUp)
{
    /// <summary>
    /// Folder in which the gates run, or empty for a clean worktree after set-up. Results from a clean worktree apply everywhere. Any other
    /// folder may have additional ignored files or lack the set-up, so its results apply only to that folder.
    /// </summary>
    public string Place { get; init; } = "";

    /// <summary>Gates to run on the tree, including gates on which other gates depend.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>Id of the requesting run. Empty if a user's command requests the check.</summary>
    public string Run { get; init; } = "";

    /// <summary>True to ignore results from before this run. For a user's command, true to ignore all earlier results.</summary>
    public bool Fresh { get; init; }

    /// <summary>Reads the quarantined tests. Called only after a gate has failed.</summary>
    /// <value>Default: no tests.</value>
    public Func<CancellationToken, Task<TestQuarantine>> ReadQuarantine { get; init; } = _ => Task.FromResult(TestQuarantine.None);

    /// <summary>True if the tree was constructed only for comparison. The verdict is then not added to the history of the gate.</summary>
    public bool IsComparison { get; init; }

    /// <summary>
    /// Returns the cache key of a gate's result. The gate's time limit is not part of the key, because the cached duration is compared with
    /// the limit instead.
    /// </summary>
    /// <param name="environmentHash">Hash from <see cref="GateEnvironment"/>.</param>
    /// <param name="place">Folder as in <see cref="Place"/>.</param>
    public string Key(Gate gate, string environmentHash, string place) =>
        GateCacheKey.Of(gate, Tree, environmentHash, place, GateCacheKey.ChangedFiles(gate, Changed));
}

/// <summary>Result of a cache lookup.</summary>
/// <param name="Key">Key under which to store the gate's result after it ran, or null to discard the result.</param>
/// <param name="Known">Cached passing result, or null if the gate must run.</param>
public sealed record GateCacheLookupResult(string? Key, GateVerdict? Known);

/// <summary>
/// Stores gate results per repository, so that no tree is checked twice and the flakiness of each gate is known. The files are in the
/// subfolder <c>gates</c> of the repository's cache folder. Each process has one instance.
/// </summary>
/// <param name="environment">Environment variables of the process.</param>
/// <param name="time">Clock.</param>
public sealed class GateResultStore(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(6);
    private readonly GateEnvironment _environment = new(environment, time);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _pruned = new(StringComparer.Ordinal);

    /// <summary>
    /// Looks up a cached passing result of the gate for this tree and environment. A gate that is known to be flaky always reruns, because
    /// its passing result proves as little as a failure.
    /// </summary>
    public async Task<GateCacheLookupResult> FindAsync(
        GitRepository repository,
        Gate gate,
        GateResultQuery question,
        CancellationToken stop
    )
    {
        if (!IsKept(gate, question) || GateHistory.ChanceOf(History(repository).Read(gate)) is not null)
        {
            return new GateCacheLookupResult(null, null);
        }
        var variables = VariablesOf(question.Settings);
        var environmentHash = await _environment.HashAsync(gate, variables, question.SetUp, stop);
        foreach (var needed in GateOrder.NeededBy(gate, question.Gates))
        {
            var start = await _environment.HashAsync(needed, variables, question.SetUp, stop);
            environmentHash = $"{environmentHash} {needed.Identity.Command} {needed.Negate} {start}";
        }
        var key = question.Key(gate, environmentHash, question.Place);
        var results = Results(repository);
        var found = results.Find(key);
        if (found is null && question.Place.Length > 0)
        {
            found = results.Find(question.Key(gate, environmentHash, ""));
        }
        var counts =
            found is not null
            && found.Duration <= gate.Limit
            && (!question.Fresh || (question.Run.Length > 0 && found.Run == question.Run));
        return new GateCacheLookupResult(key, counts ? FromCache(found!, gate) : null);
    }

    private Dictionary<string, string> VariablesOf(OrchestratorSettings settings)
    {
        var (permissions, variables) = (settings.Permissions, new Dictionary<string, string>(settings.Worktrees.Environment));
        foreach (var (name, value) in GateVariables.Named(environment, permissions.Gates.Environment))
        {
            variables[$"gates {name}"] = value;
        }
        foreach (var (name, value) in GateVariables.Named(environment, permissions.SetUp.Environment))
        {
            variables[$"set-up {name}"] = value;
        }
        return variables;
    }

    private static GateVerdict FromCache(GateVerdict found, Gate gate) =>
        found with
        {
            Gate = gate,
            Cached = true,
            Runs = 0,
            Duration = TimeSpan.Zero,
            EvidenceFile = StillThere(found),
        };

    /// <summary>Returns the gate's recently flaky tests, as the test runner spells their names.</summary>
    public IReadOnlySet<string> FlakyTestsOf(GitRepository repository, Gate gate) =>
        FlakyTest.In(History(repository).Read(gate)).Select(flaky => flaky.Test).ToHashSet(StringComparer.Ordinal);

    /// <summary>Returns the recently flaky tests of all gates in a repository.</summary>
    public IReadOnlyList<FlakyTest> FlakyTests(GitRepository repository) => History(repository).FlakyTests();

    /// <summary>
    /// Adds the result of a gate to its history, and also to the cache if the gate passed and was not flaky. If the write fails, the
    /// verdict remains valid, but the gate must run again next time.
    /// </summary>
    /// <param name="verdict">Result of the gate.</param>
    /// <param name="question">Tree that the gate checked.</param>
    /// <param name="key">Cache key of a passing result (<see cref="GateCacheLookupResult.Key"/>). Null if it must not be cached, for
    /// example because the worktree differed from the tree before or after the run.</param>
    /// <param name="leavesFiles">True if the gate left files that later gates may need.</param>
    /// <param name="stop">Cancels the wait for other writers.</param>
    /// <returns>The verdict with the gate's flakiness. The verdict is only advisory if all failed tests are in quarantine, or if the gate
    /// is flaky and the settings make flaky gates advisory.</returns>
    public async Task<GateVerdict> NoteAsync(
        GitRepository repository,
        GateVerdict verdict,
        GateResultQuery question,
        string? key,
        bool leavesFiles,
        CancellationToken stop
    )
    {
        verdict = verdict with
        {
            Run = question.Run,
            At = time.GetUtcNow(),
            LeavesFiles = leavesFiles,
            EvidenceHash = verdict.EvidenceFile is { } file ? GateLogHash.Of(file) : "",
        };
        try
        {
            verdict = question.IsComparison ? verdict : await CompareAsync(History(repository), verdict, stop);
            if (key is not null && verdict.Passed && verdict.Failure != GateFailure.Flaky)
            {
                Results(repository).Store(key, verdict);
            }
            Prune(repository);
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            // Losing the record costs only time, because the gate runs again.
        }
        if (verdict.Result == GateResult.Failed)
        {
            verdict = (await question.ReadQuarantine(stop)).Apply(verdict, time.GetUtcNow());
        }
        var isQuarantined = question.Settings.Gates.Quarantine && verdict.Chance is not null && !verdict.Passed && !verdict.BlamesMachine;
        return isQuarantined ? verdict with { Quarantined = true } : verdict;
    }

    private static async Task<GateVerdict> CompareAsync(GateHistory history, GateVerdict verdict, CancellationToken stop)
    {
        if (verdict.Anomalies.Count == 0 && GateTamperingDetector.OfResult(history.Read(verdict.Gate), verdict) is { } odd)
        {
            verdict = verdict with { Anomalies = [odd] };
        }
        return verdict with { Chance = GateHistory.ChanceOf(await history.AddAsync(verdict, stop)) };
    }

    // A measured number depends on the machine and the moment, so an earlier one can't replace a new measurement.
    private static bool IsKept(Gate gate, GateResultQuery question) =>
        question.Settings.Gates.Cache && gate.MayBeCached && !gate.IsMeasurement;

    // If the evidence file was overwritten, it belongs to another run.
    private static string? StillThere(GateVerdict found) =>
        found is { EvidenceFile: { } file, EvidenceHash.Length: > 0 } && GateLogHash.Of(file) == found.EvidenceHash ? file : null;

    // Pruning lists the folders, so pruning after each result would be too expensive.
    private void Prune(GitRepository repository)
    {
        var now = time.GetUtcNow();
        if (_pruned.TryGetValue(repository.Key, out var last) && now - last < PruneInterval)
        {
            return;
        }
        _pruned[repository.Key] = now;
        CacheFolder.Open(repository, environment);
        History(repository).Prune();
        Results(repository).Prune();
    }

    private GateResultCache Results(GitRepository repository) => new(Folder(repository, "results"), time);

    private GateHistory History(GitRepository repository) => new(Folder(repository, "history"), time);

    /// <summary>Returns the folder of a repository's results.</summary>
    public static string FolderOf(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(CacheFolder.Of(repository, environment), "gates");

    private string Folder(GitRepository repository, string name) => Path.Combine(FolderOf(repository, environment), name);
}
