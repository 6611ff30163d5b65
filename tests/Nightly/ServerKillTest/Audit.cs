using Google.Protobuf;
using Grpc.Core;
using Orchestrator.ServerKillTest.Load;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Orchestrator.ServerKillTest;

/// <summary>
/// Reads every run over the wire and compares it with the ledger and the model: nothing acknowledged is lost, nothing is there twice,
/// everything has ended as planned.
/// </summary>
internal sealed class Audit(ServerCalls calls, IReadOnlyList<WorkflowPlan> plans, IReadOnlyList<string> greetings, AccountLedger ledger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until no run is open.</summary>
    public async Task UntilAllClosedAsync(CancellationToken stop)
    {
        var open = new CountWorkflowExecutionsRequest { Namespace = "default", Query = "ExecutionStatus = 'Running'" };
        while ((await calls.InsistAsync(open, CountWorkflowExecutionsResponse.Parser, stop)).Count > 0)
        {
            await Task.Delay(Pause, stop);
        }
    }

    /// <summary>Everything that does not hold, each as a sentence.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken stop)
    {
        var faults = new List<string>();
        var runs = (await ListAsync(stop)).ToLookup(run => run.Execution.WorkflowId);
        var events = new Dictionary<string, IReadOnlyList<HistoryEvent>>();
        foreach (var run in runs.SelectMany(group => group))
        {
            events[run.Execution.RunId] = await HistoryAsync(run.Execution, stop);
        }
        foreach (var plan in plans)
        {
            CheckPlan(plan, Chain(runs[plan.Id]), events, faults);
        }

        // The child of a workflow that a client ends may be ended with it.
        foreach (
            var plan in plans.Where(plan =>
                plan.HasChild && plan.End is (PlannedEnd.Completes or PlannedEnd.Fails) && runs[ScriptedWorkflow.ChildOf(plan).Id].Any()
            )
        )
        {
            CheckPlan(ScriptedWorkflow.ChildOf(plan), Chain(runs[ScriptedWorkflow.ChildOf(plan).Id]), events, faults);
        }
        foreach (var id in greetings)
        {
            CheckGreeting(id, [.. runs[id]], faults);
        }
        CheckLedger(events, faults);
        return faults;
    }

    private static IReadOnlyList<WorkflowExecutionInfo> Chain(IEnumerable<WorkflowExecutionInfo> runs) =>
        [.. runs.OrderBy(run => run.StartTime.ToDateTimeOffset())];

    private void CheckPlan(
        WorkflowPlan plan,
        IReadOnlyList<WorkflowExecutionInfo> chain,
        Dictionary<string, IReadOnlyList<HistoryEvent>> events,
        List<string> faults
    )
    {
        if (chain.Count == 0)
        {
            faults.Add(
                ledger.Starts.ContainsKey(plan.Id) ? $"lost: the start of {plan.Id} was acknowledged" : $"{plan.Id} was never started"
            );
            return;
        }

        if (ledger.Starts.TryGetValue(plan.Id, out var runId) && chain[0].Execution.RunId != runId)
        {
            faults.Add($"lost: {plan.Id} was acknowledged as run {runId}, its first run is {chain[0].Execution.RunId}");
        }
        if (chain.Count > plan.Generations + 1)
        {
            faults.Add($"doubled: {plan.Id} has {chain.Count} runs");
        }
        CheckEnd(plan, chain[^1], events[chain[^1].Execution.RunId], faults);
        var all = chain.SelectMany(run => events[run.Execution.RunId]).ToList();
        CheckSignals(plan, all, faults);
        foreach (
            var twice in all.Where(e => e.ActivityTaskScheduledEventAttributes is not null)
                .GroupBy(e => e.ActivityTaskScheduledEventAttributes.ActivityId)
                .Where(group => group.Count() > 1)
        )
        {
            faults.Add($"doubled: activity {twice.Key} of {plan.Id} was scheduled {twice.Count()} times");
        }
    }

    private static void CheckEnd(WorkflowPlan plan, WorkflowExecutionInfo last, IReadOnlyList<HistoryEvent> events, List<string> faults)
    {
        var expected = plan.End switch
        {
            PlannedEnd.Completes => WorkflowExecutionStatus.Completed,
            PlannedEnd.Fails => WorkflowExecutionStatus.Failed,
            PlannedEnd.Cancelled => WorkflowExecutionStatus.Canceled,
            _ => WorkflowExecutionStatus.Terminated,
        };
        if (last.Status != expected)
        {
            faults.Add($"{plan.Id} ended as {last.Status}, planned was {expected}");
        }
        var result = ScriptedWorkflow.Text(events[^1].WorkflowExecutionCompletedEventAttributes?.Result);
        if (expected == WorkflowExecutionStatus.Completed && result != plan.Result)
        {
            faults.Add($"{plan.Id} returned '{result}', planned was '{plan.Result}'");
        }
    }

    private void CheckSignals(WorkflowPlan plan, List<HistoryEvent> all, List<string> faults)
    {
        var times = all.Where(e => e.WorkflowExecutionSignaledEventAttributes is not null)
            .GroupBy(e => e.WorkflowExecutionSignaledEventAttributes.SignalName)
            .ToDictionary(group => group.Key, group => group.Count());
        foreach (var (name, count) in times.Where(pair => pair.Value > 1))
        {
            faults.Add($"doubled: signal {name} of {plan.Id} is there {count} times");
        }
        foreach (var name in plan.SignalsFromClients.Where(name => ledger.Signals.ContainsKey((plan.Id, name)) && !times.ContainsKey(name)))
        {
            faults.Add($"lost: signal {name} of {plan.Id} was acknowledged");
        }
    }

    private void CheckGreeting(string id, IReadOnlyList<WorkflowExecutionInfo> runs, List<string> faults)
    {
        if (runs.Count != 1 || runs[0].Status != WorkflowExecutionStatus.Completed)
        {
            faults.Add(
                $"{(runs.Count == 0 && ledger.Starts.ContainsKey(id) ? "lost: " : "")}{id} has {runs.Count} runs: "
                    + $"{string.Join(", ", runs.Select(run => run.Status))}"
            );
        }
        if (ledger.Results.TryGetValue(id, out var result) && result != SdkLoad.Expected)
        {
            faults.Add($"{id} returned '{result}', planned was '{SdkLoad.Expected}'");
        }
    }

    private void CheckLedger(Dictionary<string, IReadOnlyList<HistoryEvent>> events, List<string> faults)
    {
        foreach (var (runId, identity) in ledger.WorkflowTasks.Keys)
        {
            var times = events.GetValueOrDefault(runId, []).Count(e => e.WorkflowTaskCompletedEventAttributes?.Identity == identity);
            if (times != 1)
            {
                faults.Add(
                    $"{(times == 0 ? "lost" : "doubled")}: a workflow task of run {runId} was acknowledged as completed and is there "
                        + $"{times} times"
                );
            }
        }

        foreach (var ((runId, activityId), result) in ledger.ActivityResults)
        {
            var history = events.GetValueOrDefault(runId, []);
            var scheduled = history.FirstOrDefault(e => e.ActivityTaskScheduledEventAttributes?.ActivityId == activityId)?.EventId ?? -1;
            var results = history
                .Where(e => e.ActivityTaskCompletedEventAttributes?.ScheduledEventId == scheduled)
                .Select(e => ScriptedWorkflow.Text(e.ActivityTaskCompletedEventAttributes.Result))
                .ToList();

            // A workflow that was terminated or cancelled first has no place for it any more.
            if (results.Count > 1 || (results.Count == 1 && results[0] != result) || (results.Count == 0 && !EndedFirst(history)))
            {
                faults.Add(
                    $"{(results.Count > 1 ? "doubled" : "lost")}: activity {activityId} of run {runId} was acknowledged with {result}, its "
                        + $"results are [{string.Join(", ", results)}]"
                );
            }
        }
    }

    private static bool EndedFirst(IReadOnlyList<HistoryEvent> history) =>
        history.Count > 0 && history[^1].EventType is EventType.WorkflowExecutionTerminated or EventType.WorkflowExecutionCanceled;

    private async Task<IReadOnlyList<WorkflowExecutionInfo>> ListAsync(CancellationToken stop)
    {
        var all = new List<WorkflowExecutionInfo>();
        var request = new ListWorkflowExecutionsRequest { Namespace = "default", PageSize = 500 };
        do
        {
            var page = await calls.InsistAsync(request, ListWorkflowExecutionsResponse.Parser, stop);
            all.AddRange(page.Executions);
            request.NextPageToken = page.NextPageToken;
        } while (!request.NextPageToken.IsEmpty);
        return all;
    }

    private async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(WorkflowExecution execution, CancellationToken stop)
    {
        var all = new List<HistoryEvent>();
        var request = new GetWorkflowExecutionHistoryRequest { Namespace = "default", Execution = execution };
        do
        {
            var page = await calls.InsistAsync(request, GetWorkflowExecutionHistoryResponse.Parser, stop);
            all.AddRange(page.History.Events);
            request.NextPageToken = page.NextPageToken;
        } while (!request.NextPageToken.IsEmpty);
        return all;
    }
}
