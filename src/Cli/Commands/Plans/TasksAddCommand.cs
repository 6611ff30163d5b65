using Orchestrator.App.PlanFiles;

namespace Orchestrator.Cli.Commands;

/// <summary><c>tasks add</c>: adds a task to the end of the backlog.</summary>
internal sealed class TasksAddCommand : CliCommand
{
    private readonly Argument<string> _title = new("TITLE") { Description = "One-line title of the task" };
    private readonly Option<string?> _description = new("--description", "-d") { Description = "Description of the work" };
    private readonly Option<string?> _details = new("--details") { Description = "Details of the implementation" };
    private readonly Option<string?> _test = new("--test-strategy") { Description = "Description of how to test the work" };
    private readonly Option<string> _priority = new("--priority", "-p")
    {
        Description = string.Join(", ", BacklogPriority.All),
        DefaultValueFactory = static _ => BacklogPriority.Medium,
    };
    private readonly Option<string?> _dependencies = new("--dependencies")
    {
        Description = "Ids of tasks that must be done first, separated by commas",
        HelpName = "IDS",
    };
    private readonly Option<string?> _parent = new("--parent") { Description = "Add the task as a subtask of this task", HelpName = "ID" };
    private readonly Option<string?> _tag = TasksCommand.Tag();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public TasksAddCommand()
        : base("add", "Add a task to the backlog")
    {
        _priority.AcceptOnlyFromAmong([.. BacklogPriority.All]);
        Add(_title);
        foreach (var option in new Option[] { _description, _details, _test, _priority, _dependencies, _parent, _tag, _json })
        {
            Add(option);
        }
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var task = new BacklogTask
        {
            Id = "",
            Title = Title(parsed.GetRequiredValue(_title)),
            Description = parsed.GetValue(_description) ?? "",
            Details = parsed.GetValue(_details),
            TestStrategy = parsed.GetValue(_test),
            Priority = parsed.GetRequiredValue(_priority),
            Dependencies = Ids(parsed.GetValue(_dependencies)),
        };
        var added = task;
        var file = await context
            .Backlog(parsed.GetValue(_tag))
            .ChangeAsync(
                backlog =>
                    parsed.GetValue(_parent) is { } parent
                        ? AddSubtask(backlog, RepositoryBacklog.Find(backlog, parent), task, out added)
                        : AddTask(backlog, task, out added),
                stop
            );
        if (parsed.GetValue(_json))
        {
            context.Print(new BacklogTaskDocument(file.ToJson(added.Id)), DocumentJson.Default.BacklogTaskDocument);
        }
        context.Terminal.Inform($"Added {added.Id}: {added.Title}");
        return UseCaseOutcome.Done;
    }

    /// <summary>Converts a title to one line, for lists.</summary>
    /// <exception cref="UseCaseException">The title is empty.</exception>
    internal static string Title(string given) =>
        given.Trim() is { Length: > 0 } title
            ? title.ReplaceLineEndings(" ")
            : throw new UseCaseException(UseCaseOutcome.Usage, "The task has no title.", "Describe the work in one line.");

    /// <summary>Parses ids separated by commas.</summary>
    internal static string[] Ids(string? text) =>
        text is null ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Backlog AddTask(Backlog backlog, BacklogTask task, out BacklogTask added)
    {
        (var changed, added) = backlog.Add(task);
        return changed;
    }

    private static Backlog AddSubtask(Backlog backlog, string parent, BacklogTask task, out BacklogTask added)
    {
        if (parent.Contains('.', StringComparison.Ordinal))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{parent} is a subtask itself.",
                "Specify a task that is not a subtask as the parent."
            );
        }
        var taken = backlog
            .Find(parent)!
            .Subtasks.Select(s => int.TryParse(s.Id[(parent.Length + 1)..], out var n) ? n : 0)
            .DefaultIfEmpty(0)
            .Max();
        var subtask = task with { Id = $"{parent}.{taken + 1}" };
        added = subtask;
        return backlog.Change(parent, owner => owner with { Subtasks = [.. owner.Subtasks, subtask] });
    }
}
