namespace Orchestrator.Git.Landing;

/// <summary>Stores the landing note of a run, which lists the moves of the target branch.</summary>
/// <param name="commits">Store used to find the moves that the target contains.</param>
internal sealed class TargetBranchMoveRecorder(GitCommitReaderAndWriter commits)
{
    /// <summary>Records a landing before it happens, if the request specifies a note file.</summary>
    public Task WriteAsync(LandingRequest request, string tip, CancellationToken cancellationToken) =>
        request.NoteFile is { } file
            ? WriteAsync(file, request.Target, new TargetBranchMove(tip, request.Commit), tip, cancellationToken)
            : Task.CompletedTask;

    /// <summary>
    /// Removes from the landing note all moves whose commit the target does not contain, and adds the next move, if one is given.
    /// </summary>
    public async Task WriteAsync(string file, string target, TargetBranchMove? move, string? tip, CancellationToken cancellationToken)
    {
        var done = new List<TargetBranchMove>();
        if (tip is not null && TargetBranchMoveHistory.TryRead(file) is { } note && note.Target == target)
        {
            foreach (var earlier in note.Moves)
            {
                if (await commits.IsAncestorAsync(earlier.Commit, tip, cancellationToken))
                {
                    done.Add(earlier);
                }
            }
        }
        if (move is not null)
        {
            done.Add(move);
        }
        if (done.Count > 0)
        {
            new TargetBranchMoveHistory(target, done).Write(file);
        }
        else
        {
            File.Delete(file);
        }
    }
}
