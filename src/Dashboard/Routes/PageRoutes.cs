using Orchestrator.App.Access;
using Orchestrator.Dashboard.Access;
using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Serves the pages by passing query results to components.</summary>
/// <param name="reader">Runs queries.</param>
/// <param name="renderer">Renders HTML.</param>
/// <param name="answers">Results of the user's commands.</param>
/// <param name="tokens">Tokens of the page.</param>
/// <param name="time">Clock.</param>
internal sealed class PageRoutes(
    QueryCoalescer reader,
    PageRenderer renderer,
    SubmittedFormResultStore answers,
    WebTokenStore tokens,
    TimeProvider time
)
{
    private const int MostAtHome = 12;
    private const int MostFiltered = 200;

    private readonly InboxCounter _inbox = new(reader, time);

    /// <summary>Adds the routes of the pages to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (Delegate)HomeAsync);
        routes.MapGet("/inbox", (Delegate)InboxAsync);
        routes.MapGet("/history", (Delegate)HistoryAsync);
        routes.MapGet("/settings", (Delegate)SettingsAsync);
        routes.MapGet("/usage", (Delegate)UsageAsync);
    }

    /// <summary>Creates the frame of a page with title, section and form token.</summary>
    public async Task<PageFrame> FrameAsync(HttpContext context, string title, string section)
    {
        var result = answers.RemoveResult(context.Request.Query["said"]);
        return new(title, section, AccessMiddleware.SessionOf(context).FormToken, time.GetUtcNow())
        {
            Said = result?.Outcome,
            Typed = result?.Typed ?? "",
            InboxCount = await _inbox.CountAsync(context.RequestAborted),
        };
    }

    /// <summary>Creates the frame of a page about a run. The page follows the run's events until the run ends.</summary>
    public async Task<PageFrame> FrameAsync(HttpContext context, RunStatus run, DashboardRepositoryReference repository, string title) =>
        (await FrameAsync(context, title, "home")) with
        {
            Repository = repository,
            Run = run.RunId,
            Events = RunStateNames.IsFinal(run.State) ? null : DashboardLinkBuilder.Events(repository, run.RunId),
        };

    /// <summary>
    /// Finds the run and the repository that a request's address names. Each of the two values is null if the corresponding object does not
    /// exist.
    /// </summary>
    public async Task<(RunStatus? Run, DashboardRepositoryReference? Repository)> FindRunAsync(
        HttpContext context,
        string repository,
        string run
    ) => reader.Find(repository) is { } home ? ((await reader.RunAsync(home, run, context.RequestAborted)).Document, home) : (null, null);

    private async Task<IResult> HomeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var filter = new RunFilter(query["find"].ToString(), query["state"].ToString(), query["repository"].ToString());
        var all = await RunsAsync(most: filter.IsSet ? MostFiltered : MostAtHome, context.RequestAborted);
        var homes = all.Where(home => filter.Repository.Length == 0 || home.Repository.Id == filter.Repository)
            .Select(home => home with { Runs = [.. home.Runs.Where(filter.Matches).Take(MostAtHome)] });
        return await renderer.RenderAsync<HomePage>(
            new()
            {
                ["Frame"] = (await FrameAsync(context, "Runs", "home")) with { Events = DashboardLinkBuilder.Events() },
                ["Homes"] = (IReadOnlyList<RepositoryRuns>)[.. homes],
                ["Inbox"] = await reader.InboxAsync(context.RequestAborted),
                ["Repositories"] = reader.Repositories,
                ["Filter"] = filter,
            }
        );
    }

    private async Task<IResult> InboxAsync(HttpContext context) =>
        await renderer.RenderAsync<InboxPage>(
            new()
            {
                ["Frame"] = (await FrameAsync(context, "Inbox", "inbox")) with { Events = DashboardLinkBuilder.Events() },
                ["Inbox"] = await reader.InboxAsync(context.RequestAborted),
                ["Repositories"] = reader.Repositories,
            }
        );

    private async Task<IResult> HistoryAsync(HttpContext context) =>
        await renderer.RenderAsync<HistoryPage>(
            new()
            {
                ["Frame"] = (await FrameAsync(context, "History", "history")) with { Events = DashboardLinkBuilder.Events() },
                ["Homes"] = await RunsAsync(most: 200, context.RequestAborted),
            }
        );

    private async Task<IResult> UsageAsync(HttpContext context)
    {
        var usage = await reader.AskAnyAsync(
            "usage",
            (queries, stop) => queries.UsageAsync(RunQueryArgumentDefaults.UsageDays, run: null, stop),
            context.RequestAborted
        );
        return await renderer.RenderAsync<UsagePage>(
            new()
            {
                ["Frame"] = (await FrameAsync(context, "Usage", "usage")) with { Events = DashboardLinkBuilder.Events() },
                ["Usage"] = usage.Document,
                ["Problem"] = usage.Problem,
            }
        );
    }

    private async Task<IResult> SettingsAsync(HttpContext context)
    {
        var all = new List<(DashboardRepositoryReference, IReadOnlyList<EffectiveSetting>, string)>();
        foreach (var repository in reader.Repositories)
        {
            var found = await reader.AskAsync(
                repository,
                "settings",
                static (queries, _) => Task.FromResult(queries.Settings(onlyChanged: false)),
                context.RequestAborted
            );
            all.Add((repository, found.Document?.Settings ?? [], found.Problem));
        }
        return await renderer.RenderAsync<SettingsPage>(
            new()
            {
                ["Frame"] = await FrameAsync(context, "Settings", "settings"),
                ["Settings"] = (IReadOnlyList<(DashboardRepositoryReference, IReadOnlyList<EffectiveSetting>, string)>)all,
                ["Access"] = WebTokensDocument.Of(tokens),
            }
        );
    }

    /// <summary>Renders the page for an object that does not exist or was removed.</summary>
    public async Task<IResult> MissingAsync(HttpContext context, string what) =>
        await renderer.RenderAsync<TextPage>(
            new()
            {
                ["Frame"] = await FrameAsync(context, "Page not found", "home"),
                ["Text"] = $"{what} does not exist, or was removed. The page 'Runs' lists all runs.",
            },
            StatusCodes.Status404NotFound
        );

    private async Task<IReadOnlyList<RepositoryRuns>> RunsAsync(int most, CancellationToken stop)
    {
        var all = new List<RepositoryRuns>();
        foreach (var repository in reader.Repositories)
        {
            var history = await reader.HistoryAsync(repository, stop, most);
            all.Add(new RepositoryRuns(repository, history.Document?.Runs ?? [], history.Problem));
        }
        return all;
    }
}
