using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporalio.Exceptions;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests;

internal sealed class ReviewHistory
{
    /// <summary>From then on the user only brings the run to its end.</summary>
    private const int Patience = 20;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(400);
    private readonly int _seed;
    private readonly Random _random;
    private readonly IReadOnlyList<TaskOutline> _plan;
    private readonly RunWorkflowSettings _rules;
    private readonly int _resets;
    private readonly ConcurrentDictionary<string, bool> _ended = new();
    private readonly ConcurrentDictionary<(int Round, string Tip), ReviewConclusion> _conclusions = new();
    private readonly ConcurrentDictionary<int, IReadOnlyList<string>> _replanned = new();
    private int _landings;
    private int _promotions;
    private int _fixes;
    private int _answers;

    public ReviewHistory(int seed, int mostResets)
    {
        _seed = seed;
        _random = new Random(seed);
        var count = _random.Next(1, 5);
        _plan =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new TaskOutline
                {
                    Id = $"t{i}",
                    DependsOn = [.. Enumerable.Range(0, i).Where(_ => _random.Next(3) == 0).Select(d => $"t{d}")],
                    RequiresApproval = _random.Next(8) == 0,
                }),
        ];
        _rules = new RunWorkflowSettings
        {
            Workers = 3,
            Retry = new RetryRule { MaxAttempts = RunModel.Attempts, BaseDelay = TimeSpan.FromMilliseconds(1) },
            Review = new RunReviewOptions
            {
                Agent = "claude",
                Timeout = TimeSpan.FromMinutes(1),
                MaxRounds = _random.Next(1, 4),
            },
            PlannerTimeout = TimeSpan.FromMinutes(1),
            ApprovalTimeout = _random.Next(3) == 0 ? Soon : TimeSpan.FromHours(72),
            TrainBatch = _random.Next(2) == 0 ? 1 : 4,
        };
        _rules = _random.Next(4) switch
        {
            0 => _rules with { ContinueAfterMessages = 1 },
            1 => _rules with { ContinueAfterEvents = 20 },
            _ => _rules,
        };
        _resets = _random.Next(3) == 0 ? Math.Min(mostResets, _random.Next(1, 3)) : 0;
    }

    /// <summary>The current step, shown if the test hangs.</summary>
    public string Step { get; private set; } = "begin";

    private int Draw(string what, string which, int number) => RunModel.Draw(_seed, what, which, number);

    public async Task<string> PlayAsync()
    {
        await using var run = await ScriptedRun.StartAsync(_plan, Script, _rules);
        var noise = _random.Next(8);
        var disturber = new RunDisturber(run, _random, [.. _plan.Select(t => t.Id), ReviewTaskDefinition.Id], step => Step = step)
        {
            Resets = _resets,
        };
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        RunStatus status;
        while (true)
        {
            Step = "ask for the status";
            status = await StatusAsync(run);
            if (RunStateNames.IsFinal(status.State))
            {
                break;
            }
            Assert.True(
                System.Diagnostics.Stopwatch.GetElapsedTime(begin) < HistoryAgent.EndsWithin,
                $"it does not end: {status.State} {status.Reason}: "
                    + $"{string.Join(", ", status.Tasks.Select(t => $"{t.Id} {t.State} {t.Reason}"))}"
            );
            if (status.Questions.Count > 0 && _random.Next(3) > 0)
            {
                await AnswerAsync(run, status);
            }
            else if (noise-- > 0)
            {
                await disturber.DisturbAsync();
            }
            else
            {
                await Task.Delay(20);
            }
        }
        Step = "get the result";
        var result = await new Client.RunClient(run.Client).Get(run.RunId).ResultAsync().WaitAsync(Eventually.Limit);
        Step = "compare";
        Compare(run, await run.StatusAsync(), result);
        Step = "see that nothing is left open";
        for (var limit = Eventually.Timeout(); await IsAnythingOpenAsync(run); )
        {
            await Task.Delay(50, limit);
        }
        Step = "end server and workers";
        return $"{result.State}, review {status.Review?.Verdict ?? "none"}";
    }

    /// <summary>A run whose workflow fails answers nothing, and its history says why.</summary>
    private static async Task<RunStatus> StatusAsync(ScriptedRun run)
    {
        try
        {
            return await run.StatusAsync();
        }
        catch (Exception silent) when (silent is RpcException or WorkflowQueryFailedException)
        {
            throw new InvalidOperationException($"{silent.Message}{await run.FailedTaskAsync()}", silent);
        }
    }

    private void Script(ScriptedActivities activities)
    {
        activities.PageSize = 3;
        activities.Plan = plan => plan with { ApprovalReason = Draw("risk", "plan", 0) < 15 ? "It is risky." : "" };
        activities.Agent = (input, stop) => AgentAsync(input.Task.Task.Id, input.Start, input.Stop, 10, stop);
        activities.Planner = (input, stop) => AgentAsync($".replan {input.Question.Planning!.Replan}", input.Start, input.Stop, 20, stop);
        activities.Reviewer = (input, stop) => AgentAsync(".review", input.Start, input.Stop, 8, stop);
        activities.Verify = input =>
            Draw("gates", input.Task.Task.Id, input.Attempt) switch
            {
                < 12 => new VerifyResult { Problems = ["a gate failed"], ProblemsFile = "p.md" },
                < 20 => new VerifyResult { Commit = $"commit-{input.Attempt}", NeedsPerson = "it changed its gates" },
                _ => new VerifyResult
                {
                    Commit = $"commit-{input.Attempt}",
                    Gates = new GateSummary
                    {
                        Proof = GateAssuranceLevel.Verified,
                        Total = 1,
                        Passed = 1,
                    },
                },
            };
        activities.Merge = input =>
            Draw("merge", input.TaskId, input.Attempt) < 12
                ? new MergeResult { Message = "conflict", ProblemsFile = "c.md" }
                : new MergeResult { Outcome = MergeOutcome.Merged, Commit = $"merge-{input.TaskId}-{input.Attempt}" };
        activities.BeginReview = input =>
            Draw("begin", input.Round.Tip, input.Round.Number) < 8
                ? new ReviewPreparationResult { Fault = "The change is too large." }
                : new ReviewPreparationResult
                {
                    Parts = 1 + Draw("parts", "", input.Round.Number) % 2,
                    LastStart = activities.Reviews.Select(r => r.Start).DefaultIfEmpty().Max(),
                };
        activities.JudgeReview = input =>
            Draw("judge", "", input.Start) < 25
                ? new AgentAnswerValidationResult { Problems = ["No JSON."], ProblemsFile = "p.md" }
                : new AgentAnswerValidationResult { Message = "read" };
        activities.Conclude = input =>
            _conclusions.GetOrAdd((input.Round.Number, input.Round.Tip), _ => Conclude(input.Round, input.TasksBelow));
        activities.BeginReplan = input =>
            Draw("replan", "", input.Replan) < 20
                ? new PlanningPreparationResult { Faults = ["There is no planner."] }
                : new PlanningPreparationResult { Agent = "claude" };
        activities.ConcludeReplan = input =>
        {
            var made = Enumerable.Range(1, 1 + Draw("made", "", input.Replan) % 2).Select(i => $"other-{input.Replan}-{i}").ToList();
            _replanned[input.Replan] = made;
            return new ReplanConclusion { PlanHash = "", Tasks = [.. made.Select(id => new TaskOutline { Id = id })] };
        };
        activities.LookAtFix = input =>
            Draw("fix", input.StagingTip, _fixes) < 30
                ? new ManualFixCommits { Refusal = "There is no new commit." }
                : new ManualFixCommits { Commit = $"fix-{Interlocked.Increment(ref _fixes)}", Commits = 1 };
        activities.VerifyFix = input =>
            Draw("fixed", input.Commit, 0) < 30
                ? new ManualFixVerdict { Refusal = "The gate 'tests' fails." }
                : new ManualFixVerdict
                {
                    Commit = $"{input.Commit}-merged",
                    Gates = new GateSummary
                    {
                        Proof = GateAssuranceLevel.Verified,
                        Total = 2,
                        Passed = 2,
                    },
                };
        activities.Land = () =>
            Draw("land", "", Interlocked.Increment(ref _landings)) < 35
                ? new LandResult { Message = $"The checkout is dirty ({_landings})." }
                : new LandResult { Landed = true, Commit = $"landed-{_landings}" };
    }

    private async Task<AgentRunResult> AgentAsync(string who, int start, bool isStopped, int givesUp, CancellationToken stop)
    {
        var key = $"{who} {start}";
        if (await HistoryAgent.WorkAsync(_ended.ContainsKey(key), isStopped, start, stop) is { } stopped)
        {
            return stopped;
        }
        _ended[key] = true;
        var draw = Draw("agent", who, start);
        var outcome = new AgentRunResult
        {
            FailureClass =
                draw < givesUp ? FailureClass.GaveUp
                : draw < givesUp + 6 ? FailureClass.Transient
                : draw < givesUp + 12 ? FailureClass.Died
                : draw < givesUp + 16 ? FailureClass.UsageLimit
                : FailureClass.None,
            Message = "as scripted",
            Session = "s",
            ClaimedDone = true,
        };
        return outcome.FailureClass == FailureClass.UsageLimit
            ? outcome with
            {
                ResetAt = DateTimeOffset.UtcNow.AddMilliseconds(50),
            }
            : outcome;
    }

    private ReviewConclusion Conclude(ReviewRound round, int? tasksBelow)
    {
        IReadOnlyList<string> overruled = [.. round.Overruled.Where(id => id.StartsWith("review-", StringComparison.Ordinal))];
        var draw = Draw("verdict", round.Tip, round.Number);
        var standing =
            draw < 40 ? 0
            : draw < 45 ? -1
            : 1 + draw % 3;
        return new ReviewConclusion
        {
            WasRead = standing >= 0,
            Standing = Math.Max(standing, 0),
            Remarks = draw % 4,
            Overruled = overruled,
            Reviewer = "claude (opus)",
            Message = standing > 0 ? $"{standing} findings" : "",
            Tasks =
                draw > 94 || standing >= tasksBelow
                    ? []
                    : [.. Enumerable.Range(1, Math.Max(standing, 0)).Select(i => new TaskOutline { Id = FindingId(round, i) })],
        };
    }

    // As in a repository: a finding of another tip is another one.
    private string FindingId(ReviewRound round, int number) =>
        _resets == 0 ? $"review-{round.Number}-{number}" : $"review-{round.Number}-{number}-{round.Tip}";

    /// <summary>The user answers one of the questions, not always to the point.</summary>
    private async Task AnswerAsync(ScriptedRun run, RunStatus status)
    {
        var isTired = ++_answers > Patience;
        var question = status.Questions[_random.Next(status.Questions.Count)];
        var drawn = _random.Next(100);
        Step = $"answer {question.Id} ({drawn}) of {status.State}";
        try
        {
            if (isTired && status.Questions.Any(q => q.Id is "resolve" or "promote"))
            {
                var last = status.Questions.Any(q => q.Id == "promote") ? "promote" : "resolve";
                await (
                    last == "promote"
                        ? PromoteAsync(run)
                        : run.Run.ExecuteUpdateAsync(w =>
                            w.ResolveEscalationAsync(new ResolveEscalationArguments(EscalationResolutionKinds.Abort, "", "kim@desk"))
                        )
                );
                return;
            }
            await (
                question.Id switch
                {
                    "plan" => ApproveAsync(run, "plan", drawn < 85),
                    "promote" => drawn switch
                    {
                        < 50 => PromoteAsync(run),
                        < 65 => ResolveAsync(run, EscalationResolutionKinds.ManualFix),
                        < 75 => ResolveAsync(run, EscalationResolutionKinds.Replan),
                        < 78 => ResolveAsync(run, EscalationResolutionKinds.Abort),
                        < 82 => RetryAsync(run, ReviewTaskDefinition.Id),
                        _ => Task.Delay(Soon),
                    },
                    "resolve" => drawn switch
                    {
                        < 25 => ResolveAsync(run, EscalationResolutionKinds.ManualFix),
                        < 50 => ResolveAsync(run, EscalationResolutionKinds.Replan),
                        < 60 => run.Run.ExecuteUpdateAsync(w => w.LandMergedAsync(null)),
                        < 64 => ResolveAsync(run, EscalationResolutionKinds.Abort),
                        _ => Task.Delay(50),
                    },
                    var id => status.Tasks.FirstOrDefault(t => t.Id == id)?.State == TaskStateNames.AwaitingApproval
                        ? ApproveAsync(run, id, drawn < 75)
                        : drawn switch
                        {
                            < 40 => RetryAsync(run, id),
                            < 65 => run.Run.ExecuteUpdateAsync(w => w.SkipTaskAsync(new TaskSteeringArguments(id, "", "kim@desk"))),
                            < 80 => run.Run.ExecuteUpdateAsync(w => w.CancelTaskAsync(new TaskSteeringArguments(id, "", "kim@desk"))),
                            _ => Task.Delay(50),
                        },
                }
            );
        }
        catch (WorkflowUpdateFailedException refused)
        {
            var why = Assert.IsType<ApplicationFailureException>(refused.InnerException);
            Assert.True(
                why.ErrorType == "InvalidCommand" && !why.Message.Contains("because of a bug", StringComparison.Ordinal),
                why.Message
            );
        }
        catch (RpcException)
        {
            // It has just ended, or was reset.
        }
    }

    private static Task RetryAsync(ScriptedRun run, string task) =>
        run.Run.ExecuteUpdateAsync(w => w.RetryTaskAsync(new TaskSteeringArguments(task, "look again", "kim@desk")));

    private static Task ApproveAsync(ScriptedRun run, string id, bool yes)
    {
        var command = new ApprovalDecisionArguments(id, "", "kim@desk");
        return yes ? run.Run.ExecuteUpdateAsync(w => w.ApproveAsync(command)) : run.Run.ExecuteUpdateAsync(w => w.RejectAsync(command));
    }

    private static Task ResolveAsync(ScriptedRun run, string way) =>
        run.Run.ExecuteUpdateAsync(w => w.ResolveEscalationAsync(new ResolveEscalationArguments(way, "", "kim@desk")));

    private async Task PromoteAsync(ScriptedRun run)
    {
        // Counted before: it may be carried out before its answer is here.
        Interlocked.Increment(ref _promotions);
        await run.Run.ExecuteUpdateAsync(w => w.PromoteAsync(new RunSteeringArguments("", "kim@desk")));
    }

    private static async Task<bool> IsAnythingOpenAsync(ScriptedRun run)
    {
        await foreach (var _ in run.Client.ListWorkflowsAsync(RunIds.OpenChildrenQuery(run.RunId)))
        {
            return true;
        }
        return false;
    }

    private void Compare(ScriptedRun run, RunStatus status, RunResult result)
    {
        var told = $"{status.State} {status.Reason}; {status.Review}; {string.Join(", ", status.Tasks.Select(t => $"{t.Id} {t.State}"))}";
        Assert.DoesNotContain(status.Warnings, w => w.Contains("because of a bug", StringComparison.Ordinal));
        Assert.Equal(status.State, result.State);
        Assert.Equal(status.Tasks.Count, status.Tasks.Select(t => t.Id).Distinct().Count());
        CompareEnds(run, status, told);
        CompareNumbers(run, status, result, told);
        CompareReview(run, status, told);
    }

    private void CompareEnds(ScriptedRun run, RunStatus status, string told)
    {
        var merged = run.Activities.Merged.ToList();
        Assert.True(merged.Count == merged.Distinct().Count(), $"merged twice: {string.Join(", ", merged)}; {told}");
        foreach (var task in status.Tasks)
        {
            Assert.True(
                status.State == RunStateNames.Completed
                    ? TaskStateNames.IsDone(task.State) || task.State == TaskStateNames.Cancelled
                    : TaskStateNames.IsEnd(task.State) || task.State is TaskStateNames.Pending or TaskStateNames.AwaitingApproval,
                $"{task.Id} is {task.State}; {told}"
            );
            Assert.True(merged.Contains(task.Id) == (task.State == TaskStateNames.Merged), $"{task.Id} is {task.State}; {told}");
        }

        // What a task begins from is there: all that it depends on was merged before.
        foreach (var outline in _plan.Where(t => merged.Contains(t.Id)))
        {
            Assert.All(
                outline.DependsOn.Where(merged.Contains),
                d => Assert.True(merged.IndexOf(d) < merged.IndexOf(outline.Id), $"{outline.Id} was merged before {d}; {told}")
            );
        }
        var known = status.Tasks.Select(t => t.Id).ToHashSet();
        if (_resets == 0)
        {
            Assert.True(merged.TrueForAll(known.Contains), $"merged and not known: {told}");
            Assert.True(status.Replan?.Tasks.All(known.Contains) is not false, $"replanned ({status.Replan}) and not known: {told}");
        }
        Assert.Subset(known, _plan.Select(t => t.Id).ToHashSet());
    }

    private void CompareNumbers(ScriptedRun run, RunStatus status, RunResult result, string told)
    {
        var counts = RunTaskCounts.Of(status);
        Assert.Equal(
            counts.Asked,
            counts.Merged
                + counts.Resolved
                + counts.Waived
                + counts.Superseded
                + counts.Skipped
                + counts.Failed
                + counts.Cancelled
                + counts.Open
        );
        Assert.Equal(status.Tasks.Sum(t => t.Starts), result.AgentStarts);
        Assert.Equal(status.TaskCount, status.Tasks.Count);
        if (_resets > 0)
        {
            return;
        }

        // Recorded twice where a worker died over it: then it is the same twice, and the record's file knows it by its number.
        var events = run.Activities.Events.GroupBy(e => e.Sequence).ToList();
        Assert.True(events.TrueForAll(same => same.Distinct().Count() == 1), $"the record contradicts itself; {told}");
        Assert.True(events.Select(e => e.Key).SequenceEqual(events.Select(e => e.Key).Order()), $"the record is not in order; {told}");
        foreach (var task in status.Tasks.Where(t => t.Id is not (ReviewTaskDefinition.Id or ReplanTaskDefinition.Id)))
        {
            var starts = run.Activities.Starts.Where(s => s.Task.Task.Id == task.Id).Select(s => s.Start).Distinct().Count();
            Assert.True(starts == task.Starts, $"{task.Id} had {starts} starts and says {task.Starts}; {told}");
        }
        var asked = run.Activities.Reviews.Select(r => r.Start).Distinct().Count();
        Assert.Equal(asked, status.Tasks.FirstOrDefault(t => t.Id == ReviewTaskDefinition.Id)?.Starts ?? 0);
    }

    private void CompareReview(ScriptedRun run, RunStatus status, string told)
    {
        if (_resets == 0 && status.Review is { } review)
        {
            var rounds = _conclusions.Keys.Select(r => r.Round).Distinct().Order().ToList();
            Assert.True(review.Standing.Count == rounds.Count, $"{rounds.Count} rounds were concluded; {told}");
            Assert.Equal(Enumerable.Range(1, rounds.Count), rounds);
        }
        var unasked = run.Activities.Lands.Count(l => l.IsAskedFor && !l.IsPart);
        Assert.True(_resets > 0 || unasked == 0 || _promotions > 0, $"landed as asked, and nobody has asked; {told}");
        if (status.State != RunStateNames.Completed)
        {
            return;
        }
        Assert.NotNull(status.Review);
        Assert.True(
            status.Review.Verdict is ReviewStateNames.Accepted or ReviewStateNames.Overruled or ReviewStateNames.Empty,
            $"it landed although its review says {status.Review.Verdict}; {told}"
        );
        var landed = run.Activities.Lands.Last(l => !l.IsPart);
        if (status.Review.Verdict is ReviewStateNames.Accepted or ReviewStateNames.Empty)
        {
            Assert.True(
                landed.StagingTip == status.Review.Commit,
                $"{landed.StagingTip} has landed, and what was accepted is {status.Review.Commit}; {told}"
            );
            var last = _conclusions[(status.Review.Round, status.Review.Commit)];
            Assert.True(last.Standing == 0 && last.WasRead == (status.Review.Verdict == ReviewStateNames.Accepted), told);
        }
        else
        {
            var isPersons = status.Tasks.Any(t =>
                t.Id == ReviewTaskDefinition.Id && t.State is TaskStateNames.Waived or TaskStateNames.Cancelled
            );
            Assert.True(isPersons || status.Review.Overruled.Count > 0, $"nobody has overruled it; {told}");
        }
    }
}
