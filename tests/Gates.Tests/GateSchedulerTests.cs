using System.Diagnostics;
using Orchestrator.Gates.Running;
using Orchestrator.Gates.Turns;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed class GateSchedulerTests : IDisposable
{
    private const string Alone = "mkdir \"$AT/held\" || exit 7; echo in >>\"$AT/log\"; sleep 0.05; rmdir \"$AT/held\"";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task GatesOfOneName_AreStartedTogether_RunOneAtATimeInOrderOfArrival()
    {
        var order = new List<string>();
        var verdicts = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async number =>
                {
                    // They come one after the other, while the first one works.
                    await EventuallyWaitingAsync(number - 1);
                    var verdict = await RunAsync(Alone, "database", $"task-{number}");
                    lock (order)
                    {
                        order.Add($"task-{number}");
                    }

                    return verdict;
                })
        );

        Assert.All(verdicts, verdict => Assert.True(verdict.Result == GateResult.Passed, verdict.Tail));
        Assert.Equal(Enumerable.Range(0, 8).Select(number => $"task-{number}"), order);

        async Task EventuallyWaitingAsync(int waiting)
        {
            if (waiting >= 0)
            {
                await Eventually.TrueAsync(() =>
                    GateQueueTicket.In(Path.Combine(GateScheduler.ExclusiveFolder(State), "database")) is [.., var last]
                    && last.Number > waiting
                );
            }
        }
    }

    [Theory]
    [InlineData(0, "run-1/a run-2/d run-1/b run-1/c")]
    [InlineData(-1, "run-1/a run-1/b run-1/c run-2/d")]
    public async Task GatesOfOneName_OfALaterRun_WaitForOneTurnOfARunWithTheSamePriority(int priority, string expected)
    {
        var first = RunAsync("until [ -e \"$AT/go\" ]; do sleep 0.01; done; echo $RUN >>\"$AT/order\"", "database", "a");
        await WaitingAsync(1);
        List<Task<GateVerdict>> all = [first];
        foreach (
            var (run, task, of) in (IEnumerable<(string, string, int)>)[("run-1", "b", 0), ("run-1", "c", 0), ("run-2", "d", priority)]
        )
        {
            all.Add(RunAsync("echo $RUN >>\"$AT/order\"", "database", task, run: run, priority: of));
            await WaitingAsync(all.Count);
        }
        await File.WriteAllTextAsync(_folder["go"], "");

        Assert.All(await Task.WhenAll(all), verdict => Assert.True(verdict.Result == GateResult.Passed, verdict.Tail));
        Assert.Equal(expected.Split(' '), await File.ReadAllLinesAsync(_folder["order"]));

        Task WaitingAsync(int count) =>
            Eventually.TrueAsync(() => GateQueueTicket.In(Path.Combine(GateScheduler.ExclusiveFolder(State), "database")).Count == count);
    }

    [Fact]
    public async Task GatesOfOtherNamesAndNone_RunBesideEachOther()
    {
        var first = RunAsync("until [ -e \"$AT/second\" ] && [ -e \"$AT/third\" ]; do sleep 0.01; done", "one", "a");
        var second = RunAsync("echo x >\"$AT/second\"", "two", "b");
        var third = RunAsync("echo x >\"$AT/third\"", null, "c");

        Assert.All(await Task.WhenAll(first, second, third), verdict => Assert.Equal(GateResult.Passed, verdict.Result));
    }

    [Fact]
    public async Task Waiting_IsSaidWithHolder_AndCancelledAtOnce()
    {
        var holder = RunAsync("echo x >\"$AT/begun\"; until [ -e \"$AT/go\" ]; do sleep 0.01; done", "port", "holder");
        await Eventually.TrueAsync(() => File.Exists(_folder["begun"]));
        using var stop = new CancellationTokenSource();
        var waiting = RunAsync("true", "port", "waiter", stop.Token);
        await Eventually.TrueAsync(() => QueuedGateRecord.All(Environment).Count > 0);

        var said = Assert.Single(QueuedGateRecord.All(Environment));
        Assert.Equal(("waiter", "holder", "port"), (said.Origin.Task, said.Holder.Task, said.Exclusive));
        Assert.Contains("waits for 'port', held by task holder", said.ToString(), StringComparison.Ordinal);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(holder.IsCompleted);
        Assert.Empty(QueuedGateRecord.All(Environment));
        _folder.Write("go", "");
        Assert.Equal(GateResult.Passed, (await holder).Result);
        Assert.Empty(GateQueueTicket.In(Path.Combine(GateScheduler.ExclusiveFolder(State), "port")));
    }

    [Fact]
    public async Task TicketOfADeadProcess_ItsGateStillRuns_IsEndedBeforeTheNextBegins()
    {
        // What a killed orchestrator leaves: its ticket, and its gate that has the port.
        var queue = Path.Combine(GateScheduler.ExclusiveFolder(State), "port");
        var dead = await DeadProcessAsync();
        var mark = $"{dead} {Guid.NewGuid():N}";
        using var orphan = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "exec sleep 600"]) { Environment = { [ProcessRunner.ChildVariable] = mark } }
        )!;
        Directory.CreateDirectory(queue);
        new GateQueueTicket(dead, mark, true, "gate", GateOrigin.None, DateTimeOffset.UnixEpoch) { Number = 1 }.Write(queue);

        var next = await RunAsync($"! kill -0 {orphan.Id} 2>/dev/null || grep -q '^State:.Z' /proc/{orphan.Id}/status", "port", "next");

        Assert.True(next.Result == GateResult.Passed, "The orphan had the port while the next gate ran.");
        Assert.Empty(GateQueueTicket.In(queue));
        await orphan.WaitForExitAsync();
    }

    [Fact]
    public async Task GateInsideAGate_OfTheSameName_DoesNotWaitForItsOwnParent()
    {
        var outer = RunAsync(
            "printf %s \"$ORCHESTRATOR_CHILD\" >\"$AT/mark.new\"; mv \"$AT/mark.new\" \"$AT/mark\"; until [ -e \"$AT/go\" ]; do sleep "
                + "0.01; done",
            "port",
            "outer"
        );
        await Eventually.TrueAsync(() => File.Exists(_folder["mark"]));
        var inside = new Dictionary<string, string>(Environment)
        {
            [ProcessRunner.ChildVariable] = await File.ReadAllTextAsync(_folder["mark"]),
        };

        var inner = await new GateRunner(GateScheduler.Of(inside))
            .RunAsync(Gate("true", "port"), Subject("inner"), _folder["inner.log"])
            .WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(GateResult.Passed, inner.Result);
        _folder.Write("go", "");
        await outer;
    }

    [Theory]
    [InlineData("Error: listen EADDRINUSE: address already in use :::3000")]
    [InlineData("sqlite3.OperationalError: database is locked")]
    [InlineData("FileExistsError: [Errno 17] File exists: '/tmp/suite.lock'")]
    public async Task Collision_BesideAnotherGate_IsTriedOnceMoreAloneAndSaid(string words)
    {
        var other = RunAsync(
            "echo x >\"$AT/begun\"; until [ -e \"$AT/collided\" ]; do sleep 0.01; done; sleep 0.2; rm \"$AT/begun\"",
            null,
            "other"
        );
        await Eventually.TrueAsync(() => File.Exists(_folder["begun"]));

        // Fails as long as the other one runs; a linter is otherwise never tried twice.
        var collided = await RunAsync(
            $"echo x >\"$AT/collided\"; [ ! -e \"$AT/begun\" ] || {{ echo \"{words}\"; exit 1; }}",
            null,
            "collided",
            kind: GateType.Lint
        );

        Assert.Equal(
            (GateResult.Passed, GateFailure.Contention, true, 2),
            (collided.Result, collided.Failure, collided.RanAlone, collided.Runs)
        );
        Assert.Contains("run again alone, it passed", GateVerdictFormatter.Advice(collided), StringComparison.Ordinal);
        Assert.Contains("exclusive: NAME", GateVerdictFormatter.Advice(collided), StringComparison.Ordinal);
        Assert.Equal(GateResult.Passed, (await other).Result);
    }

    [Fact]
    public async Task SecondRun_FindsTheTemporaryFolderAsTheFirstDid()
    {
        var temporary = _folder.Folder("tmp");
        _folder.Write("tmp/of-set-up", "");
        var subject = Subject("a") with { TemporaryFolder = temporary };

        var verdict = await new GateRunner(GateScheduler.Of(Environment)).RunAsync(
            Gate(
                "[ -e \"$AT/tmp/of-set-up\" ] && mkdir \"$AT/tmp/fixed\" && [ -e \"$AT/second\" ] || { echo x >\"$AT/second\"; exit 1; }",
                null
            ),
            subject,
            _folder["log"]
        );

        Assert.Equal((GateResult.Passed, GateFailure.Flaky, 2), (verdict.Result, verdict.Failure, verdict.Runs));
    }

    /// <summary>A batch of the merge train runs the gates of several tasks in one worktree.</summary>
    [Fact]
    public async Task NextGate_FindsTheTemporaryFolderAsTheFirstDid()
    {
        var temporary = _folder.Folder("tmp");
        _folder.Write("tmp/of-set-up", "");
        var subject = Subject("a") with { TemporaryFolder = temporary };
        var runner = new GateRunner(GateScheduler.Of(Environment));
        var gate = Gate("[ -e \"$AT/tmp/of-set-up\" ] && mkdir \"$AT/tmp/fixed\"", null);

        var first = await runner.RunAsync(gate, subject, _folder["log"]);
        var next = await runner.RunAsync(gate, subject, _folder["log"]);

        Assert.Equal((GateResult.Passed, 1), (first.Result, first.Runs));
        Assert.Equal((GateResult.Passed, 1), (next.Result, next.Runs));
        Assert.Equal([_folder["tmp/of-set-up"]], Directory.EnumerateFileSystemEntries(temporary));
    }

    [Fact]
    public async Task Collision_WithNoOtherGate_IsOneFailureWithTheCure()
    {
        var verdict = await RunAsync("echo 'bind: address already in use'; exit 1", null, "a", kind: GateType.Lint);

        Assert.Equal((GateResult.Failed, GateFailure.Logic, false, 1), (verdict.Result, verdict.Failure, verdict.RanAlone, verdict.Runs));
        Assert.Contains("$ORCHESTRATOR_PORT", GateVerdictFormatter.Advice(verdict), StringComparison.Ordinal);
        Assert.Contains("$ORCHESTRATOR_PORT", await File.ReadAllTextAsync(verdict.EvidenceFile!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailureOfAnotherKind_BesideAnotherGate_IsNotTriedAlone()
    {
        var other = RunAsync("echo x >\"$AT/begun\"; until [ -e \"$AT/go\" ]; do sleep 0.01; done", null, "other");
        await Eventually.TrueAsync(() => File.Exists(_folder["begun"]));

        var verdict = await RunAsync("echo wrong; exit 1", null, "a", kind: GateType.Lint);

        Assert.Equal((1, false, ""), (verdict.Runs, verdict.RanAlone, GateVerdictFormatter.Advice(verdict)));
        _folder.Write("go", "");
        await other;
    }

    [Theory]
    [InlineData("Error: listen EADDRINUSE: address already in use :::3000", nameof(GateContendedResourceKind.Port))]
    [InlineData("OSError: [Errno 98] Address already in use", nameof(GateContendedResourceKind.Port))]
    [InlineData("listen tcp :8080: bind: address already in use", nameof(GateContendedResourceKind.Port))]
    [InlineData("java.net.BindException: Address already in use (Bind failed)", nameof(GateContendedResourceKind.Port))]
    [InlineData("Failed to bind to address http://127.0.0.1:5000: address already in use.", nameof(GateContendedResourceKind.Port))]
    [InlineData("Address already in use - bind(2) for \"127.0.0.1\" port 3000 (Errno::EADDRINUSE)", nameof(GateContendedResourceKind.Port))]
    [InlineData("Web server failed to start. Port 8080 was already in use.", nameof(GateContendedResourceKind.Port))]
    [InlineData("Bind for 0.0.0.0:5432 failed: port is already allocated", nameof(GateContendedResourceKind.Port))]
    [InlineData("SQLITE_BUSY: database is locked", nameof(GateContendedResourceKind.Database))]
    [InlineData("ERROR:  could not obtain lock on relation \"users\"", nameof(GateContendedResourceKind.Database))]
    [InlineData("ERROR:  database \"app_test\" already exists", nameof(GateContendedResourceKind.Database))]
    [InlineData("database \"app_test\" is being accessed by other users", nameof(GateContendedResourceKind.Database))]
    [InlineData("ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction", nameof(GateContendedResourceKind.Database))]
    [InlineData("The container name \"/db\" is already in use by container", nameof(GateContendedResourceKind.Database))]
    [InlineData("mkdir: cannot create directory '/tmp/app': File exists", nameof(GateContendedResourceKind.File))]
    [InlineData("Error: EEXIST: file already exists, open '/tmp/x'", nameof(GateContendedResourceKind.File))]
    [InlineData("unable to obtain lock on /tmp/app.lock", nameof(GateContendedResourceKind.File))]
    [InlineData("AssertionError: expected 3 to equal 4", nameof(GateContendedResourceKind.None))]
    [InlineData("import error: port forwarding is in use nowhere", nameof(GateContendedResourceKind.None))]
    [InlineData("the database exists and the file is there", nameof(GateContendedResourceKind.None))]
    public void Output_OfManyPrograms_IsToldApart(string output, string expected) =>
        Assert.Equal(expected, ResourceConflictDetector.Of("before\n" + output + "\nafter").ToString());

    private static Gate Gate(string command, string? exclusive, GateType kind = GateType.Test) =>
        new(command, kind, Description: "gate", Exclusive: exclusive);

    private Dictionary<string, string> Environment => new() { ["HOME"] = _folder.Path };

    private string State => UserStateFolder.FolderOf(Environment);

    private GateRunContext Subject(string task, string run = "run-1", int priority = 0) =>
        new()
        {
            Directory = _folder.Path,
            Origin = new GateOrigin("/repository", run, task) { Priority = priority },
            Environment = GateVariables.Make(extra: new Dictionary<string, string> { ["AT"] = _folder.Path, ["RUN"] = $"{run}/{task}" }),
        };

    // Each has turns of its own, as in processes of their own.
    private Task<GateVerdict> RunAsync(
        string command,
        string? exclusive,
        string task,
        CancellationToken stop = default,
        GateType kind = GateType.Test,
        string run = "run-1",
        int priority = 0
    ) =>
        new GateRunner(GateScheduler.Of(Environment)).RunAsync(
            Gate(command, exclusive, kind),
            Subject(task, run, priority),
            _folder[$"{task}-{Guid.NewGuid():N}.log"],
            stop
        );

    private static async Task<string> DeadProcessAsync()
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "read x"]) { RedirectStandardInput = true, UseShellExecute = false }
        )!;
        var identity = ProcessIdentity.Of(process.Id)!.ToString();
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return identity;
    }
}
