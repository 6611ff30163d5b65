using System.Net;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Pages and forms as a browser without script uses them.</summary>
public sealed class PageTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;
    private const string Act = RunPage + "/act";

    private static FakeSource Asking() =>
        new()
        {
            Run = Runs.Of("a", "b:a").With("a", task => task with { State = TaskStateNames.AwaitingApproval }) with
            {
                Questions = [Runs.Approval("a")],
            },
        };

    [Fact]
    public async Task Approve_FromThePage_IsCarriedOutOnceWithTheDeviceAndSaidOnTheNextPage()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        page.Browser.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (Linux; Android 15) Chrome/131.0 Mobile Safari/537.36");
        await page.LogInAsync();

        var answer = await page.SubmitAsync(
            RunPage,
            Act,
            ("kind", SuggestedCommandKinds.Approve),
            ("target", $"{Runs.Id}/a"),
            ("shown", page.Source.Run.Questions[0].Shown)
        );

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("done", await page.Browser.GetStringAsync(answer.Headers.Location), StringComparison.Ordinal);
        var call = Assert.Single(page.Source.Acts);
        Assert.Equal($"approve {Runs.Id}/a", call.Text);
        Assert.Equal("Chrome on Android at this machine", call.Device);
    }

    [Fact]
    public async Task Approve_OfAQuestionThatIsAnotherByNow_DoesNothingAndSaysSo()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();
        var shown = page.Source.Run.Questions[0].Shown;
        page.Source.Run = page.Source.Run with { Questions = [Runs.Approval("a", "May it delete everything?")] };

        var answer = await page.SubmitAsync(
            RunPage,
            Act,
            ("kind", SuggestedCommandKinds.Approve),
            ("target", $"{Runs.Id}/a"),
            ("shown", shown)
        );

        Assert.Empty(page.Source.Acts);
        Assert.Contains("Your answer was not sent", await page.Browser.GetStringAsync(answer.Headers.Location), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_AboutAnotherRun_DoesNothing()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();

        await page.SubmitAsync(RunPage, Act, ("kind", SuggestedCommandKinds.Cancel), ("target", "run-other-123456"));
        await page.SubmitAsync(RunPage, Act, ("kind", "rm"), ("target", Runs.Id));

        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Budget_RaisedFromThePage_IsCarriedOutAndWithoutAnAmountOrOfAnotherKindNot()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();
        (string, string)[] raise = [("kind", SuggestedCommandKinds.RaiseBudget), ("target", Runs.Id)];

        await page.SubmitAsync(RunPage, Act, [.. raise]);
        await page.SubmitAsync(RunPage, Act, [.. raise, ("resolution", "--yes"), ("text", "20")]);
        await page.SubmitAsync(RunPage, Act, [.. raise, ("resolution", BudgetKinds.Day), ("text", "25")]);
        await page.SubmitAsync(RunPage, Act, [.. raise, ("text", "--yes")]);

        Assert.Equal($"budget {Runs.Id} amount=25 of=day", Assert.Single(page.Source.Acts).Text);
    }

    [Fact]
    public void Form_EveryWayToAnswer_IsCarriedOutOrOnlyLooks()
    {
        var all = typeof(SuggestedCommandKinds).GetFields().Select(kind => (string)kind.GetRawConstantValue()!);
        string[] others =
        [
            SuggestedCommandKinds.Diff,
            SuggestedCommandKinds.ReadEscalation,
            SuggestedCommandKinds.ListFlakyTests,
            SuggestedCommandKinds.ListSchedules,
            SuggestedCommandKinds.RunNow,
            SuggestedCommandKinds.Move,
            SuggestedCommandKinds.SendNotices,
            SuggestedCommandKinds.DiscardNotices,
        ];

        Assert.All(
            all,
            kind => Assert.Equal(others.Contains(kind), AnswerRequest.Of(Runs.Id, new SuggestedCommand(kind, $"{Runs.Id}/a"), "20") is null)
        );
    }

    [Fact]
    public async Task Comment_OnALineOfTheDifference_IsMailWithFileAndLine()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();

        await page.SubmitAsync(
            RunPage,
            Act,
            ("kind", "comment"),
            ("target", $"{Runs.Id}/a"),
            ("file", "src/api.py"),
            ("line", "12"),
            ("text", "use the other one")
        );

        Assert.Equal($"mail {Runs.Id}/a src/api.py line 12: use the other one", Assert.Single(page.Source.Acts).Text);
    }

    [Fact]
    public async Task Command_ThatFails_IsSaidOnThePageWithItsCure()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        page.Source.Answer = _ => new RunControlResult(UseCaseOutcome.Unavailable, "The engine is not there.\nStart it.");
        await page.LogInAsync();

        var answer = await page.SubmitAsync(RunPage, Act, ("kind", "pause"), ("target", Runs.Id));

        var html = await page.Browser.GetStringAsync(answer.Headers.Location);
        Assert.Contains("The engine is not there.", html, StringComparison.Ordinal);
        Assert.Contains("Start it.", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AtAnEarlierEvent_ShowsThatAndNoButtons()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        page.Source.Add(
            new RunEvent
            {
                Sequence = 1,
                Time = Runs.Begin,
                State = RunStateNames.Executing,
            }
        );
        page.Source.Add(
            new RunEvent
            {
                Sequence = 2,
                Time = Runs.Begin,
                Task = "a",
                State = TaskStateNames.AwaitingApproval,
            }
        );
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage + "?at=1");

        Assert.Contains("after event 1 of 2", html, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"approve\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfNonsense_IsCheckedAndSaidAndStaysInThePage()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();

        var answer = await page.SubmitAsync("/plan", "/plan", ("repository", "aaaaaaaaaaaa"), ("plan", "tasks: nonsense"), ("do", "check"));

        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("tasks: nonsense can", html, StringComparison.Ordinal);
        Assert.Contains("nonsense</textarea>", html, StringComparison.Ordinal);
        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Form_WithACharacterThatNoFormHas_IsRefusedWithASentence()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();

        var answer = await page.SubmitAsync("/plan", "/plan", ("repository", "aaaaaaaaaaaa"), ("plan", "tasks: \0"), ("do", "check"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("invalid characters", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Run_OfTenThousandTasks_IsShownInParts()
    {
        var run = Runs.Of([.. Enumerable.Range(0, 10_000).Select(i => i == 0 ? "t0" : $"t{i}:t{i - 1}")])
            .With("t9000", task => task with { State = TaskStateNames.Executing });
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = run });
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage);
        var found = await page.Browser.GetStringAsync(RunPage + "?find=t9999");

        Assert.True(html.Length < 300_000, $"{html.Length} characters");
        Assert.Contains("id=\"task-t9000\"", html, StringComparison.Ordinal);
        Assert.Contains("id=\"task-t9999\"", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_TwoHundredThatAskTheSameAtOnce_AskTheProgramALittle()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();
        await page.Browser.GetStringAsync(RunPage);
        page.Source.Reads.Clear();

        var shown = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => page.Browser.GetStringAsync(RunPage)));

        // None at all where the first page was asked for a moment ago.
        Assert.True(page.Source.Reads.Count < 200, $"{page.Source.Reads.Count} calls for 200 pages with two questions each");
        Assert.Single(shown.Select(Body).Distinct());

        // What differs from answer to answer: the secret of forms and the nonce of scripts are not in it.
        static string Body(string html) =>
            html[html.IndexOf("<main", StringComparison.Ordinal)..html.IndexOf("<form", StringComparison.Ordinal)];
    }

    [Theory]
    [InlineData(TaskStateNames.Executing, "")]
    [InlineData(TaskStateNames.Executing, "&view=side")]
    [InlineData(TaskStateNames.Merged, "")]
    public async Task Task_LinesOfItsDifference_LeadToTheirProofsAndTakeCommentsForAnAgentAtWork(string state, string view)
    {
        var run = Runs.Of("a").With("a", task => task with { State = state, Starts = 1, Commit = "0123" });
        await using var page = await ServedPage.StartAsync(
            new FakeSource { Run = run, Patch = "diff --git a/x.cs b/x.cs\n--- a/x.cs\n+++ b/x.cs\n@@ -1 +1,2 @@\n same\n+new\n" }
        );
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage + "/tasks/a?file=x.cs&line=2" + view);
        await page.SubmitAsync(
            RunPage,
            Act,
            ("kind", "comment"),
            ("target", $"{Runs.Id}/a"),
            ("file", "x.cs"),
            ("line", "2"),
            ("text", "Why?")
        );

        // The unchanged line is in both files, and the added one in the new file.
        foreach (var place in (string[])["x.cs:1&amp;revision=base", "x.cs:1&amp;revision=0123", "x.cs:2&amp;revision=0123"])
        {
            Assert.Contains($"href=\"/proof?repository=aaaaaaaaaaaa&amp;place={place}\"", html, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("x.cs:2&amp;revision=base", html, StringComparison.Ordinal);
        var isAtWork = state == TaskStateNames.Executing;
        Assert.Equal(isAtWork, html.Contains("file=x.cs&amp;line=1#say-form\"", StringComparison.Ordinal));
        Assert.Equal(isAtWork, html.Contains("name=\"line\" value=\"2\"", StringComparison.Ordinal));
        Assert.Equal(view.Length > 0, html.Contains("class=\"diff sides mono\"", StringComparison.Ordinal));
        Assert.Equal($"mail {Runs.Id}/a x.cs line 2: Why?", page.Source.Acts.Last().Text);
    }

    [Fact]
    public async Task Log_OfManyLines_IsShownByRangesSearchedAndDownloadedWhole()
    {
        var lines = Enumerable.Range(1, 4100).Select(i => $"\u001b[32mline\u001b[0m {i}").ToList();
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = Runs.Of("a"), Log = lines });
        await page.LogInAsync();
        const string Log = RunPage + "/tasks/a/log";

        var last = await page.Browser.GetStringAsync(Log);
        var middle = await page.Browser.GetStringAsync(Log + "?start=1&from=2001");
        var found = await page.Browser.GetStringAsync(Log + "?find=line+77");
        var file = await page.Browser.GetAsync(Log + ".txt?start=1");

        Assert.Contains("Lines 4001 to 4100 of 4100", last, StringComparison.Ordinal);
        Assert.Contains("id=\"L4100\"", last, StringComparison.Ordinal);
        Assert.Contains("data-follow", last, StringComparison.Ordinal);
        Assert.Contains("Lines 2001 to 4000 of 4100", middle, StringComparison.Ordinal);
        Assert.DoesNotContain("data-follow", middle, StringComparison.Ordinal);
        Assert.Contains("start=1&amp;from=4001", middle, StringComparison.Ordinal);
        Assert.Contains("11 lines of 4100", found, StringComparison.Ordinal);
        Assert.Contains("start=1&amp;from=1#L770\"", found, StringComparison.Ordinal);
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
        Assert.StartsWith("line 1\nline 2\n", await file.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_OfAGate_HasAPage()
    {
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = Runs.Of("a"), Log = ["1 failed"] });
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage + "/gates/a.gates-1.0/log");
        var file = await page.Browser.GetStringAsync(RunPage + "/gates/a.gates-1.0/log.txt");

        Assert.Contains("1 failed", html, StringComparison.Ordinal);
        Assert.Equal("1 failed\n", file);
    }

    [Fact]
    public async Task Run_TrainAndRadar_SayWhoIsMergedNextWhatGatesWaitForAndWhichConflictsCome()
    {
        var run = Runs.Of("a", "b", "c") with
        {
            Waiting = [new WaitingGateStatus("c", "make test", "db", "make all", "", "", "/work/shop", Runs.Begin)],
            Coming = [new PredictedConflict("a", "c", ["x.cs"], Runs.Begin)],
        };
        run = run.With("a", task => task with { State = TaskStateNames.Merging, QueuePosition = 2 })
            .With("b", task => task with { State = TaskStateNames.Merging, QueuePosition = 1 });
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = run });
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(RunPage + "/queue");

        Assert.InRange(html.IndexOf("line-b", StringComparison.Ordinal), 1, html.IndexOf("line-a", StringComparison.Ordinal));
        Assert.Contains("waits for make all of &#x27;orchestrate verify&#x27;, because both need db", html, StringComparison.Ordinal);
        Assert.Contains("both change x.cs", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_OfALine_LeadsToTaskGatesAndWhoDecided()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync("/proof?repository=aaaaaaaaaaaa&place=x%3A1&revision=main");

        Assert.Contains($"href=\"{RunPage}/tasks/a\"", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{RunPage}?at=7\"", html, StringComparison.Ordinal);
        Assert.Contains(page.Source.Reads, question => question == "proof main x:1");
    }

    [Theory]
    [InlineData("/proof", 0)]
    [InlineData("/proof?repository=nothing&place=x:1", 0)]
    [InlineData("/proof?repository=aaaaaaaaaaaa&place=--help", 1)]
    [InlineData("/proof?repository=aaaaaaaaaaaa&place=%00", 1)]
    public async Task Proof_OfNoLine_SaysWhatIsWrongOrAsks(string path, int asked)
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();

        var html = await page.Browser.GetStringAsync(path);

        Assert.Contains("name=\"place\"", html, StringComparison.Ordinal);
        Assert.Equal(path.Contains('='), html.Contains("does not exist", StringComparison.Ordinal));
        Assert.Equal(asked, page.Source.Reads.Count(question => question.StartsWith("proof", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task SessionsAndWorktrees_ShowWhoseTheyAreAndWhatCanBeDone()
    {
        await using var page = await ServedPage.StartAsync(Asking());
        await page.LogInAsync();

        var sessions = await page.Browser.GetStringAsync("/sessions?hours=4");
        var worktrees = await page.Browser.GetStringAsync("/worktrees");

        Assert.Contains("orchestrate sessions show s1", sessions, StringComparison.Ordinal);
        Assert.Contains("orchestrate sessions adopt A shop", sessions, StringComparison.Ordinal);
        Assert.Contains(page.Source.Reads, question => question == "conversations 4 20");
        Assert.Contains($"href=\"{RunPage}/tasks/a\"", worktrees, StringComparison.Ordinal);
        Assert.Contains("you; no run created it", worktrees, StringComparison.Ordinal);
        Assert.Contains("2.5 MB, 3 files", worktrees, StringComparison.Ordinal);
    }
}
