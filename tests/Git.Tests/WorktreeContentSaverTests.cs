using System.Text;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class WorktreeContentSaverTests
{
    private const string Wip = "refs/orchestrator/wip/run-1/t";
    private const string Kept = "refs/orchestrator/kept/run-1/t";
    private const string Branch = "refs/heads/orchestrator/run-1/t/t";
    private static readonly CommitTrailers Trailers = new("run-1", "t", 1);

    [Fact]
    public async Task Save_WorkInProgress_HoldsAllFilesAndTouchesNothing()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("ignore", (".gitignore", "ignored\n"));
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "staged"), "1");
        await opened.Files.GitInAsync(worktree.Path, "add", "staged");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "untracked"), "2");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "ignored"), "3");
        File.Delete(Path.Combine(worktree.Path, "README.md"));
        var before = await WorktreeStatus.ReadAsync(worktree);

        var snapshot = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);

        Assert.True(snapshot.IsNew);
        Assert.Equal(snapshot.Commit, await opened.Refs.ReadAsync(Wip));
        Assert.Equal([".gitignore", "staged", "untracked"], (await opened.Commits.ListFilesAsync(snapshot.Tree)).Select(file => file.Path));
        Assert.Equal(before.Entries, (await WorktreeStatus.ReadAsync(worktree)).Entries);
    }

    [Fact]
    public async Task Save_NothingChanged_KeepsTheSnapshot()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "file"), "1");

        var first = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);
        var second = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "file"), "2");
        var third = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);

        Assert.False(second.IsNew);
        Assert.Equal(first.Commit, second.Commit);
        Assert.True(third.IsNew);

        // Content that the new snapshot lacks stays under a ref of its own; the rest does not.
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "another"), "x");
        var fourth = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);
        Assert.Equal((Kept + "/1", null), (third.Kept, fourth.Kept));
        Assert.Equal(first.Commit, await opened.Refs.ReadAsync(Kept + "/1"));
    }

    /// <summary>Programs that are left behind write on, and replace their files as editors do.</summary>
    [Fact]
    public async Task Save_WhileFilesComeAndGo_SavesWhatIsThere()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "made"), "1");
        using var ends = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            while (!ends.IsCancellationRequested)
            {
                var temporary = Path.Combine(worktree.Path, $"replaced.{Guid.NewGuid():n}.tmp");
                File.WriteAllText(temporary, "new");
                Thread.Yield();
                File.Move(temporary, Path.Combine(worktree.Path, "replaced"), overwrite: true);
            }
        });

        for (var save = 0; save < 40; save++)
        {
            var snapshot = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);
            Assert.Contains("made", (await opened.Commits.ListFilesAsync(snapshot.Tree)).Select(file => file.Path));
        }
        await ends.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task Save_RepositoryMadeInside_SavesTheRest()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await opened.Files.GitInAsync(worktree.Path, "init", "--quiet", "nested");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "nested", "inside"), "x");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "zz"), "x");

        var snapshot = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);

        Assert.Equal(["README.md", "zz"], (await opened.Commits.ListFilesAsync(snapshot.Tree)).Select(file => file.Path));
    }

    [Fact]
    public async Task Restore_InAFreshWorktree_GivesBackTheWorkUncommitted()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "new"), "1");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "README.md"), "changed");
        var snapshot = await opened.Snapshots.SaveAsync(worktree, Wip, "Work in progress", Trailers, Kept);
        await opened.Worktrees.RemoveAsync(worktree.Path, permit: WorktreeDiscardPermit.OfOurMaking(worktree.Path));

        var again = await opened.TaskWorktreeAsync("t");
        await WorktreeContentSaver.RestoreAsync(again, snapshot.Commit, WorktreeDiscardPermit.OfOurMaking(again.Path));

        var status = await WorktreeStatus.ReadAsync(again);
        Assert.Equal(Branch, status.Branch);
        Assert.Equal(["README.md", "new"], status.Entries.Select(entry => entry.Path).Order(StringComparer.Ordinal));
        Assert.Equal("changed", await File.ReadAllTextAsync(Path.Combine(again.Path, "README.md")));
    }

    [Fact]
    public async Task Commit_AgentCommittedAndLeftFiles_IsOneCommitOnTheParent()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "one"), "1");
        await opened.Files.GitInAsync(worktree.Path, "add", "one");
        await opened.Files.GitInAsync(worktree.Path, "commit", "--quiet", "-m", "agent's own");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "two"), "2");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, ".task-status.json"), "{}");

        var result = await opened.Snapshots.CommitAsync(
            worktree,
            Branch,
            [start],
            "Add things",
            Trailers,
            [".task-status.json"],
            new Dictionary<string, string?> { ["refs/orchestrator/results/k1"] = null }
        );

        Assert.True(result.HasChanges);
        Assert.False(result.Lost);
        Assert.Equal(result.Commit, await opened.Refs.ReadAsync(Branch));
        Assert.Equal(result.Commit, await opened.Refs.ReadAsync("refs/orchestrator/results/k1"));
        var commit = await opened.Commits.ReadAsync(result.Commit);
        Assert.Equal([start], commit!.Parents);
        Assert.Equal(Trailers, commit.Trailers);
        Assert.Equal(["README.md", "one", "two"], (await opened.Commits.ListFilesAsync(result.Tree)).Select(file => file.Path));
        Assert.Equal([".task-status.json"], (await WorktreeStatus.ReadAsync(worktree)).Entries.Select(entry => entry.Path));
    }

    /// <summary>The file is already gone from the worktree, and would have returned from the agent's commit.</summary>
    [Fact]
    public async Task Commit_AgentCommittedWhatIsLeftOut_IsWithoutIt()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "one"), "1");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, ".task-status.json"), "{}");
        await opened.Files.GitInAsync(worktree.Path, "rm", "--cached", "--quiet", "README.md");
        await opened.Files.GitInAsync(worktree.Path, "add", "one", ".task-status.json");
        await opened.Files.GitInAsync(worktree.Path, "commit", "--quiet", "-m", "agent's own");
        File.Delete(Path.Combine(worktree.Path, ".task-status.json"));

        var result = await opened.Snapshots.CommitAsync(
            worktree,
            Branch,
            [start],
            "Add things",
            Trailers,
            [".task-status.json", "README.md"]
        );

        Assert.Equal(["README.md", "one"], (await opened.Commits.ListFilesAsync(result.Tree)).Select(file => file.Path));
        Assert.Equal(["one"], result.Changes.Select(change => change.Path));
    }

    [Fact]
    public async Task Commit_NothingChanged_MakesNone()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");

        var result = await opened.Snapshots.CommitAsync(worktree, Branch, [start], "Nothing", Trailers);

        Assert.False(result.HasChanges);
        Assert.Equal(start, result.Commit);
        Assert.Equal(start, await opened.Refs.ReadAsync(Branch));
    }

    [Fact]
    public async Task Commit_LineEndsConvertedByTheUser_AreStoredAsGitWouldStoreThem()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("config", "core.autocrlf", "true");
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        Assert.Equal("# Test\r\n", await File.ReadAllTextAsync(Path.Combine(worktree.Path, "README.md")));
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "new"), "a\r\n");

        var result = await opened.Snapshots.CommitAsync(worktree, Branch, [start], "Line ends", Trailers);

        Assert.Equal(["new"], (await opened.Diffs.BetweenAsync(start, result.Commit)).Select(file => file.Path));
        Assert.Equal("a\n", Encoding.UTF8.GetString((await opened.Commits.ReadFileAsync(result.Commit, "new"))!));
    }

    [Fact]
    public async Task Commit_OnlyTheCaseOfANameChanged_IsDeletedAndAdded()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("start", ("Name", "x"));
        var worktree = await opened.TaskWorktreeAsync("t");
        File.Move(Path.Combine(worktree.Path, "Name"), Path.Combine(worktree.Path, "name"));

        var result = await opened.Snapshots.CommitAsync(worktree, Branch, [start], "Rename", Trailers);

        Assert.Equal(
            [("Name", FileChange.Deleted), ("name", FileChange.Added)],
            (await opened.Diffs.BetweenAsync(start, result.Commit)).Select(file => (file.Path, file.Change))
        );
    }
}
