using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.Processes;

namespace Orchestrator.Git.Tests;

public sealed class WorktreesTests
{
    [Fact]
    public async Task Ensure_New_IsOnItsBranchLockedAndReady()
    {
        using var opened = await Opened.CreateAsync();

        var worktree = await opened.TaskWorktreeAsync("a");

        Assert.True(File.Exists(Path.Combine(worktree.Path, "README.md")));
        var listed = Assert.Single(await opened.Worktrees.ListAsync(), info => info.Path == worktree.Path);
        Assert.Equal("refs/heads/orchestrator/run-1/t/a", listed.Branch);
        Assert.True(listed.IsLocked);
        Assert.NotNull(opened.Worktrees.Find(worktree.Path));
        Assert.Empty((await WorktreeStatus.ReadAsync(worktree)).Entries);
    }

    [Fact]
    public async Task Ensure_Again_KeepsTheWorkInIt()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "work"), "x");

        var again = await opened.TaskWorktreeAsync("a");

        Assert.Equal(worktree.AdminDirectory, again.AdminDirectory);
        Assert.True(File.Exists(Path.Combine(worktree.Path, "work")));
    }

    [Fact]
    public async Task Ensure_HalfMade_IsMadeAgain()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        new WorktreeOperationJournal(opened.Repository).Claim(worktree.Path);
        WorktreeAdminFolders.RemoveMarker(worktree.AdminDirectory);
        File.Delete(Path.Combine(worktree.Path, "README.md"));
        await File.WriteAllTextAsync(Path.Combine(worktree.AdminDirectory, "locked"), "initializing");
        Assert.Null(opened.Worktrees.Find(worktree.Path));

        var again = await opened.TaskWorktreeAsync("a");

        Assert.True(File.Exists(Path.Combine(again.Path, "README.md")));
        Assert.NotNull(opened.Worktrees.Find(worktree.Path));
    }

    [Fact]
    public async Task Ensure_SomethingElseAtThePlace_IsRefusedAndLeftAlone()
    {
        using var opened = await Opened.CreateAsync();
        opened.Files.Write(".worktrees/run-1/a/precious", "x");

        var fault = await Assert.ThrowsAsync<GitException>(() => opened.TaskWorktreeAsync("a"));

        Assert.Contains("is in the way", fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(opened.Files[".worktrees/run-1/a/precious"]));
    }

    [Fact]
    public async Task Ensure_FolderDeletedByTheUser_IsMadeAgainOnItsBranch()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        await opened.Files.GitInAsync(worktree.Path, "commit", "--quiet", "--allow-empty", "-m", "work");
        var work = await opened.Files.GitInAsync(worktree.Path, "rev-parse", "HEAD");
        Directory.Delete(opened.Files[".worktrees"], recursive: true);

        var again = await opened.TaskWorktreeAsync("a");

        Assert.Equal(work, await opened.Files.GitInAsync(again.Path, "rev-parse", "HEAD"));
    }

    [Fact]
    public async Task Ensure_OwnPlaceWithTheRestOfADeletedRepository_IsMadeAnew()
    {
        using var opened = await Opened.CreateAsync();
        var place = opened.Files.Beside("cache/verify-1");
        var request = new WorktreeRequest(place, await opened.HeadAsync()) { IsOwnPlace = true };
        await opened.Worktrees.EnsureAsync(request);
        await File.WriteAllTextAsync(Path.Combine(place, "old"), "x");
        Directory.Delete(Path.Combine(opened.Repository.CommonDirectory, "worktrees"), recursive: true);

        var again = await opened.Worktrees.EnsureAsync(request);

        Assert.False(File.Exists(Path.Combine(place, "old")));
        Assert.Empty((await WorktreeStatus.ReadAsync(again)).Entries);
    }

    [Fact]
    public async Task WorktreesOfOthers_InTheSameFolder_AreNeverTouched()
    {
        using var opened = await Opened.CreateAsync();
        var others = opened.Files[".worktrees/run-1/a"];
        await opened.Files.GitAsync("worktree", "add", "--quiet", others);
        await File.WriteAllTextAsync(Path.Combine(others, "precious"), "x");

        Assert.Empty(await opened.Worktrees.RemoveUnfinishedAsync(opened.Files[".worktrees"]));
        var fault = await Assert.ThrowsAsync<GitException>(() => opened.TaskWorktreeAsync("a"));
        await Assert.ThrowsAsync<GitException>(() => opened.Worktrees.RemoveAsync(others));
        await opened.Worktrees.ReturnAsync(
            others,
            new WorktreePool(opened.Files[".worktrees/.pool"]),
            WorktreeDiscardPermit.OfOurMaking(others)
        );

        Assert.Contains("of another program or user", fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(others, "precious")));
    }

    [Fact]
    public async Task RemoveUnfinished_KilledWhileMakingOrRemoving_LeavesNothing()
    {
        using var opened = await Opened.CreateAsync();
        var begun = await opened.TaskWorktreeAsync("begun");
        var claims = new WorktreeOperationJournal(opened.Repository);
        claims.Claim(begun.Path);
        WorktreeAdminFolders.RemoveMarker(begun.AdminDirectory);
        claims.Claim(opened.Files[".worktrees/run-1/orphan"]);
        opened.Files.Write(".worktrees/run-1/orphan/file", "x");
        var ready = await opened.TaskWorktreeAsync("ready");

        var removed = await opened.Worktrees.RemoveUnfinishedAsync(opened.Files[".worktrees"]);

        Assert.Equal(["begun", "orphan"], removed.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([ready.Path], Directory.EnumerateDirectories(opened.Files[".worktrees/run-1"]));
        Assert.Equal(2, (await opened.Worktrees.ListAsync()).Count);
        Assert.Empty(await opened.Worktrees.RemoveUnfinishedAsync(opened.Files[".worktrees"]));
    }

    [Fact]
    public async Task Ensure_ManyAtOnce_AllAreMade()
    {
        using var opened = await Opened.CreateAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => opened.TaskWorktreeAsync($"t{i}")));

        Assert.Equal(6, made.Select(worktree => worktree.AdminDirectory).Distinct().Count());
        Assert.All(made, worktree => Assert.True(File.Exists(Path.Combine(worktree.Path, "README.md"))));
    }

    [Fact]
    public async Task CheckOut_AfterUse_HasExactlyTheCommitsFilesAndWhatIsKept()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("ignore", (".gitignore", "/cache/\n/keep/\n"));
        var first = await opened.HeadAsync();
        var second = await opened.Files.CommitAsync("second", ("new", "x"));
        var worktree = await opened.Worktrees.EnsureAsync(new WorktreeRequest(opened.Files.Beside("verify"), second));
        foreach (var file in (string[])["cache/a", "keep/b", "untracked/c", "nested/d"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(worktree.Path, file))!);
            await File.WriteAllTextAsync(Path.Combine(worktree.Path, file), "x");
        }

        await opened.Files.GitInAsync(Path.Combine(worktree.Path, "nested"), "init", "--quiet");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "README.md"), "changed");
        await WorktreeManager.CheckOutAsync(worktree, first, ["/keep/"]);

        var names = Directory.EnumerateFileSystemEntries(worktree.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal([".git", ".gitignore", "README.md", "keep"], names);
        Assert.Equal("# Test\n", await File.ReadAllTextAsync(Path.Combine(worktree.Path, "README.md")));
    }

    [Fact]
    public async Task Remove_AlsoWithFoldersWithoutPermission_LeavesNothingButTheBranch()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        var folder = Directory.CreateDirectory(Path.Combine(worktree.Path, "modules/x"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "file"), "x");
        File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await opened.Worktrees.RemoveAsync(worktree.Path, permit: WorktreeDiscardPermit.OfOurMaking(worktree.Path));
        await opened.Worktrees.RemoveAsync(worktree.Path, permit: WorktreeDiscardPermit.OfOurMaking(worktree.Path));

        Assert.False(Directory.Exists(worktree.Path));
        Assert.Single(await opened.Worktrees.ListAsync());
        Assert.NotNull(await opened.Refs.ReadAsync("refs/heads/orchestrator/run-1/t/a"));
    }

    [Fact]
    public async Task Remove_LinksInside_AreNotFollowed()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        var precious = Directory.CreateDirectory(opened.Files.Beside("precious")).FullName;
        await File.WriteAllTextAsync(Path.Combine(precious, "file"), "x");
        Directory.CreateSymbolicLink(Path.Combine(worktree.Path, "link"), precious);
        var locked = Directory.CreateDirectory(Path.Combine(worktree.Path, "locked"));
        Directory.CreateSymbolicLink(Path.Combine(locked.FullName, "link"), precious);
        File.SetUnixFileMode(locked.FullName, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await opened.Worktrees.RemoveAsync(worktree.Path, permit: WorktreeDiscardPermit.OfOurMaking(worktree.Path));

        Assert.False(Directory.Exists(worktree.Path));
        Assert.True(File.Exists(Path.Combine(precious, "file")));
    }

    [Fact]
    public async Task Exclude_Twice_IsThereOnceAndKeepsWhatWasThere()
    {
        using var opened = await Opened.CreateAsync();
        var file = Path.Combine(opened.Repository.CommonDirectory, "info", "exclude");
        await File.WriteAllTextAsync(file, "mine");

        CheckoutExcludes.Ensure(opened.Files.Path, ["/.worktrees/"]);
        CheckoutExcludes.Ensure(opened.Files.Path, ["/.worktrees/"]);

        Assert.Equal("mine\n/.worktrees/\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Worktree_GitFileChanged_CallsStillGoToTheRightPlace()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, ".git"), "gitdir: /nowhere\n");

        var status = await WorktreeStatus.ReadAsync(worktree);

        Assert.Equal("refs/heads/orchestrator/run-1/t/a", status.Branch);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("repository")]
    [InlineData("pointer")]
    [InlineData("missing")]
    public async Task Write_SomethingElseInTheWorktreesPlace_TouchesNothing(string what)
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        var precious = Directory.CreateDirectory(opened.Files.Beside("precious")).FullName;
        await File.WriteAllTextAsync(Path.Combine(precious, "file"), "x");
        switch (what)
        {
            case "link":
                Directory.Move(worktree.Path, opened.Files.Beside("moved"));
                Directory.CreateSymbolicLink(worktree.Path, precious);
                break;
            case "repository":
                File.Delete(Path.Combine(worktree.Path, ".git"));
                await opened.Files.GitInAsync(worktree.Path, "init", "--quiet");
                break;
            case "pointer":
                await File.WriteAllTextAsync(Path.Combine(worktree.Path, ".git"), $"gitdir: {opened.Repository.CommonDirectory}\n");
                break;
            default:
                File.Delete(Path.Combine(worktree.Path, ".git"));
                break;
        }

        var fault = await Assert.ThrowsAsync<WorktreeReplacedException>(() =>
            new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfOurMaking(worktree.Path)).RemoveUntrackedAsync(
                null,
                CancellationToken.None
            )
        );
        await Assert.ThrowsAsync<WorktreeReplacedException>(async () =>
            await new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfOurMaking(worktree.Path)).ToAsync(await opened.HeadAsync())
        );
        await opened.Worktrees.RemoveAsync(worktree.Path, permit: WorktreeDiscardPermit.OfOurMaking(worktree.Path));

        Assert.Contains("is no longer the worktree", fault.Message, StringComparison.Ordinal);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(precious, "file")));
        Assert.False(Path.Exists(worktree.Path));
    }

    [Fact]
    public async Task OfWorktree_FileNameThatIsNotText_IsNamedByItsBytes()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        var made = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", "touch \"$(printf 'odd\\377name')\"") { WorkingDirectory = worktree.Path }
        );
        Assert.True(made.Succeeded, made.StandardError.Text);

        var file = Assert.Single(await new WorktreeDiffReader(worktree).AgainstAsync(await opened.HeadAsync()));

        Assert.Equal((@"odd\xFFname", "100644"), (FileNameEncoding.Show(file.Path), file.NewMode));
        Assert.True(new WorktreeFileReaderAndWriter(worktree.Path).HasFile(file.Path));
        new WorktreeFileReaderAndWriter(worktree.Path).RemoveFile(file.Path);
        Assert.Empty(await new WorktreeDiffReader(worktree).AgainstAsync(await opened.HeadAsync()));
    }
}
