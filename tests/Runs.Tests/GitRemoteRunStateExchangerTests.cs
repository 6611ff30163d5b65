using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agents.Supervision;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs.Tasks.Transfer;
using Orchestrator.Settings;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A step of a shared run counts once another machine can fetch its result.</summary>
public sealed class GitRemoteRunStateExchangerTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("")]
    [InlineData("/one")]
    [InlineData("/.train")]
    public async Task ShareStep_OfThisMachinesRun_PushesItWhateverItsInterval(string below)
    {
        using var run = await BeginAsync("shared.git");
        await MakeRemoteAsync(run);

        await Share(run).ShareStepAsync(run.Id + below, run.Reference, default);

        Assert.Contains($"refs/orchestrator/runs/{run.Id}", await OfRemoteAsync(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShareStep_OfManyAtOnce_PushesForAllWhatIsThereThen()
    {
        using var run = await BeginAsync("shared.git");
        await MakeRemoteAsync(run);
        var log = Path.Combine(run.Repository.Beside("shared.git"), "pushes");
        var hook = Path.Combine(run.Repository.Beside("shared.git"), "hooks", "post-receive");
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\necho x >> '{log}'\nsleep 0.5\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var share = Share(run);

        var first = share.ShareStepAsync(run.Id, run.Reference, default);
        await File.WriteAllTextAsync(Path.Combine(run.Folder.Path, "made"), "late");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => share.ShareStepAsync(run.Id, run.Reference, default)).Append(first));

        var shown = await run.Repository.GitInAsync(
            run.Repository.Beside("shared.git"),
            "show",
            $"refs/orchestrator/runs/{run.Id}:run/made"
        );
        Assert.Equal("late", shown.Trim());
        Assert.InRange((await File.ReadAllLinesAsync(log)).Length, 1, 3);
    }

    [Fact]
    public async Task ShareStep_OnAHostOfItsTasks_PushesNothing()
    {
        using var run = await BeginAsync("shared.git", queue: "queue of another machine");
        await MakeRemoteAsync(run);

        await Share(run).ShareStepAsync(run.Id, run.Reference, default);

        Assert.Equal("", await OfRemoteAsync(run));
    }

    [Fact]
    public async Task ShareStep_WithoutItsRemote_HoldsNoStepUpUntilThatWasTriedAgain()
    {
        using var run = await BeginAsync("shared.git");
        var share = Share(run);

        await share.ShareStepAsync(run.Id, run.Reference, default);
        await MakeRemoteAsync(run);
        await share.ShareStepAsync(run.Id, run.Reference, default);
        var soon = await OfRemoteAsync(run);
        _time.Advance(TimeSpan.FromMinutes(1));
        await share.ShareStepAsync(run.Id, run.Reference, default);

        Assert.Equal("", soon);
        Assert.NotEqual("", await OfRemoteAsync(run));
    }

    /// <summary>An agent writes a file, and then says so: whoever continues elsewhere must not be notified of files that are not
    /// there.</summary>
    [Fact]
    public async Task Push_WhileAnAgentWorks_HasTheFilesThatItTellsOf()
    {
        using var run = await BeginAsync("shared.git");
        await MakeRemoteAsync(run);
        var prepared = await run.PrepareAsync("one");
        var place = new LocalRepositoryTaskReference(run.Id, run.Reference, "one");
        Directory.CreateDirectory(run.Folder.Task("one"));
        await File.WriteAllTextAsync(Path.Combine(run.Folder.Task("one"), ".placed"), "");
        using var ends = new CancellationTokenSource();
        var worktree = Path.Combine(run.Repository.Path, prepared.Worktree);
        Tell(worktree, run.Folder.Task("one"), 1);
        var agent = Task.Run(() => WorkAsync(worktree, run.Folder.Task("one"), ends.Token));
        var (share, tasks) = (Share(run), new GitRemoteTaskStateExchanger(run.Services, "../shared.git"));

        for (var push = 0; push < 12; push++)
        {
            Assert.Equal("", (await share.PushAsync(run.Id, run.Reference, "../shared.git", takesOver: false, default)).Problem);
            var (wip, files) = ($"refs/orchestrator/wip/{run.Id}/one", $"refs/orchestrator/runs/{run.Id}");
            Assert.InRange(await NumberAsync(run, $"{files}:run/tasks/one/said"), 0, await NumberAsync(run, $"{wip}:work.txt"));
            Assert.Equal("", (await tasks.PushIfPlacedAsync(place, _ => Task.FromResult(true), default))!.Problem);
            var placed = $"refs/orchestrator/placed/{run.Id}/one";
            var refs = await run.Repository.GitInAsync(run.Repository.Beside("shared.git"), "show", placed + ":refs");
            var snapshot = refs.Split('\n').First(line => line.EndsWith(wip, StringComparison.Ordinal)).Split(' ')[0];
            Assert.InRange(await NumberAsync(run, $"{placed}:run/tasks/one/said"), 0, await NumberAsync(run, $"{snapshot}:work.txt"));
        }
        await ends.CancelAsync();
        Assert.InRange(await agent, 12, int.MaxValue);
    }

    /// <summary>
    /// The previous host could not continue the task but has unshared state, namely the end of its agent and the closing message. The task
    /// continues from the shared state, as on any other host.
    /// </summary>
    [Fact]
    public async Task Take_OnAHostThatHadTheTask_TakesNoEndOfWorkThatWasNotShared()
    {
        using var run = await BeginAsync("shared.git");
        await MakeRemoteAsync(run);
        var worktree = Path.Combine(run.Repository.Path, (await run.PrepareAsync("one")).Worktree);
        var (tasks, place) = (
            new GitRemoteTaskStateExchanger(run.Services, "../shared.git"),
            new LocalRepositoryTaskReference(run.Id, run.Reference, "one")
        );
        var (start, said) = (Path.Combine(run.Folder.Task("one"), "1"), Path.Combine(run.Folder.Task("one"), "conversations", "c.jsonl"));
        Write(Path.Combine(run.Folder.Task("one"), ".placed"), "");
        Write(Path.Combine(start, "prompt"), "Do it");
        Directory.CreateDirectory(Path.Combine(start, "started"));
        Write(said, "half");
        Write(Path.Combine(worktree, "work.txt"), "half");
        await tasks.RequirePushAsync(place, _ => Task.FromResult(true), default);
        Write(Path.Combine(worktree, "work.txt"), "whole");
        Write(said, "half, whole");
        Write(Path.Combine(start, "stdout"), "Done.");
        Write(Path.Combine(start, "exit"), "0");
        Directory.CreateSymbolicLink(Path.Combine(start, "out"), run.Repository.Path);
        await tasks.RemoveAssignmentAsync(place);

        var take = new FetchTaskWorkInput(run.Id, run.Reference, run.Hash, "one", "home") { GoesOn = true };
        await tasks.FetchTaskAsync(take, isHost: true, default);

        Assert.Equal(AgentRunStatus.NotStarted, AgentSupervisor.ReadState(start));
        Assert.Equal(["prompt"], Directory.EnumerateFileSystemEntries(start).Select(Path.GetFileName));
        Assert.Equal(
            ("half", "half"),
            (await File.ReadAllTextAsync(Path.Combine(worktree, "work.txt")), await File.ReadAllTextAsync(said))
        );
        Assert.True(File.Exists(said + ".arrived"));
        var aside = Assert.Single(Directory.EnumerateDirectories(Path.Combine(run.Folder.Task("one"), ".left")));
        Assert.Equal("Done.", await File.ReadAllTextAsync(Path.Combine(aside, "stdout")));
        Assert.NotEmpty(Directory.EnumerateFiles(run.Repository.Path));
        // A task placed here keeps its state, because the remote has no newer one.
        Write(Path.Combine(start, "exit"), "0");
        await tasks.FetchTaskAsync(take, isHost: true, default);
        await tasks.RequirePushAsync(place, _ => Task.FromResult(true), default);
        Assert.Equal(AgentRunStatus.Ended, AgentSupervisor.ReadState(start));
        var shared = await run.Repository.GitInAsync(
            run.Repository.Beside("shared.git"),
            "ls-tree",
            "-r",
            "--name-only",
            $"refs/orchestrator/placed/{run.Id}/one"
        );
        Assert.Contains("run/tasks/one/1/exit", shared, StringComparison.Ordinal);
        Assert.DoesNotContain(".left/", shared, StringComparison.Ordinal);
        Assert.DoesNotContain(".arrived", shared, StringComparison.Ordinal);

        static void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    /// <summary>On the next machine a snapshot that is not on the branch would be left out, and its agent taken for done.</summary>
    [Fact]
    public async Task AddWorktree_WhoseAgentHasCommittedSinceTheRefsWereRead_HasTheBranchBelowTheSnapshot()
    {
        using var run = await BeginAsync("shared.git");
        var worktree = Path.Combine(run.Repository.Path, (await run.PrepareAsync("one")).Worktree);
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        var branch = RunRefNameBuilder.Task(RunStartSettings.TryRead(run.Folder)!.Settings, run.Folder, "one");
        var before = await new RefStore(repository).ListAsync([branch], default);
        await File.WriteAllTextAsync(Path.Combine(worktree, "work.txt"), "whole");
        await run.Repository.GitInAsync(worktree, "add", "--all");
        await run.Repository.GitInAsync(worktree, "commit", "-q", "-m", "Done");

        var outgoing = await new ShareableRunFileCollector().BeginAsync(repository, run.Folder, before, _ => true, default);
        var snapshot = await outgoing.AddWorktreeAsync(new WorktreeManager(repository).Find(worktree)!, "one", branch, default);

        Assert.NotEqual(before[branch], outgoing.Refs[branch]);
        Assert.Equal(outgoing.Refs[branch], (await run.Repository.GitAsync("rev-parse", snapshot + "^")).Trim());
    }

    /// <summary>A confined agent writes into the folder of its start: what it links to is none of the run's, and a pipe holds up
    /// nobody.</summary>
    [Fact]
    public async Task Begin_FolderWithLinksAndPipes_HasTheFilesOfTheRunAlone()
    {
        using var run = await BeginAsync("shared.git");
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        var outside = Directory.CreateDirectory(run.Repository.Beside("outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "canary"), "of the person");
        var written = Directory.CreateDirectory(Path.Combine(run.Folder.Path, "tasks", "one", "1", "out")).FullName;
        await File.WriteAllTextAsync(Path.Combine(written, "claim"), "done");
        File.CreateSymbolicLink(Path.Combine(written, "folder"), outside);
        File.CreateSymbolicLink(Path.Combine(written, "file"), Path.Combine(outside, "canary"));
        File.CreateSymbolicLink(Path.Combine(written, "loop"), written);
        Assert.True((await new ProcessRunner().RunAsync(new ChildProcessOptions("mkfifo", Path.Combine(written, "pipe")))).Succeeded);

        var outgoing = await new ShareableRunFileCollector().BeginAsync(
            repository,
            run.Folder,
            new Dictionary<string, string>(),
            _ => true,
            default
        );
        var tree = await outgoing.WriteAsync(Path.Combine(run.Folder.Path, ".shared-refs"), default);

        var shared = await run.Repository.GitAsync("ls-tree", "-r", "--name-only", tree);
        Assert.Equal(
            ["run/tasks/one/1/out/claim"],
            shared.Split('\n').Where(path => path.Contains("/out/", StringComparison.Ordinal)).ToArray()
        );
    }

    private static async Task<int> WorkAsync(string worktree, string said, CancellationToken stop)
    {
        var number = 1;
        while (!stop.IsCancellationRequested)
        {
            Tell(worktree, said, ++number);
            await Task.Delay(1, CancellationToken.None);
        }
        return number;
    }

    private static void Tell(string worktree, string said, int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        DurableFile.Write(Path.Combine(worktree, "work.txt"), text);
        DurableFile.Write(Path.Combine(said, "said"), text);
    }

    private static async Task<int> NumberAsync(RunFixture run, string file) =>
        int.Parse(await run.Repository.GitInAsync(run.Repository.Beside("shared.git"), "show", file), CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("run-1", null)]
    [InlineData("run-1/one", "run-1")]
    [InlineData("team/nightly/.train", "team/nightly")]
    public void Above_WorkflowId_IsTheRunsThatMayHaveSlashes(string workflow, string? above) => Assert.Equal(above, RunIds.Above(workflow));

    /// <summary>The owner host may have died during its first checks.</summary>
    [Fact]
    public async Task Knows_OfARunThatDoesNotSayWhereItBegan_GoesByWhatTheRemoteHas()
    {
        using var run = await BeginAsync("shared.git");
        await MakeRemoteAsync(run);
        var (status, arrival) = (new RunStatus { RunId = run.Id, State = RunStateNames.Preparing }, new MovedRunPreparer(run.Services));
        Task<bool?> KnowsAsync() => arrival.ContainsBaseAsync(status, run.Reference, "../shared.git", default);

        var before = await KnowsAsync();
        await Share(run).ShareStepAsync(run.Id, run.Reference, default);

        Assert.Null(before);
        Assert.True(await KnowsAsync());
    }

    private GitRemoteRunStateExchanger Share(RunFixture run) =>
        new(new RunServiceBundle("host", ["orchestrate", "hook"], _time) { Environment = run.Services.Environment });

    private static async Task<RunFixture> BeginAsync(string remote, string queue = "queue")
    {
        var start = RunFixture.Start();
        var run = await RunFixture.BeginAsync(
            start with
            {
                Settings = start.Settings with { Wip = new SharedRunRemoteSettings("../" + remote, TimeSpan.FromHours(1)) },
            },
            new PlanTask { Id = "one", Description = "One" }
        );
        var status = new RunStatus
        {
            RunId = run.Id,
            State = RunStateNames.Executing,
            Queue = queue,
        };
        DurableFile.Write(run.Folder.Status, JsonSerializer.SerializeToUtf8Bytes(status, PayloadJsonOptions.Options));
        return run;
    }

    private static Task MakeRemoteAsync(RunFixture run) =>
        run.Repository.GitAsync("init", "-q", "--bare", run.Repository.Beside("shared.git"));

    private static Task<string> OfRemoteAsync(RunFixture run) =>
        run.Repository.GitInAsync(run.Repository.Beside("shared.git"), "for-each-ref");
}
