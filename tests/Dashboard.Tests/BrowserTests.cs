using System.Diagnostics;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The pages in a real browser: Debian's chromium by npm's playwright-core, with axe.</summary>
public sealed class BrowserTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;
    private static readonly string Folder = Path.Combine(RepositoryFiles.Root, "tests", "Dashboard.Tests", "browser");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static FakeSource Source()
    {
        var run = Runs.Of("a", "b:a", "c", "d:b,c") with
        {
            Questions = [Runs.Approval("a")],
            Warnings = ["The disk is nearly full."],
            Sequence = 2,
        };
        run = run.With("a", task => task with { State = TaskStateNames.AwaitingApproval })
            .With("c", task => task with { State = TaskStateNames.Executing, Starts = 1, Attempt = 2, Cost = 1.25m });
        return new FakeSource
        {
            Run = run,
            Events =
            [
                new RunEvent
                {
                    Sequence = 1,
                    Time = Runs.Begin,
                    State = RunStateNames.Executing,
                },
                new RunEvent
                {
                    Sequence = 2,
                    Time = Runs.Begin.AddSeconds(20),
                    Task = "c",
                    State = TaskStateNames.Executing,
                    Why = new AgentMailSentReason(
                        new VerbatimQuote(".orchestrator/runs/shop/tasks/red/gates-1/" + new string('a', 120) + ".log")
                    ),
                },
            ],
            Gates =
            [
                new GateResultLine(
                    "c.gates-1.0",
                    GateStage.Task,
                    "c",
                    new GateVerdict
                    {
                        Gate = new Gate("dotnet test --filter Category=" + new string('x', 90)),
                        Command = "dotnet test",
                        Result = GateResult.Failed,
                        ExitCode = 1,
                        Tail = "1 failed",
                    }
                )
                {
                    Attempt = 1,
                },
            ],
            Log = [.. Enumerable.Range(1, 300).Select(i => $"line {i} of what the agent says")],
            Patch =
                "diff --git a/x.cs b/x.cs\n--- a/x.cs\n+++ b/x.cs\n@@ -1,2 +1,3 @@\n class Old; // what it was\n"
                + "-var text = \"old\"; // removed\n"
                + "+public string Text => \"a new line that is much longer than a phone is wide\"; // added\n"
                + "+const int Number = 12;\n",
        };
    }

    [BrowserFact]
    public Task PagesOfARun_InThreeWidthsAndTwoColors_AreAccessibleByKeyboardAndWithoutScript() =>
        CheckAsync(
            ["/graph", "/tasks", "/gates", "/diff", "/queue", "/report", "/events", "?open=c", "?at=1", "/tasks/c", "/tasks/c/log"],
            RunPage
        );

    [BrowserFact]
    public Task OtherPages_InThreeWidthsAndTwoColors_AreAccessibleByKeyboardAndWithoutScript() =>
        CheckAsync(
            [
                "/inbox",
                "/history",
                "/settings",
                "/usage",
                "/plan",
                "/docs",
                "/proof?repository=aaaaaaaaaaaa&place=x:1",
                "/sessions",
                "/worktrees",
            ],
            ""
        );

    /// <summary>Checks every page, or three that the seed of a sample draws: a page takes half a minute.</summary>
    private static async Task CheckAsync(string[] paths, string root)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("TEST_SAMPLE"), out var seed))
        {
            new Random(seed).Shuffle(paths);
            paths = paths[..3];
        }
        await using var page = await ServedPage.StartAsync(Source());
        var shots = Environment.GetEnvironmentVariable("BROWSER_SHOTS") ?? "";

        var found = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                "node",
                ["check.mjs", BrowserFactAttribute.Browser!, page.Link, shots, "/", RunPage, .. paths.Select(path => root + path)]
            )
            {
                WorkingDirectory = Folder,
                Timeout = Limit,
            }
        );

        Assert.True(found.Succeeded, found.StandardError.Text);
        Assert.True(found.StandardOutput.Text.Length == 0, found.StandardOutput.Text);
        Assert.StartsWith("approve ", Assert.Single(page.Source.Acts).Text, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Reference_OfTheApi_IsShownWithoutScriptInThePageAndWithoutAnotherHost()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var found = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                "node",
                ["reference.mjs", BrowserFactAttribute.Browser!, page.Link, "Each operation is a command of orchestrate"]
            )
            {
                WorkingDirectory = Folder,
                Timeout = Limit,
            }
        );

        Assert.True(found.Succeeded, found.StandardError.Text);
        Assert.True(found.StandardOutput.Text.Length == 0, found.StandardOutput.Text);
    }

    [BrowserFact]
    public async Task Page_OfARunThatChanges_IsAsOneThatIsLoadedAndWhatHasNotChangedStays()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = await OpenBrowser.StartAsync(page, RunPage);
        var random = new Random(4);
        string[] states =
        [
            TaskStateNames.Pending,
            TaskStateNames.Executing,
            TaskStateNames.Verifying,
            TaskStateNames.Merging,
            TaskStateNames.Blocked,
        ];
        await browser.AskAsync("mark #task-b a");

        for (var number = 3; number < 15; number++)
        {
            var state = states[random.Next(states.Length)];
            var tasks = page.Source.Run.Tasks.Where(task => task.Id is "a" or "b" || random.Next(3) > 0).ToList();
            page.Source.Run = page.Source.Run with
            {
                Tasks = number % 2 == 0 ? tasks : Source().Run.Tasks,
                Questions = random.Next(2) == 0 ? [] : [Runs.Approval("a")],
            };
            Change(page.Source, number, "a", state);
            await browser.ShowsAsync("#sequence", $"{number}");
            Assert.Equal("same", await browser.AskAsync("same"));
        }

        Assert.Equal("true true", await browser.AskAsync("marked #task-b a"));
    }

    [BrowserFact]
    public async Task Page_ThatIsOpen_ShowsWhatHappensAndAfterAPhonesSleepTheStateAsItIs()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = await OpenBrowser.StartAsync(page, RunPage);
        await browser.ShowsAsync("#task-c .state", "executing");
        Change(page.Source, 3, "c", TaskStateNames.Verifying);
        await browser.ShowsAsync("#task-c .state", "verifying");

        await browser.AskAsync("sleep");
        Change(page.Source, 4, "c", TaskStateNames.Merging);
        Change(page.Source, 5, "c", TaskStateNames.Merged);
        await browser.AskAsync("wake");
        await browser.ShowsAsync("#task-c .state", "merged");
    }

    /// <summary>The session, the scroll position and the words that a user types outlive the server.</summary>
    [BrowserFact]
    public async Task Page_WhoseServerRestarts_IsLiveWithinThreeSecondsAndKeepsTypedWords()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = await OpenBrowser.StartAsync(page, RunPage + "/tasks/c");
        await browser.AskAsync("type #mail-text use the old parser");

        await using var next = await page.RestartAsync();
        var begin = Stopwatch.GetTimestamp();
        Change(next.Source, 3, "c", TaskStateNames.Verifying);
        await browser.ShowsAsync("#task-summary .state", "verifying");

        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Equal("use the old parser true", await browser.AskAsync("value #mail-text"));
    }

    [BrowserFact]
    public async Task Page_WhoseSessionEnds_LeadsToTheLoginAndShowsTheTypedWordsAfterIt()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = await OpenBrowser.StartAsync(page, RunPage + "/tasks/c");
        await browser.AskAsync("type #mail-text use the old parser");

        await browser.AskAsync("forget");
        page.Source.Change();
        await browser.ShowsAsync("h1", "Log in");
        await browser.AskAsync($"log-in {ServedPage.Token}");

        Assert.Equal("use the old parser false", await browser.AskAsync("value #mail-text"));
    }

    /// <summary>A browser opens six connections to a server, for all its tabs together.</summary>
    [BrowserFact]
    public async Task Page_InTheTenthTab_IsReadAndLive()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = await OpenBrowser.StartAsync(page, RunPage);

        Assert.Equal("live", await browser.AskAsync("tabs 9"));
    }

    [BrowserFact]
    public async Task Page_OfARunThatVanishes_SaysSoAndComesBackWithIt()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = await OpenBrowser.StartAsync(page, RunPage);
        await browser.ShowsAsync("#task-c .state", "executing");

        page.Source.IsGone = true;
        page.Source.Change();
        await browser.ShowsAsync("h1", "Page not found");
        Assert.Equal("gone", await browser.AskAsync("text #live"));

        page.Source.IsGone = false;
        page.Source.Change();
        await browser.ShowsAsync("#task-c .state", "executing");
        Assert.Equal("live", await browser.AskAsync("text #live"));
    }

    [BrowserFact]
    public async Task Plan_WhileItIsWritten_IsCheckedAndStaysAsItIs()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = await OpenBrowser.StartAsync(page, "/plan");

        await browser.AskAsync("type textarea[name=plan] tasks: x");

        await browser.ShowsAsync(".said", "tasks: x can't be run: 0 errors.");
        Assert.Equal("tasks: x true", await browser.AskAsync("value textarea[name=plan]"));
        Assert.Empty(page.Source.Acts);
    }

    private static void Change(FakeSource source, long number, string task, string state)
    {
        source.Run = source.Run.With(task, now => now with { State = state });
        source.Add(
            new RunEvent
            {
                Sequence = number,
                Time = Runs.Begin,
                Task = task,
                State = state,
            }
        );
    }

    /// <summary>A page in a browser that is asked by <c>live.mjs</c>.</summary>
    private sealed class OpenBrowser(Process process) : IDisposable
    {
        public static async Task<OpenBrowser> StartAsync(ServedPage page, string path)
        {
            var browser = new OpenBrowser(
                Process.Start(
                    new ProcessStartInfo("node", ["live.mjs", BrowserFactAttribute.Browser!, page.Link, path])
                    {
                        WorkingDirectory = Folder,
                        UseShellExecute = false,
                        RedirectStandardInput = true,
                        RedirectStandardOutput = true,
                    }
                )!
            );
            Assert.Equal("ready", await browser.ReadAsync());
            return browser;
        }

        public async Task<string> AskAsync(string command)
        {
            await process.StandardInput.WriteLineAsync(command);
            return await ReadAsync();
        }

        public async Task ShowsAsync(string element, string text)
        {
            using var limit = new CancellationTokenSource(Eventually.Limit);
            while (await AskAsync($"text {element}") != text)
            {
                limit.Token.ThrowIfCancellationRequested();
            }
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit(Eventually.Limit);
            process.Dispose();
        }

        private async Task<string> ReadAsync() => await process.StandardOutput.ReadLineAsync(Eventually.Timeout()) ?? "";
    }
}
