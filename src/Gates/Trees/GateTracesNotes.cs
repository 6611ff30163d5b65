using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Trees;

/// <summary>Says in a gate's result and in its log what it changed in its tree, and what was put back.</summary>
public static class GateTracesNotes
{
    /// <summary>The result with what there is to say.</summary>
    /// <param name="verdict">The result of a gate that ran.</param>
    /// <param name="traces">What it left.</param>
    /// <param name="setUp">Tracked files that set-up had changed before it.</param>
    /// <param name="removedBefore">What gates before it had left, and was removed.</param>
    public static GateVerdict Tell(GateVerdict verdict, GateTraces traces, IReadOnlyList<string> setUp, IReadOnlyList<string> removedBefore)
    {
        var hostile = traces.Removed.Where(Ecosystems.IsReadFirst).ToList();
        string[] strange =
        [
            .. setUp.Count == 0 ? (string[])[] : [$"set-up changed tracked files, which were put back before it: {FileNames.Some(setUp)}"],
            .. traces.Changed.Count == 0
                ? (string[])[]
                : [$"it changed tracked files, which were put back after it: {FileNames.Some(traces.Changed)}"],
            .. hostile.Count == 0
                ? (string[])[]
                : [$"it made what other programs read before the project's own files, which was removed: {FileNames.Some(hostile)}"],
        ];
        string[] plain =
        [
            .. traces.Removed.Count == hostile.Count
                ? (string[])[]
                : [$"what it left and git does not ignore was removed: {FileNames.Some([.. traces.Removed.Except(hostile)])}"],
            .. traces.IsWhole ? (string[])[] : ["its worktree could not be put back to the commit; a gate after it gets a fresh one"],
        ];
        if (verdict.EvidenceFile is { } log && strange.Concat(plain).Select(text => $"[{text}]\n").ToList() is { Count: > 0 } lines)
        {
            OwnFile.Append(log, string.Concat(lines));
        }
        if (!verdict.Passed && removedBefore.Count > 0)
        {
            verdict = verdict with
            {
                Tail =
                    $"{verdict.Tail}\n[Before it, what earlier gates had left and git does not ignore was removed: "
                    + $"{FileNames.Some(removedBefore)}. If it needs that: add it to .gitignore, or make one gate of both.]",
            };
        }
        return strange.Length == 0
            ? verdict
            : verdict with
            {
                Suspicion = string.Join("; ", (string[])[.. verdict.Suspicion is { } known ? (string[])[known] : [], .. strange]),
            };
    }
}
