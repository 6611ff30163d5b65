using System.Net.Mime;
using Orchestrator.Dashboard.Pages;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Serves the logs of agents and gates, both as pages that show a range of lines and as text files.</summary>
/// <param name="reader">Runs queries.</param>
/// <param name="pages">Creates the frames of the pages.</param>
/// <param name="renderer">Renders HTML.</param>
internal sealed class LogPageRoutes(QueryCoalescer reader, PageRoutes pages, PageRenderer renderer)
{
    /// <summary>Adds the routes of the logs to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/r/{repository}/{run}/tasks/{task}/log", AgentAsync);
        routes.MapGet("/r/{repository}/{run}/tasks/{task}/log.txt", AgentFileAsync);
        routes.MapGet("/r/{repository}/{run}/gates/{gate}/log", GateAsync);
        routes.MapGet("/r/{repository}/{run}/gates/{gate}/log.txt", GateFileAsync);
    }

    /// <summary>Reads the log of an agent.</summary>
    /// <param name="reader">Runs queries.</param>
    /// <param name="home">The repository.</param>
    /// <param name="task">The task with its run.</param>
    /// <param name="start">Number of the agent run, or null for the last one.</param>
    /// <param name="stop">Cancels the caller's wait.</param>
    public static Task<DashboardDocumentResult<AgentLogDocument>> ReadAsync(
        QueryCoalescer reader,
        DashboardRepositoryReference home,
        string task,
        int? start,
        CancellationToken stop
    ) =>
        reader.AskAsync(
            home,
            string.Create(CultureInfo.InvariantCulture, $"log {start} {task}"),
            (queries, ask) => queries.LogAsync(task, start, ask),
            stop,
            task.Split('/')[0]
        );

    private async Task<IResult> AgentAsync(
        HttpContext context,
        string repository,
        string run,
        string task,
        int? start,
        int? from,
        string? find
    )
    {
        if (await pages.FindRunAsync(context, repository, run) is not { Run: { } now, Repository: { } home })
        {
            return await pages.MissingAsync(context, $"{run}/{task}");
        }
        var log = await ReadAsync(reader, home, $"{now.RunId}/{task}", start, context.RequestAborted);
        return await renderer.RenderAsync<LogPage>(
            new()
            {
                ["Frame"] = await pages.FrameAsync(context, now, home, $"Log of {task}"),
                ["Log"] = log.Document is { } read
                    ? ShownLogLineRange.Of(read.Lines, read.First, from, find ?? "") with
                    {
                        Start = read.Start,
                    }
                    : null,
                ["Find"] = find ?? "",
                ["Problem"] = log.Problem,
                ["Path"] = DashboardLinkBuilder.Log(home, now.RunId, task),
                ["IsAgent"] = true,
            }
        );
    }

    private async Task<IResult> AgentFileAsync(HttpContext context, string repository, string run, string task, int? start) =>
        await pages.FindRunAsync(context, repository, run) is { Run: { } now, Repository: { } home }
        && (await ReadAsync(reader, home, $"{now.RunId}/{task}", start, context.RequestAborted)).Document is { } log
            ? FileOf(log.Lines, string.Create(CultureInfo.InvariantCulture, $"{now.RunId}-{task}-{log.Start}.txt"))
            : await pages.MissingAsync(context, $"{run}/{task}");

    private async Task<IResult> GateAsync(HttpContext context, string repository, string run, string gate, int? from, string? find)
    {
        if (await pages.FindRunAsync(context, repository, run) is not { Run: { } now, Repository: { } home })
        {
            return await pages.MissingAsync(context, run);
        }
        var log = await ReadGateAsync(home, now.RunId, gate, context.RequestAborted);
        return await renderer.RenderAsync<LogPage>(
            new()
            {
                ["Frame"] = await pages.FrameAsync(context, now, home, $"Log of gate {gate}"),
                ["Log"] = log.Document is { } lines ? ShownLogLineRange.Of(lines, 1, from, find ?? "") : null,
                ["Find"] = find ?? "",
                ["Problem"] = log.Problem,
                ["Path"] = DashboardLinkBuilder.GateLog(home, now.RunId, gate),
            }
        );
    }

    private async Task<IResult> GateFileAsync(HttpContext context, string repository, string run, string gate) =>
        await pages.FindRunAsync(context, repository, run) is { Run: { } now, Repository: { } home }
        && (await ReadGateAsync(home, now.RunId, gate, context.RequestAborted)).Document is { } lines
            ? FileOf(lines, $"{now.RunId}-{gate}.txt")
            : await pages.MissingAsync(context, $"{run}/{gate}");

    private Task<DashboardDocumentResult<IReadOnlyList<string>>> ReadGateAsync(
        DashboardRepositoryReference home,
        string run,
        string gate,
        CancellationToken stop
    ) =>
        reader.AskAsync<IReadOnlyList<string>>(
            home,
            $"gate log {run} {gate}",
            async (queries, _) => (await queries.GateLogAsync(run, gate, after: 0, RunQueries.LongestGateLog)).Lines,
            stop,
            run
        );

    // Sent as plain text, so that neither a terminal nor a browser interprets control sequences in the log.
    private static IResult FileOf(IReadOnlyList<string> lines, string name) =>
        Results.File(
            Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => DashboardValueFormatter.Block(AnsiText.Plain(line)) + "\n"))),
            MediaTypeNames.Text.Plain + "; charset=utf-8",
            name
        );
}
