using Orchestrator.Agents;
using Orchestrator.Agents.Supervision;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A start that is to be stopped, because nobody heard that it was interrupted, in each state it may be in.</summary>
public sealed class TaskAgentRunExecutorTests
{
    [Theory]
    [InlineData(1, "opus", null, "sonnet")]
    [InlineData(2, "opus", null, "opus")]
    [InlineData(3, "opus", "haiku", "opus")]
    [InlineData(1, "opus", "haiku", "haiku")]
    [InlineData(3, null, "haiku", "haiku")]
    public void ModelOf_WorkRefusedTwice_IsTheStrongerOne(int failures, string? stronger, string? ofTask, string model)
    {
        var start = RunFixture.Start().With(s => s with { Model = "sonnet", EscalateModel = stronger });

        Assert.Equal(model, AgentRunParametersBuilder.ModelOf(new PlanTask { Id = "a", Model = ofTask }, start.Settings, failures));
    }

    [Fact]
    public void AttemptModel_SeveralStarts_NamesTheModelOfEachAttemptOnce()
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, "run");
        foreach (var (start, attempt, models) in ((int, int, string[])[])[(1, 1, ["s"]), (2, 1, ["s"]), (3, 2, []), (10, 3, ["o", "h"])])
        {
            new AgentRunOutcomeFile { Attempt = attempt, Models = models }.Write(run.Start("a", start));
        }

        Assert.Equal("s (attempt 1), o (attempt 3)", string.Join(", ", AttemptLanguageModelReader.Of(run.Path, "a")));
        Assert.Empty(AttemptLanguageModelReader.Of(run.Path, "b"));
    }

    [Fact]
    public async Task Run_StopOfAStartThatNeverBegan_StartsNothing()
    {
        using var run = await BeginAsync("echo started >> \"$ORCHESTRATOR_REPOSITORY/starts\"");
        var input = await InputAsync(run) with { Stop = true, Session = "kept" };

        var result = await RunAsync(run, input);

        Assert.Equal((FailureClass.Stopped, "kept", true), (result.FailureClass, result.Session, result.NeverBegun));
        // A worker that was frozen and wakes up now finds that it may not begin it any more.
        Assert.Equal(AgentRunStatus.CancelledBeforeStart, AgentSupervisor.ReadState(run.Folder.Start("a", 1)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(run, input with { Stop = false }));
        Assert.False(File.Exists(Path.Combine(run.Repository.Path, "starts")));
    }

    [Fact]
    public async Task Run_StopOfAStartAtWork_EndsItAndKeepsItsFiles()
    {
        using var run = await BeginAsync(
            "echo half > half.txt; echo started >> \"$ORCHESTRATOR_REPOSITORY/starts\"; sleep 600; echo ended >> "
                + "\"$ORCHESTRATOR_REPOSITORY/starts\""
        );
        var input = await InputAsync(run);
        using var detach = new CancellationTokenSource();
        var first = RunAsync(run, input, detach.Token);
        await Eventually.TrueAsync(
            () => new FileInfo(Path.Combine(run.Repository.Path, "starts")) is { Exists: true, Length: > 0 },
            TimeSpan.FromSeconds(30)
        );
        await detach.CancelAsync();
        Assert.False((await Assert.ThrowsAsync<RunStepFailedException>(() => first)).IsFinal);

        var result = await RunAsync(run, input with { Stop = true });

        Assert.Equal(FailureClass.Stopped, result.FailureClass);
        Assert.Equal(AgentRunStatus.Ended, AgentSupervisor.ReadState(run.Folder.Start("a", 1)));
        Assert.Equal("started\n", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, "starts")));
        Assert.True(File.Exists(Path.Combine(run.Repository.Path, input.Prepared.Worktree, "half.txt")));
        // Its worker died before it could say so: the next one stops nothing a second time, and the task continues when it may.
        Assert.Equal(FailureClass.Died, (await RunAsync(run, input with { Stop = true })).FailureClass);
    }

    [Fact]
    public async Task Run_StopOfAStartThatHasEnded_GivesItsOutcome()
    {
        using var run = await BeginAsync("echo started >> \"$ORCHESTRATOR_REPOSITORY/starts\"; echo done > a.txt");
        var input = await InputAsync(run);
        var ended = await RunAsync(run, input);

        var result = await RunAsync(run, input with { Stop = true });

        Assert.Equal(FailureClass.None, ended.FailureClass);
        Assert.Equal(ended with { Notices = [] }, result with { Notices = [] });
        Assert.Equal(ended.Notices, result.Notices);
        Assert.Contains("appeared in ", Assert.Single(result.Notices).Text, StringComparison.Ordinal);
        Assert.Equal("started\n", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, "starts")));
    }

    /// <summary>Each task's agent may have the same; a user reads it once.</summary>
    [Fact]
    public async Task Run_OptionsThatCouldNotBeUsed_AreNoticedOnceInARun()
    {
        using var run = await BeginAsync("echo done > a.txt");
        var input = await InputAsync(run);
        var folder = Directory.CreateDirectory(run.Folder.Start("a", 1)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "warnings"), "The agent definition x.md was left out.\nSo was y.md.");

        var result = await RunAsync(run, input);

        Assert.Equal(["The agent definition x.md was left out.", "So was y.md."], result.Notices.Select(notice => notice.Text));
        Assert.Equal(result.Notices, (await RunAsync(run, input)).Notices);
        Directory.CreateDirectory(run.Folder.Start("a", 2));
        File.Copy(Path.Combine(folder, "warnings"), Path.Combine(run.Folder.Start("a", 2), "warnings"));
        Assert.Empty((await RunAsync(run, input with { Start = 2 })).Notices);
    }

    /// <summary>The task's gate already passes before any work.</summary>
    [Theory]
    [InlineData("completed", true)]
    [InlineData("Done", true)]
    [InlineData(null, false)]
    public async Task Run_ProgramThatFailsAfterWork_IsJudgedByItsGatesOnlyWhereItSaidDone(string? said, bool isTaken)
    {
        var claim = said is null ? "true" : $"echo '{{\"status\":\"{said}\"}}' > .task-status.json";
        using var run = await BeginAsync($"echo done > a.txt; {claim}; echo '1 warning' >&2; exit 1", new Gate("true"));
        var input = await InputAsync(run);

        var result = await RunAsync(run, input);
        var work = await run.VerifyAsync("a", input.Prepared, endedWith: result.EndedWith, claimedDone: result.ClaimedDone);

        Assert.Equal((FailureClass.None, isTaken, ""), (result.FailureClass, result.ClaimedDone, result.Signature));
        Assert.Contains("ended with exit code 1. Its stderr ends with: '1 warning'.", result.EndedWith, StringComparison.Ordinal);
        Assert.Equal(isTaken, work.Problems.Count == 0);
        Assert.Contains(
            isTaken ? work.Notes : work.Problems,
            text => text.Contains(isTaken ? "its work passes its gates" : "without reporting its work as done", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("test ! -f a.txt", "Gate failed")]
    [InlineData("test -f b.txt", "ended with an error without reporting its work as done")] // Red before any work: it is only advisory.
    [InlineData(null, "the agent ended with an error without reporting its work as done")]
    public async Task Verify_WorkOfAProgramThatFailed_IsGivenBackWithItsWords(string? gate, string told)
    {
        using var run = await BeginAsync("echo half > a.txt; echo 'out of ideas' >&2; exit 1", gate is null ? [] : [new Gate(gate)]);
        var input = await InputAsync(run);
        var result = await RunAsync(run, input);

        var work = await run.VerifyAsync("a", input.Prepared, endedWith: result.EndedWith);

        Assert.Contains("out of ideas", work.Problems[0], StringComparison.Ordinal);
        var file = await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, work.ProblemsFile));
        Assert.Contains("out of ideas", file, StringComparison.Ordinal);
        Assert.Contains(told, file, StringComparison.Ordinal);
    }

    /// <summary>Nothing to judge, or the agent's own word that it could not do it.</summary>
    [Theory]
    [InlineData("echo 'unknown option' >&2; exit 1")]
    [InlineData("echo half > a.txt; echo '{\"status\":\"failed\",\"reason\":\"no idea\"}' > .task-status.json; exit 1")]
    [InlineData("echo half > a.txt; echo '{\"status\":\"error\"}' > .task-status.json")]
    public async Task Run_ProgramThatFailsWithoutWorkOrSaysSo_HasFailed(string script)
    {
        using var run = await BeginAsync(script, new Gate("true"));

        Assert.Equal(FailureClass.GaveUp, (await RunAsync(run, await InputAsync(run))).FailureClass);
    }

    private static Task<RunFixture> BeginAsync(string script, params Gate[] gates) =>
        RunFixture.BeginAsync(
            RunFixture.Start(gates).WithAgent(script),
            new PlanTask
            {
                Id = "a",
                Description = "Write a",
                FilesWrite = ["*.txt"],
            }
        );

    private static async Task<RunAgentInput> InputAsync(RunFixture run) =>
        new()
        {
            Task = WithTimeout(run.Task("a")),
            Prepared = await run.PrepareAsync("a"),
            Attempt = 1,
            Start = 1,
        };

    private static TaskWorkflowInput WithTimeout(TaskWorkflowInput task) =>
        task with
        {
            Task = task.Task with { Timeout = TimeSpan.FromMinutes(20) },
        };

    private static Task<AgentRunResult> RunAsync(RunFixture run, RunAgentInput input, CancellationToken detach = default) =>
        new TaskAgentRunExecutor(run.Services).RunAsync(input, RunFixture.Execution with { Detach = detach });
}
