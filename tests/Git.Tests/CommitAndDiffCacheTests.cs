using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Git.Tests;

public sealed class CommitAndDiffCacheTests
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
        var asked = await new GitCommitReaderAndWriter(fresh).ReadAsync(id);

        Assert.NotNull(opened.Repository.Part<CommitAndDiffCache>().Find(id));
        Assert.Equal(
            (asked!.Id, asked.Tree, asked.Subject, asked.Trailers),
            (remembered!.Id, remembered.Tree, remembered.Subject, remembered.Trailers)
        );
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

        Assert.Equal(merge, (await opened.Commits.ListFirstParentsAsync(merge, start))[0].Id);
        Assert.True(await opened.Commits.IsAncestorAsync(task, merge));
        Assert.True(await opened.Commits.IsReachableFromAnyAsync(task, [merge]));
        Assert.True((await opened.Merges.MergeAsync(task, merge)).IsClean);
        Assert.Equal(tree, (await opened.Merges.MergeAsync(task, merge)).Tree);
        await Assert.ThrowsAsync<GitException>(() => opened.Commits.IsAncestorAsync(start, new string('a', 40)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task IsAncestor_AnyKnowledgeOfARandomHistory_IsWhatGitSays(int seed)
    {
        using var opened = await Opened.CreateAsync();
        var random = new Random(seed);
        var tree = await opened.Files.GitAsync("rev-parse", "HEAD^{tree}");
        var all = new List<string> { await opened.HeadAsync() };
        for (var i = 0; i < 25; i++)
        {
            var parents = random.GetItems(all.ToArray(), random.Next(1, 3)).Distinct().ToArray();
            all.Add(await opened.Commits.CreateAsync(tree, parents, $"commit {i}", Trailers));
        }

        var partly = await GitRepository.OpenAsync(opened.Repository.Program, opened.Files.Path);
        foreach (var id in all.Where(_ => random.Next(2) == 0))
        {
            partly
                .Part<CommitAndDiffCache>()
                .Add(opened.Repository.Part<CommitAndDiffCache>().Find(id) ?? (await opened.Commits.ReadAsync(id))!);
        }

        var ancestors = new Dictionary<string, HashSet<string>>();
        foreach (var id in all)
        {
            ancestors[id] = [.. (await opened.Files.GitAsync("rev-list", id)).Split('\n')];
        }

        foreach (var (from, to) in all.SelectMany(from => all.Select(to => (from, to))))
        {
            Assert.Contains(partly.Part<CommitAndDiffCache>().IsAncestor(from, to), (bool?[])[null, ancestors[to].Contains(from)]);
        }

        Assert.Contains(all, from => partly.Part<CommitAndDiffCache>().IsAncestor(from, all[^1]) is not null);
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

    [Fact]
    public async Task Once_AskedByManyAtTheSameTime_AsksOnceAndAgainAfterAFailure()
    {
        var (memory, asked, first) = (new CommitAndDiffCache(), 0, new TaskCompletionSource<string>());
        Task<string> Ask(Func<Task<string>> answer) =>
            memory.GetOrQueryAsync(
                new string('a', 40),
                "files",
                () =>
                {
                    asked++;
                    return answer();
                }
            );

        var failing = Ask(() => first.Task);
        var waiting = Enumerable.Range(0, 5).Select(_ => Ask(() => Task.FromResult("found"))).ToArray();
        Assert.Equal(1, asked);
        first.SetException(new GitException("no"));

        await Assert.ThrowsAsync<GitException>(() => failing);
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal("found", answer));
        Assert.Equal(2, asked);
    }
}
