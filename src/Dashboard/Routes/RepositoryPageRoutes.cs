using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Serves the pages that do not belong to a run, which show the origin of a line of code, Claude Code conversations, and worktrees.
/// </summary>
/// <param name="reader">Runs queries.</param>
/// <param name="pages">Creates the frames of the pages.</param>
/// <param name="renderer">Renders HTML.</param>
internal sealed class RepositoryPageRoutes(QueryCoalescer reader, PageRoutes pages, PageRenderer renderer)
{
    // These pages reload at an interval, because conversations and worktrees also change without events of a run. The interval is long,
    // because measuring worktrees is expensive.
    private const int EveryOfSessions = 10;
    private const int EveryOfWorktrees = 30;

    /// <summary>Adds the routes of these pages to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/proof", ProofAsync);
        routes.MapGet("/sessions", SessionsAsync);
        routes.MapGet("/worktrees", (Delegate)WorktreesAsync);
    }

    private async Task<IResult> ProofAsync(HttpContext context, string? repository, string? place, string? revision)
    {
        var home = reader.Find(repository);
        var found =
            home is null || place is not { Length: > 0 }
                ? null
                : await reader.AskAsync(
                    home,
                    $"proof {revision} {place}",
                    (queries, stop) => queries.ProofAsync(place, revision is { Length: > 0 } ? revision : null, stop),
                    context.RequestAborted
                );
        return await renderer.RenderAsync<ProofPage>(
            new()
            {
                ["Frame"] = await pages.FrameAsync(context, "Where a line comes from", "proof"),
                ["Repositories"] = reader.Repositories,
                ["Repository"] = home,
                ["Place"] = place ?? "",
                ["Revision"] = revision ?? "",
                ["Proof"] = found?.Document?.Proof,
                ["Problem"] =
                    found is not null ? found.Problem
                    : repository is { Length: > 0 } && home is null ? "The repository does not exist."
                    : "",
            }
        );
    }

    private async Task<IResult> SessionsAsync(HttpContext context, string? hours)
    {
        var found = await reader.AskAnyAsync(
            $"conversations {hours}",
            (queries, stop) =>
                Task.FromResult(queries.Conversations(FormNumberParser.Read(hours), RunQueryArgumentDefaults.ListLength, stop)),
            context.RequestAborted
        );
        return await renderer.RenderAsync<SessionsPage>(
            new()
            {
                ["Frame"] = (await pages.FrameAsync(context, "Conversations of Claude Code", "sessions")) with { Every = EveryOfSessions },
                ["Hours"] = hours ?? "",
                ["Found"] = found.Document,
                ["Problem"] = found.Problem,
            }
        );
    }

    private async Task<IResult> WorktreesAsync(HttpContext context)
    {
        var all = new List<WorktreesPage.Of>();
        foreach (var repository in reader.Repositories)
        {
            var found = await reader.AskAsync(
                repository,
                "worktrees",
                static (queries, stop) => queries.WorktreesAsync(stop),
                context.RequestAborted
            );
            all.Add(new(repository, found.Document?.Worktrees ?? [], found.Problem));
        }
        return await renderer.RenderAsync<WorktreesPage>(
            new()
            {
                ["Frame"] = (await pages.FrameAsync(context, "Worktrees", "worktrees")) with { Every = EveryOfWorktrees },
                ["All"] = (IReadOnlyList<WorktreesPage.Of>)all,
            }
        );
    }
}
