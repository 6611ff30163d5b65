using Orchestrator.App.Cleaning;
using Orchestrator.Gates.Trees;
using Orchestrator.Git;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Gates;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class CleaningTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Remove_LandedRun_LeavesNothingOfItAndEverythingOfThePersons()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"), Task("b"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.Repository.GitAsync("branch", "mine/orchestrator");
        await run.Repository.GitAsync("worktree", "add", "-q", run.Repository.Beside("mine"), "mine/orchestrator");
        await run.Repository.GitAsync("update-ref", "refs/orchestrator-of-mine/x", "main");
        await run.DoAsync("a", "a.txt", "a");
        await run.DoAsync("b", "b.txt", "b");
        await run.LandAsync();
        var ended = Ended(run, RunStateNames.Completed, await MergedAsync(run, "a"), await MergedAsync(run, "b"));
        var persons = await PersonsAsync(run.Repository);

        var remains = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));

        Assert.True(remains.IsWhole, string.Join("; ", remains.Kept));
        Assert.True(remains.RefCount >= 5, $"{remains.RefCount}");
        Assert.Null(await new RunLeftoverRemover(repository, null).RemoveAsync(remains, Forget, None));
        Assert.Empty(await run.Repository.GitAsync("for-each-ref", "refs/orchestrator", "refs/heads/orchestrator"));
        Assert.False(Directory.Exists(run.Folder.Path));
        Assert.False(Directory.Exists(run.Repository[".worktrees/" + run.Folder.Name]));
        Assert.Equal(persons, await PersonsAsync(run.Repository));
        Assert.Equal("a", await run.ShowAsync("main", "a.txt"));
    }

    [Fact]
    public async Task Remove_WorkThatIsOnNoBranchOfThePerson_Stays()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"), Task("b"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.DoAsync("a", "a.txt", "a");
        run.Write(await run.PrepareAsync("b"), "b.txt", "not yet");
        var ended = Ended(
            run,
            RunStateNames.Failed,
            await MergedAsync(run, "a"),
            new RunTaskStatus { Id = "b", State = TaskStateNames.Failed }
        );

        var remains = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));
        Assert.Null(
            await new RunLeftoverRemover(repository, null).RemoveAsync(remains, _ => throw new InvalidOperationException("must stay"), None)
        );

        Assert.Contains(remains.Kept, why => why.Contains("b.txt", StringComparison.Ordinal));
        Assert.Contains(remains.Kept, why => why.Contains("staging", StringComparison.Ordinal));
        Assert.True(Directory.Exists(run.Folder.Path));
        Assert.Equal("a", await run.ShowAsync(run.StagingBranch, "a.txt"));
        Assert.Equal("not yet", await File.ReadAllTextAsync(run.Repository[$".worktrees/{run.Folder.Name}/b/b.txt"]));
        Assert.NotEmpty(await run.Repository.GitAsync("for-each-ref", "refs/orchestrator/results"));
        Assert.NotEmpty(await run.Repository.GitAsync("for-each-ref", $"refs/heads/orchestrator/{run.Folder.Name}/t/b"));

        // What the user has taken over, and then thrown away, is theirs.
        await run.Repository.GitAsync("branch", "taken", run.StagingBranch);
        await run.Repository.GitAsync("worktree", "remove", "-f", "-f", $".worktrees/{run.Folder.Name}/b");
        var later = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));
        Assert.True(later.IsWhole, string.Join("; ", later.Kept));
    }

    /// <summary>No history has the commits then; the files of one commit prove that nothing is lost.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remove_RunMergedBySquashing_GoesWhereAllItsContentIsThere(bool isWhole)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"), Task("b"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.DoAsync("a", "a.txt", "a");
        await run.DoAsync("b", "b.txt", "b");
        var ended = Ended(run, RunStateNames.Completed, await MergedAsync(run, "a"), await MergedAsync(run, "b"));
        await run.Repository.CommitAsync("beside it", ("other.txt", "x"));
        await run.Repository.GitAsync("merge", "-q", "--squash", run.StagingBranch);
        await run.Repository.CommitAsync("squashed (#7)", isWhole ? ("other.txt", "y") : ("b.txt", "only nearly"));
        await run.Repository.CommitAsync("after it", ("a.txt", "went on"));

        var remains = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));

        Assert.Equal((isWhole, isWhole), (remains.IsWhole, remains.Kept.Count == 0));
        Assert.Null(await new RunLeftoverRemover(repository, null).RemoveAsync(remains, Forget, None));
        Assert.Equal(isWhole, (await run.Repository.GitAsync("for-each-ref", "refs/orchestrator", "refs/heads/orchestrator")).Length == 0);
    }

    [Fact]
    public async Task Remove_AbortedRun_KeepsWhatItHadReachedUnderItsOneRef()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.DoAsync("a", "a.txt", "a");
        await run.AbortAsync();
        var ended = Ended(run, RunStateNames.Aborted, await MergedAsync(run, "a"));

        var remains = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));
        await new RunLeftoverRemover(repository, null).RemoveAsync(remains, Forget, None);

        Assert.False(remains.IsWhole);
        Assert.Empty(await run.Repository.GitAsync("for-each-ref", "refs/heads/orchestrator"));
        Assert.Equal("a", await run.ShowAsync($"refs/orchestrator/aborted/{run.Folder.Name}", "a.txt"));
        Assert.True(Directory.Exists(run.Folder.Path));
    }

    [Fact]
    public async Task Remove_KilledAtAnyStepOrRefMoved_CanBeDoneAgain()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.DoAsync("a", "a.txt", "a");
        await run.LandAsync();
        var ended = Ended(run, RunStateNames.Completed, await MergedAsync(run, "a"));
        var survey = new RemovableLeftoverFinder(repository, "orchestrator");
        var stale = Assert.Single(await survey.SurveyAsync([ended], None));
        await run.Repository.CommitOnBranchAsync(run.StagingBranch, run.StagingBranch, "theirs", ("x", "x"));

        // Somebody moved a branch between the look and the removal: none of the refs goes.
        Assert.Contains(
            "staging",
            await new RunLeftoverRemover(repository, null).RemoveAsync(stale, Forget, None),
            StringComparison.Ordinal
        );
        Assert.Equal("x", await run.ShowAsync(run.StagingBranch, "x"));
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", run.StagingBranch + "^");

        // Killed when the refs were gone.
        var remains = Assert.Single(await survey.SurveyAsync([ended], None));
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            new RunLeftoverRemover(repository, null).RemoveAsync(remains, _ => throw new OperationCanceledException(), None)
        );
        Assert.True(Directory.Exists(run.Folder.Path));

        // Killed when the folder had its other name.
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(run.Folder.Path)!, RunFolder.Removed + "run-before"));
        remains = Assert.Single(await survey.SurveyAsync([ended], None));
        RunLeftoverRemover.FinishEarlier(Path.GetDirectoryName(run.Folder.Path)!);
        Assert.Null(await new RunLeftoverRemover(repository, null).RemoveAsync(remains, Forget, None));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(run.Folder.Path)!));
    }

    /// <summary>Without the cleanup, branches of all runs would pile up on the team's remote.</summary>
    [Fact]
    public async Task Remove_RunThatWasShared_TakesWhatTheRemoteHasOfItAndNothingElse()
    {
        using var other = await TemporaryRepository.CreateEmptyAsync();
        var remote = other.Beside("shared.git");
        using var run = await RunFixture.BeginAsync(SharedBy(remote), Task("a"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.Repository.GitAsync("init", "-q", "--bare", remote);
        await run.DoAsync("a", "a.txt", "a");
        await run.LandAsync();
        var name = run.Folder.Name;
        await run.Repository.GitAsync("update-ref", $"refs/orchestrator/runs/{name}", "main^{tree}");
        await run.Repository.GitAsync("update-ref", $"refs/orchestrator/placed/{name}/a", "main");
        await run.Repository.GitAsync("push", "-q", remote, "refs/orchestrator/*:refs/orchestrator/*", "refs/heads/*:refs/heads/*");
        var unmerged = (await run.Repository.GitAsync("commit-tree", "-m", "theirs", "-p", "main", "main^{tree}")).Trim();
        string[] kept =
        [
            $"refs/heads/orchestrator/{name}/t/mine",
            $"refs/heads/orchestrator/{name}x/t/a",
            $"refs/orchestrator/runs/{name}x",
            $"refs/orchestrator/placed/{name}x/a",
        ];
        await run.Repository.GitAsync(["push", "-q", remote, .. kept.Select(one => $"{unmerged}:{one}")]);
        var ended = Ended(run, RunStateNames.Completed, await MergedAsync(run, "a"));

        var remains = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));
        Assert.True(remains.IsWhole, string.Join("; ", remains.Kept));
        Assert.Null(await new RunLeftoverRemover(repository, null).RemoveAsync(remains, Forget, None));

        Assert.Equal(
            kept.Append("refs/heads/main").Order(StringComparer.Ordinal),
            (await run.Repository.GitInAsync(remote, "for-each-ref", "--format=%(refname)"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(one => !one.StartsWith("refs/orchestrator/results/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );
        Assert.Empty(await run.Repository.GitAsync("for-each-ref", "refs/orchestrator", "refs/heads/orchestrator"));
    }

    [Fact]
    public async Task Remove_RunWhoseRemoteIsAway_GoesHereAndSaysWhatStaysThere()
    {
        using var run = await RunFixture.BeginAsync(SharedBy("/nowhere/at/all"), Task("a"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.DoAsync("a", "a.txt", "a");
        await run.LandAsync();
        var ended = Ended(run, RunStateNames.Completed, await MergedAsync(run, "a"));

        var remains = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));
        var said = await new RunLeftoverRemover(repository, null).RemoveAsync(remains, Forget, None);

        Assert.StartsWith($"the refs of {RunFixture.RunId} on /nowhere/at/all were not removed: ", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Folder.Path));
    }

    /// <summary>A fetch brings our own branches back from a remote that machines share.</summary>
    [Fact]
    public async Task Remove_WorkThatOnlyOurOwnBranchesOfARemoteHave_Stays()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        await run.DoAsync("a", "a.txt", "a");
        await run.Repository.GitAsync("update-ref", $"refs/remotes/origin/{run.StagingBranch}", run.StagingBranch);
        var ended = Ended(run, RunStateNames.Failed, await MergedAsync(run, "a"));

        var remains = Assert.Single(await new RemovableLeftoverFinder(repository, "orchestrator").SurveyAsync([ended], None));

        Assert.False(remains.IsWhole);
        Assert.Contains(remains.Kept, why => why.Contains("staging", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SpareWorktrees_BeyondTheNumber_GoAndTheLockedOneIsToldFromThePersons()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"), Task("b"), Task("c"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        foreach (var id in (string[])["a", "b", "c"])
        {
            await run.DoAsync(id, id + ".txt", id);
            await run.ReleaseAsync(id);
        }
        Assert.Contains(
            (await new WorktreeManager(repository).ListAsync()).Skip(1),
            tree => tree.LockReason == "kept for later tasks (orchestrate)"
        );
        var spare = new ReusableWorktreeRemover(repository, run.Services.Environment, run.Services.Time);
        var beyond = spare.Beyond(0);
        Assert.NotEmpty(beyond);

        Assert.Equal(beyond.Count, await spare.RemoveAsync(beyond, None));

        Assert.Empty(spare.Beyond(0));
        Assert.Equal(0, await spare.RemoveAsync(beyond.Where(Directory.Exists).ToList(), None));
    }

    [Fact]
    public async Task KeptSetUps_BeyondTheNumber_GoButForOneThatMayBeInUse()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a"));
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        var folder = SetUpCache.FolderIn(CacheFolder.Of(repository, run.Services.Environment));
        foreach (var (name, age) in (ReadOnlySpan<(string, double)>)[("used", 0.1), ("old", 30), ("older", 60)])
        {
            Directory.CreateDirectory(Path.Combine(folder, name, "node_modules"));
            Directory.SetLastWriteTimeUtc(Path.Combine(folder, name), run.Services.Time.GetUtcNow().UtcDateTime.AddHours(-age));
        }
        var spare = new ReusableWorktreeRemover(repository, run.Services.Environment, run.Services.Time);

        Assert.Equal(["old", "older"], spare.Beyond(1).Select(Path.GetFileName));
        Assert.Equal(2, await spare.RemoveAsync(spare.Beyond(0), None));
        Assert.Equal(["used"], Directory.GetDirectories(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task CopiesOfGitsConfiguration_OfRunsThatAreGone_GoWhenNobodyHasUsedThemForAWeek()
    {
        using var here = await TemporaryRepository.CreateAsync();
        var environment = new Dictionary<string, string> { ["XDG_STATE_HOME"] = here.Beside("state"), ["HOME"] = here.Beside("home") };
        var settings = new GitRepositoryCache();
        var copies = new List<string>();
        RunFolder first = new(here.Path, "run-1"),
            second = new(here.Path, "run-2");
        // The second configuration is used by both runs, the third by none, the fourth by a run on another machine.
        (string Name, RunFolder[] Runs)[] all = [("a", [first]), ("b", [first, second]), ("c", []), ("d", [first])];
        foreach (var (name, runs) in all)
        {
            await here.GitAsync("config", "filter.x.clean", name);
            var repository = await settings.OpenAsync(here.Path);
            var hash = (await ConfigurationSnapshot.MakeAsync(repository, GitConfigurationCopyStore.FolderOf(environment))).Hash;
            foreach (var run in runs)
            {
                Assert.Equal(hash, await GitConfigurationCopyStore.KeepAsync(repository, run, environment, None));
            }
            copies.Add(Path.Combine(GitConfigurationCopyStore.FolderOf(environment), hash));
        }
        foreach (var note in GitConfigurationCopyStore.RunsOf(copies[3]))
        {
            File.Move(note, Path.Combine(Path.GetDirectoryName(note)!, "another-" + Path.GetFileName(note)));
        }
        Directory.CreateDirectory(first.Path);
        Directory.CreateDirectory(second.Path);
        var now = DateTimeOffset.UtcNow;

        Assert.Empty(GitConfigLeftovers.List(environment, now.AddDays(6)));
        Assert.Equal([copies[2]], GitConfigLeftovers.List(environment, now.AddDays(8)));
        Directory.Delete(first.Path);
        Assert.Empty(GitConfigLeftovers.List(environment, now.AddDays(6)));
        string[] left = [copies[0], copies[2]];
        Assert.Equal(left.Order(StringComparer.Ordinal), GitConfigLeftovers.List(environment, now.AddDays(8)));
        GitConfigLeftovers.UnregisterRemovedRuns(environment, now.AddDays(8));
        Assert.Equal([0, 1, 0, 1], copies.Select(copy => GitConfigurationCopyStore.RunsOf(copy).Count));
    }

    [Fact]
    public async Task Caches_OfRepositoriesThatAreGone_GoWhenNobodyHasUsedThemForAWeek()
    {
        using var here = await TemporaryRepository.CreateAsync();
        var environment = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = here.Beside("cache") };
        var stays = await OpenAsync(here);
        CacheFolder.Open(stays, environment);
        string gone;
        using (var away = await TemporaryRepository.CreateAsync())
        {
            var repository = await OpenAsync(away);
            await (
                await new VerificationWorktreePool(repository, environment).AcquireTreeAsync(
                    await away.GitAsync("rev-parse", "HEAD"),
                    false,
                    None
                )
            ).DisposeAsync();
            gone = CacheFolder.Of(repository, environment);
        }
        Directory.CreateDirectory(here.Beside("cache/orchestrator/says-nothing"));
        var now = DateTimeOffset.UtcNow;

        Assert.Empty(OrphanedCacheFolder.List(environment, now.AddDays(6)));
        Assert.Equal([gone], OrphanedCacheFolder.List(environment, now.AddDays(8)).Select(orphan => orphan.Folder));

        static Task<GitRepository> OpenAsync(TemporaryRepository repository) => new GitRepositoryCache().OpenAsync(repository.Path);
    }

    [Theory]
    [InlineData(2, null, "a b")]
    [InlineData(null, 3, "a")]
    [InlineData(3, 2, "a b")]
    [InlineData(0, null, "a b c d")]
    [InlineData(null, null, "")]
    public void Beyond_LatestAndAge_AreTheOldestFirst(int? keep, int? days, string expected)
    {
        var now = new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
        var runs = "abcd".Select(
            (name, i) =>
                new RunStatus
                {
                    RunId = name.ToString(),
                    State = RunStateNames.Completed,
                    UpdatedAt = now.AddDays(-3.5 + i),
                }
        );

        var beyond = ExpiredRunSelector.Beyond(runs, keep, days is { } d ? TimeSpan.FromDays(d) : null, now);

        Assert.Equal(expected, string.Join(' ', beyond.Select(run => run.RunId)));
    }

    private static PlanTask Task(string id) =>
        new()
        {
            Id = id,
            Description = id,
            FilesWrite = [id + ".txt"],
        };

    private static Task<bool> Forget(string run) => System.Threading.Tasks.Task.FromResult(true);

    private static EndedRun Ended(RunFixture run, string state, params RunTaskStatus[] tasks) =>
        new(
            run.Folder,
            new RunStatus
            {
                RunId = run.Folder.Name,
                State = state,
                Target = "main",
                Staging = run.StagingBranch,
                Tasks = tasks,
            }
        );

    private static async Task<RunTaskStatus> MergedAsync(RunFixture run, string id) =>
        new()
        {
            Id = id,
            State = TaskStateNames.Merged,
            Commit = (await run.Repository.GitAsync("rev-parse", $"{run.StagingTip}^{{/Orchestrator-Task: {id}}}")).Trim(),
        };

    private static async Task<string> PersonsAsync(TemporaryRepository repository) =>
        await repository.GitAsync("for-each-ref", "refs/heads/mine", "refs/orchestrator-of-mine", "refs/heads/main")
        + await repository.GitAsync("-C", repository.Beside("mine"), "status", "--porcelain=v2", "--branch");

    private static RunStartSettings SharedBy(string remote)
    {
        var start = RunFixture.Start();
        return start with { Settings = start.Settings with { Wip = start.Settings.Wip with { Remote = remote } } };
    }
}
