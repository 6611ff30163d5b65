using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

public sealed class ObjectMemoryTests
{
    private static readonly CommitTrailers Trailers = new("run-1", "t", 1, "k");

    [Theory]
    [InlineData("Subject")]
    [InlineData("Subject\nin two lines\n\nBody\n\nSigned-off-by: x")]
    [InlineData("  Blanks around  \n\n\n\nBody")]
    public async Task Read_CommitWeMade_IsWhatGitSays(string message)
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var tree = await opened.Files.GitAsync("rev-parse", "HEAD^{tree}");

        var id = await opened.Commits.CreateAsync(tree, [start], message, Trailers);
        var remembered = await opened.Commits.ReadAsync(id);
        var fresh = await GitRepository.OpenAsync(opened.Repository.Program, opened.Files.Path);
        var asked = await new Commits(fresh).ReadAsync(id);

        Assert.NotNull(opened.Repository.Memory.Find(id));
        Assert.Equal((asked!.Id, asked.Tree, asked.Subject, asked.Trailers), (remembered!.Id, remembered.Tree, remembered.Subject, remembered.Trailers));
        Assert.Equal(asked.Parents, remembered.Parents);
    }

    [Fact]
    public async Task Questions_AboutWhatWeMade_NeedNoGit()
    {
        using var files = await TemporaryRepository.CreateAsync();
        using var opened = await Opened.OpenAsync(files);
        var start = await opened.HeadAsync();
        var tree = await opened.Files.GitAsync("rev-parse", "HEAD^{tree}");
        var task = await opened.Commits.CreateAsync(tree, [start], "task", Trailers);
        var merge = await opened.Commits.CreateAsync(tree, [start, task], "merge", Trailers);
        Directory.Move(files[".git/objects"], files.Beside("objects"));

        Assert.Equal(merge, (await opened.Commits.FindMergedAsync(merge, start, Trailers))?.Id);
        Assert.True(await opened.Commits.IsAncestorAsync(task, merge));
        Assert.True(await opened.Commits.IsReachableFromAnyAsync(task, [merge]));
        await Assert.ThrowsAsync<GitException>(() => opened.Commits.IsAncestorAsync(merge, task));
    }

    [Fact]
    public async Task Between_ReplacedObjects_HaveNoSay()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var real = await opened.Files.CommitOnBranchAsync("real", "main", "real", ("real", "x"));
        var planted = await opened.Files.CommitOnBranchAsync("planted", "main", "planted", ("planted", "x"));
        await opened.Files.GitAsync("replace", real, planted);

        Assert.Equal(["real"], (await opened.Diffs.BetweenAsync(start, real)).Select(file => file.Path));
    }
}
