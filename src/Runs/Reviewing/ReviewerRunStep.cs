using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Reviewing;

/// <summary>One run of the reviewer. Its answer is stored in the run's folder before it is used.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class ReviewerRunStep(RunServices services)
{
    /// <summary>Starts the reviewer, or attaches to a running one, and follows it to its answer.</summary>
    /// <param name="input">Number of the agent run, and what was wrong with the answer before.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<AgentRunResult> AskAsync(AskReviewerInput input, StepExecution execution)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var files = new ReviewFiles(run.Folder, input.Round, input.SaidHash);
        var (result, answer) = await new StructuredAnswer(services).AskAsync(StartOf(input, run, files), execution);
        return answer is null
            ? result
            : result with
            {
                SaidHash = BoundFile.Write(files.Draft(input.Start), Encoding.UTF8.GetBytes(answer)),
            };
    }

    /// <summary>Validates an answer. A readable one is stored for its part; faults go back to the reviewer.</summary>
    /// <param name="input">Which answer.</param>
    public AnswerJudgement Judge(JudgeReviewInput input)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var files = new ReviewFiles(run.Folder, input.Round, input.SaidHash);
        var text =
            input.AnswerHash.Length == 0
                ? null
                : Encoding.UTF8.GetString(BoundFile.Read(run.Folder, files.Draft(input.Start), input.AnswerHash));
        var (answer, problems) = ReviewAnswer.Read(text);
        if (answer is not null)
        {
            return new AnswerJudgement { Message = answer.Summary, SaidHash = files.Accept(input.Part, text!) };
        }
        var file = NamedFile.Write(files.Problems(input.Start), string.Concat(problems.Select(p => $"- {p}\n")));
        return new AnswerJudgement { Problems = problems, ProblemsFile = run.Folder.Relative(file) };
    }

    /// <summary>Removes the reviewer's worktree.</summary>
    /// <param name="input">Which run.</param>
    public async Task EndAsync(EndReviewInput input, CancellationToken stop)
    {
        var run = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        await new WorktreeStore(await services.OpenRepositoryAsync(run)).RemoveAsync(run.WorktreeOf(ReviewTask.Id), stop);
    }

    private AnsweringStart StartOf(AskReviewerInput input, RunFiles run, ReviewFiles files)
    {
        var problems = NamedFile.Read(run.Folder, input.ProblemsFile);
        return new AnsweringStart
        {
            RunId = input.RunId,
            Repository = input.Repository,
            Folder = run.Folder,
            TaskId = ReviewTask.Id,
            RunStart = run.Start,
            Who = run.Settings.Review.Reviewer,
            Setting = "review",
            Conversations = files.Conversations,
            Schema = ReviewAnswer.Schema,
            Attempt = input.Attempt,
            Start = input.Start,
            Session = input.Session,
            Stop = input.Stop,
            AwaitRelease = input.AwaitRelease,
            Worktree = () => EnsureWorktreeAsync(input, run),
            Prompt = goesOn =>
                goesOn
                    ? AnswerPrompt.GoOn(problems, input.Guidance)
                    : AnswerPrompt.Again(files.Prompt(input.Part), problems, input.Guidance),
        };
    }

    /// <summary>Checked out at the reviewed commit: each round has another one.</summary>
    private async Task<string> EnsureWorktreeAsync(AskReviewerInput input, RunFiles run)
    {
        var worktrees = new WorktreeStore(await services.OpenRepositoryAsync(run));
        var path = run.WorktreeOf(ReviewTask.Id);
        var worktree = await worktrees.EnsureAsync(
            new WorktreeRequest(path, input.Round.Tip) { LockReason = $"the reviewer of {run.Folder.Name} reads here (orchestrate)" }
        );
        return worktree.Path;
    }
}
