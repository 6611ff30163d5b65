using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;
using Orchestrator.Gates.Secrets;
using Orchestrator.Runs.Planning;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Requests;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Questions;

/// <summary>Has the planner answer a question of a task's agent. The answer is stored before it is returned, so that a crash does not pay
/// for it twice.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class PlannerQuestion(RunServices services)
{
    /// <summary>Some 3,000 tokens.</summary>
    private const int OutlineLimit = 12_000;

    /// <summary>Starts the planner, or attaches to the running one, and follows it to its answer.</summary>
    /// <param name="input">The question, and the number of the planner's run.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<QuestionAnswer> AnswerAsync(AskQuestionInput input, StepExecution execution)
    {
        var run = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var (task, repository) = (input.Task.Task.Id, await services.OpenRepositoryAsync(run));
        // An agent run of this number that has ended is not paid for again; a stored reply is for people, and anybody could write one.
        var (result, reply) = await AskAsync(input, run, repository, execution);
        await TidyAsync();
        if (reply is null)
        {
            return new QuestionAnswer { Run = result };
        }
        var record = new QuestionRecord
        {
            Task = task,
            Start = input.Start,
            Question = QuestionOf(input, run),
            Answer = reply.Answer,
            Why = reply.Why,
            By = NameOf(run.Settings.Planner),
            Time = services.Time.GetUtcNow(),
            Run = result,
        };
        record.Store(run.Folder);
        return new QuestionAnswer
        {
            Run = record.Run,
            Answer = record.Answer,
            Why = record.Why,
            By = record.By,
            File = run.Folder.Relative(QuestionRecord.PathOf(run.Folder, task, input.Start)),
        };

        Task TidyAsync() => new WorktreeStore(repository).RemoveAsync(WorktreeOf(input, run));
    }

    /// <summary>Name of a planner for people: its model, or the agent if that has a model of its own.</summary>
    internal static string NameOf(PlannerSettings planner) =>
        planner.Agent is AgentCatalog.Claude or "api" or "bedrock" ? planner.Model : planner.Agent;

    /// <summary>One run of the planner.</summary>
    /// <returns>The result of the agent run and the reply; null: no usable reply, it may be asked again.</returns>
    private async Task<(AgentRunResult Result, QuestionReply? Reply)> AskAsync(
        AskQuestionInput input,
        RunFiles run,
        GitRepository repository,
        StepExecution execution
    )
    {
        var id = QuestionTask.IdOf(input.Task.Task.Id, input.Start);
        var conversations = Path.Combine(run.Folder.Task(id), "conversations");
        var tip = await new TaskWorkspace(repository, run, input.Task.Task.Id).StagingTipAsync(
            input.Task.StagingTip,
            CancellationToken.None
        );
        var prompt = "";
        if (!input.Stop && !input.AwaitRelease && AgentSupervisor.Look(run.Folder.Start(id, input.Ask)) == AgentStartState.NotStarted)
        {
            var (planner, fault) = await PlanningStart.FindPlannerAsync(
                services,
                run.WorkTree,
                run.Start,
                conversations,
                CancellationToken.None
            );
            if (planner is null)
            {
                return (new AgentRunResult { FailureClass = FailureClasses.Account, NeverBegun = true }, new QuestionReply("", fault));
            }
            prompt = await PromptOfAsync(input, run, repository, tip, planner is CommandAgentRunner ? QuestionReply.Schema : null);
        }
        var start = new AnsweringStart
        {
            RunId = input.Task.RunId,
            Repository = input.Task.Repository,
            Folder = run.Folder,
            TaskId = id,
            RunStart = run.Start,
            Who = run.Settings.Planner,
            Setting = "planner",
            Conversations = conversations,
            Schema = QuestionReply.Schema,
            Attempt = 1,
            Start = input.Ask,
            Session = input.Session,
            Stop = input.Stop,
            AwaitRelease = input.AwaitRelease,
            Worktree = () => EnsureWorktreeAsync(input, run, repository, tip),
            Prompt = goesOn => goesOn ? AnswerPrompt.GoOn("", "") : prompt,
        };
        var (result, answer) = await new StructuredAnswer(services).AskAsync(start, execution);
        return (result, result.FailureClass == FailureClasses.None ? QuestionReply.Read(answer ?? result.Message) : null);
    }

    private static async Task<string> PromptOfAsync(
        AskQuestionInput input,
        RunFiles run,
        GitRepository repository,
        string tip,
        string? schema
    )
    {
        var commits = new CommitStore(repository);
        return new QuestionPrompt
        {
            Run = run,
            Task = run.Task(input.Task),
            Question = QuestionOf(input, run),
            Tasks = StatusFile.Read(run.Folder.Status)?.Tasks ?? [],
            Earlier = QuestionRecord.All(run.Folder),
            Persons = DecisionLog.Render(run.Folder.Events).ToString(),
            Outline = RepositoryOutline.Of((await commits.ListFilesAsync(tip)).Select(file => file.Path), OutlineLimit),
            Conventions = await commits.ReadFileAsync(tip, "CLAUDE.md") is { } text ? Encoding.UTF8.GetString(text) : "",
            Schema = schema,
        }.Render();
    }

    private static string QuestionOf(AskQuestionInput input, RunFiles run) =>
        SecretScanner.Redact(AgentClaim.Read(run.Folder, input.Task.Task.Id, input.Start, input.SaidHash)?.Reason.Trim() ?? "");

    /// <summary>Checked out at staging, because the agent's unverified work must not influence the answer.</summary>
    private static async Task<string> EnsureWorktreeAsync(AskQuestionInput input, RunFiles run, GitRepository repository, string tip)
    {
        var request = new WorktreeRequest(WorktreeOf(input, run), tip)
        {
            LockReason = $"the planner of {run.Folder.Name} reads here (orchestrate)",
        };
        return (await new WorktreeStore(repository).EnsureAsync(request)).Path;
    }

    private static string WorktreeOf(AskQuestionInput input, RunFiles run) =>
        run.WorktreeOf(QuestionTask.IdOf(input.Task.Task.Id, input.Start));
}
