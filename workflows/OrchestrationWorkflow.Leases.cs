using System.Globalization;
using Orchestrator.Messages;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>Files and resources over all runs of the repository: a run that is alone only says that it is there, one that is not asks for each task.</summary>
public sealed partial class OrchestrationWorkflow
{
    /// <summary>Tasks that have a lease, or have asked for one (false).</summary>
    private readonly Dictionary<string, bool> _leases = new(StringComparer.Ordinal);
    private const string Waited = "; it has waited since ";
    private bool? _shared;
    private bool _leased;

    private async Task LeasesChangedAsync(LeaseNews news)
    {
        _steered++;
        if (_board.TryFind(news.Granted) is not null)
            _leases[news.Granted] = true;
        if (news.Waiting.Length > 0 && _board.TryFind(news.Waiting) is { AtWork: false } waiting)
        {
            _board.Explain(waiting, news.Reason, Now);
            _ = RemindOfLeaseAsync(waiting, news.Reason, Now);
        }
        if (news.Shared is not { } shared)
            return;
        var before = _shared;
        _shared = shared;
        if (!shared)
            _leases.Clear();
        if (!shared || before is not false)
            return;

        // Until now nobody asked.
        await HoldThoseAtWorkAsync();
    }

    /// <summary>Before the first task starts.</summary>
    private async Task JoinLeasesAsync()
    {
        _leased = true;
        await JoinAndWaitAsync();
    }

    /// <summary>The leases may have let go of this run, and hold what tasks had that are not at work any more.</summary>
    private async Task JoinLeasesAnewAsync()
    {
        if (!_leased)
            return;
        _leases.Clear();
        _shared = null;
        await JoinAndWaitAsync();
        if (_shared is true)
            await HoldThoseAtWorkAsync();
    }

    private async Task JoinAndWaitAsync()
    {
        await TellLeasesAsync(LeaseStep.Join, []);
        await Workflow.WaitConditionAsync(() => _shared is not null || Cancelled || WasReset, CancellationToken.None);
    }

    /// <summary>The leases are told what is at work, which counts as leased.</summary>
    private async Task HoldThoseAtWorkAsync()
    {
        var atWork = _board.Entries.Where(e => e.AtWork).Select(e => e.Outline.Id).ToList();
        foreach (var id in atWork)
            _leases[id] = true;
        await TellLeasesAsync(LeaseStep.Hold, atWork);
    }

    private async Task LeaveLeasesAsync()
    {
        if (!_leased)
            return;
        _leased = false;
        await TellLeasesAsync(LeaseStep.Leave, []);
    }

    /// <summary>True where the task has what it needs; else it is asked for, once.</summary>
    private bool HasLease(TaskEntry entry)
    {
        var id = entry.Outline.Id;
        if (_shared is not true || _leases.GetValueOrDefault(id))
            return true;
        if (_leases.TryAdd(id, false))
            _ = TellLeasesAsync(LeaseStep.Ask, [id]);
        return false;
    }

    /// <summary>True for a task whose lease was asked for and not given: it takes no slot meanwhile.</summary>
    private bool WaitsForLease(TaskEntry entry) => _shared is true && _leases.TryGetValue(entry.Outline.Id, out var granted) && !granted;

    private void ReleaseLease(TaskEntry entry)
    {
        if (!entry.AtWork && _leases.Remove(entry.Outline.Id) && _shared is true)
            _ = TellLeasesAsync(LeaseStep.Release, [entry.Outline.Id]);
    }

    /// <summary>Of tasks that ended before they began: cancelled, skipped.</summary>
    private void ReleaseUnusedLeases()
    {
        foreach (var id in _leases.Keys.Where(id => TaskStates.IsEnd(_board.Find(id).Status.State)).ToList())
            ReleaseLease(_board.Find(id));
    }

    /// <summary>Who holds it may wait for a person, who has to hear of those that wait in turn.</summary>
    private async Task RemindOfLeaseAsync(TaskEntry entry, string reason, DateTimeOffset since)
    {
        await Workflow.DelayAsync(_plan.Settings.LockTimeout, CancellationToken.None);
        if (entry.AtWork || !WaitsForLease(entry) || entry.Status.Reason.Contains(Waited, StringComparison.Ordinal))
            return;
        _board.Explain(entry, $"{reason}{Waited}{since.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC: 'orchestrate status' of that run tells what holds it up", Now);
        _steered++;
    }

    private async Task TellLeasesAsync(LeaseStep step, IReadOnlyList<string> tasks)
    {
        _calls++;
        try
        {
            var input = new LeaseInput(_runId, _repository, _plan.Hash, step, tasks);
            await Workflow.ExecuteActivityAsync((IRunActivities a) => a.TellLeasesAsync(input), ActivityDefaults.Short(_repository.Queue));
        }
        finally
        {
            _calls--;
        }
    }
}
