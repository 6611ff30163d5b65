using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.Runs.Tasks.Radar;

namespace Orchestrator.Runs.Tasks;

/// <summary>A task's agent that is about to start, or that already runs.</summary>
/// <param name="Input">The task and the agent run.</param>
/// <param name="Files">Files of the run.</param>
/// <param name="PlanTask">The task with the agent that works on it.</param>
/// <param name="Runner">The runner of this kind of agent.</param>
/// <param name="Start">How the agent starts.</param>
/// <param name="Workspace">The task's branch and worktree.</param>
/// <param name="Worktree">The worktree, or null if it is gone.</param>
/// <param name="State">State of the agent run at the beginning of the step.</param>
internal sealed record TaskAgent(
    RunAgentInput Input,
    RunFiles Files,
    PlanTask PlanTask,
    IAgentRunner Runner,
    AgentStart Start,
    TaskWorkspace Workspace,
    Worktree? Worktree,
    AgentStartState State
)
{
    /// <summary>Name of the agent in the settings.</summary>
    public string Name => Files.Settings.AgentOf(PlanTask);

    /// <summary>The agent's confinement, or null if it has no worktree.</summary>
    public ConfinedAgent? Confined { get; init; }

    /// <summary>True if the agent has not started yet.</summary>
    public bool IsNew => State == AgentStartState.NotStarted;

    /// <summary>Follows the agent to its end. Meanwhile mail is delivered, work is saved and conflicts are predicted.</summary>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="governed">The admitted start at the governor.</param>
    /// <param name="execution">The execution of the step.</param>
    public async Task<EndedAgent> FollowAsync(RunServices services, AgentAdmission governed, StepExecution execution)
    {
        var conversation = Start.SessionId!;
        var snapshots = new WorkSnapshots(
            Workspace,
            Worktree,
            () => ToKeep(conversation),
            () => Confined?.TakeOverAsync() ?? Task.CompletedTask,
            services.Time
        );
        var radar = new ConflictPredictor(Files, Workspace.Repository, PlanTask.Id, services);
        var toolUsage = new ToolUsage();
        var undelivered = new List<string>();
        var outbox = new TaskMailFolder(Files.Folder, PlanTask.Id, services.Time);
        var tools = new OfferedTools(Start.Folder);
        AgentOutcome outcome;
        try
        {
            outcome = await AgentMonitor.RunAsync(
                execution,
                Runner,
                Start,
                services.Time,
                Input.Stop,
                async () =>
                {
                    undelivered.AddRange(await outbox.DeliverAsync(CancellationToken.None));
                    await snapshots.SaveIfDueAsync();
                    await radar.LookIfDueAsync();
                    await ConfinedAgent.SynchronizeAsync(Confined);
                },
                happened =>
                {
                    toolUsage.Take(happened);
                    tools.Take(happened);
                    conversation = (happened as AgentSessionStarted)?.SessionId ?? conversation;
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
        // Only after the agent has ended. A process that detaches leaves the running agent and its commits to its successor.
        await (Confined?.FinishAsync(conversation) ?? Task.CompletedTask);
        return new EndedAgent(outcome, toolUsage, tools.Notices, undelivered, snapshots.Problem);
    }

    /// <summary>Returns the conversation file to keep for another host on which the task's own agent continues, or null if none.</summary>
    private string? ToKeep(string conversation) =>
        Runner.HasConversationFiles && Input.Agent is null or AgentCatalog.Claude
            ? Confined?.FindConversation(conversation) ?? Runner.FindConversation(conversation)
            : null;
}

/// <summary>Outcome and observations of an agent that has ended.</summary>
/// <param name="Outcome">Outcome of the agent.</param>
/// <param name="Tools">Tool calls of the agent.</param>
/// <param name="ToolNotices">Notices about tools that the agent did not get.</param>
/// <param name="Undelivered">Reasons why mail was not delivered.</param>
/// <param name="SnapshotProblem">Reason why work was not saved, or empty.</param>
internal sealed record EndedAgent(
    AgentOutcome Outcome,
    ToolUsage Tools,
    IEnumerable<TaskNotice> ToolNotices,
    IReadOnlyList<string> Undelivered,
    string SnapshotProblem
);
