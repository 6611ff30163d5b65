using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Workflows.Runs;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>Failures that are no task's fault: said once, tried by one, continued by itself.</summary>
public sealed class OutageTests
{
    private static readonly RunWorkflowSettings Settings = new() { Workers = 2, FirstTrialAfter = TimeSpan.FromMilliseconds(100) };

    [Fact]
    public void PauseLonger_AgainAndAgain_DoublesUpToHalfAnHour()
    {
        var outage = new Outage("claude", new AgentFailedReason(new VerbatimQuote("Not logged in")), TimeSpan.FromMinutes(1));
        var pauses = new List<double>();

        for (var probe = 0; probe < 7; probe++)
        {
            pauses.Add(outage.Pause.TotalMinutes);
            outage.PauseLonger();
        }

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], pauses);
    }

    [Fact]
    public async Task Account_DoesNotWork_IsSaidOnceTriedByOneTaskAndGoneOnWith()
    {
        var works = false;
        var failing = new ConcurrentQueue<string>();
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 5).Select(i => Task($"t{i}"))],
            a =>
                a.Agent = (input, _) =>
                {
                    if (works)
                    {
                        return System.Threading.Tasks.Task.FromResult(ScriptedActivities.Done());
                    }
                    failing.Enqueue(input.Task.Task.Id);
                    return System.Threading.Tasks.Task.FromResult(
                        new AgentRunResult
                        {
                            FailureClass = FailureClass.Account,
                            Message = "Not logged in",
                            Session = "s",
                        }
                    );
                },
            Settings
        );

        await run.UntilAsync(_ => failing.Count >= 4);
        var parked = await run.StatusAsync();
        works = true;
        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Contains("Not logged in", parked.Reason);
        var asked = Assert.Single(parked.Questions);
        Assert.Equal((RunQuestion.Account, true), (asked.Id, asked.Question.Contains("5 tasks wait", StringComparison.Ordinal)));
        Assert.StartsWith("orchestrate retry ", asked.Commands[0], StringComparison.Ordinal);
        Assert.True(failing.Distinct().Count() <= 2, "nothing new is started with the account");
        Assert.Single(run.Activities.Events, e => e.Task is null && e.Reason.Contains("Not logged in", StringComparison.Ordinal));
        Assert.All((await run.StatusAsync()).Tasks, t => Assert.Equal(1, t.Attempt));
    }

    [Fact]
    public async Task Agents_OfThreeTasksFailAlike_CountAsTheAccountAndNoTaskFails()
    {
        var works = false;
        var starts = 0;
        await using var run = await ScriptedRun.StartAsync(
            [.. Enumerable.Range(0, 4).Select(i => Task($"t{i}"))],
            a =>
                a.Agent = (_, _) =>
                {
                    Interlocked.Increment(ref starts);
                    return System.Threading.Tasks.Task.FromResult(
                        works
                            ? ScriptedActivities.Done()
                            : new AgentRunResult
                            {
                                FailureClass = FailureClass.GaveUp,
                                Message = "exit code 1: segmentation fault",
                                Signature = "claude GaveUp exit code #",
                                Session = "s",
                            }
                    );
                },
            Settings
        );

        await run.UntilAsync(s => s.Why is OngoingOutagesReason { Open: [{ Why: TasksFailedAlikeReason }] } && starts >= 4);
        works = true;
        var result = await run.ResultAsync();

        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal(4, run.Activities.Merged.Count);
    }

    [Fact]
    public async Task UsageLimit_OfOneTask_KeepsOthersOfTheAccountFromStarting()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("t0"), Task("t1"), Task("other") with { Account = "script" }],
            a =>
                a.Agent = (input, _) =>
                    System.Threading.Tasks.Task.FromResult(
                        input.Task.Task.Id == "t0" && input.Start == 1
                            ? new AgentRunResult
                            {
                                FailureClass = FailureClass.UsageLimit,
                                Message = "session limit",
                                ResetAt = DateTimeOffset.UtcNow.AddHours(5),
                                Session = "s",
                            }
                            : ScriptedActivities.Done()
                    ),
            Settings with
            {
                Workers = 1,
            }
        );

        var status = await run.UntilAsync(s =>
            s.Tasks.Count == 3 && s.Tasks[2].State == TaskStateNames.Merged && s.Tasks[0].State == TaskStateNames.Parked
        );
        Assert.Equal(TaskStateNames.Pending, status.Tasks[1].State);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("t0", "")));

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
    }

    [Fact]
    public async Task Machine_DoesNotWork_ParksWithoutUsingAnAttemptAndGoesOn()
    {
        var calls = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("t0"), Task("t1")],
            a =>
                a.Prepare = _ =>
                    Interlocked.Increment(ref calls) <= 3
                        ? new PreparedTask
                        {
                            Worktree = "",
                            BaseCommit = "",
                            Problem = "No space left on device",
                            FailureClass = FailureClass.Environment,
                        }
                        : new PreparedTask { Worktree = "w", BaseCommit = "base" },
            Settings
        );

        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(2, run.Activities.Starts.Count);
        Assert.Single(run.Activities.Events, e => e.Task is null && e.Reason.Contains("No space left", StringComparison.Ordinal));
    }

    /// <summary>A step that meets it is done again with the same input: an agent run that has ended is not paid for twice.</summary>
    [Fact]
    public async Task Disk_IsFullInAnyStepOfATask_ParksItAndDoesTheStepAgain()
    {
        var (agents, verifications, merges) = (new ConcurrentQueue<int>(), 0, 0);
        ApplicationFailureException Full() => new("The disk is full: tree.idx", null, FailureTypes.DiskFull);
        await using var run = await ScriptedRun.StartAsync(
            [Task("t0")],
            a =>
            {
                a.Agent = (input, _) =>
                {
                    agents.Enqueue(input.Start);
                    return agents.Count == 1 ? throw Full() : System.Threading.Tasks.Task.FromResult(ScriptedActivities.Done());
                };
                // The activity of the agent, and then the verification alone.
                a.Verify = _ => Interlocked.Increment(ref verifications) <= 2 ? throw Full() : new VerifyResult { Commit = "c" };
                // The merge of a batch by one activity, and then its first step alone.
                a.Merge = _ =>
                    Interlocked.Increment(ref merges) <= 2 ? throw Full() : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "m" };
            },
            Settings
        );

        var parked = await run.UntilAsync(s => merges == 2 && s.Tasks is [{ State: TaskStateNames.Parked }]);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("t0", "")));
        var result = await run.ResultAsync();

        Assert.StartsWith("The disk is full: tree.idx", parked.Tasks[0].Reason, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Equal([1, 1], agents);
        Assert.Equal((3, 3), (verifications, merges));
    }

    [Fact]
    public async Task Gate_LacksItsTool_ParksOnlyItsTask()
    {
        var isRepaired = false;
        await using var run = await ScriptedRun.StartAsync(
            [Task("lacks"), Task("t1"), Task("t2")],
            a =>
                a.Verify = input =>
                    input.Task.Task.Id == "lacks" && !Volatile.Read(ref isRepaired)
                        ? new VerifyResult
                        {
                            Commit = "c",
                            Problems = ["pytest: not found"],
                            FailureClass = FailureClass.Environment,
                        }
                        : new VerifyResult { Commit = $"c-{input.Task.Task.Id}" },
            Settings with
            {
                Workers = 1,
            }
        );

        var status = await run.UntilAsync(s =>
            s.Tasks.Count == 3 && s.Tasks[0].State == TaskStateNames.Parked && s.Tasks.Skip(1).All(t => t.State == TaskStateNames.Merged)
        );
        Volatile.Write(ref isRepaired, true);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("lacks", "")));

        Assert.Contains("pytest", status.Tasks[0].Reason);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(3, run.Activities.Starts.Count);
    }

    /// <summary>A repeated failure is not transient, and it uses no attempt.</summary>
    [Fact]
    public async Task Gate_LacksItsToolTwice_AsksAPersonAndGoesOnWhenAnswered()
    {
        var verified = 0;
        await using var run = await ScriptedRun.StartAsync(
            [Task("lacks")],
            a =>
                a.Verify = _ =>
                    Interlocked.Increment(ref verified) <= 2
                        ? new VerifyResult
                        {
                            Commit = "c",
                            Problems = ["pytest: not found"],
                            FailureClass = FailureClass.Environment,
                        }
                        : new VerifyResult { Commit = "c" },
            Settings
        );

        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Parked }]);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("lacks", "")));
        var asked = await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Blocked }]);
        await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("lacks", "")));

        Assert.Contains("pytest: not found", asked.Tasks[0].Reason, StringComparison.Ordinal);
        Assert.Equal(RunStateNames.Completed, (await run.ResultAsync()).State);
        Assert.Equal(3, verified);
        Assert.Single(run.Activities.Starts);
    }

    [Fact]
    public async Task Gates_ChangedByTheTask_WaitForAPersonsYes()
    {
        await using var run = await ScriptedRun.StartAsync(
            [Task("yes"), Task("no")],
            a =>
                a.Verify = input => new VerifyResult
                {
                    Commit = $"c-{input.Task.Task.Id}",
                    Gates = new GateSummary
                    {
                        Proof = GateAssuranceLevel.Verified,
                        Total = 1,
                        Passed = 1,
                    },
                    NeedsPerson = "It deleted the test 'tests/a.py'.",
                },
            Settings
        );
        var asked = await run.UntilAsync(s => s.Questions.Count == 2 && s.Tasks.All(t => t.State == TaskStateNames.AwaitingApproval));

        await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("yes", "")));
        await run.Run.ExecuteUpdateAsync(w => w.RejectAsync(new ApprovalDecisionArguments("no", "keep it")));
        var status = await run.UntilAsync(s => s.State == RunStateNames.Escalated);

        Assert.Contains("tests/a.py", asked.Questions[0].Question);
        Assert.Equal([TaskStateNames.Merged, TaskStateNames.Failed], status.Tasks.Select(t => t.State));
        Assert.Contains("keep it", status.Tasks[1].Reason);
    }

    private static TaskOutline Task(string id) => new() { Id = id, Account = "claude" };
}
