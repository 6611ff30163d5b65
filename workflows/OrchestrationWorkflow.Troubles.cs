using Orchestrator.Messages;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>Accounts and machines that do not work: said once, tried with growing pauses, gone on with by itself.</summary>
public sealed partial class OrchestrationWorkflow
{
    /// <summary>An agent that works this long after it was told to try has no trouble with its account.</summary>
    private static readonly TimeSpan TrialTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WakeSpread = TimeSpan.FromSeconds(5);

    private Troubles _troubles = new(TimeSpan.FromMinutes(1));

    private void TakeInTrouble(TaskEntry entry, TaskReport report)
    {
        var found = _troubles.Report(entry.Outline, report);
        if (report.State == TaskStates.Failed)
        {
            var (common, innocent) = _troubles.Failed(entry.Outline, report.Signature, report.Reason, Now);
            found ??= common;
            foreach (var id in innocent.Where(id => _board.Find(id).Status.State == TaskStates.Failed))
            {
                _board.Retry(_board.Find(id), "", Now);
                Answered(id);
            }
        }
        if (found is not null)
            _ = SeeThroughAsync(found);
    }

    /// <summary>From the first failure until it works again.</summary>
    private async Task SeeThroughAsync(Trouble trouble)
    {
        SayTrouble();
        if (trouble.Until is not null)
            await WaitForLimitAsync(trouble);
        else
            await TryUntilItWorksAsync(trouble);
        _troubles.Open.Remove(trouble);
        SayTrouble();
        _steered++;
    }

    private async Task WaitForLimitAsync(Trouble trouble)
    {
        while (!Cancelled && !trouble.IsOver && trouble.Until is { } until && until > Now)
            await Workflow.WaitConditionAsync(() => Cancelled || trouble.IsOver || trouble.Until > until, until - Now, CancellationToken.None);
    }

    private async Task TryUntilItWorksAsync(Trouble trouble)
    {
        while (!trouble.IsOver && !Cancelled)
        {
            var failures = trouble.Failures;
            await Workflow.WaitConditionAsync(() => trouble.IsOver || Cancelled || trouble.Tries.Count > 0, trouble.Pause, CancellationToken.None);
            if (trouble.IsOver || Cancelled)
                break;
            if (trouble.Tries.Count == 0 && !await TryOnceAsync(trouble))
                break;
            var ended = await Workflow.WaitConditionAsync(() => trouble.IsOver || Cancelled || trouble.Failures != failures, TrialTime, CancellationToken.None);
            if (!ended && trouble.Tries.Any(id => _board.Find(id).Status.State == TaskStates.Executing || trouble.Name.Length == 0))
                break;
            trouble.Tries.Clear();
            var longer = trouble.Pause * 2;
            trouble.Pause = longer < Troubles.LongestPause ? longer : Troubles.LongestPause;
        }
        foreach (var entry in Cancelled ? [] : Waiting(trouble))
        {
            await Workflow.DelayAsync(WakeSpread * Workflow.Random.NextDouble(), CancellationToken.None);
            await TellTaskAsync(entry.Outline.Id, t => t.GoOnAsync(""));
        }
    }

    /// <summary>Lets one task try. False: none is left that needs it.</summary>
    private async Task<bool> TryOnceAsync(Trouble trouble)
    {
        if (Waiting(trouble).FirstOrDefault() is { } parked)
        {
            _troubles.Told(parked.Outline);
            await TellTaskAsync(parked.Outline.Id, t => t.GoOnAsync(""));
            return true;
        }
        if (!_board.Entries.Any(e => Troubles.Concerns(trouble, e.Outline) && !TaskStates.IsEnd(e.Status.State)))
            return false;
        trouble.MayStartOne = true;
        _steered++;
        await Workflow.WaitConditionAsync(() => trouble.Tries.Count > 0 || Cancelled, Troubles.LongestPause, CancellationToken.None);
        return true;
    }

    private List<TaskEntry> Waiting(Trouble trouble) =>
        [.. _board.Entries.Where(e => e.AtWork && e.Status.State == TaskStates.Parked && Troubles.Concerns(trouble, e.Outline))];

    private Task ActivitiesFailingAsync(IReadOnlyList<FailingActivity> failing)
    {
        var before = _run.Failing;
        if (RunStates.IsFinal(_run.State) || before.SequenceEqual(failing))
            return Task.CompletedTask;
        _run = _run with { Failing = failing };
        foreach (var id in before.Select(f => f.Task).Except(failing.Select(f => f.Task)).Where(id => id.Length > 0))
            ExplainTask(id, "");
        foreach (var step in failing.Except(before).Where(f => f.Task.Length > 0))
            ExplainTask(step.Task, DescribeStep(step));
        if (before.Concat(failing).Any(f => f.Task.Length == 0))
            SayTrouble(evenOutsideOfWork: true);
        return Task.CompletedTask;
    }

    private void ExplainTask(string id, string reason)
    {
        if (_board.TryFind(id) is { AtWork: true } entry)
            _board.Explain(entry, reason, Now);
    }

    private static string DescribeStep(FailingActivity step) =>
        $"{step.Activity} has failed {step.Attempt - 1} times and is tried again: {step.Message.TrimEnd('.')}.";

    /// <summary>The one line that says it, and the one that says that it is over.</summary>
    private void SayTrouble(bool evenOutsideOfWork = false)
    {
        var atWork = _run.State == RunStates.Executing;
        if (!atWork && !evenOutsideOfWork)
            return;
        var sentences = _run.Failing.Where(f => f.Task.Length == 0).Select(DescribeStep).ToList();
        if (atWork && _troubles.Open.Count > 0)
            sentences.Insert(0, $"{_troubles.Describe()} What needs it waits and goes on by itself; at once: orchestrate retry {_runId}/TASK");
        Become(_run.State, string.Join(" ", sentences));
    }
}
