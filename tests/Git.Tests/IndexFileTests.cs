namespace Orchestrator.Git.Tests;

public sealed class IndexFileTests
{
    [Fact]
    public async Task TryRead_OrdinaryIndexOfManyNames_HidesNothing()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("names", [.. Enumerable.Range(1, 60).Select(length => (new string('n', length), "x")), (string.Join('/', Enumerable.Repeat(new string('d', 200), 3)), "x")]);
        var index = Path.Combine(opened.Repository.CommonDirectory, "index");

        Assert.False(IndexFile.TryRead(index)!.HidesFiles);
        await opened.Files.GitAsync("add", "--intent-to-add", "--all");
        Assert.False(IndexFile.TryRead(index)!.HidesFiles);
        await opened.Files.GitAsync("update-index", "--skip-worktree", "README.md");
        Assert.True(IndexFile.TryRead(index)!.HidesFiles);
        await opened.Files.GitAsync("update-index", "--no-skip-worktree", "README.md");
        await opened.Files.GitAsync("update-index", "--assume-unchanged", new string('n', 60));
        Assert.True(IndexFile.TryRead(index)!.HidesFiles);
        Assert.Null(IndexFile.TryRead(index + ".missing"));
    }

    [Fact]
    public async Task TryRead_FilesFoldersSubmodules_AreTold()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("files", ("a/b/ü", "x"), ("a/c", "x"));
        await opened.Files.GitAsync("update-index", "--add", "--cacheinfo", $"160000,{await opened.HeadAsync()},a/module");
        var index = IndexFile.TryRead(Path.Combine(opened.Repository.CommonDirectory, "index"))!;

        Assert.True(index.HasFile("a/b/ü") && index.HasFile("a/c") && index.HasFile("README.md"));
        Assert.True(index.HasFolder("a") && index.HasFolder("a/b"));
        Assert.True(index.HasSubmodule("a/module"));
        Assert.False(index.HasFile("a") || index.HasFile("a/module") || index.HasFolder("a/c") || index.HasSubmodule("a/c"));
    }

    [Theory]
    [InlineData("--index-version=4")]
    [InlineData("--split-index")]
    public async Task TryRead_OtherForms_AreNotUnderstood(string form)
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("update-index", form);

        Assert.Null(IndexFile.TryRead(Path.Combine(opened.Repository.CommonDirectory, "index")));
    }
}
