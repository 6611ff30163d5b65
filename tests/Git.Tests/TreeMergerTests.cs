using System.Text;

namespace Orchestrator.Git.Tests;

public sealed class TreeMergerTests
{
    [Fact]
    public async Task Merge_DifferentFiles_IsCleanAndTouchesNothing()
    {
        using var opened = await Opened.CreateAsync();
        var a = await opened.Files.CommitOnBranchAsync("a", "main", "a", ("a", "a\n"));
        var b = await opened.Files.CommitOnBranchAsync("b", "main", "b", ("b", "b\n"));

        var result = await opened.Merges.MergeAsync(a, b);

        Assert.True(result.IsClean);
        Assert.Equal(["README.md", "a", "b"], (await opened.Commits.ListFilesAsync(result.Tree)).Select(file => file.Path));
        Assert.Empty(await opened.Files.GitAsync("status", "--porcelain"));
    }

    [Fact]
    public async Task MergeAndCommit_OnlyAddObjects_NothingIsNotedAsAWrite()
    {
        using var opened = await Opened.CreateAsync();
        var a = await opened.Files.CommitOnBranchAsync("a", "main", "a", ("a", "a\n"));
        var b = await opened.Files.CommitOnBranchAsync("b", "main", "b", ("b", "b\n"));

        var merged = await opened.Merges.MergeAsync(a, b);
        var commit = await opened.Commits.CreateAsync(merged.Tree, [a, b], "Merge", trailers: null);

        Assert.Equal($"{a} {b}", await opened.Files.GitAsync("show", "-s", "--format=%P", commit));
        Assert.False(Directory.Exists(opened.Files[".git/orchestrator/writes"]));
    }

    [Fact]
    public async Task Merge_SameLines_ConflictNamesFilesAndVersions()
    {
        using var opened = await Opened.CreateAsync();
        var name = "odd \"name\"\nü";
        await opened.Files.CommitAsync("base", (name, "base\n"), ("gone", "1\n"));
        var a = await opened.Files.CommitOnBranchAsync("a", "main", "a", (name, "a\n"), ("gone", null));
        var b = await opened.Files.CommitOnBranchAsync("b", "main", "b", (name, "b\n"), ("gone", "2\n"));

        var result = await opened.Merges.MergeAsync(a, b);

        Assert.False(result.IsClean);
        Assert.Equal(["gone", name], result.ConflictedFiles);
        Assert.Equal([1, 2, 3], result.Conflicts.Where(stage => stage.Path == name).Select(stage => stage.Stage));
        Assert.Contains(
            result.Messages,
            message => message.Kind.StartsWith("CONFLICT", StringComparison.Ordinal) && message.Paths.Contains("gone")
        );
        var merged = Encoding.UTF8.GetString((await opened.Commits.ReadFileAsync(result.Tree, name))!);
        Assert.Contains("<<<<<<<", merged, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CHANGELOG.md")]
    [InlineData("docs/odd \"name\" [x]*?\\\nend")]
    public async Task Merge_AppendedFile_KeepsBothSidesLines(string name)
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("base", (name, "base\n"));
        var a = await opened.Files.CommitOnBranchAsync("a", "main", "a", (name, "base\na\n"));
        var b = await opened.Files.CommitOnBranchAsync("b", "main", "b", (name, "base\nb\n"));

        var plain = await opened.Merges.MergeAsync(a, b);
        var union = await opened.Merges.MergeAsync(a, b, [name]);

        Assert.False(plain.IsClean);
        Assert.True(union.IsClean);
        Assert.Equal("base\na\nb\n", Encoding.UTF8.GetString((await opened.Commits.ReadFileAsync(union.Tree, name))!));
    }

    [Fact]
    public async Task Merge_AttributesInTheUsersCheckout_HaveNoSay()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("base", ("f", "base\n"));
        var a = await opened.Files.CommitOnBranchAsync("a", "main", "a", ("f", "a\n"));
        var b = await opened.Files.CommitOnBranchAsync("b", "main", "b", ("f", "b\n"));
        opened.Files.Write(".gitattributes", "* merge=union\n");

        Assert.False((await opened.Merges.MergeAsync(a, b)).IsClean);
    }

    [Fact]
    public async Task Apply_ResultOnAnotherBase_HasOnlyItsOwnDifference()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitOnBranchAsync("old", "main", "old base", ("old", "old\n"));
        var result = await opened.Files.CommitOnBranchAsync("result", "old", "result", ("made", "made\n"));
        var onto = await opened.Files.CommitAsync("new base", ("new", "new\n"));

        var applied = await opened.Merges.ApplyAsync(result, onto);

        Assert.True(applied.IsClean);
        Assert.Equal(["README.md", "made", "new"], (await opened.Commits.ListFilesAsync(applied.Tree)).Select(file => file.Path));
    }

    [Fact]
    public async Task Apply_ResultThatWasReverted_LandsAgain()
    {
        using var opened = await Opened.CreateAsync();
        var result = await opened.Files.CommitAsync("result", ("made", "made\n"));
        await opened.Files.GitAsync("revert", "--no-edit", "HEAD");
        var onto = await opened.HeadAsync();

        var applied = await opened.Merges.ApplyAsync(result, onto);

        Assert.True(applied.IsClean);
        Assert.Contains("made", (await opened.Commits.ListFilesAsync(applied.Tree)).Select(file => file.Path));
    }
}
