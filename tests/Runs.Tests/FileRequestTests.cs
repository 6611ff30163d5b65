using Orchestrator.Agents;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks.Requests;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A file that is not a task's own is lent to it where nobody holds it, and its work may then change it.</summary>
public sealed class FileRequestTests
{
    [Fact]
    public async Task File_OfATaskThatIsMerged_IsLentAndWorkWithItIsMergedAndLands()
    {
        using var run = await BeginAsync();
        await run.DoAsync("b", "b.txt", "first\n");
        Say(run, ("b", TaskStateNames.Merged));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        run.Write(prepared, "b.txt", "second\n");
        Assert.Contains("b.txt", Assert.Single((await run.VerifyAsync("a", prepared)).Problems), StringComparison.Ordinal);

        Claim(run, "a", "./b.txt");
        var verdict = await JudgeAsync(run, "a");
        Assert.Equal(verdict.Lent, (await JudgeAsync(run, "a")).Lent);
        Assert.Equal(AgentRequestNextStepKinds.Answer, verdict.Step);
        Assert.Equal(["b.txt"], verdict.Lent);
        Assert.Contains("b.txt is granted to you", verdict.Text, StringComparison.Ordinal);
        run.Lent["a"] = verdict.Lent;
        var work = await run.VerifyAsync("a", prepared);
        Assert.Empty(work.Problems);
        var merged = await run.MergeAsync(new TaskMergeRequest("a", work.Commit, 1) { Lent = verdict.Lent });

        Assert.True(merged.Merged, merged.Message);
        Assert.Equal("second", await run.ShowAsync(run.StagingBranch, "b.txt"));
        var landed = await run.LandAsync();
        Assert.True(landed.Landed, landed.Message);
        Assert.Equal("second", await run.ShowAsync("main", "b.txt"));
    }

    /// <summary>The files of the run's folder say who else may not have it; what the work is judged by is the run's record.</summary>
    [Fact]
    public async Task File_WrittenIntoTheListByTheAgentItself_IsNotLent()
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "b.txt", "second\n");
        DurableFile.Write(Path.Combine(run.Folder.Path, "lent.json"), """[{"Task": "a", "Path": "b.txt"}]""");

        Assert.NotEmpty((await run.VerifyAsync("a", prepared)).Problems);
    }

    [Theory]
    [InlineData("b.txt", "b.txt belongs to b (pending).")]
    [InlineData("src", "src belongs to c (failed).")]
    [InlineData("src/deep/file.cs", "src/deep/file.cs belongs to c (failed).")]
    [InlineData("../outside.txt", "points outside the repository")]
    [InlineData("/etc/passwd", "is absolute")]
    [InlineData("**", "is not the name of a file")]
    [InlineData(".git/config", "is inside .git")]
    [InlineData("package-lock.json", "Request the package instead (--needs)")]
    [InlineData("other.txt", "other.txt is held by run-2/x.")]
    [InlineData("a.txt", "a.txt belongs to your task, so you may write it.")]
    public async Task File_ThatIsNotLent_SaysWhoHoldsItOrWhyNot(string path, string reason)
    {
        using var run = await BeginAsync();
        Say(run, ("c", TaskStateNames.Failed));
        Claim(run, "a", path);

        var verdict = await JudgeAsync(run, "a", new LeaseRequest("run-2", "x", ["other.txt"], [], [], []));

        Assert.Equal(AgentRequestNextStepKinds.Answer, verdict.Step);
        Assert.Contains(reason, verdict.Text, StringComparison.Ordinal);
        Assert.Empty(verdict.Lent);
    }

    [Fact]
    public async Task File_LentToAnotherTask_IsNotLentUntilThatOneIsMerged()
    {
        using var run = await BeginAsync();
        Say(run, ("b", TaskStateNames.Executing));
        Claim(run, "a", "free.txt");
        Claim(run, "b", "free.txt");
        Assert.Equal(["free.txt"], (await JudgeAsync(run, "a")).Lent);

        var refused = await JudgeAsync(run, "b");
        Say(run, ("a", TaskStateNames.Merged), ("b", TaskStateNames.Executing));
        var lent = await JudgeAsync(run, "b");

        Assert.Contains("free.txt is granted to a (pending).", refused.Text, StringComparison.Ordinal);
        Assert.Equal(["free.txt"], lent.Lent);
    }

    [Fact]
    public async Task File_ThatAlwaysNeedsAPerson_IsAskedAboutAndLentWithAYes()
    {
        using var run = await BeginAsync();
        Claim(run, "a", ".github/workflows/ci.yml");

        var asked = await JudgeAsync(run, "a");
        var no = await JudgeAsync(
            run,
            "a",
            decision: new AgentRequestApprovalDecision(new ApprovalDeniedByUserReason(DecidingUser.Of("kim")))
        );
        var yes = await JudgeAsync(run, "a", decision: new AgentRequestApprovalDecision(new ApprovedByUserReason(DecidingUser.Of("kim"))));

        Assert.Equal((AgentRequestNextStepKinds.Ask, ApprovalKinds.File), (asked.Step, asked.Asks));
        Assert.Contains("May a write .github/workflows/ci.yml", asked.Text, StringComparison.Ordinal);
        Assert.Contains("rejected by kim", no.Text, StringComparison.Ordinal);
        Assert.Empty(no.Lent);
        Assert.Equal([".github/workflows/ci.yml"], yes.Lent);
    }

    private static async Task<RunFixture> BeginAsync()
    {
        var repository = await TemporaryRepository.CreateAsync();
        return await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")),
            new PlanTask { Id = "a", FilesWrite = ["a.txt"] },
            new PlanTask { Id = "b", FilesWrite = ["b.txt"] },
            new PlanTask { Id = "c", FilesWrite = ["src/**"] }
        );
    }

    /// <summary>The record of the run.</summary>
    private static void Say(RunFixture run, params (string Id, string State)[] tasks)
    {
        var status = new RunStatus
        {
            RunId = RunFixture.RunId,
            State = RunStateNames.Executing,
            Tasks = [.. tasks.Select(task => new RunTaskStatus { Id = task.Id, State = task.State })],
        };
        DurableFile.Write(run.Folder.Status, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(status, PayloadJsonOptions.Options));
    }

    private static void Claim(RunFixture run, string task, params string[] files) =>
        new AgentOutcomeClaim
        {
            Task = task,
            Status = "blocked",
            Files = files,
        }.Write(Directory.CreateDirectory(run.Folder.Start(task, 1)).FullName);

    private static Task<AgentRequestEvaluationResult> JudgeAsync(
        RunFixture run,
        string task,
        LeaseRequest? elsewhere = null,
        AgentRequestApprovalDecision? decision = null
    ) =>
        new AgentRequestJudge(run.Services, elsewhere is null ? [] : [elsewhere]).JudgeAsync(
            new EvaluateAgentRequestInput
            {
                Task = run.Task(task),
                Start = 1,
                Decision = decision,
                SaidHash = run.SaidBy(task),
            },
            CancellationToken.None
        );
}
