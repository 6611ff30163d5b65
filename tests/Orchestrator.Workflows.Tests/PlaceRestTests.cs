using Orchestrator.Messages;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>A task that waits for long leaves its place on a host to others, and continues where there is one then.</summary>
public class PlaceRestTests
{
    private const string There = "orchestrator@bbbb/key2";
    private const string Elsewhere = "orchestrator@cccc/key3";
    private static readonly RunWorkflowSettings Spread = new() { Places = ScriptedHost.Places };

    [Fact]
    public async Task Task_ThatWaitsForAPerson_LeavesItsPlaceAndGoesOnOnAnotherHost()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a"), RunTests.Task("b")], settings: Spread);
        run.Activities.JudgeRequest = input =>
            input.Decision is null
                ? new AgentRequestEvaluationResult
                {
                    Step = AgentRequestNextStepKinds.Ask,
                    Asks = ApprovalKinds.Dependency,
                    Text = "May it have pandas?",
                }
                : new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Answer, Text = "it may" };
        var there = new ScriptedHost(run, There, slots: 1);
        there.Activities.Agent = (input, _) =>
            Task.FromResult(
                input.Task.Task.Id == "a"
                    ? new AgentRunResult
                    {
                        FailureClass = FailureClass.Blocked,
                        Message = "needs pandas",
                        Session = "conversation",
                    }
                    : ScriptedActivities.Done()
            );
        await run.BeginAsync();

        // There is one place, and the second task needs it.
        var resting = await run.UntilAsync(status =>
            status.Tasks.Any(task => task is { Id: "a", State: TaskStateNames.AwaitingApproval, Host: null })
            && status.Tasks.Any(task => task is { Id: "b", State: TaskStateNames.Merged })
        );
        // Where the second task came first, nobody had to wait for the place.
        await Eventually.TrueAsync(() => there.Placing.Contains("left a"));
        await there.DisposeAsync();
        await using var elsewhere = new ScriptedHost(run, Elsewhere);
        await run.Run.ExecuteUpdateAsync(workflow => workflow.ApproveAsync(new ApprovalDecisionArguments("a", "", "kim")));
        var result = await run.ResultAsync();

        Assert.Equal((TaskStateNames.AwaitingApproval, null), (resting.Tasks[0].State, resting.Tasks[0].Host));
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(
            [("a", "conversation", "it may")],
            elsewhere.Activities.Starts.Select(start => (start.Task.Task.Id, start.Session, start.Answer))
        );
        Assert.Equal(["hold a", "take a"], elsewhere.Placing.Take(2));
        Assert.Equal("desk (cccc)", (await run.StatusAsync()).Tasks[0].Host);
        await Eventually.TrueAsync(() => run.Activities.Events.Any(told => told is { Task: null, State: RunStateNames.Completed }));
        Assert.Equal(
            ["is executed on desk (bbbb)", "is no longer executed on desk (bbbb)", "is executed on desk (cccc)"],
            run.Activities.Events.Where(told => told is { Task: "a", Why: TaskPlacedOnHostReason or TaskLeftHostReason })
                .Select(told => told.Reason)
        );
    }

    [Fact]
    public async Task Task_WithWorkThatMayNotLeaveItsHost_KeepsItsPlaceWhileItWaits()
    {
        await using var run = await ScriptedRun.CreateAsync([RunTests.Task("a"), RunTests.Task("b")], settings: Spread);
        await using var there = new ScriptedHost(run, There, slots: 1);
        there.Activities.Agent = (input, _) =>
            Task.FromResult(
                input is { Start: 1, Task.Task.Id: "a" }
                    ? new AgentRunResult
                    {
                        FailureClass = FailureClass.Blocked,
                        Message = "what now?",
                        HasUnshared = true,
                    }
                    : ScriptedActivities.Done()
            );
        await run.BeginAsync();
        await run.UntilAsync(status => status.Tasks.Any(task => task is { Id: "a", State: TaskStateNames.Blocked }));

        await Task.Delay(TimeSpan.FromSeconds(12));
        // Either of the two may have come first.
        Assert.Equal(["hold a", "take a"], there.Placing.Where(step => step.EndsWith(" a", StringComparison.Ordinal)));
        await run.Run.ExecuteUpdateAsync(workflow => workflow.RetryTaskAsync(new TaskSteeringArguments("a", "go on")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }
}
