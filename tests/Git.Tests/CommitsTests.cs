using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Git.Tests;

public sealed class CommitsTests
{
    [Fact]
    public async Task Create_WithTrailers_TheyAreReadBack()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var trailers = new CommitTrailers("run-1", "task-a", 2, "0123abcd");

        var id = await opened.Commits.CreateAsync(
            head + "^{tree}",
            [head],
            "Add: a thing\n\nWith a body.\nNote: this looks like one.",
            trailers
        );
        var commit = await opened.Commits.ReadAsync(id);

        Assert.Equal("Add: a thing", commit!.Subject);
        Assert.Equal([head], commit.Parents);
        Assert.Equal(trailers, commit.Trailers);
    }

    [Fact]
    public async Task Create_NoIdentityKnown_UsesTheStatedFallback()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("config", "--unset", "user.name");
        var repository = await GitRepository.OpenAsync(opened.Repository.Program, opened.Files.Path);
        var hasOwn = repository.Configuration.Get("user.name") is not null; // The machine's own settings may name somebody.
        var head = await opened.HeadAsync();

        var id = await new GitCommitReaderAndWriter(repository).CreateAsync(head + "^{tree}", [head], "x", null);

        var author = await opened.Files.GitAsync("log", "-1", "--format=%an", id);
        Assert.True(hasOwn || author == GitRepository.FallbackIdentity.Name, author);
        Assert.Equal(repository.Identity.Name, author);
    }

    [Fact]
    public async Task ListFirstParents_OfAMerge_AreOursAlone()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var trailers = new CommitTrailers("run-1", "a", 1);
        var forged = await opened.Commits.CreateAsync(start + "^{tree}", [start], "agent", new CommitTrailers("run-1", "forged", 1));
        var merge = await opened.Commits.CreateAsync(start + "^{tree}", [start, forged], "merge", trailers);
        var later = await opened.Commits.CreateAsync(start + "^{tree}", [merge], "later", new CommitTrailers("run-1", "b", 1));

        Assert.Equal([later, merge], (await opened.Commits.ListFirstParentsAsync(later, start)).Select(commit => commit.Id));
        Assert.Equal(trailers, (await opened.Commits.ListFirstParentsAsync(later, start))[1].Trailers);
    }

    [Fact]
    public async Task Read_NoSuchCommit_IsNull()
    {
        using var opened = await Opened.CreateAsync();

        Assert.Null(await opened.Commits.ReadAsync("refs/heads/none"));
        Assert.Null(await opened.Commits.ReadAsync(new string('a', 40)));
    }

    [Fact]
    public async Task Reachable_FromOneOfSeveral_IsTrue()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var side = await opened.Files.CommitOnBranchAsync("side", "main", "side");
        var main = await opened.Files.CommitAsync("main");

        Assert.True(await opened.Commits.IsReachableFromAnyAsync(side, [main, "refs/heads/side"]));
        Assert.False(await opened.Commits.IsReachableFromAnyAsync(side, [main]));
        Assert.False(await opened.Commits.IsReachableFromAnyAsync(side, []));
        Assert.True(await opened.Commits.IsAncestorAsync(start, side));
        Assert.False(await opened.Commits.IsAncestorAsync(side, start));
    }

    [Fact]
    public async Task ListAndReadFiles_StrangeNames_ComeBackAsTheyAre()
    {
        using var opened = await Opened.CreateAsync();
        string[] names = ["a b", "it's \"quoted\"", "line\nbreak", "tab\there", "ünïcode-€-😀", "back\\slash", "-dash", "*star[1]?"];
        var commit = await opened.Files.CommitAsync("names", [.. names.Select(name => (name, "content of " + name))]);

        var files = await opened.Commits.ListFilesAsync(commit);

        Assert.Equal(
            names.Append("README.md").Order(StringComparer.Ordinal),
            files.Select(file => file.Path).Order(StringComparer.Ordinal)
        );
        foreach (var name in names)
        {
            Assert.Equal("content of " + name, System.Text.Encoding.UTF8.GetString((await opened.Commits.ReadFileAsync(commit, name))!));
        }

        Assert.Null(await opened.Commits.ReadFileAsync(commit, "missing"));
    }
}
