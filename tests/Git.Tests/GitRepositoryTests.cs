using Orchestrator.Git.Program;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

public sealed class GitRepositoryTests
{
    [Fact]
    public async Task Open_FromASubfolder_FindsTheRepository()
    {
        using var opened = await Opened.CreateAsync();
        opened.Files.Write("deep/er/file", "x");

        var repository = await GitRepository.OpenAsync(opened.Repository.Program, opened.Files["deep/er"]);

        Assert.Equal(GitRepository.RealPath(opened.Files[".git"]), repository.CommonDirectory);
        Assert.Equal(GitRepository.RealPath(opened.Files.Path), repository.MainCheckout);
        Assert.Equal(opened.Repository.Key, repository.Key);
        Assert.Matches("^[0-9a-f]{12}$", repository.Key);
    }

    [Fact]
    public async Task Open_FromALinkedWorktreeOrThroughASymbolicLink_IsTheSameRepository()
    {
        using var opened = await Opened.CreateAsync();
        var worktree = await opened.TaskWorktreeAsync("a");
        Directory.CreateSymbolicLink(opened.Files.Beside("link"), opened.Files.Path);

        var fromWorktree = await GitRepository.OpenAsync(opened.Repository.Program, worktree.Path);
        var fromLink = await GitRepository.OpenAsync(opened.Repository.Program, opened.Files.Beside("link"));

        Assert.Equal(opened.Repository.Key, fromWorktree.Key);
        Assert.Equal(opened.Repository.MainCheckout, fromWorktree.MainCheckout);
        Assert.Equal(opened.Repository.Key, fromLink.Key);
    }

    [Fact]
    public async Task Open_BareAndShallow_AreKnownAsSuch()
    {
        using var files = await TemporaryRepository.CreateAsync();
        await files.CommitAsync("second", ("a", "a"));
        await files.GitAsync("clone", "--quiet", "--bare", files.Path, files.Beside("bare"));
        await files.GitAsync("clone", "--quiet", "--depth=1", "file://" + files.Path, files.Beside("shallow"));
        var program = await Opened.ProgramAsync();

        var bare = await GitRepository.OpenAsync(program, files.Beside("bare"));
        var shallow = await GitRepository.OpenAsync(program, files.Beside("shallow"));

        Assert.True(bare.IsBare);
        Assert.Null(bare.MainCheckout);
        Assert.True(shallow.IsShallow);
        Assert.False(shallow.IsBare);
    }

    [Fact]
    public async Task Open_NoRepository_SaysHowToMakeOne()
    {
        using var files = await TemporaryRepository.CreateAsync();
        Directory.CreateDirectory(files.Beside("plain"));

        var fault = await Assert.ThrowsAsync<NotARepositoryException>(async () =>
            await GitRepository.OpenAsync(await Opened.ProgramAsync(), files.Beside("plain"))
        );

        Assert.Contains("git init", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SeparateGitFolder_FindsCheckoutAndCommonDirectory()
    {
        using var files = await TemporaryRepository.CreateAsync();
        await files.GitAsync("clone", "--quiet", "--separate-git-dir", files.Beside("elsewhere.git"), files.Path, files.Beside("checkout"));

        var repository = await GitRepository.OpenAsync(await Opened.ProgramAsync(), files.Beside("checkout"));

        Assert.Equal(GitRepository.RealPath(files.Beside("elsewhere.git")), repository.CommonDirectory);
        Assert.Equal(GitRepository.RealPath(files.Beside("checkout")), repository.MainCheckout);
    }

    [Fact]
    public async Task Find_GitMissingOrNotGit_IsUnavailable()
    {
        var missing = await Assert.ThrowsAsync<GitUnavailableException>(() => GitProgram.FindAsync(path: "no-git-here"));
        await Assert.ThrowsAsync<GitUnavailableException>(() => GitProgram.FindAsync(path: "true"));

        Assert.Contains("Install git 2.39", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_OldGit_SaysWhichVersionIsNeeded()
    {
        using var files = await TemporaryRepository.CreateAsync();
        var old = files.Beside("git");
        await File.WriteAllTextAsync(old, "#!/bin/sh\necho git version 2.30.2\n");
        File.SetUnixFileMode(old, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var fault = await Assert.ThrowsAsync<GitUnavailableException>(() => GitProgram.FindAsync(path: old));

        Assert.Contains("2.30.2 is too old", fault.Message, StringComparison.Ordinal);
    }
}
