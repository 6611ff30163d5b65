using Orchestrator.App.Cleaning;

namespace Orchestrator.Cli.Commands;

/// <summary><c>worktrees</c>: lists the linked worktrees of the repository with their owners and whether they can be removed.</summary>
internal sealed class WorktreesCommand : CliCommand
{
    private readonly Option<bool> _json = GlobalOptions.Json();

    public WorktreesCommand()
        : base("worktrees", "List this repository's worktrees, each with its owner, its size and whether it can be removed")
    {
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var document = await new RunQueries(context).WorktreesAsync(stop);
        if (parsed.GetValue(_json))
        {
            context.Print(document, DocumentJson.Default.WorktreesDocument);
            return UseCaseOutcome.Done;
        }
        var found = document.Worktrees;
        if (found.Count == 0)
        {
            context.Terminal.Inform("The repository has no worktrees besides the main checkout.");
        }
        foreach (var entry in found)
        {
            var place = entry.Path.StartsWith(repository.Root + '/', StringComparison.Ordinal)
                ? Path.GetRelativePath(repository.Root, entry.Path)
                : entry.Path;
            context.Terminal.Show(new UntrustedText($"{place}{(entry.Branch is null ? "" : $" ({entry.Branch})")}").Line);
            context.Terminal.Show(
                $"  {OwnerOf(entry)}, {ByteSizes.Describe(entry.Size.Bytes)}; {(entry.CanGo ? "can be removed" : "stays")}: "
                    + new UntrustedText(entry.Why).Line
            );
        }
        if (found.Any(entry => entry.CanGo))
        {
            context.Terminal.Inform("'orchestrate cleanup RUN' removes the removable worktrees of a run.");
        }
        return UseCaseOutcome.Done;
    }

    private static string OwnerOf(WorktreeEntry entry) =>
        entry.Owner switch
        {
            WorktreeOwnerKind.Task => $"{entry.Run}/{entry.Task}{(entry.State is null ? "" : $" ({entry.State})")}",
            WorktreeOwnerKind.Pool => "in the pool",
            WorktreeOwnerKind.Gates => "of gates",
            _ => "a person's",
        };
}
