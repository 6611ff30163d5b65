using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Tasks;

/// <summary>The place where a task is done, in a run that spreads its tasks: a host that has a place for it keeps that as long as the task
/// lives. What it needs there, and what it has made, goes by the remote that machines share. Where its host is gone, another one has it,
/// and what that one did not push is done again.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing, and it lives as long as its workflow.")]
internal sealed class TaskPlaces(TaskState state, TaskReporter reporter, ActivityMachine machine)
{
    /// <summary>A host counts as gone when nothing was heard of it for so long.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    /// <summary>Until then nobody is told that it waits.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(3);

    /// <summary>The end of a task is not held up longer by its host.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private CancellationTokenSource? _hold;

    /// <summary>The number of slots that it has requested.</summary>
    private int _holds;
    private TaskPlace? _place;

    /// <summary>The place is on the run's own machine, whichever that is by now.</summary>
    private bool _isHome;

    /// <summary>Queue of the host that has what the task needs, as it is now; null: none.</summary>
    private string? _ready;

    /// <summary>The run's machine has no worktree of it: that is on a host.</summary>
    private bool _hasLeft;

    /// <summary>The number of lost hosts.</summary>
    private int _losses;

    /// <summary>True if the last host's push was not taken yet.</summary>
    private bool _isOut;

    private bool _isEnding;

    private TaskInput Input => state.Input;

    private bool IsSpread => Input.Rules.Places is not null;

    private string Home => machine.QueueOf(Input.Repository.Queue);

    /// <summary>Queue of the host where it is placed.</summary>
    private string Place => _isHome ? Home : _place!.Repository.Queue;

    /// <summary>True when the task's work is merged, which its host can't know: there the commit itself is proof that nothing is
    /// lost.</summary>
    public bool HasMerged => machine.IsAway && state.Progress.State == TaskStates.Merged;

    /// <summary>A host has a place for it. A later one counts: then the host before is gone. What is done on the run's own machine stays
    /// there, as the run itself does.</summary>
    public void Take(TaskPlace place)
    {
        var isOfEarlier = place.Number > 0 && place.Number != _holds;
        if (_hold is null || _isEnding || isOfEarlier || place.Attempt < _place?.Attempt)
        {
            return;
        }
        var isSame = _place?.Repository.Queue == place.Repository.Queue;
        // Nothing is begun on the first one yet, or it is there still.
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
        state.Notice([new TaskNotice(isSame ? $"its host {gone} had given it up; the task continues there" : Gone(gone, to))]);
        state.WasMoved = true;
        state.Interrupt?.Cancel();
        // What is to be done there waits for what it needs.
        machine.PlaceAt(_isHome ? null : place.Repository.Queue, anew: true);
    }

    private void PlaceOn(TaskPlace place)
    {
        (_place, _isHome) = (place, place.Repository.Queue == Home);
        // A host that asks must not be told of the one before, which another one may have shut out by now.
        state.Report = state.Report with
        {
            Place = place.Repository.Queue,
        };
    }

    /// <summary>The run is another machine's from now on. What was done on the machine before goes on there, without a place.</summary>
    public void FollowRun()
    {
        // One that still waits for a place goes on waiting.
        if (_place is not null && !machine.IsAway)
        {
            LeaveHold();
        }
    }

    private static string Gone(MachineName from, MachineName to) => $"its host {from} did not respond; the task continues on {to}";

    /// <summary>Has a place, with all that the task needs there.</summary>
    public async Task ArriveAsync()
    {
        if (!IsSpread || (_isEnding && _place is null))
        {
            return;
        }
        await FindAsync();
        // A run may have been taken over by the host of its task.
        _isHome |= Place == Home;
        while (_ready != Place)
        {
            var (queue, losses) = (Place, _losses);
            if (_isHome)
            {
                machine.PlaceAt(null);
                await TakeHomeAsync(goesOn: true);
            }
            else
            {
                machine.PlaceAt(queue);
                (_isOut, _hasLeft) = (true, true);
                await BringAsync(queue, losses);
            }
            if (_losses == losses)
            {
                _ready = queue;
                Say();
            }
        }
    }

    /// <summary>The run's own machine has what the task has made; before the task goes on at its place, that gets what is new.</summary>
    /// <param name="goesOn">It goes on there.</param>
    /// <param name="commit">The verified work, which must come.</param>
    public async Task TakeHomeAsync(bool goesOn = false, string commit = "")
    {
        if (!_isOut && !(goesOn && _hasLeft))
        {
            return;
        }
        var take = TakeInput with { GoesOn = goesOn, IsShared = !goesOn && !_isEnding, Commit = commit };
        await Workflow.ExecuteActivityAsync(
            (IPlaceActivities a) => a.TakeTaskAsync(take),
            ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(1), _isEnding ? CancellationToken.None : state.Stop)
        );
        (_isOut, _ready) = (false, machine.IsAway ? null : _ready);
        _hasLeft &= !goesOn;
    }

    /// <summary>Another task could have its place while it waits: all that its host has may leave it.</summary>
    public bool MayRest => _hold is not null && !_isEnding && !(machine.IsAway && state.HasUnshared) && Workflow.Patched("place-rest");

    /// <summary>Gives its place to others. The run's machine has what it has made; it goes on wherever there is a place then, on the run's
    /// machine where it was there.</summary>
    public async Task RestAsync()
    {
        if (machine.IsAway)
        {
            await TakeHomeAsync();
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

    /// <summary>True if a task can leave its host in the middle of a step: it is another machine's, and what it has made may leave
    /// it.</summary>
    public bool MayLeave => machine.IsAway && _hold is not null && !_isEnding && !state.HasUnshared;

    /// <summary>Leaves a host that can't go on with the task: another one has it then, from what was pushed last.</summary>
    /// <param name="why">What the host lacks.</param>
    public async Task LeaveAsync(string why)
    {
        var cause = new Quote(why);
        state.Notice([new TaskNotice($"it leaves its host {MachineName.Of(_place!.Repository)}: {cause}")]);
        await RestAsync();
    }

    /// <summary>The task goes on on the run's own machine, and stays there: what follows is about the run, or a person looks at its
    /// files.</summary>
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
        await TakeHomeAsync(goesOn: true);
        _ready = Home;
        Say();
    }

    private TakeTaskInput TakeInput => new(Input.RunId, Input.Repository, Input.PlanHash, Input.Task.Id, Home);

    /// <summary>The task ends: what it holds is given back, where its host is there.</summary>
    /// <param name="release">Gives back what it holds, by an activity with these options.</param>
    public async Task EndAsync(Func<ActivityOptions, Task> release)
    {
        _isEnding = true;
        var options = ActivityDefaults.Short(ActivityMachine.AtPlace(Input.Repository.Queue));
        if (machine.IsAway)
        {
            options.ScheduleToCloseTimeout = Patience;
            // Nothing of it is brought there any more.
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
            await TakeHomeAsync();
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
            !await TimedWaits.UntilAsync(
                () => _place is not null || state.IsCancelled,
                FirstPatience,
                $"Until people are notified that {Input.Task.Id} waits for a host"
            )
        )
        {
            reporter.TransitionTo(state.Progress.State, new WaitsForHost(Input.Task.Host));
            await Workflow.WaitConditionAsync(() => _place is not null || state.IsCancelled, CancellationToken.None);
        }
        state.ThrowIfCancelled();
    }

    /// <summary>Reports say where the task is.</summary>
    private void Say()
    {
        var host = _isHome ? null : MachineName.Of(_place!.Repository).ToString();
        if (host != state.Progress.Host || state.Progress.Why is WaitsForHost)
        {
            state.Progress = state.Progress with { Host = host };
            reporter.TransitionTo(state.Progress.State);
        }
    }

    private async Task HoldAsync(CancellationToken left)
    {
        var hold = new HoldPlaceInput(Input.RunId, Input.Task.Id, Home)
        {
            Agent = state.Progress.Agent ?? Input.Task.Account,
            Number = ++_holds,
        };
        var queue = ActivityMachine.Exactly(QueueNames.ForPlaces(Input.Rules.Places!, Input.Task.Host));
        var options = ActivityDefaults.Long(queue, TimeSpan.FromDays(365), left);
        options.HeartbeatTimeout = Silence;
        options.CancellationType = ActivityCancellationType.TryCancel;
        try
        {
            await Workflow.ExecuteActivityAsync((IPlaceActivities a) => a.HoldPlaceAsync(hold), options);
        }
        catch (ActivityFailureException)
        {
            // It is given back.
        }
    }

    private void LeaveHold()
    {
        var hold = _hold;
        _hold = null;
        hold?.Cancel();
    }

    /// <summary>Brings what the task needs to a host; ends early where that host is gone.</summary>
    private async Task BringAsync(string queue, int losses)
    {
        var hand = new HandTaskInput(Input.RunId, Input.Repository, Input.PlanHash, Input.Task.Id);
        await Workflow.ExecuteActivityAsync(
            (IPlaceActivities a) => a.HandTaskAsync(hand),
            ActivityDefaults.Long(Input.Repository.Queue, TimeSpan.FromHours(1), state.Stop)
        );
        if (_losses != losses)
        {
            return;
        }
        var take = TakeInput with { GoesOn = true };
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(state.Stop, machine.Left(ActivityMachine.AtPlace(queue)));
        try
        {
            await Workflow.ExecuteActivityAsync(
                (IPlaceActivities a) => a.TakeTaskAsync(take),
                ActivityDefaults.Long(ActivityMachine.Exactly(queue), TimeSpan.FromHours(1), gone.Token)
            );
        }
        catch (ActivityFailureException) when (_losses != losses && !state.IsCancelled)
        {
            // Another host has it.
        }
    }
}
