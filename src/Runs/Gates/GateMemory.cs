using System.Collections.Concurrent;

namespace Orchestrator.Runs.Gates;

/// <summary>What gates are asked about, and who asks.</summary>
/// <param name="Tree">The files, as git's id of their tree.</param>
/// <param name="Changed">Files that differ from the base.</param>
/// <param name="SetUp">The commands that make a worktree ready there.</param>
internal sealed record GateQuestion(string Tree, IReadOnlyList<string> Changed, OrchestratorSettings Settings, IReadOnlyList<string> SetUp)
{
    /// <summary>Where the gates run: empty in a clean worktree that is set up. Elsewhere there may be more than the tree says (ignored
    /// files), or less (no set-up): what passes there counts there alone, but what passes in a clean one counts everywhere.</summary>
    public string Place { get; init; } = "";

    /// <summary>The run that asks; empty: a person.</summary>
    public string Run { get; init; } = "";

    /// <summary>What was found before this run, or before now where a person asks, does not count.</summary>
    public bool Fresh { get; init; }

    /// <summary>The name of a result. The gate's limit is not part of it, since it is known how long it took.</summary>
    /// <param name="surroundings">See <see cref="GateSurroundings"/>.</param>
    /// <param name="place">See <see cref="Place"/>.</param>
    public string Key(Gate gate, string surroundings, string place) =>
        GateKey.Of(gate, Tree, surroundings, place, GateKey.ChangedFiles(gate, Changed));
}

/// <summary>A green result that is known.</summary>
/// <param name="Verdict">What it said, and where it ran.</param>
/// <param name="LeavesFiles">It leaves files that gates after it may need.</param>
internal sealed record KnownGate(GateVerdict Verdict, bool LeavesFiles);

/// <summary>What was found of a gate.</summary>
/// <param name="Key">The name under which its result is kept when it has run; null: it is not kept.</param>
/// <param name="Known">Its green result; null: it has to run.</param>
internal sealed record GateLookup(string? Key, KnownGate? Known);

/// <summary>What gates have said in repositories: no tree is gated twice, and how often each fails by chance is known. In a repository's
/// cache folder, below <c>gates</c>; one for all that a process does (<see cref="Of"/>).</summary>
/// <param name="environment">The process's variables.</param>
/// <param name="time">The clock.</param>
internal sealed class GateMemory(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(6);
    private readonly GateSurroundings _surroundings = new(environment, time);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _pruned = new(StringComparer.Ordinal);

    /// <summary>That of all runs of this process.</summary>
    public static GateMemory Of(RunServices services) => services.Part(all => new GateMemory(all.Environment, all.Time));

    /// <summary>The gate's green result on this tree, in these surroundings. One that is known to fail by chance is always asked again: its
    /// green says as little about the work as its red.</summary>
    public async Task<GateLookup> FindAsync(GitRepository repository, Gate gate, GateQuestion question, CancellationToken stop)
    {
        if (!IsKept(gate, question) || History(repository).Read(gate).IsFlaky)
        {
            return new GateLookup(null, null);
        }
        var worktrees = question.Settings.Worktrees;
        var surroundings = await _surroundings.HashAsync(gate, worktrees.Environment, question.SetUp, stop);
        var key = question.Key(gate, surroundings, question.Place);
        var results = Results(repository);
        var found = results.Find(key);
        if (found is null && question.Place.Length > 0)
        {
            found = results.Find(question.Key(gate, surroundings, ""));
        }
        var counts =
            found is not null
            && found.Verdict.Duration <= gate.Limit
            && (!question.Fresh || (question.Run.Length > 0 && found.Run == question.Run));
        return new GateLookup(key, counts ? Known(found!, gate) : null);
    }

    private static KnownGate Known(GateResultEntry found, Gate gate) =>
        new(
            found.Verdict with
            {
                Gate = gate,
                Cached = new GateCacheHit(found.Run, found.At),
                Runs = 0,
                Duration = TimeSpan.Zero,
                EvidenceFile = StillThere(found),
            },
            found.LeavesFiles
        );

    /// <summary>Notes how a gate that ran has ended: how often it fails by chance, and that it is green, where it passed without chance.
    /// What can't be written is not known the next time, and the gate runs again; the verdict stands.</summary>
    /// <param name="verdict">What it said.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="key">Where a green result is kept (<see cref="GateLookup.Key"/>); null: the files were not those of the tree, before or
    /// after it ran, or it is not kept for another reason.</param>
    /// <param name="leavesFiles">It left files that gates after it may need.</param>
    /// <param name="stop">Ends the waiting for others that note something.</param>
    /// <returns>The verdict, which stands in nobody's way where the gate is flaky and that is wanted; and what is known of the
    /// gate.</returns>
    public async Task<(GateVerdict Verdict, GateRecord Record)> NoteAsync(
        GitRepository repository,
        GateVerdict verdict,
        GateQuestion question,
        string? key,
        bool leavesFiles,
        CancellationToken stop
    )
    {
        var record = new GateRecord(verdict.Gate.Command, verdict.Gate.Negate, "");
        try
        {
            var history = History(repository);
            verdict = verdict with { Suspicion = verdict.Suspicion ?? GateComparison.Find(history.Read(verdict.Gate).Greens, verdict) };
            record = await history.AddAsync(verdict, stop);
            if (key is not null && verdict.Passed && verdict.Failure != GateFailure.Flaky)
            {
                Results(repository)
                    .Store(
                        new GateResultEntry(
                            key,
                            question.Run,
                            time.GetUtcNow(),
                            verdict,
                            leavesFiles,
                            verdict.EvidenceFile is { } file ? File.GetLastWriteTimeUtc(file) : default
                        )
                    );
            }
            Prune(repository);
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            // Only time is lost: see above.
        }
        var isQuarantined = question.Settings.Gates.Quarantine && record.IsFlaky && !verdict.Passed && !verdict.BlamesMachine;
        return (isQuarantined ? verdict with { Quarantine = $"it {record}" } : verdict, record);
    }

    // A figure hangs on the machine and the moment, and most are of time: what was measured then says nothing of now.
    private static bool IsKept(Gate gate, GateQuestion question) =>
        question.Settings.Gates.Cache && gate.Cache != false && !gate.IsMeasurement;

    private static string? StillThere(GateResultEntry entry) =>
        entry.Verdict.EvidenceFile is { } file && File.Exists(file) && File.GetLastWriteTimeUtc(file) == entry.EvidenceWritten
            ? file
            : null;

    // The folders are listed for it: not at each note.
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

    /// <summary>Where it lies.</summary>
    public static string FolderOf(GitRepository repository, IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(CacheFolder.Of(repository, environment), "gates");

    private string Folder(GitRepository repository, string name) => Path.Combine(FolderOf(repository, environment), name);
}
