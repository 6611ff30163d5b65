using System.Text;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Worktrees;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

public sealed class LandingReversalTests
{
    private const string Main = "refs/heads/main";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TakeBack_OnlyOurCommitOnTop_MovesBackAndKeepsOtherFiles(bool checkedOut)
    {
        using var opened = await Opened.CreateAsync();
        var before = await opened.HeadAsync();
        var landed = await opened.Files.CommitAsync("landed", ("landed", "x"));
        if (checkedOut)
        {
            opened.Files.Write("README.md", "the user's change");
        }
        else
        {
            await opened.Files.GitAsync("switch", "--quiet", "-c", "other");
        }

        var result = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");
        var again = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");

        Assert.Equal(LandingReversalStatus.TakenBack, result.State);
        Assert.Equal(LandingReversalStatus.NotLanded, again.State);
        Assert.Equal(before, await opened.Refs.ReadAsync(Main));
        Assert.Equal(!checkedOut, File.Exists(opened.Files["landed"]));
        Assert.Equal(checkedOut ? "the user's change" : "# Test\n", await File.ReadAllTextAsync(opened.Files["README.md"]));
    }

    [Fact]
    public async Task TakeBack_ChangesInTheWay_TouchesNothing()
    {
        using var opened = await Opened.CreateAsync();
        var before = await opened.HeadAsync();
        var landed = await opened.Files.CommitAsync("landed", ("README.md", "landed"));
        opened.Files.Write("README.md", "the user's change");

        var result = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");

        Assert.Equal(LandingReversalStatus.CheckoutInUse, result.State);
        Assert.Equal(landed, await opened.Refs.ReadAsync(Main));
        Assert.Equal("the user's change", await File.ReadAllTextAsync(opened.Files["README.md"]));
    }

    /// <summary>A user commits after it was decided that nothing is on top: that commit stays.</summary>
    [Theory]
    [InlineData("update-index")]
    [InlineData("update-ref")]
    public async Task TakeBack_CommitMadeMeanwhile_IsNotDropped(string command)
    {
        using var files = await TemporaryRepository.CreateAsync();
        using var git = await InterruptingGit.CreateAsync(
            command,
            $"cd '{files.Path}' && echo mine > mine && git add mine && git -c user.name=P -c user.email=p@localhost commit -qm mine"
        );
        using var opened = await Opened.OpenAsync(files, git.Program);
        var before = await opened.HeadAsync();
        var landed = await opened.Files.CommitAsync("landed", ("landed", "x"));

        git.Arm();
        var result = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");

        Assert.Equal(LandingReversalStatus.RevertOffered, result.State);
        Assert.Equal("mine", await opened.Files.GitAsync("log", "-1", "--format=%s", "main"));
        Assert.Empty(await opened.Files.GitAsync("status", "--porcelain"));
        Assert.True(File.Exists(opened.Files["mine"]) && File.Exists(opened.Files["landed"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TakeBack_KilledBetweenRefAndFiles_IsFinished(bool someFiles)
    {
        using var opened = await Opened.CreateAsync();
        var before = await opened.Files.CommitAsync("before", ("changed", "1"), ("deleted", "1"));
        await opened.Files.GitAsync("rm", "--quiet", "deleted");
        var landed = await opened.Files.CommitAsync("landed", ("changed", "2"), ("landed", "x"));
        opened.Files.Write("README.md", "the user's change");
        new LandingIntentStore(opened.Repository, Main).Write(new LandingIntentRecord(landed, before, opened.Repository.MainCheckout!));
        await opened.Files.GitAsync("update-ref", Main, before, landed);
        if (someFiles)
        {
            File.Delete(opened.Files["landed"]);
            opened.Files.Write("changed", "1");
        }

        var result = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");

        Assert.Equal(LandingReversalStatus.TakenBack, result.State);
        Assert.Equal("M README.md", (await opened.Files.GitAsync("status", "--porcelain")).Trim());
        Assert.Equal(
            ("1", "1"),
            (await File.ReadAllTextAsync(opened.Files["changed"]), await File.ReadAllTextAsync(opened.Files["deleted"]))
        );
    }

    [Fact]
    public async Task TakeBack_AlreadyPushed_OffersACommitThatUndoes()
    {
        using var opened = await Opened.CreateAsync();
        using var remote = await TemporaryRepository.CreateEmptyAsync();
        var before = await opened.HeadAsync();
        var landed = await opened.Files.CommitAsync("landed", ("landed", "x"));
        await opened.Files.GitAsync("remote", "add", "origin", "file://" + remote.Path);
        await opened.Files.GitAsync("push", "--quiet", "origin", "main:elsewhere");

        var result = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");

        Assert.Equal(LandingReversalStatus.RevertOffered, result.State);
        Assert.Contains("origin/elsewhere", result.Reason, StringComparison.Ordinal);
        Assert.Equal(landed, await opened.Refs.ReadAsync(Main));
        await opened.Files.GitAsync("merge", "--quiet", "--ff-only", "refs/orchestrator/revert/run-1");
        Assert.False(File.Exists(opened.Files["landed"]));
    }

    [Fact]
    public async Task TakeBack_NewerCommitsOnTop_UndoKeepsThem()
    {
        using var opened = await Opened.CreateAsync();
        var before = await opened.HeadAsync();
        var landed = await opened.Files.CommitAsync("landed", ("landed", "x"));
        await opened.Files.CommitAsync("newer", ("newer", "y"));

        var result = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");

        Assert.Equal(LandingReversalStatus.RevertOffered, result.State);
        Assert.Equal(["README.md", "newer"], (await opened.Commits.ListFilesAsync(result.Revert!)).Select(file => file.Path));
    }

    [Fact]
    public async Task TakeBack_NewerCommitsOnTheSameLines_NamesTheFiles()
    {
        using var opened = await Opened.CreateAsync();
        var before = await opened.HeadAsync();
        var landed = await opened.Files.CommitAsync("landed", ("README.md", "landed\n"));
        await opened.Files.CommitAsync("newer", ("README.md", "newer\n"));

        var result = await new LandingReversal(opened.Repository).RevertAsync(Main, landed, before, "run-1");

        Assert.Equal(LandingReversalStatus.RevertConflicts, result.State);
        Assert.Contains("README.md", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Includes_NamedUntrackedFiles_AreCopiedOnce()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("ignore", (".gitignore", ".env\nlocal/\nbuild/\n"), (".worktreeinclude", ".env\nlocal/*.json\n"));
        opened.Files.Write(".env", "SECRET=1");
        opened.Files.Write("local/a b.json", "{}");
        opened.Files.Write("local/other", "x");
        opened.Files.Write("build/out", "x");
        var worktree = await opened.TaskWorktreeAsync("t");
        var includes = new UntrackedFileCopier(opened.Repository);

        var copied = await includes.CopyAsync(worktree);
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, ".env"), "changed");
        var again = await includes.CopyAsync(worktree);

        Assert.Equal([".env", "local/a b.json"], copied.Order(StringComparer.Ordinal));
        Assert.Empty(again);
        Assert.Equal("changed", await File.ReadAllTextAsync(Path.Combine(worktree.Path, ".env"), Encoding.UTF8));
        Assert.Empty((await WorktreeStatus.ReadAsync(worktree)).Entries);
    }
}
