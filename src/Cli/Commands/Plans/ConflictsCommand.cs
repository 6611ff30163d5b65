using Orchestrator.Runs.Loading;

namespace Orchestrator.Cli.Commands;

/// <summary><c>conflicts</c>: lists tasks that could run at the same time and own the same file or resource.</summary>
internal sealed class ConflictsCommand : CliCommand
{
    private readonly Argument<string> _plan = new("PLAN")
    {
        Description = "The plan file",
        DefaultValueFactory = static _ => PlanFiles.DefaultName,
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ConflictsCommand()
        : base("conflicts", "Find tasks that share a file or a resource and are not ordered by dependencies")
    {
        Add(_plan);
        Add(_json);
    }

    public override Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var found = PlanConflicts.Of(context.PlanFiles.Require(parsed.GetRequiredValue(_plan)));
        if (parsed.GetValue(_json))
        {
            context.Print(
                new ConflictsDocument(
                    found.Conflicts.Count,
                    found.IsTruncated,
                    [.. found.Conflicts.Select(Entry)],
                    [.. found.Warnings.Select(Entry)]
                ),
                DocumentJson.Default.ConflictsDocument
            );
        }
        foreach (var conflict in found.Conflicts)
        {
            context.Terminal.Show($"{conflict.Message} {conflict.Cure}");
        }
        foreach (var warning in found.Warnings)
        {
            context.Terminal.Warn(warning.Message);
        }
        context.Terminal.Show(
            found.Conflicts.Count switch
            {
                0 => "No conflicts.",
                1 => "1 conflict.",
                var count => $"{Plural.Of(count, "conflict")}{(found.IsTruncated ? " or more" : "")}.",
            }
        );
        return Task.FromResult(found.Conflicts.Count == 0 ? Outcome.Done : Outcome.WorkFailed);
    }

    private static ConflictEntry Entry(PlanConflict conflict) =>
        new(
            conflict.Kind == ConflictKind.File ? "file" : "resource",
            conflict.Path,
            conflict.Tasks,
            new(conflict.MissingEdge.Task, conflict.MissingEdge.DependsOn),
            conflict.Message
        );
}
