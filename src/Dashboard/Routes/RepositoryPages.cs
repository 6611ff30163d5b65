using Orchestrator.Dashboard.Api;
using Orchestrator.Dashboard.Pages;
using Orchestrator.Documents;

namespace Orchestrator.Dashboard.Routes;

/// <summary>The pages that look into repositories and the machine beside runs: where a line comes from, conversations, worktrees.</summary>
/// <param name="commands">Answers.</param>
/// <param name="pages">Makes their frames.</param>
/// <param name="renderer">Makes HTML.</param>
internal sealed class RepositoryPages(CommandReader commands, PageRoutes pages, PageRenderer renderer)
{
    // Conversations and worktrees change outside of runs, too; the size of worktrees costs a walk through their files.
    private const int EveryOfSessions = 10;
    private const int EveryOfWorktrees = 30;

    /// <summary>Adds them.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/proof", ProofAsync);
        routes.MapGet("/sessions", SessionsAsync);
        routes.MapGet("/worktrees", (Delegate)WorktreesAsync);
    }

    private async Task<IResult> ProofAsync(HttpContext context, string? repository, string? place, string? revision)
    {
        var home = commands.Find(repository);
        var (found, outcome) =
            home is null || place is not { Length: > 0 }
                ? (null, null)
                : await commands.ReadAsync<ProofDocument>(
                    home.Root,
                    ["proof", "--json", .. ApiRequest.Option("--revision", revision), "--", place],
                    context.RequestAborted
                );
        return await renderer.RenderAsync<ProofPage>(
            new()
            {
                ["Frame"] = pages.Frame(context, "Where a line comes from", "proof"),
                ["Repositories"] = commands.Repositories,
                ["Repository"] = home,
                ["Place"] = place ?? "",
                ["Revision"] = revision ?? "",
                ["Proof"] = found?.Proof,
                ["Problem"] =
                    found is null && outcome is not null ? outcome.Messages
                    : repository is { Length: > 0 } && home is null ? "There is no such repository."
                    : "",
            }
        );
    }

    private async Task<IResult> SessionsAsync(HttpContext context, string? hours)
    {
        var (found, outcome) = commands.Repositories is [var any, ..]
            ? await commands.ReadAsync<SessionsDocument>(
                any.Root,
                ["sessions", "--json", .. ApiRequest.Option("--hours", hours)],
                context.RequestAborted
            )
            : (null, new CommandOutcome(0, "", "No run was started by this user on this machine yet."));
        return await renderer.RenderAsync<SessionsPage>(
            new()
            {
                ["Frame"] = pages.Frame(context, "Conversations of Claude Code", "sessions") with { Every = EveryOfSessions },
                ["Hours"] = hours ?? "",
                ["Found"] = found,
                ["Problem"] = found is null ? outcome.Messages : "",
            }
        );
    }

    private async Task<IResult> WorktreesAsync(HttpContext context)
    {
        var all = new List<WorktreesPage.Of>();
        foreach (var repository in commands.Repositories)
        {
            var (found, outcome) = await commands.ReadAsync<WorktreesDocument>(
                repository.Root,
                ["worktrees", "--json"],
                context.RequestAborted
            );
            all.Add(new(repository, found?.Worktrees ?? [], found is null ? outcome.Messages : ""));
        }
        return await renderer.RenderAsync<WorktreesPage>(
            new()
            {
                ["Frame"] = pages.Frame(context, "Worktrees", "worktrees") with { Every = EveryOfWorktrees },
                ["All"] = (IReadOnlyList<WorktreesPage.Of>)all,
            }
        );
    }
}
