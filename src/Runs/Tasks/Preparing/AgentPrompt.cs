using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Instructions;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks;

/// <summary>The prompt of one agent run.</summary>
/// <param name="Text">The user prompt.</param>
/// <param name="System">Text that is appended to the system prompt, with the repository's instructions at the base commit. Null if there
/// are none.</param>
/// <param name="Agents">Definitions of the repository's subagents at the base commit, by file name.</param>
internal sealed record AgentPrompt(string Text, string? System, IReadOnlyDictionary<string, string> Agents)
{
    private const string AgentsFolder = ".claude/agents/";
    private const int LargestAgent = 1024 * 1024;

    /// <summary>
    /// Creates the prompt of an agent run. A new conversation gets the whole task, and a continued conversation gets only new information.
    /// </summary>
    /// <param name="input">The task and the agent run.</param>
    /// <param name="conversation">Absolute path of the file with the conversation to continue, or null to start a new one.</param>
    /// <param name="time">The clock.</param>
    public static async Task<AgentPrompt> WriteAsync(
        GitRepository repository,
        RunAgentInput input,
        RunPlanAndSettings files,
        PlanTask task,
        string? conversation,
        TimeProvider time
    )
    {
        var problems = ContentAddressedFile.Read(files.Folder, input.ProblemsFile);
        var ending = EndingOfLast(input, files);
        var text = conversation is not null
            ? RenderContinuation(problems, input, ending)
            : Whole(files, task, input.Guidance, problems, ending)
                + (input.Answer.Length == 0 ? "" : $"\n# Answer to your request\n\n{input.Answer}\n");
        if (conversation is null && input.Agent is not null)
        {
            text += await new AgentHandoverInstructions(files.Folder, task.Id, time).WriteAsync(input.Start, input.Prepared.BaseCommit);
        }
        if (AgentSupervisor.ReadState(files.Folder.Start(task.Id, input.Start)) == AgentRunStatus.NotStarted)
        {
            text += await MailAsync(files, task.Id, input.Start, conversation);
        }
        var instructions = await InstructionsAsync(repository, files, task, input.Prepared.BaseCommit);
        if (conversation is null && instructions.ForPaths.Length > 0)
        {
            text += $"\n# Instructions for the files of this task\n\n{instructions.ForPaths}\n";
        }
        return new AgentPrompt(
            text,
            instructions.General.Length > 0 ? instructions.General : null,
            await ReadAgentsAsync(new GitCommitReaderAndWriter(repository), input.Prepared.BaseCommit)
        );
    }

    /// <summary>Reads the instruction files of the repository that apply to a task and its agent.</summary>
    public static Task<RepositoryInstructions> InstructionsAsync(
        GitRepository repository,
        RunPlanAndSettings files,
        PlanTask task,
        string baseCommit,
        CancellationToken stop = default
    ) =>
        RepositoryInstructions.ReadAsync(
            repository,
            baseCommit,
            files.Settings.AgentOf(task),
            files.Settings,
            RepositoryInstructions.AgentLimit,
            task.FilesWrite is null ? null : [.. TaskFileOwnership.Of(task).Patterns, .. task.FilesRead ?? []],
            stop
        );

    private static async Task<string> MailAsync(RunPlanAndSettings files, string task, int start, string? conversation)
    {
        var mail = await new MailReader(files.Folder, task).ForPromptAsync(start, conversation, CancellationToken.None);
        return mail.Count == 0 ? "" : $"\n# Messages\n\n{AgentMailMessage.Show(mail)}\n";
    }

    /// <summary>
    /// Returns the part of a task's prompt that affects the task's result and therefore belongs to its cache key. Messages, guidance, and
    /// the notes on gates that run one at a time are excluded.
    /// </summary>
    public static string ForKey(RunPlanAndSettings files, PlanTask task)
    {
        var input = Input(files, task, null);
        return TaskPromptRenderer.Render(
            input with
            {
                Task = task with { Verification = [.. task.Verification.Select(g => g.WithoutTurns())] },
                FurtherGates = [.. input.FurtherGates.Select(g => g.WithoutTurns())],
                Rewritten = new Dictionary<string, AbridgedFileList>(),
            }
        );
    }

    /// <summary>True if a file of the repository defines a subagent that the agent can use.</summary>
    public static bool IsSubAgent(string path) => path.StartsWith(AgentsFolder, StringComparison.Ordinal);

    /// <summary>Collects the data for the prompt of a new conversation.</summary>
    /// <param name="guidance">A user's guidance for the task, or null if there is none.</param>
    public static TaskPromptInput Input(RunPlanAndSettings files, PlanTask task, string? guidance)
    {
        var input = TaskPromptInput.Of(files.Plan, task) with
        {
            RoleText = task.Role is null ? null : RoleText(files, task.Role),
            FurtherGates = files.Gates.Beyond(files.Plan, task),
            Rewritten = GateBaseline
                .Read(files)
                .Values.Where(verdict => verdict.Rewritten is not null)
                .ToDictionary(verdict => verdict.Gate.Command, verdict => verdict.Rewritten!),
            NeedPerson = files.Settings.AlwaysRequireHuman,
            WorktreeVariables = [.. files.Settings.Worktrees.Environment.Keys],
            Guidance = guidance,
        };
        return files.Contracts is { } inForce ? input.With(inForce) : input;
    }

    private static string? RoleText(RunPlanAndSettings files, string role) =>
        files.Decisions!.TryRead(files.Folder, RunFolder.RoleName(role)) is { } text ? Encoding.UTF8.GetString(text) : null;

    private static string Whole(RunPlanAndSettings files, PlanTask task, string guidance, string problems, string ending)
    {
        var text = new StringBuilder(TaskPromptRenderer.Render(Input(files, task, guidance.Length == 0 ? null : guidance)));
        if (problems.Length > 0)
        {
            text.Append("\n# Problems of the work so far\n\nThe files are as the last attempt left them. Fix only these problems:\n\n")
                .Append(problems);
        }
        if (ending.Length > 0)
        {
            text.Append("\n# How the last attempt ended\n\n").Append(ending).Append(" The files are as it left them.\n");
        }
        return text.ToString();
    }

    private static string RenderContinuation(string problems, RunAgentInput input, string ending)
    {
        var text = new StringBuilder();
        if (ending.Length > 0)
        {
            text.Append(ending).Append("\n\n");
        }
        if (problems.Length > 0)
        {
            text.Append(
                    "Your work on this task was checked and is not finished. Fix the following problems, change only files "
                        + "that you own, and report done again.\n\n"
                )
                .Append(problems);
        }
        else if (input.Answer.Length == 0)
        {
            text.Append(
                "You were interrupted. Your files are as you left them; inspect them (git status, git diff), and continue "
                    + "the task where you stopped.\n"
            );
        }
        if (input.Answer.Length > 0)
        {
            text.Append("The answer to your request: ").Append(input.Answer).Append("\n\nContinue the task where you stopped.\n");
        }
        if (input.Guidance.Length > 0)
        {
            text.Append("\nThe user adds: ").Append(input.Guidance).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>
    /// Describes the limit that ended the previous agent run, so that the next agent can stay within the limit. Empty if no limit ended
    /// that agent run.
    /// </summary>
    private static string EndingOfLast(RunAgentInput input, RunPlanAndSettings files) =>
        AgentRunOutcomeFile.Read(files.Folder.Start(input.Task.Task.Id, input.Start - 1)) is { IsAtGrant: false } last
        && AgentOutcomeClassifier.IsLimit(last.Failure)
            ? $"Your last attempt was ended by a limit: {last.Detail} Work in a way that avoids this limit."
            : "";

    private static async Task<IReadOnlyDictionary<string, string>> ReadAgentsAsync(GitCommitReaderAndWriter commits, string commit)
    {
        var tree = await CommitFileReader.ReadAsync(commits, commit, CancellationToken.None);
        var agents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (shown, real) in await tree.FindBelowAsync(AgentsFolder.TrimEnd('/'), ".md", CancellationToken.None))
        {
            if (await tree.ReadAsync(real, LargestAgent, CancellationToken.None) is { } text)
            {
                agents[shown[AgentsFolder.Length..]] = text;
            }
        }
        return agents;
    }
}
