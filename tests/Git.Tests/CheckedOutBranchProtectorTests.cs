using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Tests;

/// <summary>No branch is deleted or moved under a checkout of the user.</summary>
public sealed class CheckedOutBranchProtectorTests
{
    private const string Staging = "refs/heads/orchestrator/run-1/staging";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_DeletesACheckedOutBranch_IsRefused(bool isLinked)
    {
        using var opened = await Opened.CreateAsync();
        var (tip, folder) = await CheckOutAsync(opened, isLinked);
        RefChange[] changes = [new(Staging, null, tip), new("refs/orchestrator/other", tip, null)];

        var refusal = await Assert.ThrowsAsync<GitException>(() => opened.Refs.UpdateAsync(changes, "test"));

        Assert.Contains($"is checked out in '{folder}'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((tip, null), (await opened.Refs.ReadAsync(Staging), await opened.Refs.ReadAsync("refs/orchestrator/other")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_DeletesABranchThatIsBeingRebased_IsRefused(bool isLinked)
    {
        using var opened = await Opened.CreateAsync();
        var (tip, folder) = await CheckOutAsync(opened, isLinked);
        var admin = await opened.Files.GitAsync("-C", folder, "rev-parse", "--absolute-git-dir");
        await opened.Files.GitAsync("-C", folder, "checkout", "--quiet", "--detach");
        Directory.CreateDirectory(Path.Combine(admin, "rebase-merge"));
        await File.WriteAllTextAsync(Path.Combine(admin, "rebase-merge", "head-name"), Staging + "\n");

        await Assert.ThrowsAsync<GitException>(() => opened.Refs.UpdateAsync([new RefChange(Staging, null, tip)], "test"));
    }

    [Fact]
    public async Task Update_DeletesABranchWhoseWorktreeIsGone_IsDone()
    {
        using var opened = await Opened.CreateAsync();
        var (tip, folder) = await CheckOutAsync(opened, isLinked: true);
        Directory.Delete(folder, recursive: true);

        Assert.True((await opened.Refs.UpdateAsync([new RefChange(Staging, null, tip)], "test")).Done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_MovesACheckedOutBranchForward_CheckoutFollowsWithItsChanges(bool isLinked)
    {
        using var opened = await Opened.CreateAsync();
        var (tip, folder) = await CheckOutAsync(opened, isLinked);
        var newer = await CommitAsync(opened, tip, "merged.txt");
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), "mine\n");

        Assert.True((await opened.Refs.UpdateAsync([new RefChange(Staging, newer, tip)], "test")).Done);

        Assert.Equal(newer, await opened.Refs.ReadAsync(Staging));
        Assert.Equal(Staging, await opened.Files.GitAsync("-C", folder, "symbolic-ref", "HEAD"));
        Assert.Equal(" M README.md", await opened.Files.GitAsync("-C", folder, "status", "--porcelain"));
        Assert.True(File.Exists(Path.Combine(folder, "merged.txt")));
    }

    [Fact]
    public async Task Update_ChangesAreInTheWay_CheckoutStaysAtItsCommitWithThem()
    {
        using var opened = await Opened.CreateAsync();
        var (tip, folder) = await CheckOutAsync(opened, isLinked: true);
        var newer = await CommitAsync(opened, tip, "README.md");
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), "mine\n");

        Assert.True((await opened.Refs.UpdateAsync([new RefChange(Staging, newer, tip)], "test")).Done);

        Assert.Equal(newer, await opened.Refs.ReadAsync(Staging));
        Assert.Equal(tip, await opened.Files.GitAsync("-C", folder, "rev-parse", "HEAD"));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(folder, "README.md")));
        Assert.Equal(" M README.md", await opened.Files.GitAsync("-C", folder, "status", "--porcelain"));
    }

    /// <summary>A branch that leaves a user's commit behind takes no checkout with it.</summary>
    [Fact]
    public async Task PutBack_CheckoutHasACommitOfTheUser_StaysAtThatCommit()
    {
        using var opened = await Opened.CreateAsync();
        var (tip, folder) = await CheckOutAsync(opened, isLinked: true);
        await File.WriteAllTextAsync(Path.Combine(folder, "own.txt"), "mine\n");
        await opened.Files.GitAsync("-C", folder, "add", "own.txt");
        await opened.Files.GitAsync("-C", folder, "-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-qm", "mine");
        var own = await opened.Files.GitAsync("-C", folder, "rev-parse", "HEAD");

        await opened.Refs.PutBackAsync(Staging, tip);

        Assert.Equal(tip, await opened.Refs.ReadAsync(Staging));
        Assert.Equal(own, await opened.Files.GitAsync("-C", folder, "rev-parse", "HEAD"));
        Assert.Equal("", await opened.Files.GitAsync("-C", folder, "status", "--porcelain"));
    }

    [Fact]
    public async Task Update_BranchIsElsewhere_CheckoutStaysOnIt()
    {
        using var opened = await Opened.CreateAsync();
        var (tip, folder) = await CheckOutAsync(opened, isLinked: true);
        var newer = await CommitAsync(opened, tip, "merged.txt");

        Assert.False((await opened.Refs.UpdateAsync([new RefChange(Staging, newer, newer)], "test")).Done);

        Assert.Equal(Staging, await opened.Files.GitAsync("-C", folder, "symbolic-ref", "HEAD"));
        Assert.Equal("", await opened.Files.GitAsync("-C", folder, "status", "--porcelain"));
    }

    private static async Task<(string Tip, string Folder)> CheckOutAsync(Opened opened, bool isLinked)
    {
        var tip = await opened.HeadAsync();
        await opened.Files.GitAsync("branch", Staging["refs/heads/".Length..]);
        if (!isLinked)
        {
            await opened.Files.GitAsync("switch", "--quiet", Staging["refs/heads/".Length..]);
            return (tip, opened.Files.Path);
        }
        var folder = opened.Files["fix"];
        await opened.Files.GitAsync("worktree", "add", "--quiet", folder, Staging["refs/heads/".Length..]);
        return (tip, folder);
    }

    private static Task<string> CommitAsync(Opened opened, string parent, string file) =>
        new CheckoutlessCommitBuilder(opened.Repository).CommitAsync(
            parent,
            new Dictionary<string, string> { [file] = "by the run\n" },
            "more",
            new CommitTrailers("run-1")
        );
}
