namespace Orchestrator.Git.Worktrees;

/// <summary>Takes files that differ right after a checkout (<see cref="PristineFiles"/>) out of git's way for a merge, which takes them
/// for uncommitted changes and refuse. Git writes over a missing file; those that it leaves missing are put back.</summary>
internal sealed class PristineAside(Worktree worktree)
{
    private static readonly Dictionary<string, string?> OwnIndex = [];

    private string NoteFile => Path.Combine(worktree.AdminDirectory, "orchestrator-aside");

    /// <summary>Removes the files, after noting them.</summary>
    public async Task TakeAwayAsync(CancellationToken cancellationToken)
    {
        var pristine = await new PristineFiles(worktree).FindInIndexAsync(OwnIndex, cancellationToken);
        if (pristine.Count == 0)
        {
            return;
        }
        DurableFile.Write(NoteFile, string.Join('\0', pristine));
        worktree.CheckInPlace();
        var files = new WorktreeFiles(worktree.Path);
        foreach (var path in pristine)
        {
            files.RemoveFile(path);
        }
    }

    /// <summary>Writes the noted files that are missing and belong to the index; after a crash too.</summary>
    public async Task PutBackAsync(CancellationToken cancellationToken)
    {
        if (DurableFile.TryRead(NoteFile) is not { } note)
        {
            return;
        }
        var missing = await worktree.Repository.ReadAsync(worktree.Call("ls-files", "--deleted", "-z"), cancellationToken);
        var own = missing.Fields().Intersect(note.Split('\0'), StringComparer.Ordinal).ToList();
        if (own.Count > 0)
        {
            var call = worktree.Call("checkout-index", "--index", "--quiet", "-z", "--stdin") with
            {
                Input = ProcessInput.FromBytes(FileNames.Encode(string.Concat(own.Select(path => path + "\0")))),
                AnswerCodes = [0, 1], // A file in conflict, which the merge itself has left so.
            };
            await worktree.WriteAsync(call, cancellationToken);
        }
        File.Delete(NoteFile);
    }
}
