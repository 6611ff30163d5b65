namespace Orchestrator.Git.Tests;

public sealed class UntouchedWorktreeTests
{
    [Fact]
    public async Task FindHead_CommittedByUs_IsTheCommit()
    {
        using var opened = await Opened.CreateAsync();
        var (worktree, commit) = await CommittedAsync(opened);

        Assert.Equal(commit, UntouchedWorktree.FindHead(worktree));
        Assert.True((await new DeletionProof(opened.Repository).CheckWorktreeAsync(worktree, [commit], [])).IsProven);
        Assert.False((await new DeletionProof(opened.Repository).CheckWorktreeAsync(worktree, ["refs/heads/main"], [])).IsProven);
    }

    [Theory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("gone")]
    [InlineData("new")]
    [InlineData("new in a new folder")]
    [InlineData("ignored")]
    [InlineData("link")]
    [InlineData("staged")]
    [InlineData("moved head")]
    public async Task FindHead_Touched_IsLeftToGit(string what)
    {
        using var opened = await Opened.CreateAsync();
        var (worktree, _) = await CommittedAsync(opened);
        var file = Path.Combine(worktree.Path, "folder", "work");
        switch (what)
        {
            case "content":
                // Same size, and its time put back.
                var time = File.GetLastWriteTimeUtc(file);
                await File.WriteAllTextAsync(file, "abcd");
                File.SetLastWriteTimeUtc(file, time);
                break;
            case "mode":
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                break;
            case "gone":
                File.Delete(file);
                break;
            case "new":
                await File.WriteAllTextAsync(file + ".new", "x");
                break;
            case "new in a new folder":
                Directory.CreateDirectory(file + ".folder");
                await File.WriteAllTextAsync(Path.Combine(file + ".folder", "x"), "x");
                break;
            case "ignored":
                await File.WriteAllTextAsync(Path.Combine(worktree.Path, "cache"), "x");
                break;
            case "link":
                File.Delete(file);
                File.CreateSymbolicLink(file, "../README.md");
                break;
            case "staged":
                await opened.Files.GitAsync("-C", worktree.Path, "rm", "--cached", "--quiet", "README.md");
                break;
            default:
                await opened.Files.GitAsync("-C", worktree.Path, "update-ref", "HEAD", "HEAD^");
                break;
        }

        Assert.Null(UntouchedWorktree.FindHead(worktree));
    }

    private static async Task<(Worktree Worktree, string Commit)> CommittedAsync(Opened opened)
    {
        var start = await opened.Files.CommitAsync("ignore", (".gitignore", "/cache\n"));
        var worktree = await opened.TaskWorktreeAsync("t");
        var file = Path.Combine(worktree.Path, "folder", "work");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "done");

        // A file that is as new as the index is left to git, too.
        foreach (var path in Directory.EnumerateFiles(worktree.Path, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        }

        var made = await opened.Snapshots.CommitAsync(worktree, "refs/heads/orchestrator/run-1/t/t", [start], "work", new CommitTrailers("run-1", "t", 1));
        return (worktree, made.Commit);
    }
}
