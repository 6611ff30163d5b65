using System.Globalization;
using Orchestrator.Git.Landing;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

public sealed class RunStepsTests
{
    [Fact]
    public async Task Prepare_LessIsFreeThanTheReserve_MakesNothingAndBlamesTheMachine()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var start = RunFixture.Start(new Gate("true")).With(s => s with { DiskReserve = long.MaxValue });
        using var run = await RunFixture.BeginAsync(repository, start, TaskStepsTests.Task("a", "a.txt"));

        var prepared = await run.PrepareAsync("a");

        Assert.Equal((FailureClass.Environment, ""), (prepared.FailureClass, prepared.Worktree));
        Assert.Contains("are kept in reserve (disk.reserve)", prepared.Problem, StringComparison.Ordinal);
        Assert.Contains("the run continues by itself", prepared.Problem, StringComparison.Ordinal);
    }

    /// <summary>Counted from the run's start, not from when a worker takes it up: late in the morning the night is over.</summary>
    [Theory]
    [InlineData("Europe/Berlin", "2026-10-25T06:00:00Z")]
    [InlineData("Etc/UTC", "2026-10-25T07:00:00Z")]
    public async Task Preflight_TimeOfDayInTheInput_IsTheNextOneAfterTheStart(string zone, string expected)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var input = new OrchestrationInput
        {
            Repository = run.Repository.Path,
            PlanFile = "tasks.yaml",
            UntilTime = "07:00",
            UntilZone = zone,
        };

        await run.PreflightAgainAsync(input, new DateTimeOffset(2026, 10, 24, 20, 0, 0, TimeSpan.Zero));

        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), run.Preflight.Until);
    }

    [Fact]
    public async Task Preflight_ZoneThatThisMachineDoesNotKnow_IsAnError()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var input = new OrchestrationInput
        {
            Repository = run.Repository.Path,
            PlanFile = "tasks.yaml",
            UntilTime = "07:00",
            UntilZone = "Mars",
        };

        await run.PreflightAgainAsync(input, DateTimeOffset.UnixEpoch);

        Assert.Contains(run.Preflight.Errors, error => error.Contains("'Mars'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Preflight_GateOfTheConfigurationRedAtBase_OnlyAdvises()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test -f never.txt")), Task("a", "a.txt"));

        Assert.Contains(
            run.Preflight.Warnings,
            w => w.Contains("test -f never.txt", StringComparison.Ordinal) && w.Contains("advisory", StringComparison.Ordinal)
        );
        Assert.Empty(run.Preflight.Errors);
        Assert.True((await run.DoAsync("a", "a.txt", "a\n")).Merged);
    }

    /// <summary>New faults hide behind old ones: a gate that is red in another way is said to be.</summary>
    [Theory]
    [InlineData("printf '%s\\n' '1 failed, 9 passed in 0.02s'; exit 1", "and still red in the same way")]
    [InlineData("echo '2 failed, 8 passed in 0.02s'; exit 1", "and red in another way now (2 failed, 8 passed in 0.02s)")]
    [InlineData("echo '1 failed, 9 passed in 0.01s'; exit 2", "and red in another way now (1 failed, 9 passed in 0.01s)")]
    [InlineData("echo '10 passed in 0.01s'", "green now")]
    public async Task Verify_GateRedAtBase_SaysWhetherItIsRedInTheSameWay(string script, string said)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("old", ("gate.sh", "echo '1 failed, 9 passed in 1.31s'; exit 1\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("sh gate.sh")).With(s => s with { Gates = s.Gates with { Integration = [new Gate("sh gate.sh")] } }),
            Task("a", "gate.sh")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "gate.sh", script + "\n");

        var work = await run.VerifyAsync("a", prepared);
        var merged = await run.MergeAsync("a", work.Commit);

        Assert.Empty(work.Problems);
        Assert.Contains(work.Notes, note => note.Contains($"red before any work was done, {said}", StringComparison.Ordinal));
        Assert.Contains($"red before any work was done, {said}", merged.Message);
        Assert.Contains(
            $"- 'sh gate.sh': red before any work was done, {said}",
            new RunReport(run.Repository.Path).Render(new RunStatus { RunId = RunFixture.RunId, State = RunStateNames.Landing })
        );
    }

    [Fact]
    public async Task Preflight_GatesWithOneDescription_AreNamedByTheirCommands()
    {
        var task = Task("a", "a.txt") with
        {
            Verification =
            [
                new Gate("true", Description: "must pass"),
                new Gate("test -d .", Description: "must pass"),
                new Gate("test 1", Description: "is one"),
            ],
        };

        using var run = await RunFixture.BeginAsync(RunFixture.Start(), task);

        Assert.Contains(
            run.Preflight.Warnings,
            w => w.EndsWith("so they prove little: 'true: must pass', 'test -d .: must pass', 'is one'.", StringComparison.Ordinal)
        );
    }

    /// <summary>Found before an agent starts, also where no gate would have needed it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Preflight_SetUpFails_StopsTheRun(bool hasGate)
    {
        var start = RunFixture
            .Start(hasGate ? [new Gate("true")] : [])
            .With(s => s with { Worktrees = s.Worktrees with { Setup = ["no-such-program"] } });

        using var run = await RunFixture.BeginAsync(start, Task("a", "a.txt"));

        Assert.Contains(
            "Set-up failed: 'no-such-program' ended with exit code 127",
            Assert.Single(run.Preflight.Errors),
            StringComparison.Ordinal
        );
    }

    /// <summary>One message of each ecosystem.</summary>
    [Theory]
    [InlineData("npm ci", "npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", "(no network): npm error code EAI_AGAIN")]
    [InlineData("uv sync", "error: Failed to fetch\n  Caused by: dns error: failed to lookup address information", "(no network)")]
    [InlineData("cargo fetch", "error: failed to download\n\nCaused by:\n  [6] Could not resolve host: index.crates.io", "(no network)")]
    [InlineData("go mod download", "go: x@v1: Get \"https://p\": dial tcp: lookup p: no such host", "(no network)")]
    [InlineData("mvn compile", "[ERROR] Could not transfer artifact a:b from/to central (https://r): Unknown host r", "(no network)")]
    [InlineData("dotnet restore", "/a.csproj : error NU1301: Unable to load the service index for source https://x.", "(no network)")]
    [InlineData("composer install", "curl error 6 while downloading https://p: Could not resolve host: p", "(no network)")]
    [InlineData("bundle install", "Could not reach host rubygems.org. Check your network connection and try again.", "(no network)")]
    [InlineData("mix deps.get", "** (Mix) Failed to fetch record for jason from registry: nxdomain", "(no network)")]
    [InlineData("npm ci", "npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write", "(no space on the disk)")]
    [InlineData("pip install x", "ERROR: No matching distribution found for x", ": ERROR: No matching distribution found for x; see")]
    public async Task Preflight_SetUpFails_NamesLineAndCause(string command, string output, string said)
    {
        var start = RunFixture
            .Start()
            .With(s => s with { Worktrees = s.Worktrees with { Setup = [$": {command}; cat >&2 <<'END'\n{output}\nEND\nexit 2"] } });

        using var run = await RunFixture.BeginAsync(start, Task("a", "a.txt"));

        Assert.Contains(said, Assert.Single(run.Preflight.Errors), StringComparison.Ordinal);
    }

    /// <summary>The files are removed before each checkout for gates, so that set-up would run every time.</summary>
    [Theory]
    [InlineData("mkdir -p .venv/lib && touch .venv/lib/x", true)]
    [InlineData("touch a.log", false)]
    public async Task Preflight_SetUpLeavesFilesThatGitDoesNotIgnore_IsSaid(string setUp, bool isSaid)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("Ignore logs", (".gitignore", "*.log\n"));
        var start = RunFixture.Start(new Gate("true")).With(s => s with { Worktrees = s.Worktrees with { Setup = [setUp] } });

        using var run = await RunFixture.BeginAsync(repository, start, Task("a", "a.txt"));

        Assert.Equal(isSaid ? 1 : 0, run.Preflight.Warnings.Count(w => w.Contains("does not ignore (.venv/)", StringComparison.Ordinal)));
        Assert.Empty(run.Preflight.Errors);
    }

    [Fact]
    public async Task Abort_BeforeLanding_KeepsWhatWasReachedAndTouchesNoTarget()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        var merged = await run.DoAsync("a", "a.txt", "a\n");

        Assert.Equal("", await run.AbortAsync());

        Assert.Equal(merged.Commit, await run.Repository.GitAsync("rev-parse", $"refs/orchestrator/aborted/{RunFixture.RunId}"));
        Assert.Equal(run.Preflight.BaseCommit, await run.Repository.GitAsync("rev-parse", "main"));
    }

    [Fact]
    public async Task Abort_AfterLanding_LeavesTheTargetAndSaysHowItIsTakenBack()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "a\n");
        await run.LandAsync();

        Assert.Contains($"orchestrate abort {RunFixture.RunId}", await run.AbortAsync());

        Assert.Equal(run.StagingTip, await run.Repository.GitAsync("rev-parse", "main"));
        var note = TargetBranchMoveHistory.TryRead(run.Folder.Landing)!;
        Assert.Equal("refs/heads/main", note.Target);
        Assert.Equal([new TargetBranchMove(run.Preflight.BaseCommit, run.StagingTip)], note.Moves);
    }

    [Fact]
    public async Task Preflight_ProgramOfAGateMissing_StopsTheRun()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("no-such-program-here --check")), Task("a", "a.txt"));

        Assert.Contains("no-such-program-here", Assert.Single(run.Preflight.Errors));
    }

    [Fact]
    public async Task Preflight_UncommittedChanges_AreNamedAndOurOwnFilesAreNot()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("files", ("user.txt", "old\n"));
        repository.Write("user.txt", "changed\n");
        repository.Write("tasks.yaml", "tasks: []\n");
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "a.txt"));

        var confirmation = Assert.Single(run.Preflight.Confirmations);
        Assert.Contains("user.txt", confirmation);
        Assert.DoesNotContain("tasks.yaml", confirmation);
    }

    [Fact]
    public async Task Preflight_DetachedHeadWithoutTarget_SaysWhatToDo()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.GitAsync("checkout", "-q", "--detach");
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(), Task("a", "a.txt"));

        Assert.Contains("--target", Assert.Single(run.Preflight.Errors));
    }

    [Fact]
    public async Task Preflight_BranchInTheWayOfOurs_IsNamed()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.GitAsync("branch", "orchestrator");
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(), Task("a", "a.txt"));

        Assert.Contains("orchestrator", Assert.Single(run.Preflight.Errors));
    }

    [Fact]
    public async Task Land_CleanCheckout_MovesTargetAndFiles()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");

        var landed = await run.LandAsync();

        Assert.True(landed.Landed);
        Assert.Equal("hello\n", await File.ReadAllTextAsync(run.Repository["a.txt"]));
        Assert.Equal(landed.Commit, await run.Repository.GitAsync("rev-parse", "HEAD"));
    }

    [Fact]
    public async Task Land_TargetMovedMeanwhile_KeepsBothAndGatesAgain()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        await run.Repository.CommitAsync("user", ("user.txt", "mine\n"));

        var landed = await run.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal("hello\n", await File.ReadAllTextAsync(run.Repository["a.txt"]));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(run.Repository["user.txt"]));
    }

    [Fact]
    public async Task TakeInTarget_TargetMoved_MergesItIntoStagingAndLandsNothing()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        var unmoved = await run.TakeInTargetAsync();
        await run.Repository.CommitAsync("user", ("user.txt", "mine\n"));
        var target = await run.Repository.GitAsync("rev-parse", "HEAD");

        var taken = await run.TakeInTargetAsync();

        Assert.Equal((false, "", false, ""), (unmoved.Landed, unmoved.Message, taken.Landed, taken.Message));
        Assert.Equal(target, await run.Repository.GitAsync("rev-parse", "HEAD"));
        Assert.Equal("mine\n", await run.Repository.GitAsync("show", $"{run.StagingBranch}:user.txt") + "\n");
        Assert.Equal(taken.StagingTip, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
        Assert.Equal(unmoved.StagingTip, await run.Repository.GitAsync("rev-parse", $"{run.StagingBranch}^1"));
    }

    [Fact]
    public async Task TakeInTarget_ItConflicts_SaysSoAndKeepsStaging()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        await run.Repository.CommitAsync("user", ("a.txt", "mine\n"));
        var staging = await run.Repository.GitAsync("rev-parse", run.StagingBranch);

        var refused = await run.TakeInTargetAsync();

        Assert.Contains("conflicts with the run's work in a.txt", refused.Message);
        Assert.Equal(staging, await run.Repository.GitAsync("rev-parse", run.StagingBranch));
    }

    [Fact]
    public async Task Land_DirtyCheckout_WaitsForAPersonAndTouchesNothing()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("files", ("user.txt", "old\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "user.txt"));
        await run.DoAsync("a", "user.txt", "hello\n");
        var before = await run.Repository.GitAsync("rev-parse", "HEAD");
        run.Repository.Write("user.txt", "precious\n");

        var landed = await run.LandAsync();

        Assert.False(landed.Landed);
        Assert.Contains("user.txt", landed.Message);
        Assert.Equal(before, await run.Repository.GitAsync("rev-parse", "HEAD"));
        Assert.Equal("precious\n", await File.ReadAllTextAsync(run.Repository["user.txt"]));
    }

    [Fact]
    public async Task Land_OnlyThePlanIsChanged_LandsAndKeepsTheChange()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("plan", ("tasks.yaml", "old\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        run.Repository.Write("tasks.yaml", "new\n");

        var landed = await run.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal("hello\n", await File.ReadAllTextAsync(run.Repository["a.txt"]));
        Assert.Equal("new\n", await File.ReadAllTextAsync(run.Repository["tasks.yaml"]));
    }

    [Fact]
    public async Task Land_AChangedPlanThatATaskChangesToo_WaitsForAPerson()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("plan", ("tasks.yaml", "old\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "tasks.yaml"));
        await run.DoAsync("a", "tasks.yaml", "theirs\n");
        run.Repository.Write("tasks.yaml", "mine\n");

        var landed = await run.LandAsync();

        Assert.False(landed.Landed);
        Assert.Contains("tasks.yaml", landed.Message);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(run.Repository["tasks.yaml"]));
    }

    [Fact]
    public async Task Land_AsBranch_LeavesTheTargetAlone()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        var before = await run.Repository.GitAsync("rev-parse", "HEAD");

        var landed = await run.LandAsync("branch");

        Assert.True(landed.Landed);
        Assert.Equal(before, await run.Repository.GitAsync("rev-parse", "HEAD"));
    }

    [Fact]
    public async Task Finish_LandedRun_RemovesItsBranchesAndWritesTheReport()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");

        var report = await FinishAsync(run);

        Assert.Contains("| a | merged |", report);
        Assert.Contains("1 hunk of 1 task: 1 present, 0 overwritten later, 0 lost\n", report);
        Assert.Equal("", await run.Repository.GitAsync("for-each-ref", "refs/heads/orchestrator"));
        Assert.False(
            Directory.Exists(run.Repository[$".worktrees/{RunFixture.RunId}"]),
            "a worktree that its task did not come to give back goes with the run"
        );
    }

    [Fact]
    public async Task Finish_MergedTaskWithFilesThatAreInNoCommit_LeavesThemOnTheirBranchAndSaysSo()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        await File.WriteAllTextAsync(run.Repository[$".worktrees/{RunFixture.RunId}/a/late.txt"], "written after the merge\n");

        var report = await FinishAsync(run);

        Assert.Contains($"- the worktree .worktrees/{RunFixture.RunId}/a stays: ", report);
        Assert.Contains("late.txt", report);
        Assert.True(File.Exists(run.Repository[$".worktrees/{RunFixture.RunId}/a/late.txt"]));
        Assert.Equal(
            "?? late.txt",
            await run.Repository.GitInAsync(run.Repository[$".worktrees/{RunFixture.RunId}/a"], "status", "--porcelain")
        );
    }

    /// <summary>A task that was skipped in the middle of its work: its snapshot is all that there is of it.</summary>
    [Fact]
    public async Task Finish_SkippedTaskWithWork_KeepsItsSnapshotAndSaysSo()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"), Task("b", "b.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        run.Write(await run.PrepareAsync("b"), "b.txt", "half\n");
        await run.ReleaseAsync("b");

        var report = await FinishAsync(run, new RunTaskStatus { Id = "b", State = TaskStateNames.Skipped });

        var name = $"refs/orchestrator/wip/{RunFixture.RunId}/b";
        Assert.Contains(name, report);
        Assert.Equal("half", await run.ShowAsync(name, "b.txt"));
    }

    private static async Task<string> FinishAsync(RunFixture run, params RunTaskStatus[] others)
    {
        var landed = await run.LandAsync();
        var status = new RunStatus
        {
            RunId = RunFixture.RunId,
            State = RunStateNames.Completed,
            Target = run.Preflight.Target,
            Staging = run.StagingBranch,
            LandedCommit = landed.Commit,
        };
        new ProgressRecorder().Record(
            run.Folder,
            new RecordProgressInput(
                run.Reference,
                status,
                [
                    new RunTaskStatus
                    {
                        Id = "a",
                        State = TaskStateNames.Merged,
                        Gates = new GateSummary
                        {
                            Proof = GateAssuranceLevel.Verified,
                            Total = 1,
                            Passed = 1,
                        },
                    },
                    .. others,
                ],
                []
            )
        );
        return await File.ReadAllTextAsync(
            run.Repository[
                await new RunFinisher(run.Services).FinishAsync(new FinishRunInput(run.Reference, status, run.Hash), CancellationToken.None)
            ]
        );
    }

    [Theory]
    [InlineData("run-a-000001", "run-a-000001")]
    [InlineData("A.b_c-1", "A.b_c-1")]
    [InlineData("with/slash", null)]
    [InlineData("dots..inside", null)]
    [InlineData("x.lock", null)]
    [InlineData("mit Leerzeichen", null)]
    [InlineData("-dash", null)]
    public void FolderName_AnyWorkflowId_IsFitForRefsAndFolders(string id, string? expected)
    {
        var name = RunFolder.NameOf(id);

        if (expected is not null)
        {
            Assert.Equal(expected, name);
        }
        else
        {
            Assert.Matches("^run-[0-9a-f]{12}$", name);
        }
    }
}
