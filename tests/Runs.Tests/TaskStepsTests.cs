using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class TaskStepsTests
{
    /// <summary>As after a loss of power: the ref was written, the agent's commit was not.</summary>
    [Fact]
    public async Task Verify_BranchNamesACommitThatIsGone_SaysHowTheFilesAreSaved()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(),
            new PlanTask
            {
                Id = "a",
                Description = "Write a",
                FilesWrite = ["a.txt"],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        File.WriteAllText(
            Path.Combine(run.Repository.Path, ".git", "refs", "heads", "orchestrator", RunFixture.RunId, "t", "a"),
            new string('1', 40) + "\n"
        );

        var torn = await Assert.ThrowsAsync<StepException>(() => run.VerifyAsync("a", prepared));

        Assert.Equal(("CommitGone", true), (torn.FailureType, torn.IsFinal));
        Assert.Contains("git update-ref", torn.Message, StringComparison.Ordinal);
        Assert.Equal("a\n", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, prepared.Worktree, "a.txt")));
    }

    [Fact]
    public async Task Steps_OwnedFileWritten_IsCommittedWithTrailersAndMerged()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test -f a.txt", Required: true)), Task("a", "a.txt"));

        var merged = await run.DoAsync("a", "a.txt", "hello\n");

        Assert.True(merged.Merged);
        Assert.Equal("hello", await run.ShowAsync(run.StagingBranch, "a.txt"));
        var message = await run.Repository.GitAsync("log", "-1", "--format=%B", run.StagingBranch);
        Assert.Contains($"Orchestrator-Run: {RunFixture.RunId}", message);
        Assert.Contains("Orchestrator-Task: a", message);
        Assert.Contains("Orchestrator-Attempt: 1", message);
        await run.ReleaseAsync("a");
        Assert.False(Directory.Exists(Path.Combine(run.Repository.Path, ".worktrees", RunFixture.RunId, "a")));
    }

    [Fact]
    public async Task Verify_UnownedFileChanged_IsRefusedAndNotCommitted()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        run.Write(prepared, "other/b.txt", "not mine\n");

        var work = await run.VerifyAsync("a", prepared);

        var problem = Assert.Single(work.Problems);
        Assert.Contains("other/b.txt", problem);
        Assert.Equal("", work.Commit);
        Assert.Contains("other/b.txt", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, work.ProblemsFile)));
    }

    [Fact]
    public async Task Verify_UnownedLockFileAndBuildOutput_ArePutBackAndNamed()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("lock", ("package-lock.json", "old\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")).With(s => s with { Worktrees = s.Worktrees with { Setup = [] } }),
            Task("a", "a.txt")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        run.Write(prepared, "package-lock.json", "new\n");
        run.Write(prepared, "src/__pycache__/x.pyc", "bytes");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Contains(
            work.Notes,
            n => n.Contains("package-lock.json", StringComparison.Ordinal) && n.Contains("__pycache__", StringComparison.Ordinal)
        );
        Assert.Equal("a.txt", await run.Repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(".github/**", 0)]
    public async Task Verify_PathThatAlwaysNeedsAPerson_IsRefusedUnlessThePlanNamesIt(string? owned, int problems)
    {
        var task = Task("a", "x") with { FilesWrite = owned is null ? null : [owned] };
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")).With(s => s with { AlwaysRequireHuman = [".github/workflows/**"] }),
            task
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, ".github/workflows/deploy.yml", "on: push\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(problems, work.Problems.Count);
        Assert.All(
            work.Problems,
            problem => Assert.Contains("'.github/workflows/**' always needs a person", problem, StringComparison.Ordinal)
        );
        Assert.Equal(
            problems == 1,
            run.PromptOf("a")
                .Contains(
                    "but for these, to whose change a person would have to agree first: `.github/workflows/**`",
                    StringComparison.Ordinal
                )
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_RequiredAgentAndNotesAreMissing_IsAProblemOnlyWhereComplianceIsStrict(bool strict)
    {
        var task = Task("a", "*.txt") with { RequiredAgents = ["doc-sync"], NotesOutput = ["notes.md"] };
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")).With(s => s with { StrictCompliance = strict }),
            task
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(
            (strict ? 2 : 0, strict ? 0 : 2),
            (
                work.Problems.Count,
                work.Notes.Count(note => note.StartsWith("not demanded (compliance.strict is false): ", StringComparison.Ordinal))
            )
        );
    }

    [Fact]
    public async Task Verify_AgentCommittedItself_BecomesOneCommitOfTheAttempt()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "*.txt"));
        var prepared = await run.PrepareAsync("a");
        var worktree = Path.Combine(run.Repository.Path, prepared.Worktree);
        run.Write(prepared, "one.txt", "1\n");
        await run.Repository.GitInAsync(worktree, "add", "-A");
        await run.Repository.GitInAsync(worktree, "commit", "-qm", "by the agent");
        run.Write(prepared, "two.txt", "2\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(prepared.BaseCommit, await run.Repository.GitAsync("rev-parse", work.Commit + "^"));
        Assert.Equal("one.txt\ntwo.txt", await run.Repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
    }

    [Fact]
    public async Task Verify_GateFails_GivesEvidenceAndRemediationPasses()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(),
            Task("a", "a.txt") with
            {
                Verification = [new Gate("grep -q right a.txt || { echo it is wrong; exit 1; }")],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "wrong\n");

        var first = await run.VerifyAsync("a", prepared);
        Assert.Single(first.Problems);
        Assert.Equal("0/1", GateWords.Count(first.Gates));
        Assert.Contains("it is wrong", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, first.ProblemsFile)));

        run.Write(prepared, "a.txt", "right\n");
        var second = await run.VerifyAsync("a", prepared, attempt: 2, start: 2);

        Assert.Empty(second.Problems);
        Assert.Equal("1/1", GateWords.Count(second.Gates));
        Assert.True((await run.MergeAsync("a", second.Commit, 2)).Merged);
    }

    [Fact]
    public async Task Steps_EachDoneTwice_ChangeNothingTheSecondTime()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test -f a.txt")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        Assert.Equal(prepared, await run.PrepareAsync("a"));
        run.Write(prepared, "a.txt", "hello\n");

        var work = await run.VerifyAsync("a", prepared);
        Assert.Equal(work.Commit, (await run.VerifyAsync("a", prepared)).Commit);
        var merged = await run.MergeAsync("a", work.Commit);
        Assert.Equal(merged.Commit, (await run.MergeAsync("a", work.Commit)).Commit);

        Assert.Equal("1", await run.Repository.GitAsync("rev-list", "--count", "--merges", run.StagingBranch));
        var landed = await run.LandAsync();
        Assert.True(landed.Landed);
        Assert.Equal(landed.Commit, (await run.LandAsync()).Commit);
    }

    [Fact]
    public async Task Merge_BothChangedTheSameLine_IsAConflictAndItsResolutionMerges()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("! grep -q '<<<<' shared.txt")),
            Task("a", "shared.txt"),
            Task("b", "shared.txt")
        );
        var a = await run.PrepareAsync("a");
        var b = await run.PrepareAsync("b");
        run.Write(a, "shared.txt", "from a\n");
        run.Write(b, "shared.txt", "from b\n");
        var workOfA = await run.VerifyAsync("a", a);
        var workOfB = await run.VerifyAsync("b", b);
        Assert.True((await run.MergeAsync("a", workOfA.Commit)).Merged);

        var conflict = await run.MergeAsync("b", workOfB.Commit);
        Assert.False(conflict.Merged);
        Assert.Contains("shared.txt", conflict.Message);

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);
        Assert.Contains("<<<<<<<", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, again.Worktree, "shared.txt")));
        run.Write(again, "shared.txt", "from a and b\n");
        var resolved = await run.VerifyAsync("b", again, attempt: 2, start: 2);
        Assert.Empty(resolved.Problems);
        Assert.True((await run.MergeAsync("b", resolved.Commit, 2)).Merged);
        Assert.Equal("from a and b", await run.ShowAsync(run.StagingBranch, "shared.txt"));
    }

    [Fact]
    public async Task Merge_BothAppendToASharedFile_KeepsAllLines()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("log.md", "start\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "a.txt") with
            {
                FilesAppend = ["log.md"],
            },
            Task("b", "b.txt") with
            {
                FilesAppend = ["log.md"],
            }
        );
        var a = await run.PrepareAsync("a");
        var b = await run.PrepareAsync("b");
        run.Write(a, "log.md", "start\na\n");
        run.Write(b, "log.md", "start\nb\n");

        Assert.True((await run.MergeAsync("a", (await run.VerifyAsync("a", a)).Commit)).Merged);
        Assert.True((await run.MergeAsync("b", (await run.VerifyAsync("b", b)).Commit)).Merged);

        Assert.Equal(["a", "b", "start"], (await run.ShowAsync(run.StagingBranch, "log.md")).Split('\n').Order());
    }

    [Fact]
    public async Task Merge_GateFailsOnlyOnTheMergedTree_GoesBackToTheTask()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("! test -f a.txt || ! test -f b.txt")),
            Task("a", "a.txt"),
            Task("b", "b.txt")
        );
        var b = await run.PrepareAsync("b");
        run.Write(b, "b.txt", "b\n");
        var work = await run.VerifyAsync("b", b);
        Assert.True((await run.DoAsync("a", "a.txt", "a\n")).Merged);

        var refused = await run.MergeAsync("b", work.Commit);

        Assert.False(refused.Merged);
        Assert.Contains("merged tree", refused.Message);
        Assert.NotEqual("", refused.ProblemsFile);
    }

    [Fact]
    public async Task Prepare_SameKeyAsAnEarlierResult_TakesItUpWithoutAnAgent()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("test -f a.txt")),
            Task("a", "a.txt") with
            {
                FilesRead = [],
            },
            Task("b", "b.txt")
        );
        var first = await run.PrepareAsync("a");
        run.Write(first, "a.txt", "paid for\n");
        await run.VerifyAsync("a", first);
        await run.Repository.GitAsync("worktree", "remove", "--force", "--force", first.Worktree);
        await run.Repository.GitAsync("update-ref", "-d", $"refs/heads/orchestrator/{RunFixture.RunId}/t/a");
        File.Delete(Path.Combine(run.Folder.Task("a"), "task.json"));
        await run.DoAsync("b", "b.txt", "b\n");

        var again = await run.PrepareAsync("a");

        Assert.NotEqual("", again.ReusedCommit);
        Assert.NotEqual(first.BaseCommit, again.BaseCommit);
        var work = await run.VerifyAsync("a", again, start: 0);
        Assert.Empty(work.Problems);
        Assert.True((await run.MergeAsync("a", work.Commit)).Merged);
        Assert.Equal("paid for", await run.ShowAsync(run.StagingBranch, "a.txt"));
    }

    [Fact]
    public async Task Verify_NothingChangedAndNoGate_IsNotDone()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Single(work.Problems);
    }

    [Fact]
    public async Task Verify_SymbolicLinkThatLeadsOut_IsRefused()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        File.CreateSymbolicLink(Path.Combine(run.Repository.Path, prepared.Worktree, "a.txt"), "/etc/hostname");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains("symbolic link", Assert.Single(work.Problems));
    }

    [Fact]
    public async Task Prepare_SecondTask_GetsTheWorktreeOfTheFirstWithoutItsFiles()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("ignore", (".gitignore", "build/\n"));
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "a.txt"), Task("b", "b.txt"));
        var first = await run.PrepareAsync("a");
        run.Write(first, "a.txt", "a\n");
        run.Write(first, "build/output", "ignored\n");
        var admin = await repository.GitInAsync(Path.Combine(repository.Path, first.Worktree), "rev-parse", "--git-dir");
        Assert.True((await run.MergeAsync("a", (await run.VerifyAsync("a", first)).Commit)).Merged);
        await run.ReleaseAsync("a");

        var second = await run.PrepareAsync("b");
        var worktree = Path.Combine(repository.Path, second.Worktree);

        Assert.Equal(admin, await repository.GitInAsync(worktree, "rev-parse", "--git-dir"));
        Assert.Equal("", await repository.GitInAsync(worktree, "status", "--porcelain", "--ignored"));
        Assert.True(File.Exists(Path.Combine(worktree, "a.txt")), "what was merged is there");
    }

    [Fact]
    public async Task Conflict_AbortedOrLeftWithMarkers_IsRefusedAndMergesWhenResolved()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "shared.txt"),
            Task("b", "shared.txt")
        );
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(a, "shared.txt", "from a\n");
        run.Write(b, "shared.txt", "from b\n");
        var (workOfA, workOfB) = (await run.VerifyAsync("a", a), await run.VerifyAsync("b", b));
        await run.MergeAsync("a", workOfA.Commit);
        var conflict = await run.MergeAsync("b", workOfB.Commit);
        var report = await File.ReadAllTextAsync(Path.Combine(repository.Path, conflict.ProblemsFile));
        Assert.Contains("In conflict with a: Task a", report);
        Assert.Contains("from a", report);

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);
        var worktree = Path.Combine(repository.Path, again.Worktree);
        Assert.Contains("||||||| ", await File.ReadAllTextAsync(Path.Combine(worktree, "shared.txt")));
        Assert.Contains("markers are left", Assert.Single((await run.VerifyAsync("b", again, attempt: 2, start: 2)).Problems));
        await repository.GitInAsync(worktree, "merge", "--abort");
        Assert.Contains("was undone", Assert.Single((await run.VerifyAsync("b", again, attempt: 3, start: 3)).Problems));
        Assert.Contains("<<<<<<<", await File.ReadAllTextAsync(Path.Combine(worktree, "shared.txt")));
        run.Write(again, "shared.txt", "from a and b\n");
        var resolved = await run.VerifyAsync("b", again, attempt: 4, start: 4);

        Assert.Empty(resolved.Problems);
        Assert.True((await run.MergeAsync("b", resolved.Commit, 4)).Merged);
        Assert.Equal("from a and b", await run.ShowAsync(run.StagingBranch, "shared.txt"));
    }

    [Fact]
    public async Task Prepare_WorktreeGone_BeginsWithTheLastSnapshot()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "*.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "half.txt", "half done\n");
        await run.ReleaseAsync("a");
        await run.Repository.GitAsync("worktree", "remove", "--force", "--force", prepared.Worktree);

        var again = await run.PrepareAsync("a");

        Assert.Equal("half done\n", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, again.Worktree, "half.txt")));
    }

    [Fact]
    public async Task Prepare_ResultThatWasRevertedByThePerson_LandsAgainWithoutAnAgent()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test -f a.txt")), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "paid for\n");
        await run.LandAsync();
        await run.Repository.GitAsync("revert", "--no-edit", "-m", "1", "HEAD");
        using var second = await RunFixture.BeginAsync(
            run.Repository,
            RunFixture.Start(new Gate("test -f a.txt")),
            "run-test-000002",
            Task("a", "a.txt")
        );

        var prepared = await second.PrepareAsync("a");
        var work = await second.VerifyAsync("a", prepared, start: 0);

        Assert.NotEqual("", prepared.ReusedCommit);
        Assert.Empty(work.Problems);
        Assert.True((await second.MergeAsync("a", work.Commit)).Merged);
        Assert.True((await second.LandAsync()).Landed);
        Assert.Equal("paid for", await run.ShowAsync("main", "a.txt"));
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("gate")]
    [InlineData("model")]
    [InlineData("owned")]
    [InlineData("read")]
    [InlineData("conventions")]
    public async Task Prepare_AnythingOfTheKeyChanged_StartsAnAgent(string what)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("owned.txt", "1\n"), ("read.txt", "1\n"), ("other.txt", "1\n"));
        var task = Task("a", "owned.txt", "a.txt") with { FilesRead = ["read.txt"] };
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), task);
        var first = await run.PrepareAsync("a");
        run.Write(first, "a.txt", "paid for\n");
        Assert.Empty((await run.VerifyAsync("a", first)).Problems);

        await repository.CommitAsync(
            "next",
            what switch
            {
                "owned" => ("owned.txt", "2\n"),
                "read" => ("read.txt", "2\n"),
                "conventions" => ("CLAUDE.md", "Use tabs.\n"),
                _ => ("other.txt", "2\n"),
            }
        );
        task = what == "prompt" ? task with { Prompt = "do something else" } : task;
        var start = RunFixture
            .Start(new Gate(what == "gate" ? "test -f a.txt" : "true"))
            .With(s => what == "model" ? s with { Model = "another" } : s);
        using var changed = await RunFixture.BeginAsync(repository, start, "run-test-000002", task);
        using var same = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            "run-test-000003",
            Task("a", "owned.txt", "a.txt") with
            {
                FilesRead = ["read.txt"],
            }
        );

        Assert.Equal("", (await changed.PrepareAsync("a")).ReusedCommit);
        Assert.Equal(what is "prompt" or "gate" or "model", (await same.PrepareAsync("a")).ReusedCommit.Length > 0);
    }

    internal static PlanTask Task(string id, params string[] owned) =>
        new()
        {
            Id = id,
            Description = $"Task {id}",
            Prompt = $"do {id}",
            FilesWrite = owned,
        };
}
