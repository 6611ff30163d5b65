using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks set-status</c>: sets the status of tasks.</summary>
internal sealed class TasksSetStatusCommand : CliCommand
{
    private readonly (Argument<string?> Argument, Option<string?> Option) _id = TasksCommand.Id();
    private readonly Argument<string?> _word = new("STATUS")
    {
        Description = string.Join(", ", BacklogStatus.All),
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _status = new("--status", "-s") { Description = "The new status", HelpName = "STATUS" };
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public TasksSetStatusCommand()
        : base("set-status", "Set the status of a task, or of several tasks whose ids are separated by commas")
    {
        Add(_id.Argument);
        Add(_word);
        foreach (var option in new Option[] { _id.Option, _status, _tag, _json })
        {
            Add(option);
        }
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var ids = TasksAddCommand.Ids(TasksCommand.RequireId(parsed, _id));
        var status = StatusOf(
            parsed.GetValue(_status)
                ?? parsed.GetValue(_word)
                ?? throw new UseCaseException(UseCaseOutcome.Usage, "Which status?", $"One of: {string.Join(", ", BacklogStatus.All)}.")
        );
        var file = await context
            .Backlog(parsed.GetValue(_tag))
            .ChangeAsync(
                backlog => ids.Aggregate(backlog, (changed, id) => changed.SetStatus(RepositoryBacklog.Find(changed, id), status)),
                stop
            );
        if (parsed.GetValue(_json))
        {
            context.Print(new BacklogTaskDocument(file.ToJson(ids[^1])), DocumentJson.Default.BacklogTaskDocument);
        }
        context.Terminal.Inform($"{string.Join(", ", ids)}: {status}");
        return UseCaseOutcome.Done;
    }

    /// <summary>Returns the backlog status with the given name, or throws if there is none.</summary>
    /// <exception cref="UseCaseException">The word is unknown.</exception>
    internal static string StatusOf(string word)
    {
        if (BacklogStatus.Find(word) is { } status)
        {
            return status;
        }
        var near = NearestName.Of(word, BacklogStatus.All);
        throw new UseCaseException(
            UseCaseOutcome.Usage,
            $"The status '{word}' is unknown.",
            near is null ? $"Known: {string.Join(", ", BacklogStatus.All)}." : $"Did you mean '{near}'?"
        );
    }
}
