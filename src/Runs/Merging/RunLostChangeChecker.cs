using Orchestrator.Git.Losses;
using Orchestrator.Git.Refs;

namespace Orchestrator.Runs.Merging;

/// <summary>
/// Checks that the merged changes of a run's tasks are still present. The check runs for each merge before staging moves to it, and for the
/// whole run before the landing.
/// </summary>
/// <param name="ask">Queries the run's workflow for the files that were granted to its tasks.</param>
public sealed class RunLostChangeChecker(GitRepository repository, RunPlanAndSettings files, AskRun ask)
{
    /// <summary>
    /// Subject of the commit on staging with which a user accepts lost changes (see <see cref="Landing.LostChangeAcceptance"/>).
    /// </summary>
    public const string Acceptance = "accept losses";

    private const int MostNamed = 5;
    private IReadOnlyDictionary<string, IReadOnlyList<string>> _lent = new Dictionary<string, IReadOnlyList<string>>();
    private readonly StagingLostChangeDetector _check = new(repository, files.AppendedFiles);

    /// <summary>Finds the hunks of other tasks that the merge of a task would lose.</summary>
    /// <param name="merge">Hash of the merge commit.</param>
    /// <param name="task">The merged task.</param>
    public Task<IReadOnlyList<MergedHunk>> OfMergeAsync(string merge, PlanTask task, CancellationToken stop) =>
        OfMergeAsync(merge, AuthorOf(task), stop);

    /// <summary>Finds the hunks that a merge of installed packages would lose.</summary>
    /// <param name="merge">Hash of the merge commit.</param>
    public Task<IReadOnlyList<MergedHunk>> OfPackagesAsync(string merge, CancellationToken stop) =>
        OfMergeAsync(merge, new StagingBranchCommitAuthor("packages", IsTask: false, _ => TaskWriteAccess.Write), stop);

    private async Task<IReadOnlyList<MergedHunk>> OfMergeAsync(string merge, StagingBranchCommitAuthor author, CancellationToken stop)
    {
        var found = await _check.OfMergeAsync(merge, author, stop);
        if (
            found.Lost.Count > 0
            || !found.TakesAway
            || await new RefStore(repository).ReadAsync(RunRefNameBuilder.Base(files.Folder), stop) is not { } began
        )
        {
            return found.Lost;
        }
        await LearnLentAsync(stop);
        return [.. (await _check.OfStagingAsync(began, merge, AuthorOf, stop)).Lost.Where(hunk => hunk.ByMerge == merge)];
    }

    /// <summary>
    /// Determines for each merged hunk whether the checked commit of staging still contains it, and stores the result for the report.
    /// </summary>
    /// <param name="began">Commit from which the run started.</param>
    /// <param name="tip">The commit to check.</param>
    public async Task<MergedHunkReport> OfStagingAsync(string began, string tip, CancellationToken stop)
    {
        await LearnLentAsync(stop);
        var report = await _check.OfStagingAsync(began, tip, AuthorOf, stop);
        var told = new LostChangeCheckRecord(
            report.Summary,
            tip,
            [.. report.Hunks.Where(hunk => hunk.Fate != MergedHunkSurvivalStatus.Present)]
        );
        DurableFile.Write(files.Folder.LossesJson, told.ToJson());
        DurableFile.Write(files.Folder.Losses, Encoding.UTF8.GetBytes(told.Render()));
        return report;
    }

    /// <summary>Describes the first few lost changes in a sentence.</summary>
    public static string Describe(IReadOnlyList<MergedHunk> lost) =>
        string.Join("; ", lost.Take(MostNamed).Select(LostChangeCheckRecord.Place))
        + (lost.Count > MostNamed ? $"; and {lost.Count - MostNamed} more" : "");

    /// <summary>Returns the report's line about lost changes, or null if the check has not been run.</summary>
    public static string? Summary(RunFolder folder) =>
        LostChangeCheckRecord.TryRead(folder.LossesJson) is not { } told ? null
        : told.GivenUp.Count == 0 ? told.Summary
        : $"{told.Summary}; {told.GivenUp.Count} of them accepted by a user: {Describe(told.GivenUp)}";

    /// <summary>Queries the run's workflow for granted files, because a task may remove lines from a file that was granted to it.</summary>
    private async Task LearnLentAsync(CancellationToken stop) =>
        _lent = (await ask(files.Folder.RunId, stop)) is { } run
            ? run.Tasks.Where(task => task.Lent is not null).ToDictionary(task => task.Id, task => task.Lent!, StringComparer.Ordinal)
            : _lent;

    private StagingBranchCommitAuthor AuthorOf(CommitInfo commit) =>
        commit.Trailers is { } said && said.Run == files.Folder.Name
            ? files.Plan.Tasks.FirstOrDefault(task => task.Id == said.Task) is { } task
                ? AuthorOf(TaskFileGrantStore.With(task, _lent.GetValueOrDefault(task.Id) ?? []))
                : new StagingBranchCommitAuthor(commit.Subject, IsTask: false, _ => TaskWriteAccess.Write)
            : new StagingBranchCommitAuthor(
                LostChangeCheckRecord.ByHand(commit.Subject),
                IsTask: false,
                _ => TaskWriteAccess.Write,
                AcceptsLosses: commit.Subject == Acceptance
            );

    /// <summary>
    /// Returns the author of a merge, with the files that the author may write. A task must not remove other tasks' lines from a file to
    /// which it may only append.
    /// </summary>
    private static StagingBranchCommitAuthor AuthorOf(PlanTask task)
    {
        var (owned, all) = (TaskFileOwnership.Of(task with { FilesAppend = [] }), TaskFileOwnership.Of(task));
        return new StagingBranchCommitAuthor(
            task.Id,
            IsTask: true,
            path =>
                owned.Owns(path) ? TaskWriteAccess.Write
                : all.Owns(path) ? TaskWriteAccess.Append
                : TaskWriteAccess.None
        );
    }
}

/// <summary>The merged hunks of a run that are lost or overwritten, as stored in the run's folder.</summary>
/// <param name="Summary">Summary of the result in one line.</param>
/// <param name="Commit">Hash of the checked commit.</param>
/// <param name="Hunks">Hunks that the commit does not contain unchanged.</param>
public sealed record LostChangeCheckRecord(string Summary, string Commit, IReadOnlyList<MergedHunk> Hunks)
{
    /// <summary>Version of the file format.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Hunks that were lost without a user's decision.</summary>
    [JsonIgnore]
    public IReadOnlyList<MergedHunk> Lost => [.. Hunks.Where(hunk => hunk.Fate == MergedHunkSurvivalStatus.Lost)];

    /// <summary>Hunks whose loss a user accepted.</summary>
    [JsonIgnore]
    public IReadOnlyList<MergedHunk> GivenUp => [.. Hunks.Where(hunk => hunk.By == ByHand(RunLostChangeChecker.Acceptance))];

    private static JsonSerializerOptions Options => Messages.PayloadJsonOptions.Options;

    /// <summary>Reads the stored states of merged hunks. Returns null if none are stored.</summary>
    public static LostChangeCheckRecord? TryRead(string path) => StoredJsonReader.TryRead(path, Options.TypeOf<LostChangeCheckRecord>());

    /// <summary>Serializes the states of merged hunks as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <summary>Returns the author name that is shown for a user's commit.</summary>
    public static string ByHand(string subject) => $"by hand ({FileNameEncoding.Show(subject, 60)})";

    /// <summary>Describes a hunk by its file and line, its task and one of its lines of text.</summary>
    public static string Place(MergedHunk hunk) =>
        $"{FileNameEncoding.Show(hunk.Path)}{(hunk.Line > 0 ? $":{hunk.Line}" : "")} of {(hunk.Task.Length > 0 ? hunk.Task : "others")} "
        + $"('{hunk.Text}')";

    /// <summary>Renders the states of merged hunks as Markdown.</summary>
    public string Render()
    {
        var text = new EscapingMarkdownBuilder().Append($"{Summary} (at {CommitIdFormatter.Shorten(Commit)})\n");
        foreach (var hunk in Hunks.OrderByDescending(hunk => hunk.Fate))
        {
            var fate = hunk.Fate == MergedHunkSurvivalStatus.Lost ? "lost" : "overwritten";
            text.Append($"- {fate}: {Place(hunk)}, by {hunk.By} in {CommitIdFormatter.Shorten(hunk.ByMerge)}\n");
        }
        return text.ToString();
    }
}
