using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Merging.Picking;

namespace Orchestrator.Runs.Merging.Reviewing;

/// <summary>Asks the reviewer about one part of a change. The answer is stored in the run's folder before it is used.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
internal sealed class ReviewerAgentCaller(RunServiceBundle services) : IReadOnlyAgentCaller
{
    /// <inheritdoc/>
    public Task<ReadOnlyAgentCallOptions> DescribeAsync(AskAgentInput input)
    {
        var (run, files, review) = Open(input.Question);
        return Task.FromResult(
            new ReadOnlyAgentCallOptions
            {
                Folder = run.Folder,
                TaskId = ReviewTaskDefinition.Id,
                RunStart = run.Start,
                Who = run.Settings.Review.Reviewer,
                Role = "reviewer",
                Setting = "review",
                Conversations = files.Conversations,
                Schema = TiedTaskResultStore.Read(run) is null ? ReviewerAnswer.Schema : ResultPickAnswer.Schema,
                AnswerFile = files.Draft(input.Start),
                Worktree = run.WorktreeOf(ReviewTaskDefinition.Id),
                // Each round reviews another commit.
                Commit = review.Round.Tip,
                Prompt = () => files.Prompt(review.Part),
            }
        );
    }

    /// <inheritdoc/>
    public AgentAnswerValidationResult Judge(ValidateAgentAnswerInput input)
    {
        var (run, files, review) = Open(input.Question);
        var text =
            input.AnswerHash.Length == 0
                ? null
                : Encoding.UTF8.GetString(HashVerifiedFile.Read(run.Folder, files.Draft(input.Start), input.AnswerHash));
        var (summary, problems) = Read(run, review.Part, text);
        if (summary is not null)
        {
            return new AgentAnswerValidationResult { Message = summary, SaidHash = files.Accept(review.Part, text!) };
        }
        var file = ContentAddressedFile.Write(files.Problems(input.Start), string.Concat(problems.Select(p => $"- {p}\n")));
        return new AgentAnswerValidationResult { Problems = problems, ProblemsFile = run.Folder.Relative(file) };
    }

    /// <summary>Parses a reviewer's answer.</summary>
    /// <returns>Short summary of the answer, or the reasons why the answer is invalid.</returns>
    private static (string? Summary, IReadOnlyList<string> Problems) Read(RunPlanAndSettings run, int part, string? text)
    {
        if (TiedTaskResultStore.Read(run) is { } ties)
        {
            var (picked, faults) = ResultPickAnswer.Read(text, ties.Ties[part - 1]);
            return (picked?.Why, faults);
        }
        var (answer, problems) = ReviewerAnswer.Read(text);
        return (answer?.Summary, problems);
    }

    private (RunPlanAndSettings Run, ReviewRoundFileStore Files, ReviewQuestion Review) Open(AgentQuestion question)
    {
        var run = services.Plans.Load(question.Repository, question.RunId, question.PlanHash);
        return (run, new ReviewRoundFileStore(run.Folder, question.Review!.Round, question.Review.SaidHash), question.Review);
    }
}
