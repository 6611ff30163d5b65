using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;

namespace Orchestrator.Git.Tests;

public sealed class RefsTests
{
    private const string Staging = "refs/heads/orchestrator/run-1/staging";
    private const string Wip = "refs/orchestrator/wip/run-1/a";

    [Fact]
    public async Task Update_SeveralRefs_AllMoveAndRepeatingIsHarmless()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        RefChange[] changes = [new(Staging, head, null), new(Wip, head, null)];

        var first = await opened.Refs.UpdateAsync(changes, "test");
        var again = await opened.Refs.UpdateAsync(changes, "test");

        Assert.True(first.Done);
        Assert.True(again.Done);
        Assert.Equal(
            new Dictionary<string, string> { [Staging] = head, [Wip] = head },
            await opened.Refs.ListAsync(["refs/heads/orchestrator", "refs/orchestrator/"])
        );
    }

    [Fact]
    public async Task Read_LoosePackedMissingFolder_AreTold()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        await opened.Files.GitAsync("branch", "packed/branch");
        await opened.Files.GitAsync("pack-refs", "--all");
        var newer = await opened.Files.CommitAsync("newer");

        Assert.Equal(newer, await opened.Refs.ReadAsync("refs/heads/main"));
        Assert.Equal(head, await opened.Refs.ReadAsync("refs/heads/packed/branch"));
        Assert.Null(await opened.Refs.ReadAsync("refs/heads/branch"));
        Assert.Null(await opened.Refs.ReadAsync("refs/heads/packed"));
    }

    /// <summary>After a loss of power the last objects may be gone; the ref still says which they were.</summary>
    [Fact]
    public async Task Read_ObjectIsGone_IsStillARef()
    {
        using var opened = await Opened.CreateAsync();
        var gone = new string('1', 40);
        await File.WriteAllTextAsync(Path.Combine(opened.Repository.CommonDirectory, "refs", "heads", "gone"), gone + "\n");

        Assert.Equal(gone, await opened.Refs.ReadAsync("refs/heads/gone"));
    }

    [Fact]
    public async Task Read_BranchNamedLikeTheWantedRef_IsNotTakenForIt()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.GitAsync("update-ref", "refs/heads/" + Wip, "HEAD");

        Assert.Null(await opened.Refs.ReadAsync(Wip));
    }

    [Fact]
    public async Task ReadWithKind_SymbolicPlainMissing_AreTold()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        await opened.Files.GitAsync("symbolic-ref", "refs/heads/link", "refs/heads/main");

        Assert.Equal((head, true), await opened.Refs.ReadWithKindAsync("refs/heads/link"));
        Assert.Equal((head, false), await opened.Refs.ReadWithKindAsync("refs/heads/main"));
        Assert.Equal((null, false), await opened.Refs.ReadWithKindAsync("refs/heads"));
    }

    [Fact]
    public async Task Update_ManyAtOnceOnOneRef_EachMoveIsSeenByTheNext()
    {
        using var opened = await Opened.CreateAsync();
        var first = await opened.HeadAsync();
        var second = await opened.Files.CommitAsync("second");
        await opened.Refs.UpdateAsync([new RefChange(Staging, first, null)], "made");

        var there = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => opened.Refs.UpdateAsync([new RefChange(Staging, second, first)], "moved")))
        );
        var back = await opened.Refs.UpdateAsync([new RefChange(Staging, first, second)], "back");

        Assert.All(there, move => Assert.True(move.Done));
        Assert.True(back.Done);
        Assert.Equal(
            ["back", "moved", "made"],
            (await opened.Files.GitAsync("reflog", "show", "--format=%gs", Staging)).Trim().Split('\n')
        );
    }

    [Fact]
    public async Task Update_LostRace_MovesNothingAndSaysWhatIsThere()
    {
        using var opened = await Opened.CreateAsync();
        var first = await opened.HeadAsync();
        var second = await opened.Files.CommitAsync("second");
        var third = await opened.Files.CommitAsync("third");
        await opened.Refs.UpdateAsync([new RefChange(Staging, second, null)], "test");

        var result = await opened.Refs.UpdateAsync([new RefChange(Wip, first, null), new RefChange(Staging, third, first)], "test");

        Assert.False(result.Done);
        Assert.Equal(second, result.Actual[Staging]);
        Assert.Null(await opened.Refs.ReadAsync(Wip));
        Assert.Equal(second, await opened.Refs.ReadAsync(Staging));
    }

    [Fact]
    public async Task Update_Delete_NeedsTheRightOldValue()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var other = await opened.Files.CommitAsync("other");
        await opened.Refs.UpdateAsync([new RefChange(Wip, head, null)], "test");

        var wrong = await opened.Refs.UpdateAsync([new RefChange(Wip, null, other)], "test");
        var right = await opened.Refs.UpdateAsync([new RefChange(Wip, null, head)], "test");

        Assert.False(wrong.Done);
        Assert.True(right.Done);
        Assert.Null(await opened.Refs.ReadAsync(Wip));
    }

    [Fact]
    public async Task Update_SymbolicRefPlantedByAnAgent_IsNotFollowed()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var other = await opened.Files.CommitOnBranchAsync("other", "main", "other");
        await opened.Files.GitAsync("symbolic-ref", Staging, "refs/heads/main");

        await opened.Refs.UpdateAsync([new RefChange(Staging, other, head)], "test");

        Assert.Equal(head, await opened.Refs.ReadAsync("refs/heads/main"));
    }

    [Fact]
    public async Task Update_BadName_IsAFaultThatNamesTheCommand()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();

        var fault = await Assert.ThrowsAsync<GitException>(() =>
            opened.Refs.UpdateAsync([new RefChange("refs/heads/a..b", head, null)], "test")
        );

        Assert.Contains("git", fault.Message, StringComparison.Ordinal);
        Assert.Equal(128, fault.ExitCode);
    }

    [Fact]
    public async Task Update_ManyAtOnce_EachCompareAndSwapCountsOnce()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();
        var commits = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(async i => await opened.Commits.CreateAsync(head + "^{tree}", [head], $"commit {i}", null))
        );
        await opened.Refs.UpdateAsync([new RefChange(Staging, head, null)], "test");

        var results = await Task.WhenAll(commits.Select(commit => opened.Refs.UpdateAsync([new RefChange(Staging, commit, head)], "test")));

        Assert.Single(results, result => result.Done);
    }
}
