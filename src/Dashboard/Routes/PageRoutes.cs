using Orchestrator.Dashboard.Door;
using Orchestrator.Dashboard.Pages;
using Orchestrator.Dashboard.Views;
using Orchestrator.Machine.Hosting;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Serves the pages: passes query results to components.</summary>
/// <param name="reader">Runs queries.</param>
/// <param name="renderer">Renders HTML.</param>
/// <param name="answers">Results of the user's commands.</param>
/// <param name="tokens">Tokens of the page.</param>
/// <param name="time">Clock.</param>
internal sealed class PageRoutes(QueryReader reader, PageRenderer renderer, FormResultStore answers, WebTokens tokens, TimeProvider time)
{
    private readonly CoalescingCache<IResult?> _runs = new(time);

    /// <summary>Adds the routes.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (Delegate)HomeAsync);
        routes.MapGet("/inbox", (Delegate)InboxAsync);
        routes.MapGet("/history", (Delegate)HistoryAsync);
        routes.MapGet("/settings", (Delegate)SettingsAsync);
        routes.MapGet("/usage", (Delegate)UsageAsync);
        routes.MapGet("/r/{repository}/{run}", RunAsync);
        routes.MapGet("/r/{repository}/{run}/report", ReportAsync);
        routes.MapGet("/r/{repository}/{run}/tasks/{task}", TaskAsync);
        routes.MapGet("/r/{repository}/{run}/tasks/{task}/log", LogAsync);
    }

    /// <summary>Creates the frame of a page with title, section and form token.</summary>
    public PageFrame Frame(HttpContext context, string title, string section)
    {
        var result = answers.Take(context.Request.Query["said"]);
        return new(title, section, AccessMiddleware.SessionOf(context).FormToken, time.GetUtcNow())
        {
            Said = result?.Outcome,
            Typed = result?.Typed ?? "",
        };
    }

    private async Task<IResult> HomeAsync(HttpContext context) =>
        await renderer.RenderAsync<HomePage>(
            new()
            {
                ["Frame"] = Frame(context, "What runs here", "home") with { Events = Links.Events() },
                ["Homes"] = await RunsAsync(most: 8, context.RequestAborted),
                ["Inbox"] = await reader.InboxAsync(context.RequestAborted),
            }
        );

    private async Task<IResult> InboxAsync(HttpContext context) =>
        await renderer.RenderAsync<InboxPage>(
            new()
            {
                ["Frame"] = Frame(context, "Inbox", "inbox") with { Events = Links.Events() },
                ["Inbox"] = await reader.InboxAsync(context.RequestAborted),
                ["Repositories"] = reader.Repositories,
            }
        );

    private async Task<IResult> HistoryAsync(HttpContext context) =>
        await renderer.RenderAsync<HistoryPage>(
            new()
            {
                ["Frame"] = Frame(context, "History", "history") with { Events = Links.Events() },
                ["Homes"] = await RunsAsync(most: 200, context.RequestAborted),
            }
        );

    private async Task<IResult> UsageAsync(HttpContext context)
    {
        var usage = await reader.AskAnyAsync(
            "usage",
            (queries, stop) => queries.UsageAsync(QueryDefaults.UsageDays, run: null, stop),
            context.RequestAborted
        );
        return await renderer.RenderAsync<UsagePage>(
            new()
            {
                ["Frame"] = Frame(context, "Usage", "usage") with { Events = Links.Events() },
                ["Usage"] = usage.Document,
                ["Problem"] = usage.Problem,
            }
        );
    }

    private async Task<IResult> SettingsAsync(HttpContext context)
    {
        var all = new List<(RepositoryEntry, IReadOnlyList<ConfigEntry>, string)>();
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
                ["Frame"] = Frame(context, "Settings", "settings"),
                ["Settings"] = (IReadOnlyList<(RepositoryEntry, IReadOnlyList<ConfigEntry>, string)>)all,
                ["Access"] = WebTokensDocument.Of(tokens),
            }
        );
    }

    private async Task<IResult> RunAsync(HttpContext context, string repository, string run, long? at, int? part, string? find)
    {
        if (reader.Find(repository) is not { } home)
        {
            return await MissingAsync(context, run);
        }
        // The same page opened many times by one user is rendered only once per change.
        var frame = Frame(context, "", "home");
        var key = $"{frame.FormToken}\0{context.Request.Path}{context.Request.QueryString}\0{reader.State(home, run)}";
        var page = await _runs.GetAsync(key, () => RenderRunAsync(frame, home, run, at, part, find)).WaitAsync(context.RequestAborted);
        return page ?? await MissingAsync(context, run);
    }

    private async Task<IResult?> RenderRunAsync(PageFrame frame, RepositoryEntry home, string run, long? at, int? part, string? find)
    {
        if ((await reader.RunAsync(home, run, CancellationToken.None)).Document is not { } now)
        {
            return null;
        }
        var moment = at is { } number && number < now.Sequence && number > 0 ? number : (long?)null;
        // Reads one more than is shown, so that the page knows if there are more.
        int? most = moment is null ? EventList.Usual + 1 : null;
        var events = await reader.EventsAsync(home, now.RunId, CancellationToken.None, most);
        return await renderer.RenderAsync<RunPage>(
            new()
            {
                ["Frame"] = frame with
                {
                    Title = now.Title.Length > 0 ? now.Title : now.RunId,
                    Repository = home,
                    Events = moment is null ? Links.Events(home, now.RunId) : null,
                },
                ["Repository"] = home,
                ["Run"] = moment is null ? now : RunMoment.Of(now, events, moment.Value),
                ["Events"] = moment is null ? events : [.. events.Where(happened => happened.Sequence <= moment)],
                ["At"] = moment,
                ["Last"] = now.Sequence,
                ["Part"] = part ?? 1,
                ["Find"] = find ?? "",
            }
        );
    }

    private async Task<IResult> TaskAsync(HttpContext context, string repository, string run, string task, string? file, int? line)
    {
        if (
            await FindAsync(context, repository, run) is not { Run: { } now, Repository: { } home }
            || now.Tasks.FirstOrDefault(one => one.Id == task) is not { } found
        )
        {
            return await MissingAsync(context, $"{run}/{task}");
        }
        var name = $"{now.RunId}/{task}";
        var stop = context.RequestAborted;
        return await renderer.RenderAsync<TaskPage>(
            new()
            {
                ["Frame"] = Of(context, now, home, found.Title.Length > 0 ? $"{task}: {found.Title}" : task),
                ["Repository"] = home,
                ["Run"] = now,
                ["Task"] = found,
                ["CommentFile"] = file ?? "",
                ["CommentLine"] = line,
                ["Events"] =
                    (IReadOnlyList<RunEvent>)
                        [.. (await reader.EventsAsync(home, now.RunId, stop)).Where(happened => happened.Task == task)],
                ["Log"] = found.Starts == 0 ? null : (await ReadLogAsync(home, name, null, stop)).Document,
                ["Diff"] =
                    found.Starts == 0
                        ? null
                        : (
                            await reader.AskAsync(home, $"diff {name}", (queries, ask) => queries.DiffAsync(name, ask), stop, now.RunId)
                        ).Document,
            }
        );
    }

    private async Task<IResult> LogAsync(HttpContext context, string repository, string run, string task, int? start, string? find)
    {
        if (await FindAsync(context, repository, run) is not { Run: { } now, Repository: { } home })
        {
            return await MissingAsync(context, $"{run}/{task}");
        }
        var log = await ReadLogAsync(home, $"{now.RunId}/{task}", start, context.RequestAborted);
        return await renderer.RenderAsync<LogPage>(
            new()
            {
                ["Frame"] = Of(context, now, home, $"Log of {task}"),
                ["Log"] = log.Document,
                ["Find"] = find ?? "",
                ["Problem"] = log.Problem,
            }
        );
    }

    private async Task<IResult> ReportAsync(HttpContext context, string repository, string run, string? escalation)
    {
        if (await FindAsync(context, repository, run) is not { Run: { } now, Repository: { } home })
        {
            return await MissingAsync(context, run);
        }
        var isEscalation = escalation is { Length: > 0 };
        var report = await reader.AskAsync(
            home,
            $"report {isEscalation} {now.RunId}",
            (queries, stop) => isEscalation ? Task.FromResult(queries.EscalationText(now.RunId)) : queries.ReportTextAsync(now.RunId, stop),
            context.RequestAborted,
            now.RunId
        );
        return await renderer.RenderAsync<TextPage>(
            new()
            {
                ["Frame"] = Of(context, now, home, isEscalation ? "Needs attention" : "Report"),
                ["Text"] = report.Document ?? report.Problem,
            }
        );
    }

    private Task<Answer<LogDocument>> ReadLogAsync(RepositoryEntry home, string task, int? start, CancellationToken stop) =>
        reader.AskAsync(
            home,
            string.Create(CultureInfo.InvariantCulture, $"log {start} {task}"),
            (queries, ask) => queries.LogAsync(task, start, ask),
            stop,
            task.Split('/')[0]
        );

    private PageFrame Of(HttpContext context, RunStatus run, RepositoryEntry repository, string title) =>
        Frame(context, title, "home") with
        {
            Repository = repository,
            Run = run.RunId,
            Events = RunStates.IsFinal(run.State) ? null : Links.Events(repository, run.RunId),
        };

    private async Task<(RunStatus? Run, RepositoryEntry? Repository)> FindAsync(HttpContext context, string repository, string run) =>
        reader.Find(repository) is { } home ? ((await reader.RunAsync(home, run, context.RequestAborted)).Document, home) : (null, null);

    /// <summary>Renders the page for something that does not exist or was removed.</summary>
    public Task<IResult> MissingAsync(HttpContext context, string what) =>
        renderer.RenderAsync<TextPage>(
            new()
            {
                ["Frame"] = Frame(context, "There is nothing here", "home"),
                ["Text"] = $"{what} is not known here: it was removed, or never was. The page 'Home' has what there is.",
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
