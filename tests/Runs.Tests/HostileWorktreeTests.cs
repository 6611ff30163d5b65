using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Whatever lies in a worktree is a verdict with a bounded message, and nothing outside is touched.</summary>
public sealed class HostileWorktreeTests
{
    [Fact]
    public async Task Verify_LockFileReplacedByALink_IsPutBackAndNothingOutsideIsWritten()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("lock", ("Cargo.lock", "old\n"));
        var outside = repository.Beside("outside");
        await File.WriteAllTextAsync(outside, "precious\n");
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        var file = InWorktree(run, prepared, "Cargo.lock");
        File.Delete(file);
        File.CreateSymbolicLink(file, outside);

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Equal("precious\n", await File.ReadAllTextAsync(outside));
        Assert.Equal("a.txt", await repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
        Assert.StartsWith(
            "120000 ",
            await repository.GitAsync("ls-tree", $"refs/orchestrator/kept/{RunFixture.RunId}/a/1", "Cargo.lock"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("rm -rf pkg", 0)]
    [InlineData("rm -rf pkg && ln -s /tmp pkg", 2)]
    [InlineData("rm -rf pkg && echo x > pkg", 2)]
    [InlineData("rm pkg/package-lock.json && mkdir -p pkg/package-lock.json/x && echo x > pkg/package-lock.json/x/y", 2)]
    public async Task Verify_FolderOfALockFileIsGoneOrSomethingElse_IsPutBackOrNamed(string does, int problems)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("lock", ("pkg/package-lock.json", "old\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")).With(s => s with { Worktrees = s.Worktrees with { Setup = [] } }),
            Task("a", "a.txt")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        await ShellAsync(does, run, prepared);

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(problems, work.Problems.Count);
        Assert.Equal(problems == 0, File.Exists(InWorktree(run, prepared, "pkg/package-lock.json")));
    }

    [Theory]
    [InlineData("mkdir -p node_modules/x && git -C node_modules/x init -q && touch node_modules/x/f", 0)] // No commit in it.
    [InlineData("mkdir -p lib && git -C lib init -q && git -C lib -c user.name=x -c user.email=x@y commit -q --allow-empty -m x", 1)]
    [InlineData(
        "mkdir -p obj/deps && git -C obj/deps init -q && git -C obj/deps -c user.name=x -c user.email=x@y commit -q --allow-empty -m x",
        0
    )]
    [InlineData("rm README.md && mkfifo README.md", 1)]
    [InlineData("rm README.md && mkdir README.md && echo x > README.md/x", 2)]
    [InlineData("rm -rf * .gitignore", 1)]
    [InlineData("mkdir closed && echo x > closed/x && chmod 000 closed/x closed", null)] // Closed to all but root, whom git asks, too.
    [InlineData("touch \"$(printf 'n\\374')\"", 1)]
    [InlineData("mkdir a b && touch a/File a/file B 2>/dev/null; echo x > b/x", 4)]
    [InlineData("printf 'no index' > \"$(git rev-parse --git-dir)/index\"", 0)] // Rebuilt.
    [InlineData("i=$(git rev-parse --git-dir)/index; rm \"$i\" && mkdir -p \"$i/x\"", 0)]
    [InlineData("i=$(git rev-parse --git-dir)/index; rm \"$i\" && ln -s /dev/zero \"$i\"", 0)]
    [InlineData("head -c 1000 /dev/zero > \"$(git rev-parse --git-dir)/index\"", 0)]
    [InlineData("git checkout -q --orphan x && rm \"$(git rev-parse --git-dir)/index\" && echo > \"$(git rev-parse --git-dir)/index\"", 0)]
    [InlineData(
        "i=0; while [ $i -lt 120 ]; do mkdir dddddddddddddddddddddddddddddddddddddddddd && cd -P ddd* || exit 1; i=$((i+1)); done; touch "
            + "deepest",
        null
    )]
    [InlineData("ln -s one two; ln -s two one", null)]
    [InlineData("mkfifo .task-status.json; mkfifo notes.md", 0)]
    public async Task Verify_StrangeThings_AreAVerdictAndTheRunGoesOn(string does, int? problems)
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")).With(s => s with { StrictCompliance = false }),
            Task("a", "a.txt") with
            {
                NotesOutput = ["notes.md"],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        await ShellAsync(does, run, prepared);

        var work = await run.VerifyAsync("a", prepared);

        // Root may read what is closed to others, and what is not owned is named anyway.
        Assert.Equal(problems ?? work.Problems.Count, work.Problems.Count);
        Assert.True(JsonSerializer.Serialize(work).Length < 20_000);
        await run.ReleaseAsync("a");
        await run.PrepareAsync("a", attempt: 2);
    }

    [Fact]
    public async Task Verify_TenThousandStrayFiles_IsABoundedAnswerInGoodTime()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        var folder = Directory.CreateDirectory(InWorktree(run, prepared, "stray")).FullName;
        for (var i = 0; i < 10_000; i++)
        {
            File.Create(Path.Combine(folder, $"a-rather-long-name-of-a-stray-file-{i}")).Dispose();
        }

        var watch = Stopwatch.StartNew();
        var work = await run.VerifyAsync("a", prepared);

        // Quadratic it took minutes; the limit is generous for machines at work.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        Assert.True(JsonSerializer.Serialize(work).Length < 20_000);
        Assert.StartsWith("10000 problems", work.Problems[0], StringComparison.Ordinal);
        var told = await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, work.ProblemsFile));
        Assert.InRange(told.Length, 1000, 20_000);
        Assert.Equal(10_000, File.ReadLines(Path.Combine(run.Folder.Task("a"), "problems-1-all.md")).Count());
    }

    [Fact]
    public async Task OwnershipProblems_AskedToStop_StopsInTheMiddle()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var files = new RunPlanCache().Load(run.Reference, RunFixture.RunId, run.Hash);
        using var stop = new CancellationTokenSource();
        var stray = Enumerable
            .Range(0, 1_000_000)
            .Select(i =>
            {
                if (i == 10)
                {
                    stop.Cancel();
                }
                return new ChangedFile($"stray/{i}", FileChange.Added, "000000", "100644", "", "", IsUntracked: true);
            });

        var check = new TaskFileOwnershipChecker(files, files.Task("a"), new string('0', 40), UnlandableFileFinder.None);

        Assert.Throws<OperationCanceledException>(() =>
            check.Problems(stray, new WorktreeFileReaderAndWriter(run.Repository.Path), stop.Token).Count()
        );
    }

    [Fact]
    public async Task Steps_RepositoryWithANameThatIsNoText_RunAsEverywhere()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await ShellAsync("mkdir \"$(printf 'd\\374')\" && echo x > \"$(printf 'd\\374/n\\374')\"", repository.Path);
        await repository.CommitAsync("no text");
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("test -f a.txt")),
            new PlanTask
            {
                Id = "a",
                Description = "a",
                Prompt = "a",
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        await ShellAsync("echo changed > d*/n*", run, prepared);

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.True((await run.MergeAsync("a", work.Commit)).Merged);
        await run.ReleaseAsync("a");
        Assert.True((await run.LandAsync()).Landed);
        await ShellAsync("grep -q changed d*/n*", repository.Path);
    }

    [Theory]
    [InlineData("ln -s ../outside link")]
    [InlineData("ln -s step link && ln -s .. step")]
    [InlineData("mkdir d && ln -s ../two/config d/one && ln -s .git two")]
    [InlineData("ln -s here/../../outside link && ln -s . here")]
    public async Task Verify_LinksInAChainThatLeadOut_AreRefused(string does)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "**"));
        var prepared = await run.PrepareAsync("a");
        await ShellAsync(does, run, prepared);

        var work = await run.VerifyAsync("a", prepared);

        Assert.All(work.Problems, problem => Assert.Contains("symbolic link", problem, StringComparison.Ordinal));
        Assert.NotEmpty(work.Problems);
        Assert.Equal("", work.Commit);
    }

    [Fact]
    public async Task Commit_FileWrittenAfterTheCheck_IsJudgedOnceMore()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        var files = new RunPlanCache().Load(run.Reference, RunFixture.RunId, run.Hash);
        var workspace = new TaskBranchAndWorktree(await run.Services.OpenRepositoryAsync(run.Repository.Path), files, "a");
        var check = new TaskCommitter(workspace, files.Task("a"), files);
        var input = new VerifyTaskInput
        {
            Task = run.Task("a"),
            Prepared = prepared,
            Attempt = 1,
            Start = 1,
            ClaimedDone = true,
        };
        Assert.Empty(await check.FindProblemsAsync(input, [], CancellationToken.None));

        run.Write(prepared, "b.txt", "by something that the agent left running\n");
        var (problems, commit) = await check.CommitAsync(input, [], CancellationToken.None);

        Assert.Contains("'b.txt' was added, but this task does not own it", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal(("", prepared.BaseCommit), (commit, await workspace.Refs.ReadAsync(workspace.Branch)));
    }

    [Fact]
    public async Task Conflict_PlainResetByTheAgent_LosesNothingAndIsStillTheMerge()
    {
        var (run, again) = await InConflictAsync();
        using var repository = run.Repository;
        run.Write(again, "shared.txt", "from a\nfrom b\n");
        await repository.GitInAsync(Path.Combine(repository.Path, again.Worktree), "reset", "--quiet");

        var resolved = await run.VerifyAsync("b", again, attempt: 2, start: 2);

        Assert.Empty(resolved.Problems);
        Assert.True((await run.MergeAsync("b", resolved.Commit, 2)).Merged);
        Assert.Equal("from a\nfrom b", await run.ShowAsync(run.StagingBranch, "shared.txt"));
        Assert.Equal("a\n", await File.ReadAllTextAsync(InWorktree(run, again, "of-a.txt")));
    }

    [Fact]
    public async Task Conflict_AbortedWithWorkBeside_IsBegunAgainAndTheWorkIsUnderARefThatIsNamed()
    {
        var (run, again) = await InConflictAsync();
        using var repository = run.Repository;
        await repository.GitInAsync(Path.Combine(repository.Path, again.Worktree), "merge", "--abort");
        run.Write(again, "beside.txt", "paid for\n");

        var problem = Assert.Single((await run.VerifyAsync("b", again, attempt: 2, start: 2)).Problems);

        var name = $"refs/orchestrator/kept/{RunFixture.RunId}/b/1";
        Assert.Contains(name, problem, StringComparison.Ordinal);
        Assert.Equal("paid for", await run.ShowAsync(name, "beside.txt"));
        Assert.Contains(name, await File.ReadAllTextAsync(Path.Combine(run.Folder.Task("b"), "kept.md")), StringComparison.Ordinal);
        Assert.Contains("<<<<<<<", await File.ReadAllTextAsync(InWorktree(run, again, "shared.txt")), StringComparison.Ordinal);
    }

    /// <summary>A power cut damaged the index of an agent's own commit, which is not synced.</summary>
    [Fact]
    public async Task Conflict_IndexDamagedBeforeTheMergeIsGiven_IsRebuilt()
    {
        var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "shared.txt"),
            Task("b", "shared.txt")
        );
        using var disposed = repository;
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(a, "shared.txt", "from a\n");
        run.Write(b, "shared.txt", "from b\n");
        var (workOfA, workOfB) = (await run.VerifyAsync("a", a), await run.VerifyAsync("b", b));
        await run.MergeAsync("a", workOfA.Commit);
        Assert.False((await run.MergeAsync("b", workOfB.Commit)).Merged);
        await ShellAsync("i=$(git rev-parse --git-dir)/index; head -c 100 \"$i\" > \"$i.torn\"; mv \"$i.torn\" \"$i\"", run, b);

        var again = await run.PrepareAsync("b", attempt: 2, withStaging: true);

        Assert.Equal("", again.Problem);
        Assert.Contains("<<<<<<<", await File.ReadAllTextAsync(InWorktree(run, again, "shared.txt")), StringComparison.Ordinal);
    }

    /// <summary>A task's link goes through a folder that another task makes a link of.</summary>
    [Fact]
    public async Task Merge_LinksThatLeadOutOnlyTogether_AreGivenBack()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "one"), Task("b", "two"));
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        File.CreateSymbolicLink(InWorktree(run, a, "one"), "two/../secret");
        File.CreateSymbolicLink(InWorktree(run, b, "two"), ".");
        var (workOfA, workOfB) = (await run.VerifyAsync("a", a), await run.VerifyAsync("b", b));
        Assert.Empty(workOfA.Problems.Concat(workOfB.Problems));
        Assert.True((await run.MergeAsync("a", workOfA.Commit)).Merged);

        var merge = await run.MergeAsync("b", workOfB.Commit);

        Assert.False(merge.Merged);
        Assert.Contains("symbolic links lead out of the repository or into .git: one", merge.Message, StringComparison.Ordinal);
        Assert.Contains(
            "one",
            await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, merge.ProblemsFile)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Merge_ConflictInHundredsOfFiles_IsABoundedAnswer()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "**"), Task("b", "**"));
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        foreach (var (prepared, text) in new[] { (a, "from a\n"), (b, "from b\n") })
        {
            for (var i = 0; i < 400; i++)
            {
                run.Write(prepared, $"folder/a-rather-long-name-of-a-file-in-conflict-{i}.txt", text);
            }
        }

        await run.MergeAsync("a", (await run.VerifyAsync("a", a)).Commit);
        var merge = await run.MergeAsync("b", (await run.VerifyAsync("b", b)).Commit);

        Assert.False(merge.Merged);
        Assert.InRange(merge.Message.Length, 100, 4000);
        Assert.Contains("and 380 more", merge.Message, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(Path.Combine(run.Repository.Path, merge.ProblemsFile)).Length, 1000, 20_000);
    }

    /// <summary>Whatever a gate made of the worktree that it ran in.</summary>
    [Theory]
    [InlineData("echo 'gitdir: /elsewhere' > .git")]
    [InlineData("printf torn > \"$(git rev-parse --git-dir)/index\"")]
    [InlineData("cd .. && mv verify-1 away && ln -s away verify-1")]
    public async Task Gates_VerificationTreeThatCantBeUsedAgain_IsMadeAnew(string does)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "1\n");
        var tree = Assert.Single(Directory.EnumerateDirectories(run.Repository.Beside("cache"), "verify-1", SearchOption.AllDirectories));
        await ShellAsync(does, tree);

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Equal("1/1", GateVerdictFormatter.Count(work.Gates));
    }

    [Fact]
    public async Task Ignored_FileThatThePlanNames_IsCommittedAndSaid()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("ignore", (".gitignore", "# output\nbuild/\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(),
            Task("a", "build/out.js") with
            {
                Verification = [new Gate("test -f build/out.js")],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "build/out.js", "1\n");
        run.Write(prepared, "build/other.js", "1\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Contains(
            work.Notes,
            note => note.Contains("'build/out.js' is ignored by .gitignore line 2 (build/)", StringComparison.Ordinal)
        );
        Assert.Equal("build/out.js", await repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
    }

    [Fact]
    public async Task Ignored_FileThatAPatternOwns_IsNamedWhenAGateFails()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("ignore", (".gitignore", "build/\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(),
            Task("a", "build/*.js", "a.txt") with
            {
                Verification = [new Gate("test -f build/out.js")],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "1\n");
        run.Write(prepared, "build/out.js", "1\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains(
            work.Problems,
            problem =>
                problem.Contains("'build/out.js' by .gitignore line 1 (build/)", StringComparison.Ordinal)
                && problem.Contains("files_write", StringComparison.Ordinal)
        );
        Assert.Contains(
            "build/out.js",
            await File.ReadAllTextAsync(Path.Combine(repository.Path, work.ProblemsFile)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Ignored_FileThatWorktreeincludeBrought_IsNeverCommitted()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("ignore", (".gitignore", ".env\n"), (".worktreeinclude", ".env\n"));
        repository.Write(".env", "PASSWORD=secret\n");
        using var run = await RunFixture.BeginAsync(repository, RunFixture.Start(new Gate("true")), Task("a", "a.txt", ".env"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "1\n");
        Assert.True(File.Exists(InWorktree(run, prepared, ".env")));

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal("a.txt", await repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
    }

    /// <summary>Task b has work in conflict with what a merged, and has it in its worktree.</summary>
    private static async Task<(RunFixture Run, PreparedTask Again)> InConflictAsync()
    {
        var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("base", ("shared.txt", "line\n"));
        var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            Task("a", "shared.txt", "of-a.txt"),
            Task("b", "shared.txt", "beside.txt")
        );
        var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
        run.Write(a, "shared.txt", "from a\n");
        run.Write(a, "of-a.txt", "a\n");
        run.Write(b, "shared.txt", "from b\n");
        var (workOfA, workOfB) = (await run.VerifyAsync("a", a), await run.VerifyAsync("b", b));
        await run.MergeAsync("a", workOfA.Commit);
        Assert.False((await run.MergeAsync("b", workOfB.Commit)).Merged);
        return (run, await run.PrepareAsync("b", attempt: 2, withStaging: true));
    }

    private static string InWorktree(RunFixture run, PreparedTask prepared, string file) =>
        Path.Combine(run.Repository.Path, prepared.Worktree, file);

    private static Task ShellAsync(string script, RunFixture run, PreparedTask prepared) =>
        ShellAsync(script, InWorktree(run, prepared, ""));

    private static async Task ShellAsync(string script, string folder)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script]) { WorkingDirectory = folder })!;
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }
}
