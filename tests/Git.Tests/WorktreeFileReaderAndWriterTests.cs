using System.Diagnostics;
using Orchestrator.Git.Worktrees;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Git.Tests;

public sealed class WorktreeFileReaderAndWriterTests
{
    [Fact]
    public void TryWrite_LinksToOutside_ChangesNothingThere()
    {
        using var folder = new TempFolder();
        var (root, outside) = Outside(folder);
        File.CreateSymbolicLink(Path.Combine(root, "file"), Path.Combine(outside, "precious"));
        Directory.CreateSymbolicLink(Path.Combine(root, "folder"), outside);
        Directory.CreateDirectory(Path.Combine(root, "real"));
        var files = new WorktreeFileReaderAndWriter(root);

        Assert.True(files.TryWrite("file", "new"u8));
        Assert.False(files.TryWrite("folder/precious", "new"u8));
        Assert.False(files.TryWrite("folder/new", "new"u8));
        Assert.False(files.TryWrite("real", "new"u8));
        Assert.False(files.TryWrite("../out/new", "new"u8));
        Assert.True(files.TryWrite("a/b/c", "new"u8));

        Assert.Equal("precious", File.ReadAllText(Path.Combine(outside, "precious")));
        Assert.Equal(["precious"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
        Assert.Null(new FileInfo(Path.Combine(root, "file")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(Path.Combine(root, "file")));
        Assert.False(files.CanHaveFile("folder/precious"));
        Assert.False(files.CanHaveFile("file/below"));
        Assert.True(files.CanHaveFile("gone/below"));
    }

    [Fact]
    public async Task TryRead_PipeLinkFolderOrLargeFile_IsNothingAndHoldsNobodyUp()
    {
        using var folder = new TempFolder();
        var (root, outside) = Outside(folder);
        await ShellAsync("mkfifo pipe", root);
        File.CreateSymbolicLink(Path.Combine(root, "link"), Path.Combine(outside, "precious"));
        File.WriteAllText(Path.Combine(root, "file"), "12345");
        var files = new WorktreeFileReaderAndWriter(root);

        Assert.Null(files.TryRead("pipe"));
        Assert.True(files.HasSpecialFile("pipe"));
        Assert.Null(files.TryRead("link"));
        Assert.Null(files.TryRead("."));
        Assert.Null(files.TryRead("file", limit: 4));
        Assert.Equal("12345", files.TryReadText("file"));
    }

    [Fact]
    public async Task FolderRemover_WhateverIsInside_RemovesIt()
    {
        using var folder = new TempFolder();
        var (root, outside) = Outside(folder);
        Directory.CreateSymbolicLink(Path.Combine(root, "link"), outside);

        // Deeper than a path can say, names that are no text, a pipe, and folders that are closed to their owner.
        await ShellAsync(
            """
            mkdir closed && touch closed/file && mkdir closed/inner && touch closed/inner/file && chmod 000 closed/inner && chmod 000 closed
            mkfifo pipe; touch "$(printf 'n\374')"; mkdir "$(printf 'd\374')"; touch "$(printf 'd\374/x')"
            i=0; while [ $i -lt 300 ];
              do mkdir ddddddddddddddddddddddddddddddddddddddddddddd && cd -P ddddddddddddddddddddddddddddddddddddddddddddd || exit 1;
              i=$((i+1)); done; touch deepest
            """,
            root
        );

        FolderRemover.Remove(root);

        Assert.False(Path.Exists(root));
        Assert.True(File.Exists(Path.Combine(outside, "precious")));
        FolderRemover.Remove(root);
    }

    private static (string Root, string Outside) Outside(TempFolder folder)
    {
        var outside = Directory.CreateDirectory(Path.Combine(folder.Path, "out")).FullName;
        File.WriteAllText(Path.Combine(outside, "precious"), "precious");
        return (Directory.CreateDirectory(Path.Combine(folder.Path, "root")).FullName, outside);
    }

    internal static async Task ShellAsync(string script, string folder)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script]) { WorkingDirectory = folder })!;
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }
}
