using Orchestrator.Agents.Supervision;
using Orchestrator.Gates.Secrets;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Instructions;
using Orchestrator.Runs.Planning;
using Orchestrator.Runs.Tasks.Requests;

namespace Orchestrator.Runs.Tasks.Questions;

/// <summary>
/// Asks the planner to answer the question of a task's agent. The reply is recorded for display only. No decision uses the record, because
/// other programs can write to it.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class AgentQuestionPlannerCaller(RunServiceBundle services) : IReadOnlyAgentCaller
{
    /// <summary>Maximum length of the outline of the repository in the prompt, in characters. This is about 3,000 tokens.</summary>
    private const int OutlineLimit = 12_000;

    /// <inheritdoc/>
    public async Task<ReadOnlyAgentCallOptions> DescribeAsync(AskAgentInput input)
    {
        var (run, asked, id) = Open(input.Question);
        var repository = await services.OpenRepositoryAsync(run);
        var conversations = Path.Combine(run.Folder.Task(id), "conversations");
        // The agent's own work is not verified, so the planner must not see it.
        var tip = await new TaskBranchAndWorktree(repository, run, asked.Task.Task.Id).StagingTipAsync(
            asked.Task.StagingTip,
            CancellationToken.None
        );
        var (prompt, fault) = ("", "");
        if (!input.Stop && !input.AwaitRelease && AgentSupervisor.ReadState(run.Folder.Start(id, input.Start)) == AgentRunStatus.NotStarted)
        {
            (var planner, fault) = await PlanningPreparer.FindPlannerAsync(
                services,
                run.WorkTree,
                run.Start,
                conversations,
                CancellationToken.None
            );
            prompt = planner is null
                ? ""
                : await PromptOfAsync(asked, run, repository, tip, planner.AnswersInText ? QuestionReply.Schema : null);
        }
        return new ReadOnlyAgentCallOptions
        {
            Folder = run.Folder,
            TaskId = id,
            RunStart = run.Start,
            Who = run.Settings.Planner,
            Role = "planner",
            Setting = "planner",
            Conversations = conversations,
            Schema = QuestionReply.Schema,
            AnswerFile = AnswerFile(run, id, input.Start),
            Worktree = run.WorktreeOf(id),
            Commit = tip,
            Prompt = () => prompt,
            TakesText = true,
            LeavesNoWorktree = true,
            Fault = fault,
        };
    }

    /// <inheritdoc/>
    public AgentAnswerValidationResult Judge(ValidateAgentAnswerInput input)
    {
        var (run, asked, id) = Open(input.Question);
        var text =
            input.AnswerHash.Length == 0
                ? null
                : Encoding.UTF8.GetString(HashVerifiedFile.Read(run.Folder, AnswerFile(run, id, input.Start), input.AnswerHash));
        var reply = QuestionReply.Read(text);
        var record = new QuestionRecord
        {
            Task = asked.Task.Task.Id,
            Start = asked.Start,
            Question = QuestionOf(asked, run),
            Answer = reply.Answer,
            Why = reply.Why,
            By = NameOf(run.Settings.Planner),
            Time = services.Time.GetUtcNow(),
            Folder = run.Folder.Relative(run.Folder.Start(id, input.Start)),
        };
        record.Store(run.Folder);
        return new AgentAnswerValidationResult
        {
            Message = record.Answer,
            LeftToPerson = record.Why,
            By = record.By,
            File = run.Folder.Relative(QuestionRecord.PathOf(run.Folder, record.Task, record.Start)),
        };
    }

    /// <summary>
    /// Returns the display name of a planner. It is the name of the model, or of the agent if the agent chooses the model.
    /// </summary>
    internal static string NameOf(PlannerSettings planner) =>
        planner.Agent is AgentCatalog.Claude or "api" or "bedrock" ? planner.Model : planner.Agent;

    private static string AnswerFile(RunPlanAndSettings run, string id, int start) =>
        Path.Combine(run.Folder.Task(id), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"answer-{start}.txt"));

    private (RunPlanAndSettings Run, TaskQuestion Asked, string Id) Open(AgentQuestion question)
    {
        var asked = question.Task!;
        var run = services.Plans.Load(question.Repository, question.RunId, question.PlanHash);
        return (run, asked, AgentQuestionIdFactory.IdOf(asked.Task.Task.Id, asked.Start));
    }

    private static async Task<string> PromptOfAsync(
        TaskQuestion asked,
        RunPlanAndSettings run,
        GitRepository repository,
        string tip,
        string? schema
    )
    {
        var (commits, task) = (new GitCommitReaderAndWriter(repository), run.Task(asked.Task));
        return new AgentQuestionPlannerPrompt
        {
            Run = run,
            Task = task,
            Question = QuestionOf(asked, run),
            Tasks = RunStatusFile.Read(run.Folder.Status)?.Tasks ?? [],
            Earlier = QuestionRecord.All(run.Folder),
            Persons = DecisionLog.Render(run.Folder.Events).ToString(),
            Outline = RepositoryOutline.Of((await commits.ListFilesAsync(tip)).Select(file => file.Path), OutlineLimit),
            Conventions = (await InstructionsAsync(repository, run, task, tip)).All,
            Schema = schema,
        }.Render();
    }

    private static Task<RepositoryInstructions> InstructionsAsync(
        GitRepository repository,
        RunPlanAndSettings run,
        PlanTask task,
        string tip
    ) =>
        RepositoryInstructions.ReadAsync(
            repository,
            tip,
            run.Settings.Planner.Agent,
            run.Settings,
            RepositoryInstructions.AnswerLimit,
            task.FilesWrite is null ? null : TaskFileOwnership.Of(task).Patterns,
            CancellationToken.None
        );

    private static string QuestionOf(TaskQuestion asked, RunPlanAndSettings run) =>
        SecretScanner.Redact(AgentOutcomeClaim.Read(run.Folder, asked.Task.Task.Id, asked.Start, asked.SaidHash)?.Reason.Trim() ?? "");
}
