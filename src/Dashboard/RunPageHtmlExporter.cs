using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Dashboard.Pages;
using Orchestrator.Dashboard.Routes;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard;

/// <summary>
/// Renders the page of a run as one HTML file, which needs no server, no other file and no script. A slider shows the run as it was at
/// earlier moments.
/// </summary>
/// <param name="queries">Queries for the content of the screen.</param>
public sealed class RunPageHtmlExporter(IRunQueries queries)
{
    // Cached, because the record of a run is read for each log.
    private const int MostReads = 200_000;
    private const int LeastPanels = 20;
    private const int MostEvents = 10_000;

    /// <summary>Renders the page of a run as a self-contained HTML file.</summary>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="report">The run's report as a fragment of HTML.</param>
    /// <param name="repository">Name of the repository.</param>
    /// <param name="now">The current time.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    public async Task<string> RenderAsync(
        RunStatus run,
        string report,
        string repository,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var all = await AskAsync(() => queries.EventsAsync(run.RunId, limit: null, cancellationToken));
        List<RunEvent> events = [.. (all ?? []).Where(happened => happened.Sequence > 0)];
        var lanes = TaskTimelineChart.Of(run, events, now);
        var title = run.Title.Length > 0 ? run.Title : run.RunId;
        var screen = new RunPageContent(
            new PageFrame(title, "", "", now) { TabTitle = BrowserTabTitle.Of(run) },
            new RunPageAddress(new DashboardRepositoryReference("", repository, ""), run.RunId) { IsShared = true },
            run,
            lanes,
            TimelineAxis.Of(lanes)
        )
        {
            Last = run.Sequence,
            Events = events,
            Gates = await AskAsync(() => queries.GateRunsAsync(run.RunId, cancellationToken)) ?? [],
            Diff = await AskAsync(() => queries.DiffAsync(run.RunId, cancellationToken)),
            Report = report,
        };
        var moments = RunTimeSliderBuilder.Of(screen);
        return await RenderAsync(
            new()
            {
                ["Screen"] = screen with { Events = [.. (all ?? []).TakeLast(MostEvents)] },
                ["Moments"] = (IReadOnlyList<RunPageContent>)[.. moments.SkipLast(1), screen],
                ["Tasks"] = await PanelsAsync(screen, cancellationToken),
                ["Style"] = string.Concat(((string[])["style.css", "log.css", "share.css"]).Select(EmbeddedAsset.Text)),
            }
        );
    }

    private async Task<IReadOnlyList<TaskPageContent>> PanelsAsync(RunPageContent screen, CancellationToken stop)
    {
        var plan = (await AskAsync(() => queries.PlanOfAsync(screen.Run.RunId, stop)))?.Tasks.ToDictionary(
            task => task.Id,
            StringComparer.Ordinal
        );
        var gates = screen.Gates.ToLookup(gate => gate.Task, StringComparer.Ordinal);
        var panels = new List<TaskPageContent>();
        foreach (
            var task in PagedTaskListBuilder
                .Of(screen.Run.Tasks, task => task, screen.Address)
                .Shown.Take(Math.Max(LeastPanels, MostReads / Math.Max(1, screen.Run.Tasks.Count)))
        )
        {
            var log = task.Starts == 0 ? null : await AskAsync(() => queries.LogAsync($"{screen.Run.RunId}/{task.Id}", start: null, stop));
            panels.Add(
                new TaskPageContent(screen.Frame, screen.Address, screen.Run, task)
                {
                    Plan = plan?.GetValueOrDefault(task.Id),
                    Gates = [.. gates[task.Id]],
                    // Only the end of a large log is kept, because all logs remain in memory until the last panel is rendered.
                    Log = log is null ? null : ShownLogLineRange.Last(log, TaskView.LastLines),
                    IsPanel = true,
                }
            );
        }
        return panels;
    }

    // A part that can't be read is omitted. The report lists damaged records.
    private static async Task<T?> AskAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (UseCaseException)
        {
            return null;
        }
    }

    private static async Task<string> RenderAsync(Dictionary<string, object?> parameters)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<SharedPage>(ParameterView.FromDictionary(parameters))).ToHtmlString()
        );
        return "<!DOCTYPE html>\n" + html;
    }
}
