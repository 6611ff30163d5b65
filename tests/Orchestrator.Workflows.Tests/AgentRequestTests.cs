using Orchestrator.Messages;
using Orchestrator.Plans;
using Xunit;
using static Orchestrator.Workflows.Tests.RunTests;

namespace Orchestrator.Workflows.Tests;

/// <summary>Requests of blocked agents are granted, refused or passed to a user, while other agents continue.</summary>
public sealed class AgentRequestTests
{
    private const string Question = "May a use pandas>=2.0 (PyPI, requirements.txt)?";

    [Fact]
    public async Task Request_Granted_IsMergedAndTheAgentGoesOnOnThatStagingWithNothingCharged()
    {
        var prepared = new List<PrepareTaskInput>();
        var merged = new List<TaskMergeRequest>();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { MaxRemediations = 0 }],
            a =>
            {
                a.Agent = BlockedOnce;
                a.JudgeRequest = _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Install, Note = "granted" };
                a.Prepare = Prepare(prepared);
                a.Merge = Noted(merged, round => null);
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal([("packages-1", true), ("commit-a-2", false)], merged.Select(m => (m.Commit, m.Installs)));
        Assert.Equal([(1, false, ""), (2, true, "so-far")], prepared.Select(p => (p.Attempt, p.WithStaging, p.Commit)));
        var again = run.Activities.Starts.Last();
        Assert.Equal(("it is installed", "s", "base-2", ""), (again.Answer, again.Session, again.Prepared.BaseCommit, again.Guidance));
        Assert.Equal("", Assert.Single(run.Activities.Installed).Problem);
        Assert.Contains(run.Activities.Events, e => e is { Task: "a", Reason: "granted" });
    }

    [Fact]
    public async Task Request_StagingMovedMeanwhile_IsInstalledOnceMore()
    {
        var merged = new List<TaskMergeRequest>();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
            {
                a.Agent = BlockedOnce;
                a.JudgeRequest = _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Install };
                a.Merge = Noted(
                    merged,
                    commit => commit == "packages-1" ? new MergeResult { FailureClass = FailureClass.Transient } : null
                );
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(["packages-1", "packages-2", "commit-a-2"], merged.Select(m => m.Commit));
    }

    [Fact]
    public async Task Request_GatesFailWithIt_TheAgentIsToldAndItsTaskGoesOnWithout()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { MaxRemediations = 0 }],
            a =>
            {
                a.Agent = BlockedOnce;
                a.JudgeRequest = _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Install };
                a.Merge = Noted([], commit => commit == "packages-1" ? new MergeResult { Message = "tests fail with it" } : null);
            }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        var again = run.Activities.Starts.Last();
        Assert.Equal(("tests fail with it", 1), (again.Answer, again.Attempt));
    }

    [Fact]
    public async Task File_Lent_IsInEveryLaterStepAndInARetry()
    {
        var (merged, verified) = (new List<TaskMergeRequest>(), new List<VerifyTaskInput>());
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { MaxRemediations = 0 }],
            a =>
            {
                a.Agent = BlockedOnce;
                a.JudgeRequest = _ => new AgentRequestEvaluationResult
                {
                    Step = AgentRequestNextStepKinds.Answer,
                    Text = "it is lent",
                    Lent = ["b.txt"],
                };
                a.Verify = input =>
                {
                    verified.Add(input);
                    return verified.Count == 1 ? new VerifyResult { Problems = ["wrong"] } : new VerifyResult { Commit = "c" };
                };
                a.Merge = Noted(merged, _ => null);
            }
        );
        var failed = await run.UntilAsync(s => s.State == RunStateNames.Escalated);
        Assert.Equal(["b.txt"], failed.Tasks[0].Lent);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("a")));
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(
            [
                [],
                ["b.txt"],
                ["b.txt"],
            ],
            run.Activities.Starts.Select(s => s.Task.Lent)
        );
        Assert.Equal(
            [
                ["b.txt"],
                ["b.txt"],
            ],
            verified.Select(v => v.Task.Lent)
        );
        Assert.Equal(["b.txt"], Assert.Single(merged).Lent);
        Assert.Equal("it is lent", run.Activities.Starts.ElementAt(1).Answer);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_APersonIsAsked_OthersWorkOnAndWhoAnsweredIsInTheEvents(bool yes)
    {
        var decisions = new List<AgentRequestApprovalDecision>();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a"), Task("b")],
            a =>
            {
                a.Agent = BlockedOnce;
                a.JudgeRequest = input =>
                {
                    if (input.Decision is not { } decision)
                    {
                        return new AgentRequestEvaluationResult
                        {
                            Step = AgentRequestNextStepKinds.Ask,
                            Asks = ApprovalKinds.Dependency,
                            Text = Question,
                        };
                    }
                    decisions.Add(decision);
                    return decision.Accepted
                        ? new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Install }
                        : new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Answer, Text = $"no: {decision.Why}" };
                };
            }
        );
        var asked = await run.UntilAsync(s => s.Questions.Count > 0 && s.Tasks.Any(t => t.State == TaskStateNames.Merged));
        Assert.StartsWith(Question, asked.Questions[0].Question, StringComparison.Ordinal);
        Assert.Contains("it counts as rejected", asked.Questions[0].Question, StringComparison.Ordinal);
        Assert.Equal(ApprovalKinds.Dependency, asked.Tasks.Single(t => t.Id == "a").Asks);

        var command = new ApprovalDecisionArguments("a", "we trust it", "kim@laptop");
        var answer = yes
            ? await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(command))
            : await run.Run.ExecuteUpdateAsync(w => w.RejectAsync(command));
        Assert.Equal("The answer was sent to a; its agent continues.", answer.Message);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        var decision = Assert.Single(decisions);
        Assert.Equal(yes, decision.Accepted);
        var kim = DecidingUser.Of("kim@laptop", "we trust it");
        Assert.Equal(yes ? new ApprovedByUserReason(kim) : new ApprovalDeniedByUserReason(kim), decision.Why);
        Assert.Contains(run.Activities.Events, e => e.Task == "a" && e.Why == decision.Why);
        var again = run.Activities.Starts.Last(s => s.Task.Task.Id == "a");
        Assert.Contains(yes ? "it is installed" : "no: rejected by kim@laptop", again.Answer, StringComparison.Ordinal);
        Assert.Null((await run.StatusAsync()).Tasks[0].Asks);
    }

    [Fact]
    public async Task Request_NobodyAnswersInTime_IsANo()
    {
        var decisions = new List<AgentRequestApprovalDecision>();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
            {
                a.Agent = BlockedOnce;
                a.JudgeRequest = input =>
                {
                    decisions.AddRange(input.Decision is { } decision ? [decision] : []);
                    return new AgentRequestEvaluationResult
                    {
                        Step = input.Decision is null ? AgentRequestNextStepKinds.Ask : AgentRequestNextStepKinds.Answer,
                        Text = Question,
                    };
                };
            },
            new RunWorkflowSettings { ApprovalTimeout = TimeSpan.FromMilliseconds(100) }
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(new AgentRequestApprovalDecision(new ApprovalTimedOutReason()), Assert.Single(decisions));
    }

    [Fact]
    public async Task Request_AgainAndAgain_IsForAPersonInTheEnd()
    {
        var answered = false;
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
            {
                a.Agent = (input, stop) => answered ? System.Threading.Tasks.Task.FromResult(ScriptedActivities.Done()) : Blocked();
                a.JudgeRequest = _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Answer, Text = "no" };
            }
        );
        var status = await run.UntilAsync(s => s.Questions.Count > 0);
        Assert.Contains("needs pandas (its agent has asked 11 questions)", status.Questions[0].Question, StringComparison.Ordinal);

        answered = true;
        var command = new TaskSteeringArguments("a", "leave it out");
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(command));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(12, run.Activities.Starts.Count);
    }

    /// <summary>With one agent at once, and where the whole excludes its parts as tasks that own the same files do.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 8)]
    public async Task Split_Approved_PartsAreTasksOfTheRunBeforeTheTaskGoesOnAndWhatDependsOnItWaits(bool exclusive, int continueAfter)
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a") with { Exclusive = exclusive }, Task("b", "a")],
            a =>
            {
                a.Agent = BlockedOnce;
                a.JudgeRequest = Splitting;
                a.Split = input => Parts(a, exclusive);
            },
            new RunWorkflowSettings { Workers = 1, ContinueAfterMessages = continueAfter }
        );
        var asked = await run.UntilAsync(s => s.Questions.Count > 0);
        Assert.StartsWith("May a be divided?", asked.Questions[0].Question, StringComparison.Ordinal);
        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("a", "", "kim@laptop")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);

        Assert.Equal(["a", "a-1", "a-2", "a", "b"], run.Activities.Starts.Select(start => start.Task.Task.Id));
        Assert.Equal(["a-1", "a-2", "a", "b"], run.Activities.Merged);
        Assert.Equal("a-1 (One) is merged; a-2 (Two) is merged", run.Activities.Starts.ElementAt(3).Answer);
        Assert.Equal(2, run.Activities.Starts.ElementAt(3).Attempt);
        var status = await run.StatusAsync();
        Assert.Equal(["a", "b", "a-1", "a-2"], status.Tasks.Select(task => task.Id));
        Assert.All(status.Tasks, task => Assert.Null(task.Parts));
    }

    [Fact]
    public async Task Split_APartFails_TheTaskGoesOnAndIsToldWhy()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
            {
                a.Agent = (input, stop) =>
                    input.Task.Task.Id == "a-1"
                        ? System.Threading.Tasks.Task.FromResult(
                            new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "the parser is not there" }
                        )
                        : BlockedOnce(input, stop);
                a.JudgeRequest = input => Splitting(input) with { Step = AgentRequestNextStepKinds.Split };
                a.Split = input => Parts(a, exclusive: false);
            }
        );

        var status = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        var again = run.Activities.Starts.Last();
        Assert.Equal("a", again.Task.Task.Id);
        Assert.Contains("a-1 (One) is failed: the parser is not there; a-2 (Two) is skipped", again.Answer, StringComparison.Ordinal);
        Assert.Equal(TaskStateNames.Merged, status.Tasks[0].State);
    }

    [Fact]
    public async Task Split_TaskIsCancelledWhileItsPartsWork_EndsAndThePartsGoOn()
    {
        var go = new TaskCompletionSource();
        await using var run = await ScriptedRun.StartAsync(
            [Task("a")],
            a =>
            {
                a.Agent = async (input, stop) =>
                {
                    if (input.Task.Task.Id == "a-1")
                    {
                        await go.Task.WaitAsync(stop);
                    }
                    return await BlockedOnce(input, stop);
                };
                a.JudgeRequest = input => Splitting(input) with { Step = AgentRequestNextStepKinds.Split };
                a.Split = input => Parts(a, exclusive: false);
            }
        );
        var waiting = await run.UntilAsync(s => s.Tasks.Any(task => task is { Id: "a-1", State: TaskStateNames.Executing }));
        Assert.Equal(["a-1", "a-2"], waiting.Tasks[0].Parts);
        Assert.Empty(waiting.Questions);

        await run.Run.ExecuteUpdateAsync(w => w.CancelTaskAsync(new TaskSteeringArguments("a")));
        go.SetResult();

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(["a-1", "a-2"], run.Activities.Merged);
    }

    private static AgentRequestEvaluationResult Splitting(EvaluateAgentRequestInput input) =>
        new()
        {
            Step = input.Decision is null ? AgentRequestNextStepKinds.Ask : AgentRequestNextStepKinds.Split,
            Asks = ApprovalKinds.Split,
            Text = input.Decision is null ? "May a be divided?" : "",
        };

    private static SplitConclusion Parts(ScriptedActivities activities, bool exclusive)
    {
        var whole = activities.Tasks.ToList();
        SplitConclusion made = new()
        {
            PlanHash = "split",
            Tasks =
            [
                new TaskOutline
                {
                    Id = "a-1",
                    Title = "One",
                    Excludes = ["a"],
                    Exclusive = exclusive,
                },
                new TaskOutline
                {
                    Id = "a-2",
                    Title = "Two",
                    Excludes = ["a"],
                    Exclusive = exclusive,
                    DependsOn = ["a-1"],
                },
            ],
        };
        activities.Extended["split"] = [.. whole, .. made.Tasks];
        return made;
    }

    private static Task<AgentRunResult> BlockedOnce(RunAgentInput input, CancellationToken stop) =>
        input is { Start: 1, Task.Task.Id: "a" } ? Blocked() : System.Threading.Tasks.Task.FromResult(ScriptedActivities.Done());

    private static Task<AgentRunResult> Blocked() =>
        System.Threading.Tasks.Task.FromResult(
            new AgentRunResult
            {
                FailureClass = FailureClass.Blocked,
                Message = "needs pandas",
                Session = "s",
            }
        );

    private static Func<PrepareTaskInput, PreparedTask> Prepare(List<PrepareTaskInput> seen) =>
        input =>
        {
            seen.Add(input);
            return new PreparedTask { Worktree = "w", BaseCommit = $"base-{input.Attempt}" };
        };

    private static Func<TaskMergeRequest, MergeResult> Noted(List<TaskMergeRequest> seen, Func<string, MergeResult?> answer) =>
        input =>
        {
            seen.Add(input);
            return answer(input.Commit) ?? new MergeResult { Outcome = MergeOutcome.Merged, Commit = $"merge-{input.Commit}" };
        };
}
