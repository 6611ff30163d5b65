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

        var result = await new LandingReversal(opened.Repository).TakeBackAsync(Main, landed, before, "run-1");
        var again = await new LandingReversal(opened.Repository).TakeBackAsync(Main, landed, before, "run-1");

        Assert.Equal(ReversalState.TakenBack, result.State);
        Assert.Equal(ReversalState.NotLanded, again.State);
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

        var result = await new LandingReversal(opened.Repository).TakeBackAsync(Main, landed, before, "run-1");

        Assert.Equal(ReversalState.CheckoutInUse, result.State);
        Assert.Equal(landed, await opened.Refs.ReadAsync(Main));
        Assert.Equal("the user's change", await File.ReadAllTextAsync(opened.Files["README.md"]));
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

        var result = await new LandingReversal(opened.Repository).TakeBackAsync(Main, landed, before, "run-1");

        Assert.Equal(ReversalState.RevertOffered, result.State);
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

        var result = await new LandingReversal(opened.Repository).TakeBackAsync(Main, landed, before, "run-1");

        Assert.Equal(ReversalState.RevertOffered, result.State);
        Assert.Equal(["README.md", "newer"], (await opened.Commits.ListFilesAsync(result.Revert!)).Select(file => file.Path));
    }

    [Fact]
    public async Task TakeBack_NewerCommitsOnTheSameLines_NamesTheFiles()
    {
        using var opened = await Opened.CreateAsync();
        var before = await opened.HeadAsync();
        var landed = await opened.Files.CommitAsync("landed", ("README.md", "landed\n"));
        await opened.Files.CommitAsync("newer", ("README.md", "newer\n"));

        var result = await new LandingReversal(opened.Repository).TakeBackAsync(Main, landed, before, "run-1");

        Assert.Equal(ReversalState.RevertConflicts, result.State);
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
        var includes = new WorktreeIncludes(opened.Repository);

        var copied = await includes.CopyAsync(worktree);
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, ".env"), "changed");
        var again = await includes.CopyAsync(worktree);

        Assert.Equal([".env", "local/a b.json"], copied.Order(StringComparer.Ordinal));
        Assert.Empty(again);
        Assert.Equal("changed", await File.ReadAllTextAsync(Path.Combine(worktree.Path, ".env"), Encoding.UTF8));
        Assert.Empty((await WorktreeStatus.ReadAsync(worktree)).Entries);
    }
}
