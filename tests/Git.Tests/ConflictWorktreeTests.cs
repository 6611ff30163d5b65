using Orchestrator.Git.Commits;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Worktrees;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

public sealed class ConflictWorktreeTests
{
    private const string Branch = "refs/heads/orchestrator/run-1/t/t";
    private static readonly RetentionTarget Keep = new(
        "refs/orchestrator/kept/run-1/t",
        "before the merge",
        new CommitTrailers("run-1", "t")
    );

    [Fact]
    public async Task Begin_Conflict_IsInTheFilesAndCanBeResolvedAndCommitted()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("base", ("f", "base\n"), ("log", "1\n"));
        var staging = await opened.Files.CommitOnBranchAsync("staging", "main", "theirs", ("f", "theirs\n"), ("log", "1\ntheirs\n"));
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "f"), "ours\n");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "log"), "1\nours\n");
        var ours = (await opened.Snapshots.CommitAsync(worktree, Branch, [start], "ours", new CommitTrailers("run-1", "t", 1))).Commit;
        var conflict = new ConflictWorktree(worktree);

        await conflict.BeginAsync(ours, staging, Keep, ["log"]);
        var conflicted = await Unmerged(worktree);
        var text = await File.ReadAllTextAsync(Path.Combine(worktree.Path, "f"));
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "f"), "both\n");
        await conflict.BeginAsync(ours, staging, Keep, ["log"]);
        var again = await Unmerged(worktree);
        var merged = await opened.Snapshots.CommitAsync(worktree, Branch, [ours, staging], "resolved", new CommitTrailers("run-1", "t", 2));
        await conflict.EndAsync();

        Assert.Equal(["f"], conflicted);
        Assert.Contains("|||||||", text, StringComparison.Ordinal);
        Assert.Equal(["f"], again);
        Assert.Equal("both\n", await File.ReadAllTextAsync(Path.Combine(worktree.Path, "f")));
        Assert.True((await opened.Merges.MergeAsync(staging, merged.Commit)).IsClean);
        var status = await WorktreeStatus.ReadAsync(worktree);
        Assert.Equal(UnfinishedGitOperation.None, status.Operation);
        Assert.Empty(status.Entries);
    }

    [Fact]
    public async Task Begin_AfterAMergeThatWasKilledAmongItsFiles_MergesAllTheSame()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("base", ("f", "base\n"), (".gitignore", "ignored\n"));
        var staging = await opened.Files.CommitOnBranchAsync("staging", "main", "theirs", ("f", "theirs\n"), ("new/file", "whole\n"));
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "f"), "ours\n");
        var ours = (await opened.Snapshots.CommitAsync(worktree, Branch, [start], "ours", new CommitTrailers("run-1", "t", 1))).Commit;
        Directory.CreateDirectory(Path.Combine(worktree.Path, "new"));
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "new", "file"), "ha");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "ignored"), "build output");

        await new ConflictWorktree(worktree).BeginAsync(ours, staging, Keep);

        Assert.Equal(["f"], await Unmerged(worktree));

        Assert.Equal("whole\n", await File.ReadAllTextAsync(Path.Combine(worktree.Path, "new", "file")));
        Assert.True(File.Exists(Path.Combine(worktree.Path, "ignored")));
    }

    [Fact]
    public async Task Begin_GitKnowsNoName_MergesAllTheSame()
    {
        var files = await TemporaryRepository.CreateAsync();
        await files.CommitAsync("base", ("f", "base\n"));
        var staging = await files.CommitOnBranchAsync("staging", "main", "theirs", ("f", "theirs\n"));
        var ours = await files.CommitOnBranchAsync("work", "main", "ours", ("f", "ours\n"));
        await files.GitAsync("config", "--unset", "user.name");
        await files.GitAsync("config", "--unset", "user.email");
        await files.GitAsync("config", "user.useConfigOnly", "true");
        using var opened = await Opened.OpenAsync(files);
        var worktree = await opened.TaskWorktreeAsync("t");

        await new ConflictWorktree(worktree).BeginAsync(ours, staging, Keep);

        Assert.Equal(["f"], await Unmerged(worktree));
    }

    [Fact]
    public async Task Begin_WorkThatIsNotCommitted_IsKeptUnderARef()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("base", ("f", "base\n"));
        var staging = await opened.Files.CommitOnBranchAsync("staging", "main", "theirs", ("f", "theirs\n"));
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "f"), "paid for\n");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "new"), "paid for, too\n");

        var kept = await new ConflictWorktree(worktree).BeginAsync(start, staging, Keep);

        Assert.Equal("theirs\n", await File.ReadAllTextAsync(Path.Combine(worktree.Path, "f")));
        Assert.Equal("refs/orchestrator/kept/run-1/t/1", kept);
        Assert.Equal(
            ("paid for", "paid for, too"),
            (await opened.Files.GitAsync("show", kept + ":f"), await opened.Files.GitAsync("show", kept + ":new"))
        );
    }

    private static Task<IReadOnlyList<string>> Unmerged(Worktree worktree) => new WorktreeHead(worktree).UnmergedAsync();
}
