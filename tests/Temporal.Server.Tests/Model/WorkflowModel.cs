using Grpc.Core;
using Temporalio.Api.Enums.V1;

namespace Orchestrator.Temporal.Server.Tests.Model;

/// <summary>
/// A model of one workflow, as simple as possible and written without the server's code: a list of event types, an open task, buffered
/// events, timers and activities. A workflow task has 10 s, from the fourth attempt on 4 to 5 s more, doubled with each further attempt.
/// Attempts after the first leave no events until they are answered. An activity has 30 s and three attempts, 1 s apart.
/// </summary>
internal sealed class WorkflowModel(DateTimeOffset now)
{
    private static readonly TimeSpan TaskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ActivityTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ActivityPause = TimeSpan.FromSeconds(1);
    private const int ActivityAttempts = 3;

    private readonly List<EventType> _buffered = [];
    private readonly List<string> _bufferedTimers = [];
    private readonly HashSet<int> _signals = [];
    private DateTimeOffset _now = now;
    private int _nextAttempt = 1;
    private int _lastToken;
    private int _lastId;
    private bool _cancelRequested;

    public List<EventType> Events { get; } = [EventType.WorkflowExecutionStarted];

    public ModelTask? Task { get; private set; }

    public bool IsOpen { get; private set; } = true;

    /// <summary>Timers by id, with the number of the event that started them and their time.</summary>
    public SortedDictionary<string, (int Started, DateTimeOffset Due)> Timers { get; } = new(StringComparer.Ordinal);

    /// <summary>Activities by id.</summary>
    public SortedDictionary<string, ModelActivity> Activities { get; } = new(StringComparer.Ordinal);

    public void Begin() => EnsureTask();

    /// <summary>Id of an activity or timer that the next answer makes: the first, or the second.</summary>
    public string NextId(char kind, int place = 1) => FormattableString.Invariant($"{kind}{_lastId + place:000}");

    public bool CanPollWorkflowTask => IsOpen && Task is { Started: false };

    public bool CanPollActivity(string id) =>
        IsOpen && Activities.TryGetValue(id, out var activity) && activity is { Started: null, Retry: null };

    /// <summary>An activity that may be polled, chosen by a number; null when there is none.</summary>
    public string? Choose(int number)
    {
        var waiting = Activities.Keys.Where(CanPollActivity).ToList();
        return waiting.Count == 0 ? null : waiting[number % waiting.Count];
    }

    public StatusCode Signal(int request)
    {
        if (!IsOpen)
        {
            return StatusCode.NotFound;
        }

        if (_signals.Add(request))
        {
            AddOrBuffer(EventType.WorkflowExecutionSignaled);
            EnsureTask();
        }

        return StatusCode.OK;
    }

    public StatusCode Cancel()
    {
        if (IsOpen && !_cancelRequested)
        {
            _cancelRequested = true;
            AddOrBuffer(EventType.WorkflowExecutionCancelRequested);
            EnsureTask();
        }

        return StatusCode.OK;
    }

    public StatusCode Terminate()
    {
        if (!IsOpen)
        {
            return StatusCode.NotFound;
        }

        if (Task is { Started: true })
        {
            EndAttempt(EventType.WorkflowTaskFailed, again: false);
        }

        Close(EventType.WorkflowExecutionTerminated);
        return StatusCode.OK;
    }

    /// <summary>The least and the most time that the next start of the open task may give.</summary>
    public (TimeSpan Least, TimeSpan Most) TaskTimeouts
    {
        get
        {
            var most = Task!.Attempt <= 3 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(600, 5 * Math.Pow(2, Task.Attempt - 4)));
            return (TaskTimeout + (0.8 * most), TaskTimeout + most);
        }
    }

    /// <summary>The token of the started task.</summary>
    /// <param name="timeout">The time that its worker has: within <see cref="TaskTimeouts"/> the server is free.</param>
    public int PollWorkflowTask(TimeSpan timeout)
    {
        var task = Task!;
        if (!task.IsWritten && task.Position != Events.Count)
        {
            // Something came between: the attempt becomes one that events tell.
            _nextAttempt = 1;
            task.IsWritten = true;
            Events.Add(EventType.WorkflowTaskScheduled);
        }

        task.Started = true;
        task.Deadline = _now + timeout;
        task.Token = ++_lastToken;
        if (task.IsWritten)
        {
            Events.Add(EventType.WorkflowTaskStarted);
        }

        return task.Token;
    }

    public StatusCode CompleteWorkflowTask(int token, Answer answer, int number)
    {
        if (!Holds(token))
        {
            return StatusCode.NotFound;
        }

        if (answer is Answer.Complete or Answer.Fail && _buffered.Count > 0)
        {
            // The worker has not seen everything.
            EndAttempt(EventType.WorkflowTaskFailed, again: true);
            return StatusCode.InvalidArgument;
        }

        if (!Task!.IsWritten)
        {
            Events.Add(EventType.WorkflowTaskScheduled);
            Events.Add(EventType.WorkflowTaskStarted);
        }

        Events.Add(EventType.WorkflowTaskCompleted);
        Task = null;
        _nextAttempt = 1;
        Apply(answer, number);
        if (IsOpen && Flush())
        {
            EnsureTask();
        }

        return StatusCode.OK;
    }

    public StatusCode FailWorkflowTask(int token)
    {
        if (!Holds(token))
        {
            return StatusCode.NotFound;
        }

        EndAttempt(EventType.WorkflowTaskFailed, again: true);
        return StatusCode.OK;
    }

    public int PollActivity(string id)
    {
        var activity = Activities[id];
        activity.Started = _now;
        return activity.Token = ++_lastToken;
    }

    public StatusCode CompleteActivity(int token)
    {
        if (Find(token) is not { } activity)
        {
            return StatusCode.NotFound;
        }

        EndActivity(activity, EventType.ActivityTaskCompleted);
        return StatusCode.OK;
    }

    public StatusCode FailActivity(int token)
    {
        if (Find(token) is not { } activity)
        {
            return StatusCode.NotFound;
        }

        RetryOrEnd(activity, EventType.ActivityTaskFailed);
        return StatusCode.OK;
    }

    /// <summary>Duration of the timer in an answer.</summary>
    public static TimeSpan TimerOf(int number) => TimeSpan.FromSeconds(number + 1);

    public StatusCode Heartbeat(int token) => Find(token) is null ? StatusCode.NotFound : StatusCode.OK;

    /// <summary>The timer that an answer with this number cancels: one that runs, or whose firing the worker has not seen.</summary>
    public string? TimerToCancel(int number)
    {
        var all = Timers.Keys.Concat(_bufferedTimers).Order(StringComparer.Ordinal).ToList();
        return all.Count == 0 ? null : all[number % all.Count];
    }

    /// <summary>The activity that an answer with this number asks to cancel.</summary>
    public ModelActivity? ActivityToCancel(int number)
    {
        var all = Activities.Values.Where(activity => !activity.CancelRequested).ToList();
        return all.Count == 0 ? null : all[number % all.Count];
    }

    public void Advance(TimeSpan by)
    {
        _now += by;
        while (IsOpen && Elapse()) { }
    }

    /// <summary>Does what is due: the task's time first, then timers, then activities. False when nothing was.</summary>
    private bool Elapse()
    {
        var any = false;
        if (Task is { Started: true } started && started.Deadline <= _now)
        {
            any = true;
            EndAttempt(EventType.WorkflowTaskTimedOut, again: true);
        }

        foreach (
            var (id, _) in Timers
                .Where(timer => timer.Value.Due <= _now)
                .OrderBy(timer => timer.Value.Due)
                .ThenBy(timer => timer.Value.Started)
                .ToList()
        )
        {
            any = true;
            Timers.Remove(id);
            if (Task is { Started: true })
            {
                _bufferedTimers.Add(id);
            }

            AddOrBuffer(EventType.TimerFired);
            EnsureTask();
        }

        foreach (
            var activity in Activities
                .Values.Where(activity => DueOf(activity) <= _now)
                .OrderBy(DueOf)
                .ThenBy(activity => activity.Scheduled)
                .ToList()
        )
        {
            any = true;
            if (activity.Retry is not null)
            {
                activity.Retry = null;
            }
            else
            {
                RetryOrEnd(activity, EventType.ActivityTaskTimedOut);
            }
        }

        return any;
    }

    private static DateTimeOffset? DueOf(ModelActivity activity) => activity.Retry ?? activity.Started + ActivityTimeout;

    private bool Holds(int token) => IsOpen && Task is { Started: true } task && task.Token == token;

    private ModelActivity? Find(int token) =>
        IsOpen ? Activities.Values.FirstOrDefault(activity => activity.Started is not null && activity.Token == token) : null;

    private void Apply(Answer answer, int number)
    {
        switch (answer)
        {
            case Answer.Activity:
                Schedule();
                break;
            case Answer.TwoActivities:
                Schedule();
                Schedule();
                break;
            case Answer.Timer:
                Events.Add(EventType.TimerStarted);
                Timers.Add(NextId('t'), (Events.Count, _now + TimerOf(number)));
                _lastId++;
                break;
            case Answer.CancelTimer when TimerToCancel(number) is { } id:
                Events.Add(EventType.TimerCanceled);
                if (!Timers.Remove(id))
                {
                    _bufferedTimers.Remove(id);
                    _buffered.Remove(EventType.TimerFired);
                }

                break;
            case Answer.CancelActivity when ActivityToCancel(number) is { } activity:
                Events.Add(EventType.ActivityTaskCancelRequested);
                activity.CancelRequested = true;
                if (activity.Started is null)
                {
                    Activities.Remove(activity.Id);
                    _buffered.Add(EventType.ActivityTaskCanceled);
                }

                break;
            case Answer.Complete:
                Close(EventType.WorkflowExecutionCompleted);
                break;
            case Answer.Fail:
                Close(EventType.WorkflowExecutionFailed);
                break;
            default:
                break;
        }
    }

    private void Schedule()
    {
        Events.Add(EventType.ActivityTaskScheduled);
        Activities.Add(NextId('a'), new ModelActivity(NextId('a'), Events.Count));
        _lastId++;
    }

    private void RetryOrEnd(ModelActivity activity, EventType end)
    {
        if (activity.CancelRequested || activity.Attempt >= ActivityAttempts)
        {
            EndActivity(activity, end);
            return;
        }

        activity.Attempt++;
        activity.Started = null;
        activity.Retry = _now + ActivityPause;
    }

    private void EndActivity(ModelActivity activity, EventType end)
    {
        Activities.Remove(activity.Id);
        AddOrBuffer(EventType.ActivityTaskStarted);
        AddOrBuffer(end);
        EnsureTask();
    }

    private void AddOrBuffer(EventType type) => (Task is { Started: true } ? _buffered : Events).Add(type);

    /// <summary>Writes what was buffered, ends of activities last. False when there was nothing.</summary>
    private bool Flush()
    {
        if (_buffered.Count == 0)
        {
            return false;
        }

        Events.AddRange(_buffered.Where(type => !IsEnd(type)));
        Events.AddRange(_buffered.Where(IsEnd));
        _buffered.Clear();
        _bufferedTimers.Clear();
        return true;
    }

    private static bool IsEnd(EventType type) =>
        type
            is EventType.ActivityTaskCompleted
                or EventType.ActivityTaskFailed
                or EventType.ActivityTaskTimedOut
                or EventType.ActivityTaskCanceled;

    private void EndAttempt(EventType end, bool again)
    {
        if (Task!.IsWritten)
        {
            Events.Add(end);
        }

        Task = null;
        _nextAttempt++;
        if (Flush())
        {
            _nextAttempt = 1;
        }

        if (again)
        {
            EnsureTask();
        }
    }

    private void EnsureTask()
    {
        if (Task is not null)
        {
            return;
        }

        var attempt = _nextAttempt;
        Task = new ModelTask
        {
            IsWritten = attempt == 1,
            Position = Events.Count,
            Attempt = attempt,
        };
        if (Task.IsWritten)
        {
            Events.Add(EventType.WorkflowTaskScheduled);
        }
    }

    private void Close(EventType end)
    {
        Events.Add(end);
        IsOpen = false;
        Task = null;
        Activities.Clear();
        Timers.Clear();
    }
}

/// <summary>The open workflow task of a <see cref="WorkflowModel"/>.</summary>
internal sealed class ModelTask
{
    /// <summary>Events tell of it.</summary>
    public bool IsWritten { get; set; }

    /// <summary>Number of events at the time of scheduling.</summary>
    public int Position { get; init; }

    public bool Started { get; set; }

    public DateTimeOffset Deadline { get; set; }

    /// <summary>From 1.</summary>
    public int Attempt { get; init; }

    public int Token { get; set; }
}

/// <summary>A pending activity of a <see cref="WorkflowModel"/>.</summary>
internal sealed class ModelActivity(string id, int scheduled)
{
    public string Id { get; } = id;

    /// <summary>Id of the activity's scheduled event.</summary>
    public int Scheduled { get; } = scheduled;

    public int Attempt { get; set; } = 1;

    public DateTimeOffset? Started { get; set; }

    /// <summary>When its next attempt may be polled.</summary>
    public DateTimeOffset? Retry { get; set; }

    public int Token { get; set; }

    public bool CancelRequested { get; set; }
}
