using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Planning;

/// <summary>One run of the planner. Its answer is stored in the run's folder.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class PlannerRunStep(RunServices services)
{
    /// <summary>Starts the planner, or attaches to a running one, and follows it to its answer.</summary>
    /// <param name="input">Number of the agent run, and what was wrong with the answer before.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<AgentRunResult> AskAsync(AskPlannerInput input, StepExecution execution)
    {
        var files = new PlanningFiles(input.Repository, input.RunId, input.PlanningHash, input.Replan);
        var (result, answer) = await new StructuredAnswer(services).AskAsync(StartOf(input, files), execution);
        return answer is null
            ? result
            : result with
            {
                SaidHash = BoundFile.Write(files.Answer(input.Start), Encoding.UTF8.GetBytes(answer)),
            };
    }

    private AnsweringStart StartOf(AskPlannerInput input, PlanningFiles files)
    {
        var problems = NamedFile.Read(files.Folder, input.ProblemsFile);
        return new AnsweringStart
        {
            RunId = input.RunId,
            Repository = input.Repository,
            Folder = files.Folder,
            TaskId = files.TaskId,
            RunStart = files.Start,
            Who = files.Start.Settings.Planner,
            Setting = "planner",
            Conversations = files.Conversations,
            Schema = files.Schema,
            Attempt = input.Attempt,
            Start = input.Start,
            Session = input.Session,
            Stop = input.Stop,
            AwaitRelease = input.AwaitRelease,
            Worktree = () => EnsureWorktreeAsync(files, input.Repository.Path),
            Prompt = goesOn =>
                goesOn ? AnswerPrompt.GoOn(problems, input.Guidance) : AnswerPrompt.Again(files.Prompt, problems, input.Guidance),
        };
    }

    private async Task<string> EnsureWorktreeAsync(PlanningFiles files, string path)
    {
        var repository = await services.OpenRepositoryAsync(path);
        var head =
            await new CommitStore(repository).ReadAsync(files.Goal.Commit ?? "HEAD")
            ?? throw new StepException("The commit that is to be planned for is not in the repository any more.", "InvalidInput");
        var worktree = await new WorktreeStore(repository).EnsureAsync(
            new WorktreeRequest(files.Worktree, head.Id) { LockReason = $"the planner of {files.Folder.Name} reads here (orchestrate)" }
        );
        return worktree.Path;
    }
}
