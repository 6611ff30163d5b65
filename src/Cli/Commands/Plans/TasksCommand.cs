namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks ...</c>: manages the backlog, which is kept across runs.</summary>
internal sealed class TasksCommand : Command
{
    public TasksCommand()
        : base("tasks", "Keep a backlog of tasks")
    {
        Add(new TasksListCommand());
        Add(new TasksShowCommand());
        Add(new TasksNextCommand());
        Add(new TasksAddCommand());
        Add(new TasksSetStatusCommand());
        Add(new TasksUpdateCommand());
        Add(new TasksDeleteCommand());
        Add(new TasksParseCommand());
        Add(new TasksExpandCommand());
        Add(new RunCommand(ofBacklog: true));
    }

    /// <summary>Creates the option that selects a tag, which is a named task list in a backlog file of the tool task-master.</summary>
    public static Option<string?> Tag() => new(GlobalOptions.TagName) { Description = "Use the task list with this tag", HelpName = "TAG" };

    /// <summary>Creates the argument and the <c>--id</c> option, either of which can name a task.</summary>
    public static (Argument<string?> Argument, Option<string?> Option) Id() =>
        (
            new("ID") { Description = "Id of the task, such as 3 or 3.1", Arity = ArgumentArity.ZeroOrOne },
            new("--id") { Description = "Id of the task", HelpName = "ID" }
        );

    /// <summary>Returns the id from the argument or the option.</summary>
    /// <exception cref="UseCaseException">No id was given.</exception>
    public static string RequireId(ParseResult parsed, (Argument<string?> Argument, Option<string?> Option) id) =>
        parsed.GetValue(id.Option)
        ?? parsed.GetValue(id.Argument)
        ?? throw new UseCaseException(UseCaseOutcome.Usage, "No task was specified.", "Specify its id, such as --id=1.");
}
