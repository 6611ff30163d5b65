using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Merging.Picking;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Concludes a review round. It determines the open findings, and adds tasks for them.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class ReviewRoundConcluder(RunServiceBundle services)
{
    /// <summary>Maximum number of findings that become tasks in one round. The remaining findings wait for the next round.</summary>
    private const int MostTasks = 20;
    private const int MostNamed = 3;

    /// <summary>Removes the reviewer's worktree.</summary>
    /// <param name="input">The run whose review ends.</param>
    public async Task EndAsync(EndReviewInput input, CancellationToken stop)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        await new WorktreeManager(await services.OpenRepositoryAsync(run)).RemoveAsync(run.WorktreeOf(ReviewTaskDefinition.Id), stop);
    }

    /// <summary>Combines the answers of a review round into the round's findings. A repeated call has the same result.</summary>
    /// <param name="input">The round to conclude.</param>
    public async Task<ReviewConclusion> ConcludeAsync(ConcludeReviewInput input, CancellationToken stop)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var files = new ReviewRoundFileStore(run.Folder, input.Round, input.SaidHash);
        var questions = files.Questions ?? throw ReviewGoneError(run, input);
        if (TiedTaskResultStore.Read(run) is { } ties)
        {
            return Pick(run, files, ties, input);
        }
        var answers = Enumerable
            .Range(1, questions.Count)
            .Select(part => AnswerTo(part, files) ?? throw ReviewGoneError(run, input))
            .ToList();
        var repository = await services.OpenRepositoryAsync(run);
        var places = new FindingLocationChecker(new GitCommitReaderAndWriter(repository), input.Round);
        var earlier = EarlierOf(run, input.Round, answers);
        var ids = ReviewFindingIds.Of(run, input.Round.Number, files.FirstId);
        var news = await JudgeAsync(answers, questions, places, ids, stop);
        var who = run.Settings.Review.Reviewer;
        var record = new ReviewRecord
        {
            Round = input.Round,
            Reviewer = $"{who.Agent} ({who.Model})",
            Parts = questions.Count,
            Summaries = [.. answers.Select(answer => answer.Summary)],
            Findings = [.. earlier, .. news],
        };
        (run, var evidence) = record.Store(run);
        var standing = record.Findings.Where(f => f.Stands).ToList();

        // Findings of earlier rounds that have no task yet come first.
        var waiting = standing.Where(f => run.Plan.Tasks.All(t => t.Id != f.Id)).ToList();
        var areTasks = input.TasksBelow is not { } limit || standing.Count < limit;
        return Extend(run, areTasks ? waiting.Take(MostTasks) : []) with
        {
            Standing = standing.Count,
            Remarks = news.Count(f => !f.Blocks),
            WasRead = questions.Count > 0,
            Overruled = [.. earlier.Where(f => f.State == ReviewFinding.Overruled).Select(f => f.Id)],
            Reviewer = record.Reviewer,
            Message = FormatFindings(standing, waiting.Count - MostTasks),
            Evidence = evidence,
        };
    }

    private static ReviewConclusion Pick(
        RunPlanAndSettings run,
        ReviewRoundFileStore files,
        TiedTaskResultStore ties,
        ConcludeReviewInput input
    )
    {
        var who = run.Settings.Review.Reviewer;
        var reviewer = $"{who.Agent} ({who.Model})";
        var preferences = ties
            .Ties.Select((tie, i) => PreferenceOf(tie, files.Accepted(i + 1)) ?? throw ReviewGoneError(run, input))
            .ToList();
        (run, var evidence) = new TiedTaskResultDecisionStore(preferences).Store(run);
        return new ReviewConclusion
        {
            WasRead = true,
            Reviewer = reviewer,
            Message = $"it prefers {FileNameEncoding.List([.. preferences.Select(one => one.Task)])}",
            Evidence = evidence,
            PlanHash = run.Decisions!.Store(run.Folder),
        };

        TiedTaskResultDecision? PreferenceOf(TiedTaskResultGroup tie, string? text) =>
            ResultPickAnswer.Read(text, tie).Answer is { } answer
                ? new TiedTaskResultDecision(
                    tie.Results.First(result => result.Task == answer.Task).Commit,
                    answer.Task,
                    [.. tie.Results.Select(result => result.Task).Where(task => task != answer.Task)],
                    answer.Why,
                    reviewer
                )
                : null;
    }

    private static ReviewerAnswer? AnswerTo(int part, ReviewRoundFileStore files) =>
        files.Accepted(part) is { } text ? ReviewerAnswer.Read(text).Answer : null;

    private static RunStepFailedException ReviewGoneError(RunPlanAndSettings run, ConcludeReviewInput input) =>
        new(
            $"An answer from the reviewer is missing in {run.Folder.Relative(run.Folder.Review(""))} (round {input.Round.Number}). Restore "
                + "the answer, or cancel the run.",
            "ReviewGone"
        );

    /// <summary>
    /// Updates the findings that were open before this round. A finding is fixed if one answer reports it as fixed and no other answer
    /// contradicts this. A finding that no answer mentions stays open.
    /// </summary>
    private static List<ReviewFinding> EarlierOf(RunPlanAndSettings run, ReviewRound round, IReadOnlyList<ReviewerAnswer> answers)
    {
        var before = ReviewRecord.Read(run, round.Number - 1)?.Findings.Where(f => f.Stands) ?? [];
        return [.. before.Select(Now)];

        ReviewFinding Now(ReviewFinding finding)
        {
            if (round.Overruled.Contains(finding.Id))
            {
                return finding with { State = ReviewFinding.Overruled, Note = "a user skipped or cancelled its task" };
            }
            var said = answers.Where(a => a.Earlier.ContainsKey(finding.Id)).Select(a => a.Earlier[finding.Id]).ToList();
            return said.Exists(s => s.State == ReviewFinding.Fixed) && !said.Exists(s => s.State == ReviewFinding.Open)
                ? finding with
                {
                    State = ReviewFinding.Fixed,
                    Note = said.First(s => s.State == ReviewFinding.Fixed).Why,
                }
                : finding;
        }
    }

    private static async Task<List<ReviewFinding>> JudgeAsync(
        IReadOnlyList<ReviewerAnswer> answers,
        ReviewRoundQuestionSetSummary questions,
        FindingLocationChecker places,
        ReviewFindingIds ids,
        CancellationToken stop
    )
    {
        var judged = new List<ReviewFinding>();
        foreach (var finding in answers.SelectMany(answer => answer.Findings).DistinctBy(f => (f.File, f.Line, f.Summary)))
        {
            var path = RepositoryPath.Normalize(finding.File);
            var why = await ReasonNotBlockingAsync(finding with { File = path }, places, stop);
            judged.Add(finding with { File = path, Blocks = why.Length == 0, Note = why, Id = why.Length == 0 ? ids.Next() : "" });
        }
        judged.AddRange(
            questions.Instructions.Select(instruction => new ReviewFinding
            {
                File = instruction.File,
                Line = instruction.Line,
                Summary = "The change contains text that addresses its reviewer.",
                Note = "found by a text search, not by the reviewer; inspect it",
            })
        );
        return judged;
    }

    /// <summary>Returns the reason why a finding does not prevent the landing. Empty if it prevents the landing.</summary>
    private static async Task<string> ReasonNotBlockingAsync(
        ReviewFinding finding,
        FindingLocationChecker places,
        CancellationToken stop
    ) =>
        finding.Severity != ReviewFinding.Blocking ? "the reviewer calls it minor"
        : await places.FaultOfLocationAsync(finding.File, finding.Line, stop) is { Length: > 0 } nowhere ? nowhere
        : finding.Consequence.Trim().Length == 0 || finding.Reproduction.Trim().Length == 0 ? "it lacks a consequence or a reproduction"
        : "";

    /// <summary>Adds a task to the plan for each of the given findings.</summary>
    private static ReviewConclusion Extend(RunPlanAndSettings run, IEnumerable<ReviewFinding> findings)
    {
        var tasks = findings.Select(TaskFor).ToList();
        if (tasks.Count == 0)
        {
            return new ReviewConclusion { PlanHash = run.Decisions!.Store(run.Folder) };
        }
        var extended = run with
        {
            Plan = run.Plan with { Tasks = [.. run.Plan.Tasks, .. tasks] },
            Added = tasks.Select(t => t.Id).ToHashSet(),
        };
        var outlines = TaskOutlineExtractor.OutlineOf(extended).Tasks;
        return new ReviewConclusion { PlanHash = run.StoreExtended(tasks), Tasks = [.. outlines.Skip(run.Plan.Tasks.Count)] };
    }

    private static PlanTask TaskFor(ReviewFinding finding) =>
        new()
        {
            Id = finding.Id,
            Description = $"Repair the review finding in {finding.Place}: {finding.Summary}".ReplaceLineEndings(" "),
            Prompt = $"""
                A reviewer read the changes of this run and found this problem in `{finding.File}`, line {finding.Line}:

                {finding.Summary}

                What breaks: {finding.Consequence}

                How to reproduce it: {finding.Reproduction}

                How to fix it: {finding.Fix}

                Reproduce the problem first. Then fix it, with a test that fails without your fix. If the problem does not exist,
                add a test that shows so, and say so in your report. Change nothing else.
                """,
            FilesWrite =
            [
                .. finding.Files.Prepend(finding.File).Select(RepositoryPath.Normalize).Where(IsFile).Distinct(StringComparer.Ordinal),
            ],
        };

    private static bool IsFile(string path) =>
        RepositoryPath.TryNormalize(path, out _, out _)
        && !path.StartsWith(".git/", StringComparison.OrdinalIgnoreCase)
        && !path.StartsWith(".orchestrator/", StringComparison.OrdinalIgnoreCase);

    private static string FormatFindings(List<ReviewFinding> standing, int later) =>
        standing.Count == 0
            ? ""
            : $"{Plural.Of(standing.Count, "finding")}: "
                + string.Join("; ", standing.Take(MostNamed).Select(f => $"{f.Place} {f.Summary}".ReplaceLineEndings(" ")))
                + $"{(standing.Count > MostNamed ? $" and {standing.Count - MostNamed} more" : "")}"
                + $"{(later > 0 ? $"; {later} of them become tasks in later rounds, at most {MostTasks} per round" : "")}";
}
