using System.Security.Cryptography;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks;

/// <summary>Determines the folder, prompt, model, conversation, permissions and limits with which an agent starts.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
internal sealed class AgentRunParametersBuilder(RunServiceBundle services)
{
    private const int FailuresBeforeEscalation = 2;

    /// <summary>Determines the parameters with which an agent run starts.</summary>
    public async Task<AgentRunParameters> DescribeAsync(
        RunAgentInput input,
        RunPlanAndSettings files,
        PlanTask task,
        IAgentRunner runner,
        RunStepExecutionContext execution
    )
    {
        var repository = input.Task.Repository.Path;
        var worktree = Path.Combine(repository, input.Prepared.Worktree);
        if (!Directory.Exists(worktree))
        {
            throw new RunStepFailedException(
                $"The worktree {input.Prepared.Worktree} is missing, so no agent was started. Retry the task.",
                "WorktreeGone"
            );
        }
        ConversationStore.PutBack(runner, files.Folder, task.Id, input.Session, worktree);
        var session = input.Session.Length > 0 ? input.Session : SessionId(input, execution.Id);
        var resume = input.Session.Length > 0 && runner.FindConversation(input.Session) is not null;
        var prompt = await AgentPrompt.WriteAsync(
            await services.OpenRepositoryAsync(files),
            input,
            files,
            task,
            resume ? runner.FindConversation(input.Session) : null,
            services.Time
        );
        return new AgentRunParameters
        {
            Folder = files.Folder.Start(task.Id, input.Start),
            WorkingDirectory = worktree,
            Repository = repository,
            Run = input.Task.RunId,
            Task = task.Id,
            Attempt = input.Attempt,
            Prompt =
                resume || runner.TakesSystemPrompt || prompt.System is null
                    ? prompt.Text
                    : $"{prompt.Text}\n# Conventions of this repository\n\n{prompt.System}\n",
            Owner = execution.Owner,
            Token = Token(input, execution.Id),
            TraceParent = TraceContext.ParentFor(services.Environment, input.Task.Repository.Key, input.Task.RunId, task.Id, input.Start),
            SessionId = session,
            Model = ModelOf(task, files.Settings, input.Failures) is var model && model == AgentSettings.OwnModel ? null : model,
            EarlierFolders = [.. Enumerable.Range(1, input.Start - 1).Select(start => files.Folder.Start(task.Id, start))],
            Conversation = input.Agent is null ? new AdoptedConversation(files.Folder, task.Id).Find() : null,
            SystemPrompt = runner.TakesSystemPrompt ? prompt.System : null,
            AgentDefinitions = prompt.Agents,
            Mail = new AgentMailFilePaths(Mailbox.PathOf(files.Folder), MailReader.ReadUpTo(files.Folder, task.Id)),
            Policy = PolicyOf(files, task, worktree),
            Limits = LimitsOf(input, files.Settings.Limits, task.Limits),
        };
    }

    private static AgentRunPermissions PolicyOf(RunPlanAndSettings files, PlanTask task, string worktree)
    {
        var (ownership, settings) = (TaskFileOwnership.Of(task), files.Settings);
        return new AgentRunPermissions
        {
            Task = task.Id,
            Root = worktree,
            Write = ownership.OwnsEverything ? null : ownership.Patterns,
            ReadOnly = [.. (files.Contracts ?? []).Select(c => c.FilePath)],
            AllowedTools =
            [
                .. settings.Permissions.Allow,
                .. settings.Claude.McpServers.Select(server => "mcp__" + server),
                .. McpToolAvailabilityChecker.Rules(settings.Claude),
            ],
        };
    }

    private static AgentRunLimits LimitsOf(RunAgentInput input, LimitSettings limits, TaskLimits? own) =>
        new()
        {
            Time = input.Task.Task.Timeout,
            Stall = limits.Stall ?? Timeout.InfiniteTimeSpan,
            Orphan = limits.Orphan,
            Turns = limits.Turns,
            CostUsd = limits.Cost,
            MemoryBytes = (own?.Memory ?? limits.Memory) is > 0 and var memory ? memory : null,
            Cores = (own?.Cpu ?? limits.Cpu) is > 0 and var cores ? cores : null,
        };

    /// <summary>
    /// Returns the name of the model for a task's agent. After the work was rejected twice, an agent without a description uses the model
    /// in <c>model.escalate</c>, if that setting has a value.
    /// </summary>
    internal static string ModelOf(PlanTask task, OrchestratorSettings settings, int failures) =>
        (failures >= FailuresBeforeEscalation && settings.DescriptionOf(settings.AgentOf(task)) is null ? settings.EscalateModel : null)
        ?? settings.ModelOf(task);

    /// <summary>
    /// Derives the id of the conversation, which is known before the agent starts and is the same in all attempts at the step.
    /// </summary>
    public static string SessionId(RunAgentInput input, string execution) => new Guid(Digest("session", input, execution)[..16]).ToString();

    /// <summary>
    /// Derives the token that identifies the agent's task to the commands that the agent calls. The token prevents mistakes but not
    /// attacks, because every user who can read the repository's files can compute it.
    /// </summary>
    private static string Token(RunAgentInput input, string execution) => Convert.ToHexStringLower(Digest("token", input, execution)[..16]);

    private static byte[] Digest(string purpose, RunAgentInput input, string execution) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{execution}\n{input.Task.Task.Id}\n{input.Start}"));
}
