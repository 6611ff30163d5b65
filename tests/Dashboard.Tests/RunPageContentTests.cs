using System.Net;
using Orchestrator.Plans;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The screen of a run with its tabs, its panel and its moments; lists of runs and new runs.</summary>
public sealed class RunPageContentTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;

    private static FakeSource Working()
    {
        var run = Runs.Of("a", "b:a", "c") with { Sequence = 6, UpdatedAt = Runs.Begin.AddMinutes(3) };
        run = run.With(
                "a",
                task =>
                    task with
                    {
                        State = TaskStateNames.Merged,
                        Starts = 2,
                        LastStart = 2,
                        Gates = new GateSummary { Total = 2, Passed = 2 },
                    }
            )
            .With("b", task => task with { State = TaskStateNames.Executing, Starts = 1, LastStart = 1 });
        return new FakeSource
        {
            Run = run,
            Events =
            [
                Event(1, null, RunStateNames.Executing),
                Event(2, "a", TaskStateNames.Executing),
                Event(3, "a", TaskStateNames.Verifying),
                Event(4, "a", TaskStateNames.Merging),
                Event(5, "a", TaskStateNames.Merged),
                Event(6, "b", TaskStateNames.Executing),
            ],
            Gates =
            [
                Gate(GateStage.Base, "", GateResult.Failed),
                Gate(GateStage.Task, "a", GateResult.Passed),
                Gate(GateStage.Landing, "", GateResult.TimedOut),
            ],
        };
    }

    [Theory]
    [InlineData("", "id=\"timeline\"")]
    [InlineData("/graph", "id=\"graph\"")]
    [InlineData("/tasks", "id=\"tasks\"")]
    [InlineData("/gates", "staging, before landing")]
    [InlineData("/diff", "id=\"file-0\"")]
    [InlineData("/queue", "Nothing waits to be merged")]
    [InlineData("/report", "<section id=\"report\"")]
    [InlineData("/events", "id=\"e6\"")]
    public async Task Tab_ByItsAddress_IsShownBelowTheSameTop(string tab, string content)
    {
        var source = Working();
        await using var page = await ServedPage.StartAsync(
            new FakeSource
            {
                Run = source.Run,
                Events = source.Events,
                Gates = source.Gates,
                Patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n",
            }
        );
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage + tab);

        Assert.Contains(content, html, StringComparison.Ordinal);
        Assert.Contains("<dd>1 <small>of 3</small></dd>", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{RunPage}{tab}\" data-soft aria-current=\"page\"", html, StringComparison.Ordinal);
        Assert.Contains("data-soft>Diff +1 −1</a>", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DiffButton_AfterAnEvent_CountsLinesAgainOnlyIfWorkWasMerged()
    {
        var source = Working();
        await using var page = await ServedPage.StartAsync(source);
        await page.LogInAsync();
        await page.Browser.GetStringAsync(RunPage);
        page.Source.Change();
        await page.Browser.GetStringAsync(RunPage);
        var before = Counted();
        page.Source.Run = page.Source.Run.With("b", task => task with { MergeCommit = "4567" });
        page.Source.Change();
        await page.Browser.GetStringAsync(RunPage);

        Assert.Equal((1, 2), (before, Counted()));

        int Counted() => page.Source.Reads.Count(question => question.StartsWith("lines of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lane_OfAPlanThatIsNotApproved_WaitsForTheApprovalAndForNoSlot()
    {
        var run = Runs.Of("a") with { State = RunStateNames.AwaitingApproval, Questions = [Runs.Approval(RunQuestion.Plan, "Start it?")] };
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = run });
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage);

        Assert.Contains("waits until the plan is approved", html, StringComparison.Ordinal);
        Assert.DoesNotContain("free slot", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_OfARunWhoseTasksAreAllParked_IsNoWork()
    {
        var run = Runs.Of("a", "b", "c").With("a", task => task with { State = TaskStateNames.Parked });
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = run });
        await page.LogInAsync();

        Assert.Contains("waiting for a limit or an outage to end", await page.Browser.GetStringAsync(RunPage), StringComparison.Ordinal);
        page.Source.Run = run.With("b", task => task with { State = TaskStateNames.Executing });
        page.Source.Change();
        Assert.DoesNotContain("waiting for a limit", await page.Browser.GetStringAsync(RunPage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Panel_OfATask_HasItsPlanGatesAndAgentStartsAndTheTabStays()
    {
        var plan = new Plan
        {
            Tasks =
            [
                new PlanTask
                {
                    Id = "a",
                    Prompt = "Make the <first> one.",
                    FilesWrite = ["src/a/**"],
                },
            ],
        };
        var source = Working();
        await using var page = await ServedPage.StartAsync(
            new FakeSource
            {
                Run = source.Run with { PlanHash = "0123" },
                Events = source.Events,
                Gates = source.Gates,
                Plan = plan,
                Log = ["said"],
            }
        );
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage + "/tasks?open=a&start=1");

        Assert.Contains("id=\"tasks\"", html, StringComparison.Ordinal);
        Assert.Contains("Make the &lt;first&gt; one.", html, StringComparison.Ordinal);
        Assert.Contains("<code>src/a/**</code>", html, StringComparison.Ordinal);
        Assert.Contains("id=\"gate-task-0\"", html, StringComparison.Ordinal);
        Assert.Contains("open=a&amp;start=2", html, StringComparison.Ordinal);
        Assert.Contains(page.Source.Reads, question => question == $"log {Runs.Id}/a");
    }

    [Fact]
    public async Task Question_BeforeAStart_ShowsWhatIsApproved()
    {
        var source = Working();
        await using var page = await ServedPage.StartAsync(
            new FakeSource
            {
                Run = source.Run.With("c", task => task with { State = TaskStateNames.AwaitingApproval }) with
                {
                    PlanHash = "0123",
                    Questions = [Runs.Approval("c")],
                },
                Plan = new Plan { Tasks = [new PlanTask { Id = "c", Prompt = "Release all of it." }] },
            }
        );
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage);

        Assert.Contains("Review: prompt, 0 files, 0 gates", html, StringComparison.Ordinal);
        Assert.Contains("Release all of it.", html, StringComparison.Ordinal);
        Assert.Contains("<title>(1) ? 1/3 A shop · orchestrate</title>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moment_ByTheSlider_IsTheRunAtThatTime()
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage + "?t=65");
        var now = await page.Browser.GetStringAsync(RunPage + "?t=9999");

        Assert.Contains("after event 3 of 6", html, StringComparison.Ordinal);
        Assert.Contains("<dd>0 <small>of 3</small></dd>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("after event", now, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lanes_FilteredByStateAndText_AreThoseTasks()
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();

        var merged = await page.Browser.GetStringAsync(RunPage + "?state=merged");
        var named = await page.Browser.GetStringAsync(RunPage + "?find=make%20c");

        Assert.Contains("id=\"task-a\"", merged, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"task-b\"", merged, StringComparison.Ordinal);
        Assert.Contains("id=\"task-c\"", named, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"task-a\"", named, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_OfALongRun_AreReadOnceAndThenOnlyWhatIsNew()
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();
        await page.Browser.GetStringAsync(RunPage);

        for (var number = 7; number < 12; number++)
        {
            page.Source.Add(Event(number, "c", number % 2 == 0 ? TaskStateNames.Executing : TaskStateNames.Verifying));
            await page.Browser.GetStringAsync($"{RunPage}?part={number}");
        }

        Assert.Equal([null, 65, 65, 65, 65, 65], page.Source.Limits);
    }

    [Fact]
    public async Task Abort_FromThePage_IsCarriedOutAsConfirmed()
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();

        await page.SubmitAsync(RunPage, RunPage + "/act", ("kind", "abort"), ("target", Runs.Id));
        await page.SubmitAsync(RunPage, RunPage + "/act", ("kind", "abort"), ("target", Runs.Id + "/a"));

        Assert.Equal($"abort {Runs.Id} confirmed", Assert.Single(page.Source.Acts).Text);
    }

    [Fact]
    public async Task NewRun_SentTwice_StartsOneRunAndLeadsToItBothTimes()
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();
        (string, string)[] form = [("repository", "aaaaaaaaaaaa"), ("request", "Make it faster"), ("do", "start"), ("once", "77")];

        var first = await page.SubmitAsync("/plan", "/plan", form);
        var second = await page.SubmitAsync("/plan", "/plan", form);

        Assert.Equal("start Make it faster", Assert.Single(page.Source.Acts).Text);
        Assert.All(
            [first, second],
            answer => Assert.StartsWith($"{RunPage}?said=", answer.Headers.Location!.ToString(), StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("words", "tasks: []")]
    public async Task NewRun_OfNothingOrOfBoth_StartsNothingAndKeepsTheWords(string request, string plan)
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();

        var answer = await page.SubmitAsync(
            "/plan",
            "/plan",
            ("repository", "aaaaaaaaaaaa"),
            ("request", request),
            ("plan", plan),
            ("do", "start"),
            ("once", "78")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("No run was started", html, StringComparison.Ordinal);
        Assert.Contains($">{request}</textarea>", html, StringComparison.Ordinal);
        Assert.Empty(page.Source.Acts);
    }

    [Theory]
    [InlineData("?state=open", true)]
    [InlineData("?state=ended", false)]
    [InlineData("?find=SHOP", true)]
    [InlineData("?find=nothing", false)]
    [InlineData("?repository=aaaaaaaaaaaa", true)]
    public async Task Home_Filtered_ListsThoseRuns(string query, bool isListed)
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync("/" + query);

        Assert.Equal(isListed, html.Contains($"id=\"run-aaaaaaaaaaaa-{Runs.Id}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_FromTheInbox_LeadsBackToTheInbox()
    {
        var source = Working();
        source.Run = source.Run with { Questions = [Runs.Approval("c")] };
        await using var page = await ServedPage.StartAsync(source);
        await page.LogInAsync();

        Assert.Contains("name=\"back\" value=\"/inbox\"", await page.Browser.GetStringAsync("/inbox"), StringComparison.Ordinal);
        var answer = await page.SubmitAsync(
            "/inbox",
            RunPage + "/act",
            ("kind", SuggestedCommandKinds.Approve),
            ("target", $"{Runs.Id}/c"),
            ("back", "/inbox")
        );

        Assert.StartsWith("/inbox?said=", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ThatABrowserAsksForCompressed_IsCompressedAndEventsAreNot()
    {
        await using var page = await ServedPage.StartAsync(Working());
        await page.LogInAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, RunPage);
        request.Headers.AcceptEncoding.ParseAdd("br");

        var answer = await page.Browser.SendAsync(request);

        Assert.Equal("br", Assert.Single(answer.Content.Headers.ContentEncoding));
        using var events = new HttpRequestMessage(HttpMethod.Get, "/changes");
        events.Headers.AcceptEncoding.ParseAdd("br");
        using var stream = await page.Browser.SendAsync(events, HttpCompletionOption.ResponseHeadersRead);
        Assert.Empty(stream.Content.Headers.ContentEncoding);
    }

    private static RunEvent Event(long number, string? task, string state) =>
        new()
        {
            Sequence = number,
            Time = Runs.Begin.AddSeconds(30 * (number - 1)),
            Task = task,
            State = state,
        };

    private static GateResultLine Gate(GateStage stage, string task, GateResult result) =>
        new(
            "gate",
            stage,
            task.Length > 0 ? task : null,
            new GateVerdict
            {
                Gate = new Gate("make test"),
                Command = "make test",
                Result = result,
                Tail = "<b>it</b> ran",
            }
        )
        {
            Attempt = task.Length > 0 ? 1 : 0,
        };
}
