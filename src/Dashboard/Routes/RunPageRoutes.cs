using System.Collections.Concurrent;
using Orchestrator.Dashboard.Pages;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Serves the screen of a run with its tabs, and the pages of its tasks.</summary>
/// <param name="reader">Runs queries.</param>
/// <param name="pages">Creates the frames of the pages.</param>
/// <param name="renderer">Renders HTML.</param>
/// <param name="time">Clock.</param>
internal sealed class RunPageRoutes(QueryCoalescer reader, PageRoutes pages, PageRenderer renderer, TimeProvider time)
{
    private const int MostPlans = 8;

    private readonly CoalescingCache<IResult?> _runs = new(time);
    private readonly RunEventCache _events = new(reader);
    private readonly ConcurrentDictionary<string, Plan> _plans = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (int Merges, DiffLineCounts Lines)> _lines = new(StringComparer.Ordinal);

    /// <summary>Adds the routes of the screen and the task pages to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        foreach (var (tab, _) in RunTabs.All)
        {
            routes.MapGet(
                $"/r/{{repository}}/{{run}}{(tab.Length > 0 ? "/" : "")}{tab}",
                (HttpContext context, string repository, string run) => RunAsync(context, repository, run, tab)
            );
        }
        routes.MapGet("/r/{repository}/{run}/tasks/{task}", TaskAsync);
    }

    private async Task<IResult> RunAsync(HttpContext context, string repository, string run, string tab)
    {
        if (reader.Find(repository) is not { } home)
        {
            return await pages.MissingAsync(context, run);
        }
        // If one user has opened the same page many times, it is rendered only once per change.
        var frame = await pages.FrameAsync(context, "", "home");
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        var key = $"{frame.FormToken}\0{context.Request.Path}{context.Request.QueryString}\0{reader.State(home, run)}\0{second}";
        var query = context.Request.Query;
        var address = new RunPageAddress(home, run)
        {
            Tab = tab,
            Part = (int)Math.Clamp(Number(query["part"]) ?? 1, 1, 1_000_000),
            Find = query["find"].ToString(),
            State = query["state"].ToString(),
            Open = query["open"].ToString(),
            Start = (int?)Number(query["start"]),
            At = Number(query["at"]),
            View = ViewOf(context),
            File = query["file"].ToString(),
            Line = (int?)Number(query["line"]),
        };
        var isEscalation = query["escalation"].ToString().Length > 0;
        var since = Number(query["t"]);
        var page = await _runs.GetAsync(key, () => RenderAsync(frame, address, since, isEscalation)).WaitAsync(context.RequestAborted);
        return page ?? await pages.MissingAsync(context, run);
    }

    private static string ViewOf(HttpContext context) =>
        context.Request.Query["view"] == RunPageAddress.SideBySide ? RunPageAddress.SideBySide : "";

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? number : null;

    private async Task<IResult?> RenderAsync(PageFrame frame, RunPageAddress asked, long? since, bool isEscalation)
    {
        var home = asked.Repository;
        if ((await reader.RunAsync(home, asked.Run, CancellationToken.None)).Document is not { } now)
        {
            return null;
        }
        var events = await _events.TransitionsAsync(home, now, CancellationToken.None);
        var whole = TaskTimelineChart.Of(now, events, TimelineAxis.Rounded(now.StartedAt, frame.Now));
        var axis = TimelineAxis.Of(whole);
        var at = MomentOf(now, events, asked.At, since is { } place ? axis.TimeAt(place) : null);
        var screen = new RunPageContent(
            frame with
            {
                Title = now.Title.Length > 0 ? now.Title : now.RunId,
                TabTitle = BrowserTabTitle.Of(now),
                Repository = home,
                Path = now.Target.Length > 0 ? $"{now.RunId} → {now.Target}" : now.RunId,
                Events = at is null ? DashboardLinkBuilder.Events(home, now.RunId) : null,
            },
            asked with
            {
                Run = now.RunId,
                At = null,
            },
            now,
            whole,
            axis
        )
        {
            Last = now.Sequence,
            Events = events,
            Lines = at is null ? await LinesAsync(home, now) : null,
        };
        screen = at is { } moment ? RunTimeSliderBuilder.At(screen, moment) : screen;
        return await renderer.RenderAsync<RunPage>(
            new() { ["Screen"] = await WithPanelAsync(await WithTabAsync(screen, now, isEscalation), now) }
        );
    }

    // The slider selects a time, whereas a link selects the number of an event.
    private static long? MomentOf(RunStatus run, IReadOnlyList<RunEvent> events, long? at, DateTimeOffset? time)
    {
        if (time is { } until && RunTimeSliderBuilder.EventAt(events, until) is { } last)
        {
            return last >= events[^1].Sequence ? null : last;
        }
        return at > 0 && at < run.Sequence ? at : null;
    }

    // Git counts the lines only after another merge, because a page is rendered for each event.
    private async Task<DiffLineCounts?> LinesAsync(DashboardRepositoryReference home, RunStatus run)
    {
        var key = $"{home.Root}\0{run.RunId}";
        var merges = run.Tasks.Aggregate(HashCode.Combine(run.LandedCommit), (hash, task) => HashCode.Combine(hash, task.MergeCommit));
        if (_lines.TryGetValue(key, out var known) && known.Merges == merges)
        {
            return known.Lines;
        }
        var counted = await reader.AskAsync(
            home,
            $"lines of {run.RunId}",
            (queries, stop) => queries.LineCountsAsync(run.RunId, stop),
            CancellationToken.None,
            run.RunId
        );
        if (counted.Document is { } lines)
        {
            _lines[key] = (merges, lines);
        }
        return counted.Document;
    }

    private async Task<RunPageContent> WithTabAsync(RunPageContent screen, RunStatus now, bool isEscalation)
    {
        var (home, id) = (screen.Repository, now.RunId);
        switch (screen.Address.Tab)
        {
            case RunTabs.Gates:
                var gates = await AskAsync($"gates {id}", (queries, stop) => queries.GateRunsAsync(id, stop));
                screen = screen with { Gates = gates.Document ?? [], Problem = gates.Problem };
                break;
            case RunTabs.Diff:
                var diff = await AskAsync($"diff {id}", (queries, stop) => queries.DiffAsync(id, stop));
                screen = screen with { Diff = diff.Document, Problem = diff.Problem };
                break;
            case RunTabs.Report:
                var report = await AskAsync(
                    $"report {isEscalation} {id}",
                    (queries, stop) => isEscalation ? Task.FromResult(queries.EscalationText(id)) : queries.ReportTextAsync(id, stop)
                );
                screen = screen with { Report = report.Document ?? "", Problem = report.Problem };
                break;
            case RunTabs.Events:
                var mail = (await reader.EventsAsync(home, id, CancellationToken.None)).Where(line =>
                    screen.IsNow || line.Sequence <= screen.Address.At
                );
                screen = screen with { Events = [.. mail] };
                break;
        }
        var asks = now.Questions.Any(question => now.Tasks.Any(task => task.Id == question.Id && task.Commit.Length == 0));
        return screen.IsNow && asks && await PlanAsync(home, now) is { } plan
            ? screen with
            {
                Plan = plan.Tasks.ToDictionary(task => task.Id, StringComparer.Ordinal),
            }
            : screen;

        Task<DashboardDocumentResult<T>> AskAsync<T>(string question, Func<IRunQueries, CancellationToken, Task<T>> ask)
            where T : class => reader.AskAsync(home, question, ask, CancellationToken.None, id);
    }

    private async Task<RunPageContent> WithPanelAsync(RunPageContent screen, RunStatus now) =>
        screen.Address.Open is { Length: > 0 } open && now.Tasks.FirstOrDefault(task => task.Id == open) is { } task
            ? screen with
            {
                Task = await ReadTaskAsync(screen.Frame, screen.Address, now, task, CancellationToken.None) with { IsPanel = true },
            }
            : screen;

    private async Task<Plan?> PlanAsync(DashboardRepositoryReference home, RunStatus run)
    {
        if (run.PlanHash.Length > 0 && _plans.TryGetValue(run.PlanHash, out var known))
        {
            return known;
        }
        var plan = await reader.AskAsync(
            home,
            $"plan of {run.RunId}",
            (queries, stop) => queries.PlanOfAsync(run.RunId, stop),
            CancellationToken.None,
            run.RunId
        );
        if (plan.Document is { } read && run.PlanHash.Length > 0)
        {
            if (_plans.Count >= MostPlans)
            {
                _plans.Clear();
            }
            _plans[run.PlanHash] = read;
        }
        return plan.Document;
    }

    private async Task<TaskPageContent> ReadTaskAsync(
        PageFrame frame,
        RunPageAddress address,
        RunStatus now,
        RunTaskStatus task,
        CancellationToken stop
    )
    {
        var (home, name) = (address.Repository, $"{now.RunId}/{task.Id}");
        var gates = await reader.AskAsync(
            home,
            $"gates {now.RunId}",
            (queries, ask) => queries.GateRunsAsync(now.RunId, ask),
            stop,
            now.RunId
        );
        var diff =
            task.Starts == 0
                ? null
                : await reader.AskAsync(home, $"diff {name}", (queries, ask) => queries.DiffAsync(name, ask), stop, now.RunId);
        return new TaskPageContent(frame, address, now, task)
        {
            Events = [.. (await reader.EventsAsync(home, now.RunId, stop)).Where(happened => happened.Task == task.Id)],
            Plan = (await PlanAsync(home, now))?.Tasks.FirstOrDefault(one => one.Id == task.Id),
            Gates = [.. (gates.Document ?? []).Where(gate => gate.Task == task.Id)],
            Log =
                task.Starts > 0 && (await LogPageRoutes.ReadAsync(reader, home, name, address.Start, stop)).Document is { } log
                    ? ShownLogLineRange.Last(log, TaskView.LastLines)
                    : null,
            Diff = diff?.Document,
        };
    }

    private async Task<IResult> TaskAsync(
        HttpContext context,
        string repository,
        string run,
        string task,
        string? file,
        int? line,
        int? start
    )
    {
        if (
            await pages.FindRunAsync(context, repository, run) is not { Run: { } now, Repository: { } home }
            || now.Tasks.FirstOrDefault(one => one.Id == task) is not { } found
        )
        {
            return await pages.MissingAsync(context, $"{run}/{task}");
        }
        var frame = (await pages.FrameAsync(context, now, home, found.Title.Length > 0 ? $"{task}: {found.Title}" : task)) with
        {
            TabTitle = $"{found.State} · {task}",
        };
        var address = new RunPageAddress(home, now.RunId)
        {
            Task = task,
            Start = start,
            View = ViewOf(context),
            File = file ?? "",
            Line = line,
        };
        return await renderer.RenderAsync<TaskPage>(
            new() { ["Screen"] = await ReadTaskAsync(frame, address, now, found, context.RequestAborted) }
        );
    }
}
