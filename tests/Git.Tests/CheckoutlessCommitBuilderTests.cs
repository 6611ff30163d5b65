using Orchestrator.Git.Commits;

namespace Orchestrator.Git.Tests;

public sealed class CheckoutlessCommitBuilderTests
{
    private static readonly CommitTrailers Trailers = new("run-1");

    [Fact]
    public async Task Commit_AddsAndReplacesAndLeavesTheRest()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("files", ("kept.txt", "kept\n"), ("sub/old.txt", "old\n"));

        var commit = await new CheckoutlessCommitBuilder(opened.Repository).CommitAsync(
            start,
            new Dictionary<string, string> { ["sub/old.txt"] = "new\r\n", ["a b/\"new\".txt"] = "x" },
            "Files",
            Trailers
        );

        var info = await opened.Commits.ReadAsync(commit);
        Assert.Equal([start], info!.Parents);
        Assert.Equal(Trailers, info.Trailers);
        Assert.Equal(["a b/\"new\".txt", "sub/old.txt"], (await opened.Diffs.BetweenAsync(start, commit)).Select(c => c.Path));
        Assert.Equal("new\r\n"u8.ToArray(), await opened.Commits.ReadFileAsync(commit, "sub/old.txt"));
        Assert.Equal("", await opened.Files.GitAsync("status", "--porcelain"));
    }

    [Fact]
    public async Task Commit_DoneAgain_IsTheSameCommit()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var files = new Dictionary<string, string> { ["a.txt"] = "a\n" };

        var first = await new CheckoutlessCommitBuilder(opened.Repository).CommitAsync(start, files, "Files", Trailers);
        var again = await new CheckoutlessCommitBuilder(opened.Repository).CommitAsync(start, files, "Files", Trailers);

        Assert.Equal(first, again);
        Assert.Equal(
            await opened.Files.GitAsync("log", "-1", "--format=%ct", start),
            await opened.Files.GitAsync("log", "-1", "--format=%at", first)
        );
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(opened.Repository.OwnDirectory, "tmp")));
    }
}
