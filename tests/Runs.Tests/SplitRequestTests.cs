using Orchestrator.Agents;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks.Requests;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A task that is too big: what its agent proposes becomes tasks of the run, after a yes.</summary>
public sealed class SplitRequestTests
{
    [Fact]
    public async Task Split_IsAskedAboutAndDoneAsThePersonSays()
    {
        using var run = await BeginAsync();
        Claim(run, " the parser ", "the printer", "  ");

        var asked = await JudgeAsync(run);
        var yes = await JudgeAsync(run, new AgentRequestApprovalDecision(new ApprovedByUserReason(DecidingUser.Of("kim@laptop"))));
        var no = await JudgeAsync(run, new AgentRequestApprovalDecision(new ApprovalDeniedByUserReason(DecidingUser.Of("kim"))));

        Assert.Equal((AgentRequestNextStepKinds.Ask, ApprovalKinds.Split), (asked.Step, asked.Asks));
        Assert.Contains(
            "May a be divided into 2 tasks, one after the other: (1) the parser (2) the printer",
            asked.Text,
            StringComparison.Ordinal
        );
        Assert.Equal((AgentRequestNextStepKinds.Split, "it is divided: approved by kim@laptop"), (yes.Step, yes.Note));
        Assert.Equal(AgentRequestNextStepKinds.Answer, no.Step);
        Assert.Contains("rejected by kim", no.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" ", 1)]
    [InlineData("part", 21)]
    public async Task Split_IntoNothingOrTooMuch_IsRefused(string part, int times)
    {
        using var run = await BeginAsync();
        Claim(run, [.. Enumerable.Repeat(part, times)]);

        var verdict = await JudgeAsync(run);

        Assert.Equal(AgentRequestNextStepKinds.Answer, verdict.Step);
        Assert.Contains("1 to 20 parts", verdict.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_AreTasksOfAnExtendedPlanThatMayWriteWhatTheWholeMayAndCanBeWorkedOn()
    {
        using var run = await BeginAsync();
        Claim(run, "the parser", "the printer");

        var made = Add(run, run.Hash);
        Assert.Equal(made.PlanHash, Add(run, run.Hash).PlanHash);

        Assert.Equal(["a-2", "a-3"], made.Tasks.Select(task => task.Id));
        Assert.Equal(["a-2"], made.Tasks[1].DependsOn);
        Assert.Contains("a", made.Tasks[0].Excludes);
        var files = new RunPlanCache().Load(run.Reference, RunFixture.RunId, made.PlanHash);
        var part = files.Task("a-2");
        Assert.Equal(["a.txt"], part.FilesWrite);
        Assert.Empty(part.Verification);
        Assert.Contains("part 1 of 2 of the task a", part.Prompt, StringComparison.Ordinal);
        Assert.Contains("Make all of it", part.Prompt, StringComparison.Ordinal);

        // A part that is too big itself, and the whole again.
        Assert.Equal(["a-4", "a-5"], Add(run, made.PlanHash).Tasks.Select(task => task.Id));
    }

    private static Task<RunFixture> BeginAsync() =>
        RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")),
            new PlanTask
            {
                Id = "a",
                Description = "Make all of it",
                FilesWrite = ["a.txt"],
                Verification = [new Gate("grep -q whole a.txt")],
            },
            new PlanTask { Id = "a-1", FilesWrite = ["other.txt"] }
        );

    private static void Claim(RunFixture run, params string[] parts) =>
        new AgentOutcomeClaim
        {
            Task = "a",
            Status = "blocked",
            Split = parts,
        }.Write(Directory.CreateDirectory(run.Folder.Start("a", 1)).FullName);

    private static SplitConclusion Add(RunFixture run, string hash) =>
        new TaskSplitter(run.Services).Add(
            new SplitTaskInput(RunFixture.RunId, run.Reference, hash, "a", 1) { SaidHash = run.SaidBy("a") }
        );

    private static Task<AgentRequestEvaluationResult> JudgeAsync(RunFixture run, AgentRequestApprovalDecision? decision = null) =>
        new AgentRequestJudge(run.Services, []).JudgeAsync(
            new EvaluateAgentRequestInput
            {
                Task = run.Task("a"),
                Start = 1,
                Decision = decision,
                SaidHash = run.SaidBy("a"),
            },
            CancellationToken.None
        );
}
