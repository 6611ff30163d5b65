using System.Collections.Concurrent;
using Orchestrator.Gates.Running;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Settings;

namespace Orchestrator.Gates.Results;

/// <summary>The subject of gates, and the run that they are for.</summary>
/// <param name="Tree">The files, as git's id of their tree.</param>
/// <param name="Changed">Files that differ from the base.</param>
/// <param name="SetUp">The set-up commands of the worktree.</param>
public sealed record GateQuestion(string Tree, IReadOnlyList<string> Changed, OrchestratorSettings Settings, IReadOnlyList<string> SetUp)
{
    /// <summary>Folder in which the gates run: empty for a clean worktree that is set up. Another folder may contain more than the tree
    /// (ignored files), or less (no set-up), so its results count there alone, while those of a clean worktree count everywhere.</summary>
    public string Place { get; init; } = "";

    /// <summary>The gates of the subject, among which are those that others need.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>The run that asks; empty: a person does.</summary>
    public string Run { get; init; } = "";

    /// <summary>Results from before this run, or from before now where a person asks, do not count.</summary>
    public bool Fresh { get; init; }

    /// <summary>Reads the tests in quarantine, which only a failed gate needs.</summary>
    /// <value>Default: none are.</value>
    public Func<CancellationToken, Task<TestQuarantine>> ReadQuarantine { get; init; } = _ => Task.FromResult(TestQuarantine.None);

    /// <summary>True for a tree that nobody made: its verdict does not become part of a gate's history.</summary>
    public bool IsComparison { get; init; }

    /// <summary>The key of a result. The gate's time limit is not part of it, because its duration is known.</summary>
    /// <param name="environmentHash">See <see cref="GateEnvironment"/>.</param>
    /// <param name="place">See <see cref="Place"/>.</param>
    public string Key(Gate gate, string environmentHash, string place) =>
        GateKey.Of(gate, Tree, environmentHash, place, GateKey.ChangedFiles(gate, Changed));
}

/// <summary>Result of a lookup.</summary>
/// <param name="Key">The key to keep the gate's result under after it ran; null: it is not kept.</param>
/// <param name="Known">Its passing result; null: it has to run.</param>
public sealed record GateLookup(string? Key, GateVerdict? Known);

/// <summary>Results of gates in repositories: no tree is gated twice, and it is known how often each gate fails by chance. Stored in a
/// repository's cache folder, below <c>gates</c>; one instance per process.</summary>
/// <param name="environment">The process's variables.</param>
/// <param name="time">The clock.</param>
public sealed class GateResultStore(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(6);
    private readonly GateEnvironment _environment = new(environment, time);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _pruned = new(StringComparer.Ordinal);

    /// <summary>The gate's passing result on this tree, in this environment. A gate that is known to be flaky always runs again: its
    /// passing says as little about the work as its failing.</summary>
    public async Task<GateLookup> FindAsync(GitRepository repository, Gate gate, GateQuestion question, CancellationToken stop)
    {
        if (!IsKept(gate, question) || GateHistory.ChanceOf(History(repository).Read(gate)) is not null)
        {
            return new GateLookup(null, null);
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
        return new GateLookup(key, counts ? Known(found!, gate) : null);
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

    private static GateVerdict Known(GateVerdict found, Gate gate) =>
        found with
        {
            Gate = gate,
            Cached = true,
            Runs = 0,
            Duration = TimeSpan.Zero,
            EvidenceFile = StillThere(found),
        };

    /// <summary>The tests of a gate that failed by chance lately, as the runner spells them.</summary>
    public IReadOnlySet<string> FlakyTestsOf(GitRepository repository, Gate gate) =>
        FlakyTest.In(History(repository).Read(gate)).Select(flaky => flaky.Test).ToHashSet(StringComparer.Ordinal);

    /// <summary>The tests of all gates that failed by chance lately.</summary>
    public IReadOnlyList<FlakyTest> FlakyTests(GitRepository repository) => History(repository).FlakyTests();

    /// <summary>Records the result of a gate that ran: for how often it fails by chance, and as passing where it passed at once. If it
    /// can't be written, the gate runs again the next time; the result is unaffected.</summary>
    /// <param name="verdict">The result.</param>
    /// <param name="question">The question.</param>
    /// <param name="key">Key of a passing result (<see cref="GateLookup.Key"/>); null: it is not kept, for example because the files were
    /// not those of the tree before or after the run.</param>
    /// <param name="leavesFiles">It left files that gates after it may need.</param>
    /// <param name="stop">Ends the waiting for other writers.</param>
    /// <returns>The result with what is known of the gate, only advisory where all failed tests are in quarantine, or the gate is flaky
    /// and the settings say so.</returns>
    public async Task<GateVerdict> NoteAsync(
        GitRepository repository,
        GateVerdict verdict,
        GateQuestion question,
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
            EvidenceHash = verdict.EvidenceFile is { } file ? EvidenceHash.Of(file) : "",
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
            // Only time is lost: see above.
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
        if (verdict.Oddities.Count == 0 && GateTampering.OfResult(history.Read(verdict.Gate), verdict) is { } odd)
        {
            verdict = verdict with { Oddities = [odd] };
        }
        return verdict with { Chance = GateHistory.ChanceOf(await history.AddAsync(verdict, stop)) };
    }

    // A measured number depends on the machine and the moment, so an earlier one says nothing about now.
    private static bool IsKept(Gate gate, GateQuestion question) =>
        question.Settings.Gates.Cache && gate.Cache != false && !gate.IsMeasurement;

    // A file that was written again is evidence of something else.
    private static string? StillThere(GateVerdict found) =>
        found is { EvidenceFile: { } file, EvidenceHash.Length: > 0 } && EvidenceHash.Of(file) == found.EvidenceHash ? file : null;

    // Pruning lists the folders, so it is not done for each result.
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

    /// <summary>Folder of the results.</summary>
    public static string FolderOf(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(CacheFolder.Of(repository, environment), "gates");

    private string Folder(GitRepository repository, string name) => Path.Combine(FolderOf(repository, environment), name);
}
