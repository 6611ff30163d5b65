namespace Orchestrator.Git.Losses;

/// <summary>
/// Tracks changes that can't be compared line by line. These are changes to file modes, to empty files, and to files compared as a whole
/// (binary files, very large files, links).
/// </summary>
internal sealed class NonLineChangeTracker
{
    private const string Executable = "100755";
    private const string Gone = "gone";
    private const string ThereAndEmpty = "empty";

    private readonly Dictionary<string, (WatchedMergedHunk Hunk, string Content)> _contents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (WatchedMergedHunk Hunk, string Mode)> _modes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Commit, string Path, bool IsMode), WatchedMergedHunk> _made = [];

    /// <summary>Returns, as hunks, those changes of a step that can't be compared line by line.</summary>
    public IEnumerable<WatchedMergedHunk> HunksOf(StagingBranchCommit step)
    {
        foreach (var file in step.Files.Where(file => file.IsTheirs))
        {
            if (ChangesContent(file))
            {
                yield return Make(step, file, isMode: false, file.Theirs is null ? "(removed)" : $"content {file.Theirs.Id[..12]}");
            }
            if (ChangesMode(file))
            {
                yield return Make(step, file, isMode: true, $"mode {file.Theirs!.Mode}");
            }
        }
    }

    /// <summary>Updates the state of the tracked changes for one step (usually a merge commit) of the staging branch.</summary>
    public void ApplyStep(StagingBranchCommit step, bool isFaithful)
    {
        foreach (var file in step.Files)
        {
            ApplyContent(step, file, isFaithful);
            ApplyMode(step, file, isFaithful);
        }
        _made.Clear();
    }

    /// <summary>True if the work changed the content in a way that a comparison of lines does not show.</summary>
    private static bool ChangesContent(MergedFileVersions file) =>
        !MergedFileVersions.HasSameContent(file.Base, file.Theirs)
        && (
            MergedFileVersions.LinesOf(file.Base) is not { } old
            || MergedFileVersions.LinesOf(file.Theirs) is not { } now
            || (old.Length + now.Length == 0 && (file.Base is null || file.Theirs is null))
        );

    private static bool ChangesMode(MergedFileVersions file) =>
        file.Theirs is { } now && now.Mode != (file.Base?.Mode ?? "100644") && IsPlainMode(now);

    private static bool IsPlainMode(GitFileVersion file) => file.Mode is "100644" or Executable;

    private WatchedMergedHunk Make(StagingBranchCommit step, MergedFileVersions file, bool isMode, string fact)
    {
        var hunk = new WatchedMergedHunk(step.Author.Name, step.Commit, file.Path, 0, [], []) { Fact = fact };
        _made[(step.Commit, file.Path, isMode)] = hunk;
        return hunk;
    }

    private void ApplyContent(StagingBranchCommit step, MergedFileVersions file, bool isFaithful)
    {
        var hunk = _made.GetValueOrDefault((step.Commit, file.Path, false));
        if (hunk is null && MergedFileVersions.HasSameContent(file.Ours, file.Result))
        {
            return;
        }
        if (_contents.TryGetValue(file.Path, out var prior) && !Holds(prior.Content, file.Result))
        {
            _contents.Remove(file.Path);
            if (prior.Content != Gone && Elsewhere(step, file.Path, result => Holds(prior.Content, result)) is { } place)
            {
                _contents[place] = prior;
            }
            else
            {
                var needed = prior.Content == Gone ? TaskWriteAccess.Append : TaskWriteAccess.Write;
                Change(step, file, prior.Hunk, needed, isFaithful);
            }
        }
        if (hunk is null || !step.Author.IsTask)
        {
            return;
        }
        var wanted = file.Theirs switch
        {
            null => Gone,
            { Lines: { Length: 0 } } => ThereAndEmpty,
            var now => now.Id,
        };
        var at =
            Holds(wanted, file.Result) ? file.Path
            : wanted == Gone ? null
            : Elsewhere(step, file.Path, result => Holds(wanted, result));
        if (at is not null)
        {
            _contents[at] = (hunk, wanted);
        }
        else if (!isFaithful)
        {
            hunk.Lost(step);
        }
    }

    private static bool Holds(string content, GitFileVersion? file) =>
        content switch
        {
            Gone => file is null,
            ThereAndEmpty => file is not null,
            _ => file?.Id == content,
        };

    private static void Change(
        StagingBranchCommit step,
        MergedFileVersions file,
        WatchedMergedHunk earlier,
        TaskWriteAccess needed,
        bool isFaithful
    )
    {
        if (file.IsTheirs && step.Author.RightTo(file.Path) >= needed)
        {
            earlier.Overwritten(step);
        }
        else if (!isFaithful || file.IsTheirs)
        {
            earlier.Lost(step);
        }
    }

    private void ApplyMode(StagingBranchCommit step, MergedFileVersions file, bool isFaithful)
    {
        var hunk = _made.GetValueOrDefault((step.Commit, file.Path, true));
        if (hunk is null && file.Ours?.Mode == file.Result?.Mode)
        {
            return;
        }
        if (_modes.TryGetValue(file.Path, out var prior) && prior.Mode != file.Result?.Mode)
        {
            _modes.Remove(file.Path);
            if (Elsewhere(step, file.Path, result => result.Mode == prior.Mode && file.Result is null) is { } place)
            {
                _modes[place] = prior;
            }
            else
            {
                Change(step, file, prior.Hunk, TaskWriteAccess.Append, isFaithful);
            }
        }
        if (hunk is null || !step.Author.IsTask)
        {
            return;
        }
        var wanted = file.Theirs!.Mode;
        var at =
            file.Result?.Mode == wanted ? file.Path : Elsewhere(step, file.Path, result => result.Mode == wanted && file.Result is null);
        if (at is not null)
        {
            _modes[at] = (hunk, wanted);
        }
        else if (!isFaithful)
        {
            hunk.Lost(step);
        }
    }

    /// <summary>
    /// Returns the path of another file that satisfies a condition after the step but did not satisfy it before. Returns null if there is
    /// no such file.
    /// </summary>
    private static string? Elsewhere(StagingBranchCommit step, string path, Func<GitFileVersion, bool> isSo) =>
        step
            .Files.FirstOrDefault(other =>
                other.Path != path && other.Result is { } result && isSo(result) && (other.Ours is null || !isSo(other.Ours))
            )
            ?.Path;
}
