using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks.ConflictPrediction;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks;

/// <summary>A task's agent run that is about to start or is already in progress.</summary>
/// <param name="Input">The task and the agent run.</param>
/// <param name="Files">Files of the run.</param>
/// <param name="PlanTask">The task, with the agent that works on it.</param>
/// <param name="Runner">Runner for the agent's program.</param>
/// <param name="Start">The prompt, folder, limits and other options of the start.</param>
/// <param name="Workspace">The branch and worktree of the task.</param>
/// <param name="Worktree">The worktree, or null if it does not exist.</param>
/// <param name="State">State of the agent run when the step started.</param>
internal sealed record TaskAgentRun(
    RunAgentInput Input,
    RunPlanAndSettings Files,
    PlanTask PlanTask,
    IAgentRunner Runner,
    AgentRunParameters Start,
    TaskBranchAndWorktree Workspace,
    Worktree? Worktree,
    AgentRunStatus State
)
{
    /// <summary>Name of the agent in the settings.</summary>
    public string Name => Files.Settings.AgentOf(PlanTask);

    /// <summary>Sandbox of the agent, or null if the agent has no worktree.</summary>
    public SandboxedAgentRun? Confined { get; init; }

    /// <summary>True if the agent had not started when the step started.</summary>
    public bool IsNew => State == AgentRunStatus.NotStarted;

    /// <summary>
    /// Monitors the agent until it ends. Meanwhile, the agent's mail is delivered, its work is saved and conflicts are predicted.
    /// </summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="governed">The governor's admission of the agent.</param>
    /// <param name="execution">The running step.</param>
    public async Task<EndedAgentRun> FollowAsync(
        RunServiceBundle services,
        AgentAdmissionClient governed,
        RunStepExecutionContext execution
    )
    {
        var conversation = Start.SessionId!;
        var snapshots = new UnfinishedWorkSnapshotWriter(
            Workspace,
            Worktree,
            () => ToKeep(conversation),
            () => Confined?.ImportCommitsAsync() ?? Task.CompletedTask,
            services.Time
        );
        var radar = new ConflictPredictor(Files, Workspace.Repository, PlanTask.Id, services);
        var toolUsage = new ToolUsage();
        var undelivered = new List<string>();
        var outbox = new TaskMailFolder(Files.Folder, PlanTask.Id, services.Time);
        var tools = new McpToolAvailabilityChecker(Start.Folder);
        AgentOutcome outcome;
        try
        {
            outcome = await DetachableAgentRunFollower.RunAsync(
                execution,
                Runner,
                Start,
                services.Time,
                Input.Stop,
                async () =>
                {
                    undelivered.AddRange(await outbox.DeliverAsync(CancellationToken.None));
                    await snapshots.SaveIfDueAsync();
                    await radar.StartCheckIfDueAsync();
                    await SandboxedAgentRun.SynchronizeAsync(Confined);
                },
                happened =>
                {
                    toolUsage.RecordToolCalls(happened);
                    tools.HandleEvent(happened);
                    conversation = (happened as AgentSessionStartedEvent)?.SessionId ?? conversation;
                },
                governed
            );
        }
        finally
        {
            await radar.DisposeAsync();
            await snapshots.FinishAsync();
            undelivered.AddRange(await outbox.DeliverAsync(CancellationToken.None));
        }
        // The sandbox is finished only after the agent has ended. A process that detaches leaves the running agent and its commits to the
        // next process.
        await (Confined?.FinishAsync(conversation) ?? Task.CompletedTask);
        return new EndedAgentRun(outcome, toolUsage, tools.Notices, undelivered, snapshots.Problem);
    }

    /// <summary>
    /// Returns the conversation file to store, so that the task's own agent can continue the conversation on another host. Returns null if
    /// there is none.
    /// </summary>
    private string? ToKeep(string conversation) =>
        Runner.HasConversationFiles && Input.Agent is null or AgentCatalog.Claude
            ? Confined?.FindConversation(conversation) ?? Runner.FindConversation(conversation)
            : null;
}

/// <summary>Outcome of an agent that has ended, with facts that were observed while the agent was running.</summary>
/// <param name="Outcome">Outcome of the agent.</param>
/// <param name="Tools">Tool calls that the agent made.</param>
/// <param name="ToolNotices">Notices about tools that the agent did not have.</param>
/// <param name="Undelivered">Reasons why mail could not be delivered.</param>
/// <param name="SnapshotProblem">Reason why work could not be saved, or empty if it was saved.</param>
internal sealed record EndedAgentRun(
    AgentOutcome Outcome,
    ToolUsage Tools,
    IEnumerable<TaskNotice> ToolNotices,
    IReadOnlyList<string> Undelivered,
    string SnapshotProblem
);
