using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Trees;

/// <summary>Records in the verdict and the log that a gate changed its worktree and that the worktree was restored.</summary>
public static class GateWorktreeChangeRecorder
{
    private const int MostFiles = 5;

    /// <summary>Returns the verdict with notes about the gate's changes to its worktree.</summary>
    /// <param name="verdict">Result of a gate that ran.</param>
    /// <param name="traces">Changes that the gate left.</param>
    /// <param name="setUp">Tracked files that the set-up had changed before the gate.</param>
    /// <param name="removedBefore">Files of earlier gates that were removed.</param>
    /// <param name="stashed">Files of earlier gates that were stashed during the gate, or null if none were stashed.</param>
    public static GateVerdict AddNotes(
        GateVerdict verdict,
        GateWorktreeRestoreResult traces,
        IReadOnlyList<string> setUp,
        IReadOnlyList<string> removedBefore,
        IReadOnlyList<string>? stashed = null
    )
    {
        var hostile = traces.Removed.Where(Ecosystems.IsReadFirst).ToList();
        GateAnomaly[] odd =
        [
            .. Odd(GateAnomalyKind.SetUpChangedFiles, setUp),
            .. Odd(GateAnomalyKind.ChangedFiles, traces.Changed),
            .. Odd(GateAnomalyKind.MadeFilesReadFirst, hostile),
        ];
        var removed = Named([.. traces.Removed.Except(hostile)]);
        if (verdict.EvidenceFile is { } log && GateVerdictFormatter.LogTraces(odd, removed, traces.IsWhole) is { Length: > 0 } lines)
        {
            SymlinkSafeFileWriter.Append(log, lines);
        }
        verdict = verdict with
        {
            Anomalies = [.. verdict.Anomalies, .. odd],
            RemovedBefore = verdict.Passed ? null : Named(removedBefore),
            StartedWithout = verdict.Passed ? null : Named(stashed ?? []),
        };
        // A linter that fixes its findings always passes, and its fixes are not part of the commit.
        return verdict is { Passed: true, Gate: { Type: GateType.Lint, Negate: false } } && traces.Changed.Count > 0
            ? verdict with
            {
                Result = GateResult.Failed,
                Failure = GateFailure.Logic,
            }
            : verdict;
    }

    private static IEnumerable<GateAnomaly> Odd(GateAnomalyKind kind, IReadOnlyList<string> files) =>
        Named(files) is { } named ? [new GateAnomaly(kind) { Files = named }] : [];

    private static AbridgedFileList? Named(IReadOnlyList<string> files) =>
        files.Count == 0
            ? null
            : new AbridgedFileList(
                [.. files.Take(MostFiles).Select(file => FileNameEncoding.Show(file))],
                Math.Max(0, files.Count - MostFiles)
            );
}
