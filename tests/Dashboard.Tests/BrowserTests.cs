using System.Diagnostics;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The pages in a real browser: Debian's chromium by npm's playwright-core, with axe.</summary>
public sealed class BrowserTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;
    private static readonly string Folder = Path.Combine(RepositoryFiles.Root, "tests", "Dashboard.Tests", "browser");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private static FakeSource Source()
    {
        var run = Runs.Of("a", "b:a", "c", "d:b,c") with { Questions = [Runs.Approval("a")], Warnings = ["The disk is nearly full."] };
        run = run.With("a", task => task with { State = TaskStates.AwaitingApproval })
            .With("c", task => task with { State = TaskStates.Executing, Starts = 1, Attempt = 2, Cost = 1.25m });
        return new FakeSource
        {
            Run = run,
            Events =
            [
                new RunEvent
                {
                    Sequence = 1,
                    Time = Runs.Begin,
                    State = RunStates.Executing,
                },
                new RunEvent
                {
                    Sequence = 2,
                    Time = Runs.Begin,
                    Task = "c",
                    State = TaskStates.Executing,
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
    public async Task Pages_InThreeWidthsAndTwoColours_AreAccessibleByKeyboardAndWithoutScript()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var shots = Environment.GetEnvironmentVariable("BROWSER_SHOTS") ?? "";

        var found = await new ProcessRunner().RunAsync(
            new ProcessCommand(
                "node",
                [
                    "check.mjs",
                    BrowserFactAttribute.Browser!,
                    page.Link,
                    shots,
                    "/",
                    RunPage,
                    RunPage + "/tasks/c",
                    RunPage + "/tasks/c/log",
                    "/inbox",
                    "/history",
                    "/settings",
                    "/usage",
                    "/plan",
                    "/docs",
                    "/proof?repository=aaaaaaaaaaaa&place=x:1",
                    "/sessions",
                    "/worktrees",
                ]
            )
            {
                WorkingDirectory = Folder,
                Timeout = Limit,
            }
        );

        Assert.True(found.Succeeded, found.StandardError.Text);
        Assert.True(found.StandardOutput.Text.Length == 0, found.StandardOutput.Text);
        Assert.Equal("approve", Assert.Single(page.Source.Acts).Words[0]);
    }

    [BrowserFact]
    public async Task Reference_OfTheApi_IsShownWithoutScriptInThePageAndWithoutAnotherHost()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var found = await new ProcessRunner().RunAsync(
            new ProcessCommand(
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
    public async Task Page_ThatIsOpen_ShowsWhatHappensAndAfterAPhonesSleepTheStateAsItIs()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var browser = Process.Start(
            new ProcessStartInfo("node", ["live.mjs", BrowserFactAttribute.Browser!, page.Link, RunPage])
            {
                WorkingDirectory = Folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        try
        {
            Assert.Equal("ready", await browser.StandardOutput.ReadLineAsync(Eventually.Timeout()));
            await ShowsAsync("executing");
            Change(3, TaskStates.Verifying);
            await ShowsAsync("verifying");

            await AskAsync("sleep");
            Change(4, TaskStates.Merging);
            Change(5, TaskStates.Merged);
            await AskAsync("wake");
            await ShowsAsync("merged");
        }
        finally
        {
            browser.StandardInput.Close();
            await browser.WaitForExitAsync(Eventually.Timeout());
        }

        void Change(long number, string state)
        {
            page.Source.Run = page.Source.Run.With("c", task => task with { State = state });
            page.Source.Add(
                new RunEvent
                {
                    Sequence = number,
                    Time = Runs.Begin,
                    Task = "c",
                    State = state,
                }
            );
        }

        async Task<string> AskAsync(string command)
        {
            await browser.StandardInput.WriteLineAsync(command);
            return await browser.StandardOutput.ReadLineAsync(Eventually.Timeout()) ?? "";
        }

        async Task ShowsAsync(string state)
        {
            using var limit = new CancellationTokenSource(Eventually.Limit);
            while (await AskAsync("text #task-c .state") != state)
            {
                limit.Token.ThrowIfCancellationRequested();
            }
        }
    }
}
