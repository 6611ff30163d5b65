using System.Text.RegularExpressions;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Landing;
using Orchestrator.Git.Program;
using Orchestrator.Git.Worktrees;
using Orchestrator.TestKit;

namespace Orchestrator.Git.Tests;

public sealed partial class DiscardTests
{
    private static readonly RetentionTarget Keep = new("refs/orchestrator/kept/run-1/t", "before", new CommitTrailers("run-1", "t"));

    [Fact]
    public async Task Keep_WorkCommittedStagedOrUntracked_IsUnderARefBeforeItGoes()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        Assert.Null((await WorktreeDiscardPermit.KeepAsync(worktree, Keep, [start])).Kept);
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "committed"), "1");
        await opened.Files.GitInAsync(worktree.Path, "add", "-A");
        await opened.Files.GitInAsync(worktree.Path, "commit", "-qm", "by the agent");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "untracked"), "2");

        var permit = await WorktreeDiscardPermit.KeepAsync(worktree, Keep, [start]);
        await new WorktreeContentDiscarder(worktree, permit).ToAsync(start);
        var again = await WorktreeDiscardPermit.KeepAsync(worktree, Keep, [start]);

        Assert.Equal("refs/orchestrator/kept/run-1/t/1", permit.Kept);
        Assert.Null(again.Kept);
        Assert.False(File.Exists(Path.Combine(worktree.Path, "untracked")));
        Assert.Equal(
            ["README.md", "committed", "untracked"],
            (await opened.Commits.ListFilesAsync(permit.Kept!)).Select(file => file.Path)
        );
        Assert.Equal("by the agent", (await opened.Commits.ReadAsync(permit.Kept + "^"))!.Subject);
    }

    [Fact]
    public async Task Keep_IndexThatIsDamagedAndNoHead_KeepsTheFilesAllTheSame()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "work"), "1");
        await File.WriteAllTextAsync(Path.Combine(worktree.AdminDirectory, "index"), "no index");
        File.Delete(Path.Combine(worktree.Path, ".git"));

        var kept = (await WorktreeDiscardPermit.KeepAsync(worktree, Keep, [])).Kept!;

        Assert.Equal(["README.md", "work"], (await opened.Commits.ListFilesAsync(kept)).Select(file => file.Path));
    }

    [Fact]
    public async Task Ensure_WorktreeWhoseGitFileIsGone_KeepsWhatIsInItFirst()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "work"), "1");
        File.Delete(Path.Combine(worktree.Path, ".git"));

        await Assert.ThrowsAsync<GitException>(() => opened.TaskWorktreeAsync("t"));
        Assert.True(File.Exists(Path.Combine(worktree.Path, "work")));
        var made = await opened.Worktrees.EnsureAsync(
            new WorktreeRequest(worktree.Path, await opened.HeadAsync()) { Branch = "refs/heads/orchestrator/run-1/t/t", Keep = Keep }
        );

        Assert.False(File.Exists(Path.Combine(made.Path, "work")));
        Assert.Equal("1", await opened.Files.GitAsync("show", "refs/orchestrator/kept/run-1/t/1:work"));
    }

    [Fact]
    public async Task WorktreeOfSomebody_WithoutAPermit_IsNeitherRemovedNorCheckedOutOver()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "work"), "1");

        await Assert.ThrowsAsync<InvalidOperationException>(() => opened.Worktrees.RemoveAsync(worktree.Path));
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await WorktreeManager.CheckOutAsync(worktree, await opened.HeadAsync())
        );
        Assert.Throws<InvalidOperationException>(() =>
            WorktreeDiscardPermit.Proven(worktree, new WorkDeletionSafetyCheckResult(false, "work"))
        );
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfOurMaking("/elsewhere")).ToAsync("HEAD")
        );

        Assert.True(File.Exists(Path.Combine(worktree.Path, "work")));
    }

    /// <summary>
    /// Whatever throws away what is in a worktree, or writes there by a path that links may lead elsewhere, stands in these files.
    /// </summary>
    [Theory]
    [InlineData(
        """
            "(reset|clean|read-tree|checkout|checkout-index|restore|stash|switch|rm)"
            """,
        "WorktreeContentDiscarder.cs",
        "WorktreeGitTreeWriter.cs",
        "CheckoutlessCommitBuilder.cs",
        "InterruptedCheckoutRestorer.cs",
        "UserCheckoutFastForwarder.cs",
        "CheckedOutBranchProtector.cs",
        "FalselyModifiedFileHider.cs",
        "WorktreeDiffReader.cs",
        "LandingReversal.cs",
        "WorktreeHead.cs",
        "WorktreeGitIndexRepairer.cs"
    )]
    [InlineData(
        """
            "--(hard|abort|force)"
            """,
        "WorktreeContentDiscarder.cs",
        "InterruptedCheckoutRestorer.cs",
        "WorktreeContentSaver.cs"
    )]
    [InlineData(
        """
            FolderRemover\.Remove\w*\(|\.RemoveClaimed\(|WorktreeAdminFolders\.Remove\(
            """,
        "WorktreeContentDiscarder.cs",
        "WorktreeAdminFolders.cs",
        "WorktreeOperationJournal.cs",
        "PooledWorktrees.cs",
        "UnfinishedWorkStore.cs",
        "TrialMerges.cs",
        "SandboxCommitImporter.cs",
        "WorktreeRestorer.cs",
        "RepositoryCloner.cs"
    )]
    [InlineData(
        @"(File|Directory)\.(Write\w*|Append\w*|Create\w*|Move|Copy|Delete|Open\w*|ReadAll\w*|ReadLines)"
            + @"\([^;]*(orktree\.Path|checkout\.Path|WorkingDirectory)"
    )]
    public void Source_OfWhatTouchesWorktrees_GoesThroughOnePlace(string pattern, params string[] mayHaveIt)
    {
        var root = RepositoryFiles.Root;
        var found = ((string[])["src/Git", "activities"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Build().IsMatch(file))
            .Where(file =>
                File.ReadLines(file)
                    .Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(line, pattern.Trim()))
            )
            .Select(file => Path.GetFileName(file)!);

        Assert.Empty(found.Except(mayHaveIt));
    }

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex Build();
}
