using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

public sealed class RunTests
{
    [Fact]
    public async Task Run_Diamond_MergesEachTaskOnceInOrderAndLands()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "b", "c")]);

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal("landed", result.LandedCommit);
        Assert.Equal(4, result.AgentStarts);
        var merged = run.Activities.Merged.ToList();
        Assert.Equal(4, merged.Count);
        Assert.Equal("a", merged[0]);
        Assert.Equal("d", merged[3]);
        var status = await run.StatusAsync();
        Assert.Equal(RunStateNames.Completed, status.State);
        Assert.Equal(2.0m, status.Cost);
        Assert.Equal(Enumerable.Range(1, run.Activities.Events.Count).Select(i => (long)i), run.Activities.Events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task Run_WorktreeThatIsSlowToGiveBack_HoldsUpNoMergeButTheEnd()
    {
        var next = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b", "a")],
            a =>
            {
                a.Release = input => input.TaskId == "a" ? next.Task : System.Threading.Tasks.Task.CompletedTask;
                a.Land = () =>
                {
                    next.SetResult();
                    return new LandResult { Landed = true, Commit = "landed" };
                };
            }
        );

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(["a", "b"], run.Activities.Merged);
        Assert.Equal(["a", "b"], run.Activities.ReleasedAtEnd.Order());
    }

    /// <summary>A hold counts as neither a start nor an attempt, and the next start still gets the user's guidance.</summary>
    [Fact]
    public async Task Run_AgentThatIsHeld_SaysWhyAndStartsOnceWhenItIsReleased()
    {
        var release = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Agent = async (input, stop) =>
                {
                    if (!input.AwaitRelease)
                    {
                        return release.Task.IsCompleted ? ScriptedActivities.Done() : Held("held by maria: red tests");
                    }
                    await release.Task.WaitAsync(stop);
                    return Held("");
                }
        );

        var held = await run.UntilAsync(s =>
            s.Tasks.Any(t => t.Why == new AgentStartsHeldReason(new VerbatimQuote("held by maria: red tests")))
        );
        release.SetResult();
        var result = await run.ResultAsync();

        Assert.Equal(TaskStateNames.Executing, held.Tasks[0].State);
        Assert.Equal((RunStateNames.Completed, 1), (result.State, result.AgentStarts));
        Assert.Equal([(1, false), (1, true), (1, false)], run.Activities.Starts.Select(s => (s.Start, s.AwaitRelease)));
        Assert.Contains(run.Activities.Events, e => e is { Task: "a", Reason: "held by maria: red tests" });

        static AgentRunResult Held(string why) =>
            new()
            {
                FailureClass = FailureClass.Held,
                Message = why,
                NeverBegun = true,
            };
    }

    [Fact]
    public async Task Run_TwoWorkers_NeverMoreAgentsThanThat()
    {
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 6).Select(i => Task($"t{i}"))],
            a =>
                a.Agent = async (_, stop) =>
                {
                    await System.Threading.Tasks.Task.Delay(50, stop);
                    return ScriptedActivities.Done();
                },
            new RunWorkflowSettings { Workers = 2 }
        );

        await run.ResultAsync();

        Assert.InRange(run.Activities.MostAgentsAtOnce, 1, 2);
    }

    [Fact]
    public async Task Run_UnknownMemberInInput_FailsAndNamesIt()
    {
        await using var run = await ScriptedRun.CreateAsync([Task("a")]);
        var json = System.Text.Json.JsonDocument.Parse("""{"repository":"/r","planFile":"tasks.yaml","wrokers":3}""").RootElement;
        await run.Client.StartWorkflowAsync("OrchestrationWorkflow", [json], new(run.RunId, QueueNames.Workflows));

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);

        var inner = Assert.IsType<ApplicationFailureException>(failure.InnerException);
        Assert.Equal("InvalidInput", inner.ErrorType);
        Assert.Contains("wrokers", inner.Message);
    }

    [Fact]
    public async Task Run_PlanWithFaults_FailsWithAllOfThem()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a => a.Plan = _ => new PlanOutline { Faults = ["tasks.yaml:3:1: first", "tasks.yaml:9:1: second"] }
        );

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);

        Assert.Contains("first", failure.InnerException!.Message);
        Assert.Contains("second", failure.InnerException.Message);
    }

    [Fact]
    public async Task Run_PreflightError_EndsAsFailedWithTheReason()
    {
        await using var run = await ScriptedRun.StartAsync([Task("a")], a => a.Check = r => r with { Errors = ["No commits. Make one."] });

        var failure = await Assert.ThrowsAsync<WorkflowFailedException>(run.ResultAsync);

        Assert.Contains("No commits", failure.InnerException!.Message);
        Assert.Empty(run.Activities.Starts);
    }

    [Fact]
    public async Task Merge_Refused_GoesBackWithStagingInTheWorktree()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Merge = input =>
                    input.Attempt == 1
                        ? new MergeResult { Message = "Conflict in x.txt.", ProblemsFile = "conflict.md" }
                        : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "m" }
        );

        await run.ResultAsync();

        Assert.Equal("conflict.md", run.Activities.Starts.Last().ProblemsFile);
        Assert.Equal(2, (await run.StatusAsync()).Tasks[0].Attempt);
    }

    [Fact]
    public async Task Land_NeedsAPerson_WaitsAndPromoteFinishes()
    {
        var clean = false;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
                a.Land = () =>
                    clean ? new LandResult { Landed = true, Commit = "x" } : new LandResult { Message = "The checkout is dirty." }
        );
        var waiting = await run.UntilAsync(s => s.State == RunStateNames.AwaitingPromotion);
        Assert.Contains(waiting.Questions, q => q.Id == "promote");
        clean = true;

        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(null));

        Assert.Equal("x", (await run.ResultAsync()).LandedCommit);
    }

    [Fact]
    public async Task Land_NobodyPromotesInTime_IsNoYesAndALateOneAsksAnew()
    {
        var tries = 0;
        await using var run = await ScriptedRun.CreateAsync(
            [Task("a")],
            a =>
                a.Land = () =>
                    ++tries < 3 ? new LandResult { Message = "A secret is in it." } : new LandResult { Landed = true, Commit = "x" },
            skipsTime: true
        );
        await run.BeginAsync();
        var asked = await run.UntilAsync(s => s.State == RunStateNames.AwaitingPromotion && s.Questions.Count > 0);

        await run.SkipAsync(TimeSpan.FromHours(73));
        var closed = await run.UntilAsync(s => s.State == RunStateNames.Escalated && s.Questions.Count > 1);
        var part = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => run.Run.ExecuteUpdateAsync(w => w.LandMergedAsync(null)));
        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(new RunSteeringArguments("back again", "kim@desk")));
        var anew = await run.UntilAsync(s => s.State == RunStateNames.AwaitingPromotion && s.Questions.Count > 0);
        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(new RunSteeringArguments("looked at", "kim@desk")));

        Assert.Equal("x", (await run.ResultAsync()).LandedCommit);
        Assert.Matches(@"A secret is in it\. \(Without an answer by .+Z it counts as rejected\.\)", asked.Questions[0].Question);
        Assert.Equal(new RunNotPromotedInTimeReason(new RunNotLandedReason(new VerbatimQuote("A secret is in it."))), closed.Why);
        Assert.Equal(["promote", "resolve"], closed.Questions.Select(q => q.Id));
        Assert.Contains("orchestrate land", part.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(new RunNotLandedReason(new VerbatimQuote("A secret is in it.")), anew.Why);

        // An answer after the limit must not approve a question from before it.
        Assert.Equal([false, false, true], run.Activities.Lands.Select(l => l.IsAskedFor));
        var persons = run.Activities.Events.Where(e => e.By is not null).Select(e => (e.Task, e.Reason, e.By));
        Assert.Equal(
            [(null, "promoted by kim@desk: back again", "kim@desk"), (null, "promoted by kim@desk: looked at", "kim@desk")],
            persons
        );
    }

    [Fact]
    public async Task ContinueAsNew_ForcedEveryFewEvents_LosesNoTask()
    {
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 12).Select(i => i < 3 ? Task($"t{i}") : Task($"t{i}", $"t{i - 3}"))],
            settings: new RunWorkflowSettings { Workers = 3, ContinueAfterEvents = 40 }
        );

        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(12, run.Activities.Merged.Distinct().Count());
        Assert.Equal(12, run.Activities.Merged.Count);
        Assert.Equal(12, result.AgentStarts);
        var history = await run.Client.GetWorkflowHandle(run.RunId).FetchHistoryAsync();
        var started = history.Events.First().WorkflowExecutionStartedEventAttributes;
        Assert.NotEqual(started.FirstExecutionRunId, started.OriginalExecutionRunId);
    }

    internal static TaskOutline Task(string id, params string[] dependsOn) =>
        new()
        {
            Id = id,
            Title = $"Task {id}",
            DependsOn = dependsOn,
        };
}
