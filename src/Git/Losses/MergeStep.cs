namespace Orchestrator.Git.Losses;

/// <summary>A file that a step of staging changed, or the work merged by it.</summary>
/// <param name="Path">The file.</param>
/// <param name="IsTheirs">The merged work changed it: see <paramref name="Base"/> and <paramref name="Theirs"/>.</param>
/// <param name="Base">The version that the work started from; null where there was none.</param>
/// <param name="Theirs">As the merged work has it.</param>
/// <param name="Ours">As staging had it.</param>
/// <param name="Result">As staging has it now.</param>
internal sealed record MergedFile(
    string Path,
    bool IsTheirs,
    FileVersion? Base,
    FileVersion? Theirs,
    FileVersion? Ours,
    FileVersion? Result
)
{
    /// <summary>Only the merged work changed it, and the result is its version.</summary>
    public bool IsPlain => IsTheirs && Same(Base, Ours) && Same(Theirs, Result);

    /// <summary>All versions have lines.</summary>
    public bool IsText =>
        LinesOf(Base) is not null && LinesOf(Theirs) is not null && LinesOf(Ours) is not null && LinesOf(Result) is not null;

    /// <summary>The lines of a version; none where it is not there, null where it has none.</summary>
    public static int[]? LinesOf(FileVersion? version) => version is null ? [] : version.Lines;

    /// <summary>True if both have one content, or both are missing.</summary>
    public static bool Same(FileVersion? one, FileVersion? other) => one?.Id == other?.Id && (one is null) == (other is null);
}

/// <summary>A step of staging: most are merges.</summary>
/// <param name="Author">Author of the work.</param>
/// <param name="Commit">The commit on staging.</param>
/// <param name="Files">Files that it changed, or should have.</param>
internal sealed record MergeStep(StepAuthor Author, string Commit, IReadOnlyList<MergedFile> Files);

/// <summary>A hunk that is followed after its merge.</summary>
internal sealed class TrackedHunk(string task, string merge, string path, int line, IReadOnlyList<int> added, IReadOnlyList<int> removed)
{
    public string Task => task;

    public string Merge => merge;

    public string Path => path;

    /// <summary>The hunk's first line in the task's version, from 1.</summary>
    public int Line => line;

    public IReadOnlyList<int> Added => added;

    public IReadOnlyList<int> Removed => removed;

    /// <summary>Description where it has no lines: <c>mode 100755</c>, <c>content 12ab</c>.</summary>
    public string Fact { get; init; } = "";

    public HunkFate Fate { get; private set; }

    public string By { get; private set; } = "";

    public string ByMerge { get; private set; } = "";

    /// <summary>Lost lines that are not restored.</summary>
    public List<int> Missing { get; } = [];

    public void Overwritten(MergeStep step)
    {
        if (Fate == HunkFate.Present)
        {
            (Fate, By, ByMerge) = (HunkFate.Overwritten, step.Author.Name, step.Commit);
        }
    }

    public void Lost(MergeStep step)
    {
        if (Fate != HunkFate.Lost)
        {
            (Fate, By, ByMerge) = (HunkFate.Lost, step.Author.Name, step.Commit);
        }
    }

    /// <summary>A person accepts its loss.</summary>
    public void Accepted(MergeStep step)
    {
        Missing.Clear();
        (Fate, By, ByMerge) = (HunkFate.Overwritten, step.Author.Name, step.Commit);
    }

    /// <summary>A lost line is restored.</summary>
    public void Back(int lost)
    {
        if (Missing.Remove(lost) && Missing.Count == 0)
        {
            (Fate, By, ByMerge) = (HunkFate.Present, "", "");
        }
    }
}
