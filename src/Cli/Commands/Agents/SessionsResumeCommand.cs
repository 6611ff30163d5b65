using Orchestrator.App.Conversations;

namespace Orchestrator.Cli.Commands;

/// <summary><c>sessions resume</c>: continues a conversation in a task's next attempt, in the task's worktree and with its
/// gates.</summary>
internal sealed class SessionsResumeCommand : SteeringCommand
{
    /// <summary>Name of the agent that can continue Claude Code conversations.</summary>
    internal const string ClaudeAgent = "claude";

    private readonly Argument<string> _id = SessionsShowCommand.Id();
    private readonly Option<string> _task = new("--task")
    {
        Description = "The task whose next attempt continues the conversation",
        HelpName = "RUN/TASK",
        Required = true,
    };
    private readonly Option<bool> _ended = SessionsAdoptCommand.Ended();

    public SessionsResumeCommand()
        : base("resume", "Continue a conversation as the next attempt at a task")
    {
        Add(_id);
        Add(_task);
        Add(_ended);
        AddOptionsOf(SteeringCatalog.Retry);
    }

    /// <summary>Creates the error for an agent that can't continue a Claude Code conversation.</summary>
    internal static UseCaseException OtherAgent(string agent) =>
        new(UseCaseOutcome.Usage, $"The agent is {agent}, which can't continue a conversation of Claude Code.", "Use --agent claude.");

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (run, reference) = RunReference.RequireOpen(repository, parsed.GetValue(_task));
        var task = reference.RequireTask(run.Status);
        var session = SessionsShowCommand.Require(parsed.GetValue(_id)!, context);
        SessionsAdoptCommand.RequireEndedSession(session, parsed.GetValue(_ended));
        var state = run.Status.Tasks.First(one => one.Id == task).State;
        var refusal =
            SteeringCatalog.Retry.Call(InputOf(parsed, context, task), run.Status).Refuse(run.Status)
            ?? (MayBegin(state) ? null : $"{task} is {state} and has its own conversation.");
        if (refusal is not null)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, refusal, $"See 'orchestrate show {run.Id}/{task}'.");
        }
        var agent =
            StoredRun.TryReadPlan(repository.Root, run.Status)?.Tasks.FirstOrDefault(one => one.Id == task)?.Agent ?? run.Status.Agent;
        if (agent != ClaudeAgent)
        {
            throw OtherAgent(agent);
        }
        SessionAdoption.Store(session.Id, session.File, repository, run.Id, task);
        context.Terminal.Inform($"The next attempt of {task} will continue {session.Id}.");
        if (state == TaskStateNames.Pending)
        {
            return Task.FromResult(UseCaseOutcome.Done);
        }
        return SteerAsync(parsed, context, run, SteeringCatalog.Retry, InputOf(parsed, context, task), stop);
    }

    // Only a task that starts from scratch can start with another conversation.
    private static bool MayBegin(string state) =>
        state
            is TaskStateNames.Pending
                or TaskStateNames.Failed
                or TaskStateNames.Escalated
                or TaskStateNames.Cancelled
                or TaskStateNames.Skipped;
}
