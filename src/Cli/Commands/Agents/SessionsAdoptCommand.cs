using Orchestrator.App.Conversations;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>sessions adopt</c>: turns a Claude Code conversation that a user started into a task with a branch and gates. The conversation's
/// uncommitted work becomes part of the task.
/// </summary>
internal sealed class SessionsAdoptCommand : CliCommand
{
    private const string Further =
        "Continue the work of this conversation. Finish the started work in your current folder, which also "
        + "contains the uncommitted changes. At the end, report what you did.";

    private readonly Argument<string> _id = SessionsShowCommand.Id();
    private readonly Argument<string?> _task = new("TASK")
    {
        Description = "Instructions for the agent; default: finish the started work",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _ended = Ended();
    private readonly AdhocRunStarter _run = new();

    public SessionsAdoptCommand()
        : base("adopt", "Continue one of your conversations, with its uncommitted work, as a task with its own branch and gates")
    {
        Add(_id);
        Add(_task);
        Add(_ended);
        _run.AddTo(this);
    }

    /// <summary>
    /// Creates the option with which the user confirms that a conversation has ended. Needed if this can't be determined automatically.
    /// </summary>
    internal static Option<bool> Ended() =>
        new("--ended") { Description = "Confirm that the conversation has ended, if running processes leave this unclear" };

    /// <summary>Throws if a conversation might be in use or can't be read.</summary>
    /// <exception cref="UseCaseException">The conversation may be in use, or can't be read.</exception>
    internal static void RequireEndedSession(ClaudeSession session, bool saidEnded)
    {
        if (session.Fault is { } fault)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"{session.File} can't be adopted: {fault}.", "");
        }
        if (session.Standing == ClaudeSessionStatus.Alive)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"Process {session.ProcessId} is still using the conversation {session.Id}.",
                "End that process first; otherwise, two agents would write to the same files."
            );
        }
        if (session.Standing == ClaudeSessionStatus.Unknown && !saidEnded)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"A Claude Code process is working in {session.Folder ?? "an unknown folder"}, perhaps on the "
                    + $"conversation {session.Id}.",
                "End the process first. If the process is using another conversation, use --ended."
            );
        }
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var session = SessionsShowCommand.Require(parsed.GetValue(_id)!, context);
        RequireEndedSession(session, parsed.GetValue(_ended));
        var repository = RepositoryOf(session, context);
        var opened = _run.Open(parsed, repository, context);
        if (opened.Loaded.Settings!.Agent != SessionsResumeCommand.ClaudeAgent)
        {
            throw SessionsResumeCommand.OtherAgent(opened.Loaded.Settings.Agent);
        }
        var text = parsed.GetValue(_task) ?? Further;
        if (AdhocPlan.Fault([text]) is { } fault)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, fault, "orchestrate sessions adopt ID \"Description of the next step\"");
        }
        var plan = AdhocPlan.Of([text]);
        plan = plan with
        {
            Request = $"{session.Title ?? session.Id}",
            Tasks = [plan.Tasks[0] with { Id = "adopted", Description = $"Continue: {session.Title ?? session.Id}", Prompt = text }],
        };
        var adoption = new SessionAdoption(context);
        // The whole conversation is read before anything is written.
        var adopted = await adoption.ReadAsync(repository, session.Id, session.File, stop);
        RequireEndedSession(SessionsShowCommand.Require(session.Id, context), parsed.GetValue(_ended));
        return await _run.StartAsync(parsed, plan, "adopt", repository, opened, context, stop, KeepAsync);

        async Task KeepAsync(string runId)
        {
            var kept = await adoption.KeepAsync(repository, runId, plan.Tasks[0].Id, adopted, stop);
            context.Terminal.Inform(
                kept is null
                    ? $"The conversation {session.Id} was adopted; {repository.WorkTree} had no uncommitted changes."
                    : $"The conversation {session.Id} was adopted; the uncommitted changes in {repository.WorkTree} "
                        + $"({Plural.Of(adopted.Changes.Count, "file")}) stay "
                        + $"there, and are also kept at {kept}."
            );
        }
    }

    /// <summary>
    /// Returns the repository whose working tree the conversation uses. The command must be run in that tree, because the tree's settings
    /// and trust decisions apply.
    /// </summary>
    private static LocalRepositoryPaths RepositoryOf(ClaudeSession session, CliCommandServiceBundle context)
    {
        if (session.Task is { } task)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The conversation {session.Id} belongs to the task {task}.",
                $"orchestrate retry {task} continues the task."
            );
        }
        if (
            session.Folder is not { } folder
            || !Directory.Exists(folder)
            || LocalRepositoryPaths.Find(folder) is not { IsBare: false } found
        )
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The conversation {session.Id} can't be adopted, because its folder ({session.Folder ?? "unknown"}) is no "
                    + "longer in a repository.",
                "To continue the conversation as an attempt of another task: orchestrate sessions resume ID --task RUN/TASK"
            );
        }
        return context.FindRepository()?.WorkTree == found.WorkTree
            ? context.RequireRepository()
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"Conversation {session.Id} belongs to {found.WorkTree}, not to this folder.",
                $"orchestrate -C {found.WorkTree} sessions adopt {session.Id}"
            );
    }
}
