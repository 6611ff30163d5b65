namespace Orchestrator.Git.Tests;

public sealed class RefTransactionTests
{
    private const string Branch = "refs/heads/orchestrator/run-1/t/a";
    private const string Result = "refs/orchestrator/results/abc";

    [Fact]
    public async Task Run_MakesAndMoves_AsGitDoes()
    {
        using var opened = await Opened.CreateAsync();
        var (first, second) = await TwoCommitsAsync(opened);

        Plan(opened, new(Branch, first, null), new(Result, first, null))!.Run();
        Plan(opened, new(Branch, second, first), new(Result, second, first))!.Run();

        Assert.Equal(second, (await opened.Files.GitAsync("rev-parse", Branch)).Trim());
        Assert.Equal(second, (await opened.Files.GitAsync("rev-parse", Result)).Trim());
        Assert.Equal($"{second} moved\n{first} moved", (await opened.Files.GitAsync("reflog", "show", "--no-abbrev", "--format=%H %gs", Branch)).Trim());
        Assert.False(File.Exists(Path.Combine(opened.Repository.CommonDirectory, "logs", Result)));
        Assert.Empty(await opened.Files.GitAsync("fsck", "--no-progress", "--no-dangling"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(opened.Repository.CommonDirectory, "refs"), "*.lock", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Run_RefThatWasPacked_IsComparedAndMoved()
    {
        using var opened = await Opened.CreateAsync();
        var (first, second) = await TwoCommitsAsync(opened);
        Plan(opened, new RefChange(Branch, first, null))!.Run();
        await opened.Files.GitAsync("pack-refs", "--all", "--prune");

        Assert.Throws<GitException>(() => Plan(opened, new RefChange(Branch, second, second))!.Run());
        Assert.Throws<GitException>(() => Plan(opened, new RefChange(Branch, second, null))!.Run());
        Plan(opened, new RefChange(Branch, second, first))!.Run();

        Assert.Equal(second, (await opened.Files.GitAsync("rev-parse", Branch)).Trim());
    }

    [Fact]
    public async Task Run_OneOfTwoIsElsewhere_MovesNoneAndLeavesNoLock()
    {
        using var opened = await Opened.CreateAsync();
        var (first, second) = await TwoCommitsAsync(opened);
        Plan(opened, new RefChange(Branch, first, null))!.Run();

        Assert.Throws<GitException>(() => Plan(opened, new(Result, second, null), new(Branch, second, second))!.Run());

        Assert.Null(await opened.Refs.ReadAsync(Result));
        Assert.Equal(first, await opened.Refs.ReadAsync(Branch));
        Plan(opened, new(Result, second, null), new(Branch, second, first))!.Run();
    }

    [Fact]
    public async Task Run_LockOfSomebodyElse_IsNamedInGitsWordsAndLeft()
    {
        using var opened = await Opened.CreateAsync();
        var (first, second) = await TwoCommitsAsync(opened);
        Plan(opened, new RefChange(Branch, first, null))!.Run();
        var theirs = Path.Combine(opened.Repository.CommonDirectory, Branch + ".lock");
        await File.WriteAllTextAsync(theirs, "");

        var fault = Assert.Throws<GitException>(() => Plan(opened, new(Result, second, null), new(Branch, second, first))!.Run());

        Assert.Contains($"Unable to create '{theirs}': File exists", fault.ErrorOutput, StringComparison.Ordinal);
        Assert.True(File.Exists(theirs));
        Assert.False(File.Exists(Path.Combine(opened.Repository.CommonDirectory, Result + ".lock")));
        Assert.Null(await opened.Refs.ReadAsync(Result));
    }

    [Fact]
    public async Task Update_ManyAtOnceOnOneRef_EachMoveIsSeenByTheNext()
    {
        using var opened = await Opened.CreateAsync();
        var (first, second) = await TwoCommitsAsync(opened);
        await opened.Refs.UpdateAsync([new RefChange(Branch, first, null)], "made");

        var there = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => opened.Refs.UpdateAsync([new RefChange(Branch, second, first)], "moved"))));
        var back = await opened.Refs.UpdateAsync([new RefChange(Branch, first, second)], "back");

        Assert.All(there, move => Assert.True(move.Done));
        Assert.True(back.Done);
        Assert.Equal(["back", "moved", "made"], (await opened.Files.GitAsync("reflog", "show", "--format=%gs", Branch)).Trim().Split('\n'));
    }

    [Fact]
    public async Task TryPlan_WhatIsNotSimple_IsLeftToGit()
    {
        using var opened = await Opened.CreateAsync();
        var (first, second) = await TwoCommitsAsync(opened);
        Plan(opened, new RefChange(Branch, first, null))!.Run();
        await opened.Files.GitAsync("update-ref", "refs/orchestrator/packed/below/it", first);
        await opened.Files.GitAsync("pack-refs", "--all", "--prune");

        Assert.Null(Plan(opened, new RefChange(Branch, null, first)));
        Assert.Null(Plan(opened, new RefChange("refs/heads/main", second, first)));
        Assert.Null(Plan(opened, new RefChange(Branch + "/below", first, null)));
        Assert.Null(Plan(opened, new RefChange("refs/orchestrator/packed/below", first, null)));
        Assert.Null(Plan(opened, new RefChange("refs/orchestrator/results/a..b", first, null)));
        Assert.Null(Plan(opened, new RefChange("refs/orchestrator/results/a.lock", first, null)));
        Assert.Null(Plan(opened, new RefChange(Result, new string('1', 40), null)));
        await opened.Files.GitAsync("symbolic-ref", "HEAD", Branch);
        Assert.Null(Plan(opened, new RefChange(Branch, second, first)));
    }

    private static RefTransaction? Plan(Opened opened, params RefChange[] changes) => RefTransaction.TryPlan(opened.Repository, changes, "moved");

    private static async Task<(string First, string Second)> TwoCommitsAsync(Opened opened)
    {
        var first = await opened.HeadAsync();
        var second = await opened.Files.CommitAsync("second");
        var commits = new Commits(opened.Repository);
        await commits.ReadAsync(first);
        await commits.ReadAsync(second);
        return (first, second);
    }
}
