using System.Text.RegularExpressions;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The screen of a run as one file: it loads nothing, needs no script, and its slider shows the same as pages.</summary>
public sealed partial class RunPageHtmlExporterTests
{
    private static readonly string Folder = Path.Combine(RepositoryFiles.Root, "tests", "Dashboard.Tests", "browser");

    [Fact]
    public async Task File_OfARun_LoadsNothingAndItsLinksLeadIntoItself()
    {
        var html = await RenderAsync(Source());

        Assert.StartsWith("<!DOCTYPE html>\n<html", html, StringComparison.Ordinal);
        Assert.Contains(ReportHtml.Mark, html[..1000], StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<form", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(Loads(), html);
        var ids = Ids().Matches(html).Select(id => id.Groups[1].Value).ToList();
        Assert.Equal(ids.Distinct().Order(), ids.Order());
        Assert.All(Links().Matches(html), link => Assert.Contains(Uri.UnescapeDataString(link.Groups[1].Value), ids));
    }

    [Fact]
    public async Task Slider_AtEachMoment_ShowsTheStatesOfTheEventsBefore()
    {
        var source = Source();
        var html = await RenderAsync(source);
        var moments = MomentNames().Matches(html).Select(moment => (Css: moment.Groups[1].Value, At: moment.Groups[2].Value)).ToList();

        Assert.True(moments.Count > 10, $"{moments.Count} moments");
        var states = new HashSet<string>();
        foreach (var (css, at) in moments)
        {
            var last = at.Length > 0 ? long.Parse(at, CultureInfo.InvariantCulture) : long.MaxValue;
            foreach (var task in source.Run.Tasks)
            {
                var happened = source.Events.LastOrDefault(one => one.Task == task.Id && one.Sequence <= last);
                var shown = StateAt(html, task.Id, css);
                Assert.Equal(happened?.State ?? TaskStateNames.Pending, shown);
                states.Add(shown);
            }
        }
        Assert.Equal(7, states.Count);
    }

    [Fact]
    public async Task File_OfHostileTexts_ShowsThemAsText()
    {
        const string Evil = "</style><script>alert(1)</script>\u202E<img src=x>";
        var source = Source();
        source.Run = source.Run.With("a", task => task with { Title = Evil }) with { Title = Evil };

        var html = await RenderAsync(source);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', html);
    }

    /// <summary>In a browser without script: the slider by mouse and keys, the tabs and a panel; with axe, in three widths and two
    /// colors.</summary>
    [BrowserFact]
    public async Task File_InABrowserWithoutScript_HasASliderTabsAndPanels()
    {
        using var folder = new TempFolder();
        folder.Write("run.html", await RenderAsync(Source()));

        var found = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                "node",
                [
                    "shared.mjs",
                    BrowserFactAttribute.Browser!,
                    $"file://{folder.Path}/run.html",
                    Environment.GetEnvironmentVariable("BROWSER_SHOTS") ?? "",
                ]
            )
            {
                WorkingDirectory = Folder,
                Timeout = TimeSpan.FromMinutes(5),
            }
        );

        Assert.True(found.Succeeded, found.StandardError.Text);
        Assert.True(found.StandardOutput.Text.Length == 0, found.StandardOutput.Text);
    }

    private static Task<string> RenderAsync(FakeSource source) =>
        new RunPageHtmlExporter(source).RenderAsync(
            source.Run,
            ReportHtml.Render(
                new MorningReport(
                    [("tasks", "1 of 3 tasks merged")],
                    [new RunReportSection("person", "Needs attention", [new RunReportLine("needs-person", "It asks.") { Events = [6] }])]
                )
            ),
            "shop",
            Runs.Begin.AddMinutes(10),
            CancellationToken.None
        );

    private static FakeSource Source()
    {
        var run = Runs.Of("a", "b:a", "c d") with
        {
            Sequence = 8,
            UpdatedAt = Runs.Begin.AddMinutes(6),
            PlanHash = "0123",
            Questions = [Runs.Approval("c d")],
        };
        run = run.With("a", task => task with { State = TaskStateNames.Merged, Starts = 1, LastStart = 1 })
            .With("b", task => task with { State = TaskStateNames.Executing, Starts = 1, LastStart = 1 })
            .With("c d", task => task with { State = TaskStateNames.AwaitingApproval });
        return new FakeSource
        {
            Run = run,
            Events =
            [
                Event(1, 0, null, RunStateNames.Executing),
                Event(2, 0, "a", TaskStateNames.Executing),
                Event(3, 2, "a", TaskStateNames.Verifying),
                Event(4, 3, "a", TaskStateNames.Merging),
                Event(5, 4, "a", TaskStateNames.Merged),
                Event(6, 4, "c d", TaskStateNames.AwaitingApproval),
                Event(7, 5, "b", TaskStateNames.Preparing),
                Event(8, 6, "b", TaskStateNames.Executing),
            ],
            Log = ["\u001b[32mok\u001b[0m", "said"],
            Patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n",
            Plan = new Plan { Tasks = [new PlanTask { Id = "a", Prompt = "Make it." }] },
        };
    }

    private static RunEvent Event(long number, int minute, string? task, string state) =>
        new()
        {
            Sequence = number,
            Time = Runs.Begin.AddMinutes(minute),
            Task = task,
            State = state,
        };

    private static string StateAt(string html, string task, string css)
    {
        var begin = html.IndexOf($"<li id=\"task-{task}\"", StringComparison.Ordinal);
        var lane = html[begin..html.IndexOf("</li>", begin, StringComparison.Ordinal)];
        return States()
            .Matches(lane)
            .Single(state => !state.Groups[1].Value.Contains(" m ") || state.Groups[1].Value.Split(' ').Contains(css))
            .Groups[2]
            .Value;
    }

    [GeneratedRegex("\\s(src|srcset|action|on[a-z]+)=|url\\(|@import|<link|<iframe|<object|href=\"[^#]")]
    private static partial Regex Loads();

    [GeneratedRegex("\\sid=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("href=\"#([^\"]*)\"")]
    private static partial Regex Links();

    [GeneratedRegex(
        "<input type=\"radio\" name=\"moment\" id=\"(m\\d+)\"[^>]*?aria-label=\"[^\"]*?(?:after event (\\d+)|the last state)\""
    )]
    private static partial Regex MomentNames();

    [GeneratedRegex("<span class=\"(state [^\"]*)\">([^<]+)</span>")]
    private static partial Regex States();
}
