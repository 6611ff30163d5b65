using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.Runs.Tasks.ConflictPrediction;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Conflicts of work that is under way are seen before it is merged.</summary>
public sealed class ConflictPredictorTests : IAsyncLifetime
{
    private TemporaryRepository _repository = null!;

    public async Task InitializeAsync() => _repository = await TemporaryRepository.CreateAsync();

    public Task DisposeAsync()
    {
        _repository.Dispose();
        return System.Threading.Tasks.Task.CompletedTask;
    }

    [Fact]
    public async Task Look_TwoTasksChangeOneLine_BothHearOfItOnceInPromptAndEvents()
    {
        using var run = await BeginAsync();
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        await SnapshotAsync(run, a, "a", ("shared.txt", "a's\n"));
        await SnapshotAsync(run, b, "b", ("shared.txt", "b's\n"), ("own.txt", "b\n"));

        await LookAsync(run, "a");

        var found = Assert.Single(PredictedConflicts.List(run.Repository.Path, Status("executing", "verifying")));
        Assert.Equal(("a", "b", "shared.txt"), (found.First, found.Second, Assert.Single(found.Files)));
        Assert.Empty(PredictedConflicts.List(run.Repository.Path, Status("merged", "executing")));
        foreach (var (task, other) in new[] { ("a", "b"), ("b", "a") })
        {
            var prompt = AgentMailMessage.Show(await new MailReader(run.Folder, task).ForPromptAsync(2, null, CancellationToken.None));
            Assert.Contains(
                $"from the orchestrator]\n> A conflict is predicted with task '{other}' (Task {other})",
                prompt,
                StringComparison.Ordinal
            );
            Assert.Contains("the same places in shared.txt.", prompt, StringComparison.Ordinal);
            Assert.Single(prompt.Split("A conflict is predicted").Skip(1));
            var events = PredictedConflicts.Notices(task, PredictedConflicts.ClaimUnreported(run.Folder, task, 1));
            Assert.Equal($"A conflict with task '{other}' is predicted in shared.txt.", Assert.Single(events).Text);
        }
    }

    [Fact]
    public async Task Look_ConflictIsGone_NothingIsComingAnyMore()
    {
        using var run = await BeginAsync();
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        await SnapshotAsync(run, a, "a", ("shared.txt", "a's\n"));
        await SnapshotAsync(run, b, "b", ("shared.txt", "b's\n"));
        await LookAsync(run, "a");
        await SnapshotAsync(run, b, "b", ("shared.txt", "a's\n"));

        await LookAsync(run, "b");

        Assert.Empty(PredictedConflicts.All(run.Folder));
    }

    [Fact]
    public async Task Look_OtherFilesOrAppendedOnes_FindsNothing()
    {
        using var run = await BeginAsync();
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        await SnapshotAsync(run, a, "a", ("x.txt", "a\n"), ("log.txt", "a\n"));
        await SnapshotAsync(run, b, "b", ("y.txt", "b\n"), ("log.txt", "b\n"));

        await LookAsync(run, "a");

        Assert.Empty(PredictedConflicts.All(run.Folder));
    }

    /// <summary>A task that has ended and waits for its merge has only its branch.</summary>
    [Fact]
    public async Task Look_TheOtherIsVerified_ItsBranchCounts()
    {
        using var run = await BeginAsync();
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(b, "shared.txt", "b's\n");
        Assert.Empty((await run.VerifyAsync("b", b)).Problems);
        await SnapshotAsync(run, a, "a", ("shared.txt", "a's\n"));

        await LookAsync(run, "a");

        Assert.Equal(["shared.txt"], Assert.Single(PredictedConflicts.All(run.Folder)).Files);
    }

    [Fact]
    public async Task Look_AfterALook_RestsNineteenTimesAsLongOverAllProcesses()
    {
        using var run = await BeginAsync();
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        await SnapshotAsync(run, a, "a", ("shared.txt", "a's\n"));
        await SnapshotAsync(run, b, "b", ("shared.txt", "b's\n"));
        var turn = (await RadarOfAsync(run, "a")).LockPath;
        Directory.CreateDirectory(Path.GetDirectoryName(turn)!);
        await File.WriteAllTextAsync(turn, "99999999999999");

        await (await RadarOfAsync(run, "a")).CheckSnapshotsAsync(CancellationToken.None);
        Assert.Empty(PredictedConflicts.All(run.Folder)); // Somebody has looked, and all rest.

        File.Delete(turn);
        using (var held = InterProcessFileLock.TryTake(turn))
        {
            Assert.NotNull(held);
            await (await RadarOfAsync(run, "a")).CheckSnapshotsAsync(CancellationToken.None);
            Assert.Empty(PredictedConflicts.All(run.Folder)); // Somebody looks.
        }

        DateTimeOffset before;
        TimeSpan took;
        var limit = Eventually.Timeout();
        do
        {
            // A process that another test starts holds the lock until its program is loaded.
            before = DateTimeOffset.UtcNow;
            await (await RadarOfAsync(run, "a")).CheckSnapshotsAsync(limit);
            took = DateTimeOffset.UtcNow - before;
        } while (PredictedConflicts.All(run.Folder).Count == 0);
        Assert.Single(PredictedConflicts.All(run.Folder));
        var rest =
            DateTimeOffset.FromUnixTimeMilliseconds(
                long.Parse(await File.ReadAllTextAsync(turn), System.Globalization.CultureInfo.InvariantCulture)
            ) - before;
        Assert.InRange(rest, TimeSpan.FromMilliseconds(20), took * 20);
    }

    [Fact]
    public async Task Look_SwitchedOffOrDamaged_DoesNothingOrBeginsAnew()
    {
        using var run = await BeginAsync();
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        await SnapshotAsync(run, a, "a", ("shared.txt", "a's\n"));
        await SnapshotAsync(run, b, "b", ("shared.txt", "b's\n"));
        await LookAsync(run, "a");
        await File.WriteAllTextAsync(Directory.GetFiles(run.Folder.Radar).Single(), "{");

        Assert.Empty(PredictedConflicts.All(run.Folder));
        await LookAsync(run, "b");
        Assert.Single(PredictedConflicts.All(run.Folder));

        Directory.Delete(run.Folder.Radar, recursive: true);
        var off = Files(run) with { Start = Files(run).Start.With(s => s with { Radar = false }) };
        var radar = new ConflictPredictor(off, await run.Services.OpenRepositoryAsync(run.Repository.Path), "a", run.Services);
        await radar.StartCheckIfDueAsync();
        await radar.DisposeAsync();
        Assert.False(Directory.Exists(run.Folder.Radar));
    }

    private async Task<RunFixture> BeginAsync()
    {
        await _repository.CommitAsync("shared", ("shared.txt", "as it was\n"), ("log.txt", ""));
        return await RunFixture.BeginAsync(
            _repository,
            RunFixture.Start(),
            Task("a", "shared.txt", "x.txt") with
            {
                FilesAppend = ["log.txt"],
            },
            Task("b", "shared.txt", "y.txt", "own.txt") with
            {
                FilesAppend = ["log.txt"],
            }
        );
    }

    private static RunPlanAndSettings Files(RunFixture run) => run.Services.Plans.Load(run.Reference, RunFixture.RunId, run.Hash);

    private static async Task<ConflictPredictor> RadarOfAsync(RunFixture run, string task) =>
        new(Files(run), await run.Services.OpenRepositoryAsync(run.Repository.Path), task, run.Services);

    /// <summary>A look that does not have to wait for the rest after the last one.</summary>
    private static async Task LookAsync(RunFixture run, string task)
    {
        var radar = await RadarOfAsync(run, task);
        if (File.Exists(radar.LockPath))
        {
            File.Delete(radar.LockPath);
        }
        await radar.CheckSnapshotsAsync(CancellationToken.None);
    }

    private static async Task SnapshotAsync(
        RunFixture run,
        PreparedTask prepared,
        string task,
        params (string File, string Content)[] files
    )
    {
        foreach (var (file, content) in files)
        {
            run.Write(prepared, file, content);
        }
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        var worktree = new WorktreeManager(repository).Find(Path.Combine(run.Repository.Path, prepared.Worktree))!;
        await new UnfinishedWorkStore(repository, $"{RunFixture.RunId}/{task}").SaveAsync(
            worktree,
            "at work",
            new CommitTrailers(RunFixture.RunId, task)
        );
    }

    private static RunStatus Status(string a, string b) =>
        new()
        {
            RunId = RunFixture.RunId,
            State = RunStateNames.Executing,
            Tasks = [new RunTaskStatus { Id = "a", State = a }, new RunTaskStatus { Id = "b", State = b }],
        };
}
