using Orchestrator.Runs.Instructions;
using Orchestrator.Runs.Merging.Picking;
using Orchestrator.Runs.Merging.ReviewMaterial;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Starts a review round. It checks that the reviewer can work, and stores the questions.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class ReviewRoundStarter(RunServiceBundle services)
{
    /// <summary>Starts a review round. A repeated call reuses the stored questions.</summary>
    /// <param name="input">The round to start.</param>
    public async Task<ReviewPreparationResult> BeginAsync(PrepareReviewInput input, CancellationToken stop)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var files = new ReviewRoundFileStore(run.Folder, input.Round, input.SaidHash);
        var (questions, hash) = (files.Questions, input.SaidHash);
        if (questions is null)
        {
            (questions, hash, var fault) = await StoreAsync(input, run, files, stop);
            if (questions is null)
            {
                return new ReviewPreparationResult { Fault = fault };
            }
            files = new ReviewRoundFileStore(run.Folder, input.Round, hash);
        }
        return new ReviewPreparationResult
        {
            Parts = questions.Count,
            Answered = [.. Enumerable.Range(1, questions.Count).Where(part => files.Accepted(part) is not null)],
            LastStart = files.LastStart,
            SaidHash = hash,
        };
    }

    private async Task<(ReviewRoundQuestionSetSummary? Questions, string Hash, string Fault)> StoreAsync(
        PrepareReviewInput input,
        RunPlanAndSettings run,
        ReviewRoundFileStore files,
        CancellationToken stop
    )
    {
        var repository = await services.OpenRepositoryAsync(run);
        if (TiedTaskResultStore.Read(run) is { } ties)
        {
            return await StoreTiesAsync(run, files, ties, repository, stop);
        }
        if (await new GitCommitReaderAndWriter(repository).ReadAsync(input.Round.Tip, stop) is null)
        {
            return (null, "", $"The commit {input.Round.Tip} of staging is missing, so it can't be reviewed.");
        }
        var from = input.Round.Since.Length > 0 ? input.Round.Since : input.Round.Base;
        var changed = await ReviewDiff.ReadAsync(repository, from, input.Round.Tip, stop);
        var parts = changed is null ? [] : ReviewDiff.Divide(changed);
        if (changed is null || parts.Count > ReviewDiff.MostParts)
        {
            return (null, "", TooLarge(changed));
        }
        var (reviewer, fault) = parts.Count == 0 ? (null, "") : await new AvailableReviewerFinder(services).FindAsync(run, stop);
        if (fault.Length > 0)
        {
            return (null, "", fault);
        }
        var earlier = ReviewRecord.Read(run, input.Round.Number - 1)?.Findings.Where(f => f.Stands).ToList() ?? [];
        var schema = reviewer?.AnswersInText is true ? ReviewerAnswer.Schema : null;
        var conventions = await RepositoryInstructions.ReadAsync(
            repository,
            input.Round.Base,
            run.Settings.Review.Reviewer.Agent,
            run.Settings,
            RepositoryInstructions.AnswerLimit,
            changed.Select(file => file.Path),
            stop
        );
        var questions = new ReviewRoundQuestionSetSummary(
            parts.Count,
            [.. changed.SelectMany(file => file.Instructions.Select(line => new ReviewerInstruction(file.Path, line)))]
        );
        var hash = files.Begin(
            questions,
            [
                .. parts.Select(
                    (part, i) => ReviewPrompt.Render(run.Plan, changed, earlier, part, i + 1, parts.Count, schema, conventions.All)
                ),
            ]
        );
        return (questions, hash, "");
    }

    private static string TooLarge(IReadOnlyList<ReviewedFile>? changed) =>
        changed is null
            ? "The change is too large to be reviewed: more than 64 MB. Nothing was accepted. Land it without a review (skip), "
                + "or divide it."
            : $"The change is too large to be reviewed: {Plural.Of(changed.Sum(f => f.Lines), "line")} in "
                + $"{Plural.Of(changed.Count, "file")}. Nothing was accepted. Land it without a review (skip), or divide it.";

    private async Task<(ReviewRoundQuestionSetSummary? Questions, string Hash, string Fault)> StoreTiesAsync(
        RunPlanAndSettings run,
        ReviewRoundFileStore files,
        TiedTaskResultStore ties,
        GitRepository repository,
        CancellationToken stop
    )
    {
        var (reviewer, fault) = await new AvailableReviewerFinder(services).FindAsync(run, stop);
        if (reviewer is null)
        {
            return (null, "", fault);
        }
        var prompts = new List<string>();
        foreach (var tie in ties.Ties)
        {
            if (await TaskResultRankTieFinder.ChangesAsync(repository, ties.Base, tie, stop) is not { } changes)
            {
                return (null, "", $"The results {string.Join(", ", tie.Results.Select(result => result.Task))} are missing.");
            }
            prompts.Add(ResultPickPrompt.Render(tie, changes, reviewer.AnswersInText ? ResultPickAnswer.Schema : null));
        }
        var questions = new ReviewRoundQuestionSetSummary(prompts.Count, []);
        return (questions, files.Begin(questions, prompts), "");
    }
}
