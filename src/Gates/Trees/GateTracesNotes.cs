using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Trees;

/// <summary>Records a gate's changes to its tree, and their restoration, in the verdict and the log.</summary>
public static class GateTracesNotes
{
    private const int MostFiles = 5;

    /// <summary>Returns the verdict with notes about the changes.</summary>
    /// <param name="verdict">Result of a gate that ran.</param>
    /// <param name="traces">Changes that the gate left.</param>
    /// <param name="setUp">Tracked files that the set-up had changed before the gate.</param>
    /// <param name="removedBefore">Files of earlier gates that were removed.</param>
    /// <param name="aside">Files of earlier gates that were stashed during the gate, or null for none.</param>
    public static GateVerdict Tell(
        GateVerdict verdict,
        GateTraces traces,
        IReadOnlyList<string> setUp,
        IReadOnlyList<string> removedBefore,
        IReadOnlyList<string>? aside = null
    )
    {
        var hostile = traces.Removed.Where(Ecosystems.IsReadFirst).ToList();
        GateOddity[] odd =
        [
            .. Odd(GateOddityKind.SetUpChangedFiles, setUp),
            .. Odd(GateOddityKind.ChangedFiles, traces.Changed),
            .. Odd(GateOddityKind.MadeFilesReadFirst, hostile),
        ];
        var removed = Named([.. traces.Removed.Except(hostile)]);
        if (verdict.EvidenceFile is { } log && GateFormatter.LogTraces(odd, removed, traces.IsWhole) is { Length: > 0 } lines)
        {
            OwnFile.Append(log, lines);
        }
        verdict = verdict with
        {
            Oddities = [.. verdict.Oddities, .. odd],
            RemovedBefore = verdict.Passed ? null : Named(removedBefore),
            StartedWithout = verdict.Passed ? null : Named(aside ?? []),
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

    private static IEnumerable<GateOddity> Odd(GateOddityKind kind, IReadOnlyList<string> files) =>
        Named(files) is { } named ? [new GateOddity(kind) { Files = named }] : [];

    private static NamedFiles? Named(IReadOnlyList<string> files) =>
        files.Count == 0
            ? null
            : new NamedFiles([.. files.Take(MostFiles).Select(file => FileNames.Show(file))], Math.Max(0, files.Count - MostFiles));
}
