using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Tasks;

/// <summary>
/// Manages the slot that a host of a distributed run reserves for a task. The task's data is exchanged through the shared remote. If the
/// host is lost, another host takes over the task, and work that was not pushed is repeated.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer owns no resources and lives as long as its workflow.")]
internal sealed class TaskHostSlotManager(TaskWorkflowState state, TaskWorkflowReportSender reporter, ActivityRouting machine)
{
    /// <summary>Time without a heartbeat after which a host is considered lost.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    /// <summary>Delay before a wait for a host is reported to users.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(3);

    /// <summary>Maximum time for which an unreachable worker host can delay the end of its task.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private CancellationTokenSource? _hold;

    /// <summary>Number of slots that the task has requested so far.</summary>
    private int _holds;
    private TaskHostSlot? _place;

    /// <summary>True if the slot is on the owner host, even after the run has moved to another host.</summary>
    private bool _isHome;

    /// <summary>Task queue of the host that has the task's current data, or null if no host has it.</summary>
    private string? _ready;

    /// <summary>True if the task's worktree is on a worker host and not on the owner host.</summary>
    private bool _hasLeft;

    /// <summary>Number of hosts that were lost so far.</summary>
    private int _losses;

    /// <summary>True if the owner host has not yet fetched the worker host's last push.</summary>
    private bool _isOut;

    private bool _isEnding;

    private TaskWorkflowInput Input => state.Input;

    private bool IsSpread => Input.Rules.Places is not null;

    private string Home => machine.QueueOf(Input.Repository.Queue);

    /// <summary>Task queue of the host that provides the task's slot.</summary>
    private string Place => _isHome ? Home : _place!.Repository.Queue;

    /// <summary>
    /// True if the task's work is merged and the task is on a worker host. The worker host can't know about the merge, so it needs the
    /// merged commit as proof that its files can be removed.
    /// </summary>
    public bool HasMerged => machine.IsAway && state.Progress.State == TaskStateNames.Merged;

    /// <summary>
    /// Accepts a slot from a host. A later slot replaces an earlier one whose host is gone. A task on the owner host stays there, like the
    /// run itself.
    /// </summary>
    public void AcceptSlot(TaskHostSlot place)
    {
        var isOfEarlier = place.Number > 0 && place.Number != _holds;
        if (_hold is null || _isEnding || isOfEarlier || place.Attempt < _place?.Attempt)
        {
            return;
        }
        var isSame = _place?.Repository.Queue == place.Repository.Queue;
        // Nothing has started on the first host yet, or the same host still has the task's data.
        if (_place is null || (_ready is null && !machine.IsAway) || (isSame && (place.Kept || !machine.IsAway)))
        {
            PlaceOn(place);
            return;
        }
        if (!machine.IsAway)
        {
            LeaveHold();
            return;
        }
        var (gone, to) = (MachineName.Of(_place.Repository), MachineName.Of(place.Repository));
        PlaceOn(place);
        _ready = null;
        _losses++;
        state.Notice([
            new TaskNotice(isSame ? $"its host {gone} had released the task; the task continues there" : HostGoneText(gone, to)),
        ]);
        state.WasMoved = true;
        state.Interrupt?.Cancel();
        // Activities in the new slot wait until the host has fetched the task's data.
        machine.PlaceAt(_isHome ? null : place.Repository.Queue, anew: true);
    }

    private void PlaceOn(TaskHostSlot place)
    {
        (_place, _isHome) = (place, place.Repository.Queue == Home);
        // A host that queries the report must not see the previous host, because another host may have replaced it by now.
        state.Report = state.Report with
        {
            Place = place.Repository.Queue,
        };
    }

    /// <summary>
    /// Follows the run to its new owner host. A task on the previous owner host continues on the new one, without a reserved slot.
    /// </summary>
    public void FollowRun()
    {
        // A task without a slot continues to wait.
        if (_place is not null && !machine.IsAway)
        {
            LeaveHold();
        }
    }

    private static string HostGoneText(MachineName from, MachineName to) => $"its host {from} did not respond; the task continues on {to}";

    /// <summary>Waits for a slot, and then for the host to fetch the task's data.</summary>
    public async Task ArriveAsync()
    {
        if (!IsSpread || (_isEnding && _place is null))
        {
            return;
        }
        await FindAsync();
        // The task's host may have taken over the run.
        _isHome |= Place == Home;
        while (_ready != Place)
        {
            var (queue, losses) = (Place, _losses);
            if (_isHome)
            {
                machine.PlaceAt(null);
                await FetchWorkToOwnerAsync(goesOn: true);
            }
            else
            {
                machine.PlaceAt(queue);
                (_isOut, _hasLeft) = (true, true);
                await PublishTaskAsync(queue, losses);
            }
            if (_losses == losses)
            {
                _ready = queue;
                ReportHost();
            }
        }
    }

    /// <summary>
    /// Fetches the task's work to the owner host. Before the task continues in its slot, the worker host fetches the data again.
    /// </summary>
    /// <param name="goesOn">True if the task continues on the owner host.</param>
    /// <param name="commit">Verified commit that must be fetched; empty if there is none.</param>
    public async Task FetchWorkToOwnerAsync(bool goesOn = false, string commit = "")
    {
        if (!_isOut && !(goesOn && _hasLeft))
        {
            return;
        }
        var take = TakeInput with { GoesOn = goesOn, IsShared = !goesOn && !_isEnding, Commit = commit };
        await Workflow.ExecuteActivityAsync(
            (IHostSlotActivities a) => a.TakeTaskAsync(take),
            ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(1), _isEnding ? CancellationToken.None : state.Stop)
        );
        (_isOut, _ready) = (false, machine.IsAway ? null : _ready);
        _hasLeft &= !goesOn;
    }

    /// <summary>True if the task may release its slot while it waits, because another host can get all its work.</summary>
    public bool MayRest => _hold is not null && !_isEnding && !(machine.IsAway && state.HasUnshared) && Workflow.Patched("place-rest");

    /// <summary>
    /// Releases the slot after the owner host has fetched the task's work. Later the task continues in any free slot. A task on the owner
    /// host continues there.
    /// </summary>
    public async Task ReleaseSlotAsync()
    {
        if (machine.IsAway)
        {
            await FetchWorkToOwnerAsync();
        }
        LeaveHold();
        if (!machine.IsAway)
        {
            return;
        }
        machine.PlaceAt(null);
        (_place, _ready) = (null, null);
        state.Report = state.Report with { Place = null };
        state.Progress = state.Progress with { Host = null };
        reporter.TransitionTo(state.Progress.State, state.Progress.Why);
    }

    /// <summary>
    /// True if the task can move to another host during an activity, because it is on a worker host and another host can get all its work.
    /// </summary>
    public bool MayLeave => machine.IsAway && _hold is not null && !_isEnding && !state.HasUnshared;

    /// <summary>Leaves a host that can't continue the task. Another host continues from the last push.</summary>
    /// <param name="why">Reason why the host can't continue.</param>
    public async Task LeaveHostAsync(string why)
    {
        var cause = new VerbatimQuote(why);
        state.Notice([new TaskNotice($"the task leaves its host {MachineName.Of(_place!.Repository)}: {cause}")]);
        await ReleaseSlotAsync();
    }

    /// <summary>
    /// Moves the task to the owner host permanently, because the next steps concern the run, or because a user inspects the task's files.
    /// </summary>
    public async Task StayHomeAsync()
    {
        if (!machine.IsAway)
        {
            return;
        }
        LeaveHold();
        machine.PlaceAt(null);
        _isHome = true;
        state.Report = state.Report with { Place = null };
        await FetchWorkToOwnerAsync(goesOn: true);
        _ready = Home;
        ReportHost();
    }

    private FetchTaskWorkInput TakeInput => new(Input.RunId, Input.Repository, Input.PlanHash, Input.Task.Id, Home);

    /// <summary>Ends the task, and releases its resources if its host is reachable.</summary>
    /// <param name="release">Releases the resources in an activity with the given options.</param>
    public async Task EndAsync(Func<ActivityOptions, Task> release)
    {
        _isEnding = true;
        var options = ActivityDefaults.ShortActivity(ActivityRouting.AtPlace(Input.Repository.Queue));
        if (machine.IsAway)
        {
            options.ScheduleToCloseTimeout = Patience;
            // From here on the worker host fetches no further data.
            _ready = Place;
        }
        try
        {
            await release(options);
        }
        finally
        {
            LeaveHold();
        }
        if (_isOut)
        {
            await FetchWorkToOwnerAsync();
        }
    }

    private async Task FindAsync()
    {
        if (_place is not null)
        {
            return;
        }
        if (_hold is null)
        {
            _hold = new CancellationTokenSource();
            _ = HoldAsync(_hold.Token);
        }
        if (
            !await TimedConditionWaiter.WaitUntilAsync(
                () => _place is not null || state.IsCancelled,
                FirstPatience,
                $"Until users are notified that {Input.Task.Id} waits for a host"
            )
        )
        {
            reporter.TransitionTo(state.Progress.State, new WaitingForHostSlotReason(Input.Task.Host));
            await Workflow.WaitConditionAsync(() => _place is not null || state.IsCancelled, CancellationToken.None);
        }
        state.ThrowIfCancelled();
    }

    /// <summary>Reports the task's current host to the run.</summary>
    private void ReportHost()
    {
        var host = _isHome ? null : MachineName.Of(_place!.Repository).ToString();
        if (host != state.Progress.Host || state.Progress.Why is WaitingForHostSlotReason)
        {
            state.Progress = state.Progress with { Host = host };
            reporter.TransitionTo(state.Progress.State);
        }
    }

    private async Task HoldAsync(CancellationToken left)
    {
        var hold = new HoldSlotInput(Input.RunId, Input.Task.Id, Home)
        {
            Agent = state.Progress.Agent ?? Input.Task.Account,
            Number = ++_holds,
        };
        var queue = ActivityRouting.Exactly(QueueNames.ForPlaces(Input.Rules.Places!, Input.Task.Host));
        var options = ActivityDefaults.Long(queue, TimeSpan.FromDays(365), left);
        options.HeartbeatTimeout = Silence;
        options.Priority = ActivityPrioritySelector.OfSlot(Input.RunId, Input.Rules);
        options.CancellationType = ActivityCancellationType.TryCancel;
        try
        {
            await Workflow.ExecuteActivityAsync((IHostSlotActivities a) => a.HoldPlaceAsync(hold), options);
        }
        catch (ActivityFailureException)
        {
            // The slot is released.
        }
    }

    private void LeaveHold()
    {
        var hold = _hold;
        _hold = null;
        hold?.Cancel();
    }

    /// <summary>Publishes the task's data, and fetches it on a worker host. Returns early if that host is gone.</summary>
    private async Task PublishTaskAsync(string queue, int losses)
    {
        var hand = new PushTaskWorkInput(Input.RunId, Input.Repository, Input.PlanHash, Input.Task.Id);
        await Workflow.ExecuteActivityAsync(
            (IHostSlotActivities a) => a.HandTaskAsync(hand),
            ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(1), state.Stop)
        );
        if (_losses != losses)
        {
            return;
        }
        var take = TakeInput with { GoesOn = true };
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(state.Stop, machine.Left(ActivityRouting.AtPlace(queue)));
        try
        {
            await Workflow.ExecuteActivityAsync(
                (IHostSlotActivities a) => a.TakeTaskAsync(take),
                ActivityDefaults.Long(ActivityRouting.Exactly(queue), TimeSpan.FromHours(1), gone.Token)
            );
        }
        catch (ActivityFailureException) when (_losses != losses && !state.IsCancelled)
        {
            // Another host has the task by now.
        }
    }
}
