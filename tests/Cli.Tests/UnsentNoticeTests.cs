using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A notice that a target did not take at a run's end arrives later, once, or is named.</summary>
public class UnsentNoticeTests
{
    private const string Works = "cat > /dev/null; echo x > $ORCHESTRATOR_TASK.txt";

    /// <summary>Six failures are more than the tries of one delivery.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task Run_WebhookRefusesTheFirstRequests_WaitsUntilTheEndArrived(int refused)
    {
        await using var hook = await Webhook.StartAsync(number => number <= refused ? 500 : 200);
        using var cli = Repository(hook.Target);

        var run = await Program(cli).RunAsync("run", "--yes", "--run-id", "night");

        Assert.True(run.Succeeded, run.StandardError.Text);
        Assert.Equal("work: night has ended", Assert.Single(hook.Taken).Title);
        Assert.DoesNotContain("notify send", run.StandardError.Text, StringComparison.Ordinal);
        Assert.Empty((await cli.RunAsync("inbox", "--json")).Json["entries"]!.AsArray());
    }

    [Fact]
    public async Task Run_ProgramFailsOnce_IsTriedAgain()
    {
        using var cli = Repository(
            Command(
                "cat >> \"$HOME/all\"; [ -e \"$HOME/once\" ] || { touch \"$HOME/once\"; exit 1; }; "
                    + "tail -n 1 \"$HOME/all\" >> \"$HOME/taken\""
            )
        );

        var run = await cli.RunAsync("run", "--yes", "--run-id", "night");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(cli.Home, "taken")));
    }

    [Fact]
    public async Task Run_WebhookIsDownForTheWholeEnd_IsNamedAndTheNextRunSendsItOnce()
    {
        var isDown = true;
        await using var hook = await Webhook.StartAsync(_ => isDown ? 503 : 200);
        using var cli = Repository(hook.Target, "end_wait: 2s, ");

        var run = await Program(cli).RunAsync("run", "--yes", "--run-id", "night");
        var status = await cli.RunAsync("status", "night");
        var document = (await cli.RunAsync("status", "night", "--json")).Json;
        var inbox = (await cli.RunAsync("inbox", "--json")).Json["entries"]!.AsArray();

        Assert.True(run.Succeeded, run.StandardError.Text);
        const string Sentence = "The notice \"work: night has ended\" has not reached hook: the server answered 503 Service Unavailable";
        foreach (var text in new[] { run.StandardError.Text, status.Output, (string)document["unsent"]![0]!, (string)inbox[0]!["what"]! })
        {
            Assert.Contains(Sentence, text, StringComparison.Ordinal);
        }
        Assert.Contains("orchestrate notify send night", run.StandardError.Text, StringComparison.Ordinal);
        Assert.Contains("orchestrate notify send night", status.Output, StringComparison.Ordinal);
        Assert.Equal("unsentNotice", (string?)Assert.Single(inbox)!["kind"]);

        isDown = false;
        cli.Write("more.yaml", "tasks:\n  - {id: b, description: B, files_write: [b.txt]}\n");
        await Program(cli).RunAsync("run", "more.yaml", "--yes", "--run-id", "next");

        await Eventually.TrueAsync(() => hook.Taken.Count >= 2);
        Assert.Equal(["work: next has ended", "work: night has ended"], hook.Taken.Select(notice => notice.Title).Order());
        Assert.Empty((await cli.RunAsync("inbox", "--json")).Json["entries"]!.AsArray());
        Assert.Null((await cli.RunAsync("status", "night", "--json")).Json["unsent"]);
    }

    [Fact]
    public async Task Notify_SendAndDiscard_CarryOutWhatTheInboxRecommends()
    {
        var isDown = true;
        await using var hook = await Webhook.StartAsync(_ => isDown ? 403 : 200);
        using var cli = Repository(hook.Target);
        await cli.RunAsync("run", "--yes", "--run-id", "night");
        cli.Write("more.yaml", "tasks:\n  - {id: b, description: B, files_write: [b.txt]}\n");
        await cli.RunAsync("run", "more.yaml", "--yes", "--run-id", "next");

        var inVain = await cli.RunAsync("notify", "send", "night");
        var discarded = await cli.RunAsync("notify", "discard", "next");
        isDown = false;
        var sent = await cli.RunAsync("notify", "send");
        var nothing = await cli.RunAsync("notify", "send");

        Assert.Equal((1, 0, 0, 0), (inVain.ExitCode, discarded.ExitCode, sent.ExitCode, nothing.ExitCode));
        Assert.Contains("403 Forbidden", inVain.People, StringComparison.Ordinal);
        Assert.Contains("1 notice dropped.", discarded.People, StringComparison.Ordinal);
        Assert.Contains("1 notice sent.", sent.People, StringComparison.Ordinal);
        Assert.Equal("work: night has ended", Assert.Single(hook.Taken).Title);
    }

    /// <summary>The webhook takes the message and answers only after its sender was killed.</summary>
    [Fact]
    public async Task Run_KilledWhileTheEndIsOnItsWay_TheNextProcessSendsTheSameId()
    {
        var isHeld = true;
        await using var hook = await Webhook.StartAsync(_ => isHeld ? null : 200);
        using var cli = Repository(hook.Target);

        await Program(cli).KillWhenAsync(Path.Combine(cli.Home, "log"), () => !hook.Requests.IsEmpty, "run", "--yes", "--run-id", "night");
        isHeld = false;
        cli.Write("more.yaml", "tasks:\n  - {id: b, description: B, files_write: [b.txt]}\n");
        var next = await Program(cli).RunAsync("run", "more.yaml", "--yes", "--run-id", "next");

        Assert.True(next.Succeeded, next.StandardError.Text);
        var night = hook.Requests.Where(notice => notice.Title == "work: night has ended").ToList();
        Assert.Single(night.Select(notice => notice.Id).Distinct());
        Assert.Single(hook.Taken, notice => notice.Title == "work: night has ended");
    }

    [Fact]
    public async Task Run_Detached_ItsEndArrivesAfterTheFirstRefusals()
    {
        await using var hook = await Webhook.StartAsync(number => number <= 6 ? 500 : 200);
        using var cli = Repository(hook.Target);

        var run = await Program(cli).RunAsync("run", "--yes", "--detach", "--run-id", "night");

        Assert.True(run.Succeeded, run.StandardError.Text);
        await Eventually.TrueAsync(() => !hook.Taken.IsEmpty, TimeSpan.FromMinutes(3));
        Assert.Equal("work: night has ended", Assert.Single(hook.Taken).Title);
        await Eventually.TrueAsync(() => !ProcessesOf(cli).Any(), TimeSpan.FromMinutes(1));
    }

    /// <summary>A stopping worker lists its unsent notices, and the next worker sends them.</summary>
    [Fact]
    public async Task Worker_Stopped_LeavesTheNoticeToTheNextOne()
    {
        var isDown = true;
        await using var hook = await Webhook.StartAsync(_ => isDown ? 500 : 200);
        using var cli = Repository(hook.Target, "end_wait: 0s, ");
        await cli.RunAsync("run", "--yes", "--run-id", "night");

        var first = await StopAsync(cli, () => true, "worker", "--yes");
        isDown = false;
        var second = await StopAsync(cli, () => !hook.Taken.IsEmpty, "worker", "--yes");

        Assert.Contains("has not reached hook", first, StringComparison.Ordinal);
        Assert.DoesNotContain("has not reached hook", second, StringComparison.Ordinal);
        Assert.Equal("work: night has ended", Assert.Single(hook.Taken).Title);
    }

    [Fact]
    public async Task Web_WithoutAWorker_SendsTheNotice()
    {
        var isDown = true;
        await using var hook = await Webhook.StartAsync(_ => isDown ? 500 : 200);
        using var cli = Repository(hook.Target, "end_wait: 0s, ");
        await cli.RunAsync("run", "--yes", "--run-id", "night");
        isDown = false;

        await StopAsync(cli, () => !hook.Taken.IsEmpty, "web", "--port", "0");

        Assert.Equal("work: night has ended", Assert.Single(hook.Taken).Title);
    }

    private static async Task<string> StopAsync(CliFixture cli, Func<bool> isDone, params string[] arguments)
    {
        var log = Path.Combine(cli.Home, Path.GetRandomFileName());
        var worker = await Program(cli).StartAsync(log, arguments);
        await Eventually.TrueAsync(
            () => (File.Exists(log) && File.ReadAllText(log).Length > 0 && isDone()) || !worker.IsAlive(),
            TimeSpan.FromMinutes(2)
        );
        Assert.True(worker.IsAlive(), await File.ReadAllTextAsync(log));
        await new Processes.ProcessRunner().RunAsync(new Processes.ChildProcessOptions("kill", "-TERM", $"{worker.ProcessId}"));
        await Eventually.TrueAsync(() => !worker.IsAlive(), TimeSpan.FromMinutes(1));
        return await File.ReadAllTextAsync(log);
    }

    private static IEnumerable<int> ProcessesOf(CliFixture cli) =>
        Directory
            .EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Where(folder =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(cli.Folder, StringComparison.Ordinal);
                }
                catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            })
            .Select(folder => int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));

    private static OrchestrateProgram Program(CliFixture cli) => OutputStreamTests.Program(cli);

    private static string Command(string script) => $"provider: command, command: [/bin/sh, -c, '{script}']";

    private static CliFixture Repository(string target, string settings = "")
    {
        var cli = RunCommandTests.Repository(Works);
        cli.WriteUser($"notifications: {{{settings}hook: {{{target}, on: [run_done]}}}}\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        return cli;
    }

    private sealed record Received(string Id, string Title);

    private sealed class Webhook : IAsyncDisposable
    {
        private readonly WebApplication _app = LoopbackApplication.Create();
        private readonly string _key = Path.GetTempFileName();
        private int _number;

        public ConcurrentQueue<Received> Requests { get; } = [];

        public ConcurrentQueue<Received> Taken { get; } = [];

        public string Target => $"provider: webhook, url: \"{_app.Urls.Single()}/hook\", secret: \"file:{_key}\"";

        /// <summary>Starts a server that answers by the number of the request, from 1, or with null after its sender is gone.</summary>
        public static async Task<Webhook> StartAsync(Func<int, int?> answer)
        {
            var hook = new Webhook();
            await File.WriteAllTextAsync(hook._key, "a-key-of-enough-letters");
            hook._app.MapPost("/hook", context => hook.TakeAsync(context, answer));
            await hook._app.StartAsync();
            return hook;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            File.Delete(_key);
        }

        private async Task TakeAsync(HttpContext context, Func<int, int?> answer)
        {
            var document = (await JsonNode.ParseAsync(context.Request.Body))!;
            var received = new Received((string)document["id"]!, (string)document["title"]!);
            Requests.Enqueue(received);
            if (answer(Interlocked.Increment(ref _number)) is not { } code)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            }
            if (code == 200)
            {
                Taken.Enqueue(received);
            }
            context.Response.StatusCode = code;
        }
    }
}
