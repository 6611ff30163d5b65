using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A suspected secret lands only if a user was notified of it and repeats the request.</summary>
public sealed class SecretLandingTests
{
    // Put together, so that no scanner takes this file for a leak.
    private const string Token = "gh" + "p_qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i";
    private const string Other = "gl" + "pat-Zb8NsY6hJd3FgA5eUoK1";

    [Theory]
    [InlineData("merge")]
    [InlineData("branch")]
    [InlineData("pr")]
    public async Task Land_AddedSecret_LandsNothingUntilAPersonAsksOnceMore(string land)
    {
        using var run = await BeginAsync();
        Assert.True((await run.DoAsync("a", "a.txt", $"first\nkey: {Token}\n")).Merged);

        var refused = await run.LandAsync(land);

        Assert.False(refused.Landed);
        Assert.Contains("a.txt:2 (GitHub token)", refused.Message);
        Assert.Contains($"orchestrate land {RunFixture.RunId}", refused.Message);
        var evidence = await File.ReadAllTextAsync(run.Repository[refused.Evidence]);
        Assert.Contains("- prevents landing: a.txt:2 (GitHub token): key: [redacted]", evidence);
        Assert.DoesNotContain(Token[4..], refused.Message + evidence + await File.ReadAllTextAsync(run.Folder.SecretsJson));
        Assert.Equal(run.Preflight.BaseCommit, await run.Repository.GitAsync("rev-parse", "main"));

        // Nobody was notified of it yet: the worker died.
        Assert.Contains("a.txt:2", (await run.LandAgainAsync(land, isAskedFor: true)).Message);
        Assert.Contains("prevents landing: a.txt:2 (GitHub token)", Report(run));
        if (land == "pr")
        {
            return;
        }

        var landed = await run.LandAsync(land, isAskedFor: true);

        Assert.True(landed.Landed, landed.Message);
        Assert.Contains("A user accepted possible secrets: a.txt:2 (GitHub token).", landed.Message);
        Assert.Contains("possible secrets: accepted by a user: a.txt:2 (GitHub token)", Report(run));
    }

    [Fact]
    public async Task Land_PersonTakesOutOneOfTwo_IsToldOfTheOther()
    {
        using var run = await BeginAsync();
        await run.DoAsync("a", "a.txt", $"{Token}\n{Other}\n");
        Assert.Contains("a.txt:1 (GitHub token), a.txt:2 (GitLab token)", (await run.LandAsync()).Message);

        await CommitAsync(run, ("a.txt", $"none\n{Other}\n"));
        var half = await run.LandAsync(isAskedFor: true);
        await CommitAsync(run, ("a.txt", "none\n"));
        var landed = await run.LandAsync(isAskedFor: true);

        Assert.Contains("secrets: a.txt:2 (GitLab token). ", half.Message);
        Assert.True(landed.Landed, landed.Message);
        Assert.Contains("none left", await File.ReadAllTextAsync(run.Folder.Secrets));
        Assert.DoesNotContain("secrets", Report(run));
    }

    [Fact]
    public async Task Land_AllowedLookAlikeOrOldSecret_Lands()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("old", ("a.txt", $"a: {Token}\n"), ("moved.txt", $"b: {Other}\n"));
        using var run = await BeginAsync(repository);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", $"new\na: {Token}\nc: {Other} # orchestrate:allow-secret\npassword = \"changeme-please\"\n");
        File.Delete(Path.Combine(repository.Path, prepared.Worktree, "moved.txt"));
        run.Write(prepared, "place.txt", $"  b: {Other}\n");
        run.Write(prepared, "composer.lock", "\"password\": \"q8Vt2Lx9Zr4Wm7Kc\"\n");
        run.Write(prepared, "binary", "\0password = q8Vt2Lx9Zr4Wm7Kc\n");
        var work = await run.VerifyAsync("a", prepared);
        Assert.Empty(work.Problems);
        Assert.True((await run.MergeAsync("a", work.Commit)).Merged);

        var landed = await run.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.False(File.Exists(run.Folder.Secrets));
    }

    [Theory]
    [InlineData("composer.lock", "\"x\": \"SECRET\"\n")]
    [InlineData("binary", "\0SECRET\0\n")]
    public async Task Land_TokenInAFileThatIsNotRead_IsFoundByItsForm(string file, string content)
    {
        using var run = await BeginAsync();
        await run.DoAsync("a", file, content.Replace("SECRET", Token, StringComparison.Ordinal));

        var landed = await run.LandAsync();

        Assert.False(landed.Landed);
        Assert.Contains("(GitHub token)", landed.Message, StringComparison.Ordinal);
        Assert.Contains(file, landed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Land_SecretOfTheTargetMergedByAPerson_IsNotTheRuns()
    {
        using var run = await BeginAsync();
        await run.DoAsync("a", "a.txt", "a\n");
        var main = await run.Repository.CommitAsync("main", ("main.txt", $"{Token}\n"));
        await run.Repository.GitAsync("switch", "--quiet", run.StagingBranch);
        await run.Repository.GitAsync("merge", "--quiet", "-m", "merge", main);
        await run.Repository.GitAsync("switch", "--quiet", "main");

        Assert.True((await run.LandAsync(isAskedFor: true)).Landed);
    }

    [Fact]
    public async Task Land_SwitchedOff_Lands()
    {
        using var run = await BeginAsync(secretScan: false);
        await run.DoAsync("a", "a.txt", $"{Token}\n");

        Assert.True((await run.LandAsync()).Landed);
    }

    private static string Report(RunFixture run) =>
        new RunReport(run.Repository.Path).Render(new RunStatus { RunId = RunFixture.RunId, State = RunStateNames.Landing });

    private static Task CommitAsync(RunFixture run, params (string File, string? Content)[] files) =>
        run.Repository.CommitOnBranchAsync(run.StagingBranch, run.StagingBranch, "by hand", files);

    private static async Task<RunFixture> BeginAsync(TemporaryRepository? repository = null, bool secretScan = true)
    {
        var start = RunFixture.Start(new Gate("true")).With(s => s with { SecretScan = secretScan });
        var task = new PlanTask
        {
            Id = "a",
            Description = "a",
            FilesWrite = ["a.txt", "moved.txt", "place.txt", "composer.lock", "binary"],
        };
        return repository is null ? await RunFixture.BeginAsync(start, task) : await RunFixture.BeginAsync(repository, start, task);
    }
}
