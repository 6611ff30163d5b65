namespace Orchestrator.Git.Tests;

public sealed class RefFilesTests
{
    [Fact]
    public async Task TryRead_LoosePackedMissing_AreTold()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        await opened.Files.GitAsync("branch", "packed/branch");
        await opened.Files.GitAsync("pack-refs", "--all");
        var newer = await opened.Files.CommitAsync("newer");

        Assert.True(RefFiles.TryRead(opened.Repository, "refs/heads/main", out var loose));
        Assert.True(RefFiles.TryRead(opened.Repository, "refs/heads/packed/branch", out var packed));
        Assert.True(RefFiles.TryRead(opened.Repository, "refs/heads/branch", out var missing));
        Assert.True(RefFiles.TryRead(opened.Repository, "refs/heads", out var folder));

        Assert.Equal((newer, head, null, null), (loose, packed, missing, folder));
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("refs/../config")]
    [InlineData("refs//x")]
    public async Task TryRead_NotARef_IsLeftToGit(string name)
    {
        using var opened = await Opened.CreateAsync();

        Assert.False(RefFiles.TryRead(opened.Repository, name, out _));
    }

    [Fact]
    public async Task TryRead_SymbolicRef_IsLeftToGit()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("symbolic-ref", "refs/heads/link", "refs/heads/main");

        Assert.False(RefFiles.TryRead(opened.Repository, "refs/heads/link", out _));
        Assert.Equal(await opened.HeadAsync(), await opened.Refs.ReadAsync("refs/heads/link"));
    }
}
