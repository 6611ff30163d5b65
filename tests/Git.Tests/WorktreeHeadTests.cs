using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class WorktreeHeadTests
{
    private const string Branch = "refs/heads/orchestrator/run-1/t/one";

    [Theory]
    [InlineData("checkout --quiet -b mine")]
    [InlineData("checkout --quiet --detach")]
    public async Task Attach_HeadElsewhere_IsAtTheBranchAndTheFilesStay(string command)
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("one");
        await opened.Files.GitInAsync(worktree.Path, command.Split(' '));
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "a"), "work");
        var made = await opened.Snapshots.CommitAsync(
            worktree,
            Branch,
            [await opened.HeadAsync()],
            "work",
            new CommitTrailers("run-1", "one")
        );

        await new WorktreeHead(worktree).AttachAsync(Branch);

        var status = await WorktreeStatus.ReadAsync(worktree);
        Assert.Equal((Branch, made.Commit), (status.Branch, status.Head));
        Assert.Empty(status.Entries);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("garbage")]
    [InlineData("folder")]
    [InlineData("link")]
    public async Task Repair_HeadThatGitDoesNotUnderstand_IsAtTheBranchAgain(string how)
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("one");
        var file = Path.Combine(worktree.AdminDirectory, "HEAD");
        File.Delete(file);
        if (how == "garbage")
        {
            await File.WriteAllTextAsync(file, "nonsense");
        }
        else if (how == "folder")
        {
            Directory.CreateDirectory(Path.Combine(file, "inside"));
        }
        else if (how == "link")
        {
            File.CreateSymbolicLink(file, opened.Files["README.md"]);
        }

        new WorktreeHead(worktree).Repair(Branch);

        Assert.Equal(Branch, (await WorktreeStatus.ReadAsync(worktree)).Branch);
        Assert.Equal("# Test\n", await File.ReadAllTextAsync(opened.Files["README.md"]));
    }

    [Theory]
    [InlineData("rebase")]
    [InlineData("cherry-pick")]
    [InlineData("revert")]
    [InlineData("bisect")]
    public async Task Attach_SomethingUnfinished_IsOverAndTheFilesStay(string kind)
    {
        using var opened = await Opened.CreateAsync();
        var files = opened.Files;
        var other = await files.CommitOnBranchAsync("other", "main", "theirs", ("a", "theirs"));
        var worktree = await opened.TaskWorktreeAsync("one");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "a"), "ours");
        await files.GitInAsync(worktree.Path, "add", "a");
        await files.GitInAsync(worktree.Path, "commit", "--quiet", "-m", "ours");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "a"), "ours again");
        await files.GitInAsync(worktree.Path, "commit", "--quiet", "-am", "ours again");
        string[] command = kind switch
        {
            "rebase" => ["rebase", "--quiet", other],
            "cherry-pick" => ["cherry-pick", other],
            "revert" => ["revert", "--no-edit", "HEAD~1"],
            _ => ["bisect", "start", "HEAD", "HEAD~2"],
        };
        try
        {
            await files.GitInAsync(worktree.Path, command);
        }
        catch (InvalidOperationException)
        {
            // It stops at a conflict, which is what is wanted here.
        }

        var head = new WorktreeHead(worktree);
        Assert.NotEqual(UnfinishedGitOperation.None, head.Operation);
        Assert.Equal(kind == "bisect" ? [] : ["a"], await head.UnmergedAsync());
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "a"), "resolved");
        await opened.Snapshots.CommitAsync(worktree, Branch, [await opened.HeadAsync()], "work", new CommitTrailers("run-1", "one"));

        await head.AttachAsync(Branch);

        var status = await WorktreeStatus.ReadAsync(worktree);
        Assert.Equal((Branch, UnfinishedGitOperation.None), (status.Branch, status.Operation));
        Assert.Empty(status.Entries);
        Assert.Equal("resolved", await File.ReadAllTextAsync(Path.Combine(worktree.Path, "a")));
    }
}
