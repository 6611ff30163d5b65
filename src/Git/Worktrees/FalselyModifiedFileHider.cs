namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Before a merge, temporarily removes files that git reports as changed even right after a checkout
/// (<see cref="FalselyModifiedFileFinder"/>). Git would otherwise refuse to merge. Files that the merge does not recreate are restored
/// afterward.
/// </summary>
internal sealed class FalselyModifiedFileHider(Worktree worktree)
{
    private static readonly Dictionary<string, string?> OwnIndex = [];

    private string NoteFile => Path.Combine(worktree.AdminDirectory, "orchestrator-aside");

    /// <summary>
    /// Records the paths of the files that git reports as changed although they are exactly as a checkout writes them. Then removes these
    /// files.
    /// </summary>
    public async Task StashAsync(CancellationToken cancellationToken)
    {
        var pristine = await new FalselyModifiedFileFinder(worktree).FindInIndexAsync(OwnIndex, cancellationToken);
        if (pristine.Count == 0)
        {
            return;
        }
        DurableFile.Write(NoteFile, string.Join('\0', pristine));
        worktree.CheckInPlace();
        var files = new WorktreeFileReaderAndWriter(worktree.Path);
        foreach (var path in pristine)
        {
            files.RemoveFile(path);
        }
    }

    /// <summary>Restores recorded files that are in the index but missing on disk. Also called after a crash.</summary>
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
                Input = ProcessStandardInput.FromBytes(FileNameEncoding.Encode(string.Concat(own.Select(path => path + "\0")))),
                AnswerCodes = [0, 1], // A file that the merge left in conflict.
            };
            await worktree.WriteAsync(call, cancellationToken);
        }
        File.Delete(NoteFile);
    }
}
