using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>All changes that tasks brought to staging land, or nothing lands.</summary>
public sealed class LossStepsTests
{
    [Fact]
    public async Task Land_MergeThatKeptOneSide_LandsNothingUntilItIsThereOrAccepted()
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("b");
        run.Write(prepared, "b.txt", "b\n");
        var work = await run.VerifyAsync("b", prepared);
        var first = await run.DoAsync("a", "a.txt", "by a\n");
        await StagingAsync(
            run,
            await CommitAsync(run, $"{work.Commit}^{{tree}}", "Merge b", [first.Commit, work.Commit], "b"),
            isOurs: true
        );

        var refused = await run.LandAsync();

        Assert.False(refused.Landed);
        Assert.Contains("2 hunks of 2 tasks: 1 present, 0 overwritten later, 1 lost", refused.Message);
        Assert.Contains("a.txt:1 of a ('by a')", refused.Message);
        Assert.Contains("- lost: a.txt:1 of a ('by a'), by b in ", await File.ReadAllTextAsync(run.Repository[refused.Evidence]));

        // Asked again without a word of a user it is the same.
        Assert.False((await run.LandAsync(isAskedFor: true)).Landed);
        await StagingAsync(run, await CommitAsync(run, $"{run.StagingTip}^{{tree}}", "accept losses", [run.StagingTip]), isOurs: false);
        Assert.True((await run.LandAsync(isAskedFor: true)).Landed);
        Assert.Contains("1 overwritten later, 0 lost", await File.ReadAllTextAsync(run.Folder.Losses));
    }

    [Fact]
    public async Task Merge_LinesOfOthersAreGoneFromAnAppendedFile_IsSentBack()
    {
        using var run = await BeginAsync();
        Assert.True((await run.DoAsync("a", "log.md", "log\nby a\n")).Merged);
        var prepared = await run.PrepareAsync("b");
        run.Write(prepared, "log.md", "log\n");
        run.Write(prepared, "b.txt", "b\n");
        var work = await run.VerifyAsync("b", prepared);

        var refused = await run.MergeAsync("b", work.Commit);

        Assert.False(refused.Merged);
        Assert.Contains("log.md:1 of a ('by a')", refused.Message);
        Assert.Contains("Remove nothing", await File.ReadAllTextAsync(run.Repository[refused.ProblemsFile]));
    }

    private static Task<RunFixture> BeginAsync() =>
        RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"), Task("b", "b.txt"));

    private static PlanTask Task(string id, string file) =>
        new()
        {
            Id = id,
            Description = id,
            FilesWrite = [file],
            FilesAppend = ["log.md"],
        };

    private static Task<string> CommitAsync(RunFixture run, string tree, string subject, string[] parents, string? task = null) =>
        run.Repository.GitAsync([
            "commit-tree",
            tree,
            .. parents.SelectMany(parent => (string[])["-p", parent]),
            "-m",
            subject,
            .. task is null
                ? (string[])[]
                : ["-m", $"Orchestrator-Run: {RunFixture.RunId}\nOrchestrator-Task: {task}\nOrchestrator-Attempt: 1"],
        ]);

    private static async Task StagingAsync(RunFixture run, string commit, bool isOurs)
    {
        await run.Repository.GitAsync("update-ref", $"refs/heads/{run.StagingBranch}", commit);
        run.StagingTip = isOurs ? commit : run.StagingTip;
    }
}
