using Orchestrator.Messages;
using Orchestrator.TestKit;

namespace Orchestrator.Workflows.Tests.Histories;

/// <summary>Bring each workflow to each of its outcomes. <c>scripts/record-histories</c> records their histories, which each later version
/// must replay. A new workflow or outcome needs a recorded history.</summary>
internal static class HistoryScenarios
{
    private static readonly Type Orchestration = typeof(OrchestrationWorkflow);
    private static readonly Type Work = typeof(TaskWorkflow);
    private static readonly Type Planner = typeof(PlanningWorkflow);
    private static readonly Type Review = typeof(ReviewWorkflow);
    private static readonly Type Leases = typeof(LeaseWorkflow);
    private static readonly Type Train = typeof(MergeTrainWorkflow);
    private static readonly Type Governor = typeof(GovernorWorkflow);
    private static readonly OrchestrationInput Request = new()
    {
        Repository = "/r",
        Request = "a plan",
        PlanOnly = true,
    };

    public static IReadOnlyList<HistoryScenario> All { get; } =
    [.. OfRuns(), .. OfPlanning(), .. OfReviews(), .. OfAccounts(), .. OfHosts()];

    private static IEnumerable<HistoryScenario> OfRuns()
    {
        yield return new("completed", Orchestration, Work, Leases, Train);
        // More transitions than gather where the run's machine reads them.
        yield return new("read", Orchestration) { Tasks = 6, AtOnce = true };
        // Reports by local activities, first without and then with the gates in the activity of the agent.
        yield return new("reported", Orchestration, Work, Train) { Tasks = 3, AtOnce = true };
        yield return new("verified", Orchestration, Work) { Tasks = 3, AtOnce = true };
        yield return new("failed", Orchestration) { Script = a => a.Check = check => check with { Errors = ["There are no commits."] } };
        yield return new("failed", Work)
        {
            Script = a => a.Verify = _ => new VerifyResult { Problems = ["A gate failed."], ProblemsFile = "p.md" },
            Play = async run =>
            {
                await run.UntilAsync(s => s.State == RunStateNames.Escalated);
                await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
            },
        };
        yield return new("cancelled", Orchestration, Work)
        {
            Script = a => a.Agent = (_, stop) => UntilStoppedAsync(stop),
            Play = async run =>
            {
                await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing }]);
                await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
            },
        };
        yield return new("remediated", Orchestration, Work)
        {
            Script = a =>
                a.Verify = input =>
                    input.Attempt == 1
                        ? new VerifyResult
                        {
                            Commit = "c1",
                            Problems = ["A gate failed."],
                            ProblemsFile = "p.md",
                        }
                        : new VerifyResult { Commit = "c2" },
        };
        yield return new("granted", Orchestration, Work)
        {
            Script = a =>
            {
                a.Agent = (input, _) =>
                    input.Start == 1
                        ? Task.FromResult(new AgentRunResult { FailureClass = FailureClass.Blocked, Message = "needs pandas" })
                        : DoneAsync();
                a.JudgeRequest = input => new AgentRequestEvaluationResult
                {
                    Step = input.Decision is null ? AgentRequestNextStepKinds.Ask : AgentRequestNextStepKinds.Install,
                    Asks = ApprovalKinds.Dependency,
                    Text = "May it have pandas?",
                };
            },
            Play = async run =>
            {
                await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.AwaitingApproval }]);
                await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("t0")));
            },
        };
        yield return new("answered", Orchestration, Work)
        {
            Script = a =>
            {
                a.Agent = (input, _) =>
                    input.Start == 1
                        ? Task.FromResult(new AgentRunResult { FailureClass = FailureClass.Blocked, Message = "Which format?" })
                        : DoneAsync();
                a.JudgeRequest = _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Planner };
                a.AnswerQuestion = (input, _) =>
                    Task.FromResult(
                        new QuestionAnswer
                        {
                            Run = new AgentRunResult
                            {
                                FailureClass = input.Start == 1 ? FailureClass.Transient : FailureClass.None,
                                Cost = 0.25m,
                            },
                            Answer = input.Start == 1 ? "" : "ISO 8601",
                            By = "opus",
                        }
                    );
            },
        };
        yield return new("divided", Orchestration, Work)
        {
            Script = a =>
            {
                a.Agent = (input, _) =>
                    input is { Start: 1, Task.Task.Id: "t0" }
                        ? Task.FromResult(new AgentRunResult { FailureClass = FailureClass.Blocked, Message = "is too big" })
                        : DoneAsync();
                a.JudgeRequest = _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Split };
                a.Split = _ => new SplitConclusion { PlanHash = "h", Tasks = [new TaskOutline { Id = "t0-1", Title = "a part" }] };
            },
        };
        yield return new("resumed", Orchestration, Work)
        {
            Script = a => a.Agent = (input, stop) => input.Start == 1 ? UntilStoppedAsync(stop) : DoneAsync(),
            Play = PauseAndResumeAsync,
        };
        yield return new("escalated", Orchestration)
        {
            Script = a =>
                a.Agent = (input, _) =>
                    input.Start == 1
                        ? Task.FromResult(new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "I can't." })
                        : DoneAsync(),
            Play = async run =>
            {
                await run.UntilAsync(s => s.State == RunStateNames.Escalated);
                await run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments("t0", "try again")));
            },
        };
        yield return new("resolved", Orchestration)
        {
            Script = a => a.Agent = (_, _) => Task.FromResult(new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "no" }),
            Play = async run =>
            {
                await run.UntilAsync(s => s.State == RunStateNames.Escalated);
                await run.Run.ExecuteUpdateAsync(w =>
                    w.ResolveEscalationAsync(new ResolveEscalationArguments(EscalationResolutionKinds.ManualFix, "done", "kim@desk"))
                );
            },
        };
        yield return new("replanned", Orchestration, Planner)
        {
            Script = a =>
            {
                a.Agent = (input, _) =>
                    input.Task.Task.Id == "t0"
                        ? Task.FromResult(new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "no" })
                        : DoneAsync();
                a.ConcludeReplan = _ => new ReplanConclusion
                {
                    PlanHash = "",
                    Tasks = [new TaskOutline { Id = "other" }],
                    ApprovalReason = "It owns a protected path.",
                };
            },
            Play = async run =>
            {
                await run.UntilAsync(s => s.State == RunStateNames.Escalated);
                await run.Run.ExecuteUpdateAsync(w =>
                    w.ResolveEscalationAsync(new ResolveEscalationArguments(EscalationResolutionKinds.Replan, "smaller", "kim@desk"))
                );
                await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);
                await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan")));
            },
        };
        yield return new("aborted", Orchestration)
        {
            Script = a => a.Agent = (_, _) => Task.FromResult(new AgentRunResult { FailureClass = FailureClass.GaveUp, Message = "no" }),
            Play = async run =>
            {
                await run.UntilAsync(s => s.State == RunStateNames.Escalated);
                await run.Run.ExecuteUpdateAsync(w => w.ResolveEscalationAsync(new(EscalationResolutionKinds.Abort, "", "kim@desk")));
            },
        };
        yield return new("approved", Orchestration)
        {
            Script = a => a.Plan = plan => plan with { ApprovalReason = "A person wants to see it." },
            Play = async run =>
            {
                await run.UntilAsync(s => s.State == RunStateNames.AwaitingApproval);
                await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("plan")));
            },
        };
        var isLong = new RunWorkflowSettings { Workers = 1, ContinueAfterEvents = 40 };
        yield return new("continued", Orchestration)
        {
            Settings = isLong,
            Tasks = 2,
            KeepsFirst = true,
        };
        yield return new("restored", Orchestration) { Settings = isLong, Tasks = 2 };
        yield return new("continued", Train)
        {
            Settings = new RunWorkflowSettings { Workers = 1, ContinueAfterEvents = 20 },
            Tasks = 3,
            KeepsFirst = true,
        };
        yield return Conflict();
        yield return new("reset", Orchestration) { Play = ResetAsync };
        yield return Batch();
    }

    /// <summary>The first is merged alone while the others come to wait; one of them breaks the batch.</summary>
    private static HistoryScenario Batch()
    {
        var (go, mergers) = (new TaskCompletionSource(), 0);
        return new HistoryScenario("batch", Orchestration, Train)
        {
            Settings = new RunWorkflowSettings
            {
                Workers = 5,
                TrainBatch = 8,
                TrainParallel = 2,
            },
            Tasks = 5,
            AtOnce = true,
            Script = a =>
            {
                a.WhileMerging = stop => Interlocked.Increment(ref mergers) == 1 ? go.Task.WaitAsync(stop) : Task.CompletedTask;
                a.Merge = input =>
                    input is { TaskId: "t3", Attempt: 1 } && mergers > 1
                        ? new MergeResult { Message = "A gate failed.", ProblemsFile = "p.md" }
                        : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" };
            },
            Play = async run =>
            {
                await run.UntilInTrainAsync(5);
                go.SetResult();
            },
        };
    }

    /// <summary>Two of three are in conflict with the first: one is resolved while the other waits.</summary>
    private static HistoryScenario Conflict()
    {
        var go = new TaskCompletionSource();
        return new HistoryScenario("conflict", Train)
        {
            Settings = new RunWorkflowSettings { Workers = 3 },
            Tasks = 3,
            AtOnce = true,
            Script = a =>
            {
                a.WhileMerging = stop => a.Merged.IsEmpty ? go.Task.WaitAsync(stop) : Task.CompletedTask;
                a.Merge = input =>
                    input.Attempt == 1 && !a.Merged.IsEmpty
                        ? new MergeResult
                        {
                            Message = "Conflict.",
                            ProblemsFile = "p.md",
                            Outcome = MergeOutcome.Conflict,
                        }
                        : new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" };
            },
            Play = async run =>
            {
                await run.UntilInTrainAsync(3);
                go.SetResult();
            },
        };
    }

    private static IEnumerable<HistoryScenario> OfPlanning()
    {
        yield return new("completed", Planner) { Input = Request };
        yield return new("remediated", Planner) { Input = Request, Script = a => a.Judge = input => Judge(input.Start > 1) };
        yield return new("failed", Planner)
        {
            Input = Request,
            Script = a => a.Judge = _ => Judge(isGood: false),
            Play = async run =>
            {
                await run.UntilAsync(s => s.Questions.Count > 0);
                await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
            },
        };
        yield return new("cancelled", Planner)
        {
            Input = Request,
            Script = a => a.Planner = (_, stop) => UntilStoppedAsync(stop),
            Play = async run =>
            {
                await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing }]);
                await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
            },
        };
        yield return new("resumed", Planner)
        {
            Input = Request,
            Script = a => a.Planner = (input, stop) => input.Start == 1 ? UntilStoppedAsync(stop) : DoneAsync(),
            Play = PauseAndResumeAsync,
        };
    }

    private static IEnumerable<HistoryScenario> OfReviews()
    {
        var rules = new RunWorkflowSettings
        {
            Workers = 1,
            Review = new RunReviewOptions { Agent = "claude" },
        };
        yield return new("completed", Review) { Settings = rules };
        yield return new("reviewed", Orchestration)
        {
            Settings = rules,
            Script = a => a.Conclude = input => input.Round.Number == 1 ? ReviewTests.Findings(1, "review-1-1") : ReviewTests.Accepted(),
        };
        yield return new("remediated", Review) { Settings = rules, Script = a => a.JudgeReview = input => Judge(input.Start > 1) };
        yield return new("escalated", Review)
        {
            Settings = rules,
            Script = a => a.JudgeReview = _ => Judge(isGood: false),
            Play = async run =>
            {
                await run.UntilAsync(s => s.State == RunStateNames.Escalated);
                await run.Run.ExecuteUpdateAsync(w => w.CancelAsync(null));
            },
        };
    }

    private static IEnumerable<HistoryScenario> OfAccounts()
    {
        var budget = new BudgetStatus
        {
            Kind = BudgetKinds.Run,
            Scope = "run:key/run",
            Account = "claude",
            SpentUsd = 10,
            LimitUsd = 10,
        };
        var isRaised = false;
        yield return new("parked", Orchestration, Work)
        {
            Script = a =>
            {
                a.RaiseBudget = _ => new RaisedBudget(isRaised = true, "The budget of the run, 20.00 USD, holds from now on");
                a.Agent = (_, _) =>
                    !isRaised
                        ? Task.FromResult(
                            new AgentRunResult
                            {
                                FailureClass = FailureClass.Budget,
                                NeverBegun = true,
                                Message = "the budget of the run is used up",
                                Budget = budget,
                            }
                        )
                        : DoneAsync();
            },
            Play = async run =>
            {
                await run.UntilAsync(s => s.Questions.Count > 0);
                await run.Run.ExecuteUpdateAsync(w => w.IncreaseBudgetAsync(new RaiseBudgetArguments(BudgetKinds.Run, 20)));
            },
        };
        yield return new("relayed", Orchestration, Work)
        {
            Relays = [new RelayAgentCandidate("codex", TimeSpan.FromHours(1))],
            Script = a =>
                a.Agent = (input, _) =>
                    input.Agent is null
                        ? Task.FromResult(
                            new AgentRunResult
                            {
                                FailureClass = FailureClass.UsageLimit,
                                Message = "You've hit your session limit",
                                ResetAt = DateTimeOffset.UtcNow.AddHours(5),
                                Session = "s",
                            }
                        )
                        : DoneAsync(),
        };
        yield return new("continued", Governor) { KeepsFirst = true, Play = AgentStartAdmitterTests.PlayAsync };
        yield return new("fair", Governor) { KeepsFirst = true, Play = AgentStartAdmitterTests.PlayAsync };
    }

    private static IEnumerable<HistoryScenario> OfHosts()
    {
        const string first = "orchestrator@bbbb/key2";
        const string second = "orchestrator@cccc/key3";
        var rules = new RunWorkflowSettings { Workers = 1, Places = ScriptedHost.Places };
        yield return new("rested", Orchestration, Work)
        {
            Settings = rules,
            Script = a =>
                a.JudgeRequest = input => new AgentRequestEvaluationResult
                {
                    Step = input.Decision is null ? AgentRequestNextStepKinds.Ask : AgentRequestNextStepKinds.Answer,
                    Asks = ApprovalKinds.Dependency,
                    Text = input.Decision is null ? "May it have pandas?" : "it may",
                },
            Play = async run =>
            {
                await using (var there = new ScriptedHost(run, first))
                {
                    there.Activities.Agent = (_, stop) => UntilStoppedAsync(stop);
                    await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing, Host: not null }]);
                    await Eventually.TrueAsync(() => !there.Activities.Starts.IsEmpty);
                    await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
                    await run.UntilAsync(s => s.Tasks is [{ Paused: true, Host: null }]);
                }
                await using var elsewhere = new ScriptedHost(run, second);
                elsewhere.Activities.Agent = (input, _) =>
                    input.Answer.Length > 0
                        ? DoneAsync()
                        : Task.FromResult(new AgentRunResult { FailureClass = FailureClass.Blocked, Message = "needs pandas" });
                await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
                await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.AwaitingApproval, Host: not null }]);
                await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.AwaitingApproval, Host: null }]);
                await run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(new ApprovalDecisionArguments("t0")));
                await run.ResultAsync();
            },
        };
        var requested = new TaskCompletionSource();
        yield return new("elsewhere", Train)
        {
            Tasks = 2,
            AtOnce = true,
            Settings = rules with
            {
                Workers = 2,
                Queue = new MergeQueueBatchOptions { HasLanes = true },
            },
            Script = a =>
            {
                a.PartsOf = request => [request.TaskId];
                a.BuildBatch = input => [.. input.Requests.Select(request => PlaceTests.Made(request, input.StagingTip))];
                a.GateBatch = _ => requested.Task.Wait(TimeSpan.FromSeconds(60)) ? null : new MergeResult();
            },
            Play = async run =>
            {
                await using var there = new ScriptedHost(run, first);
                there.Activities.GateMerge = input =>
                {
                    requested.TrySetResult();
                    return PlaceTests.Made(input.Gate.Requests[^1], "");
                };
                await run.ResultAsync();
            },
        };
        yield return new("rehosted", Orchestration, Work)
        {
            Settings = rules,
            Play = async run =>
            {
                await using var there = new ScriptedHost(run, first);
                there.Activities.Agent = (_, stop) => UntilStoppedAsync(stop);
                await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing, Host: not null }]);
                await Eventually.TrueAsync(() => !there.Activities.Starts.IsEmpty);
                await using var elsewhere = new ScriptedHost(run, second, offers: false);
                // As the second does where the server gives it the place of the first.
                var place = new TaskHostSlot(new("/there", "key3", second) { Host = "rack" }, 2) { Number = 1 };
                await run
                    .Client.GetWorkflowHandle<ITaskWorkflow>(RunIds.ForTask(run.RunId, "t0"))
                    .SignalAsync(task => task.PlacedAsync(place));
                await run.ResultAsync();
            },
        };
    }

    private static AgentAnswerValidationResult Judge(bool isGood) =>
        isGood ? new() { Message = "1 task" } : new() { Problems = ["It is no plan."], ProblemsFile = "p.md" };

    private static Task<AgentRunResult> DoneAsync() => Task.FromResult(ScriptedActivities.Done());

    private static async Task<AgentRunResult> UntilStoppedAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new AgentRunResult { FailureClass = FailureClass.Stopped, Session = "s" };
    }

    private static async Task PauseAndResumeAsync(ScriptedRun run)
    {
        await run.UntilAsync(s => s.Tasks is [{ State: TaskStateNames.Executing }]);
        await run.Run.ExecuteUpdateAsync(w => w.PauseAsync(null));
        await run.UntilAsync(s => s.Tasks is [{ Paused: true }]);
        await run.Run.ExecuteUpdateAsync(w => w.ResumeAsync(null));
    }

    private static async Task ResetAsync(ScriptedRun run)
    {
        await run.UntilAsync(s => RunStateNames.IsFinal(s.State));
        var first = await run.Run.DescribeAsync();
        await Scene.ResetAsync(run, toFirst: true);
        await run.UntilAsync(s => RunStateNames.IsFinal(s.State) && s.Warnings is not null);
        Xunit.Assert.NotEqual(first.RunId, (await run.Run.DescribeAsync()).RunId);
    }
}
