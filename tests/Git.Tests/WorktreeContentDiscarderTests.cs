using System.Diagnostics;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class WorktreeContentDiscarderTests
{
    [Fact]
    public async Task Sweep_AfterUse_LeavesWhatTheIndexNames()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("files", (".gitignore", "/cache/\n"), ("folder/sub/ü", "x"));
        var worktree = await opened.TaskWorktreeAsync("t");
        foreach (var file in (string[])["cache/a", "folder/new", "folder/other/new", "nested/d"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(worktree.Path, file))!);
            await File.WriteAllTextAsync(Path.Combine(worktree.Path, file), "x");
        }

        await opened.Files.GitInAsync(Path.Combine(worktree.Path, "nested"), "init", "--quiet");
        var outside = opened.Files.Beside("outside");
        Directory.CreateDirectory(outside);
        await File.WriteAllTextAsync(Path.Combine(outside, "precious"), "x");
        Directory.CreateSymbolicLink(Path.Combine(worktree.Path, "folder", "link"), outside);
        Directory.CreateSymbolicLink(Path.Combine(worktree.Path, "broken"), opened.Files.Beside("nowhere"));

        await new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfOurMaking(worktree.Path)).RemoveUntrackedAsync(
            null,
            CancellationToken.None
        );

        var left = Directory
            .EnumerateFileSystemEntries(worktree.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(worktree.Path, path))
            .Order(StringComparer.Ordinal);
        Assert.Equal([".git", ".gitignore", "README.md", "folder", "folder/sub", "folder/sub/ü"], left);
        Assert.True(File.Exists(Path.Combine(outside, "precious")));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("new")]
    public async Task Sweep_NameThatIsNoText_IsRemoved(string folder)
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        Directory.CreateDirectory(Path.Combine(worktree.Path, folder));
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, folder, "other"), "x");
        using (
            var shell = Process.Start(
                "sh",
                ["-c", "printf x > \"$(printf '%s/n\\374' \"$1\")\"", "sh", Path.Combine(worktree.Path, folder)]
            )
        )
        {
            await shell.WaitForExitAsync();
        }

        await new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfOurMaking(worktree.Path)).RemoveUntrackedAsync(
            null,
            CancellationToken.None
        );
        Assert.Equal(
            [".git", "README.md"],
            Directory.EnumerateFileSystemEntries(worktree.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }
}
