namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Connects a run with its merge queue, a child workflow. Sends verified work in order, and passes results on to tasks. Starts the merge
/// queue when work is ready, and again if another client terminated it.
/// </summary>
internal sealed class MergeQueueClient(RunWorkflowComponentContext context, TaskWorkflowMessageSender messenger)
{
    /// <summary>
    /// Initial delay before another merge queue is started, if the workflow id is still in use or the previous queue was lost. Doubles each
    /// time, up to 16 seconds.
    /// </summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);

    /// <summary>Patch id: the merge queue itself releases the worktrees of merged tasks.</summary>
    private const string Releases = "merge-releases";

    private readonly RunWorkflowState _state = context.State;
    private TimeSpan _pause = FirstPause;
    private bool _isSending;
    private bool _isToldToClose;

    /// <summary>Completes when the last merge queue started by this execution has closed.</summary>
    private Task _closed = Task.CompletedTask;

    private MergeQueueRequestTracker Link => _state.Train;

    /// <summary>Sends requests and other updates to the merge queue until the run ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await Workflow.WaitConditionAsync(() => HasUpdates, CancellationToken.None);
            _isSending = true;
            await context.Calls.TrackAsync(SendAsync);
            _isSending = false;
        }
    }

    /// <summary>Handles a report from the merge queue, and notifies tasks. Ignores an old report.</summary>
    public void HandleReport(MergeQueueReport report)
    {
        if (!Link.HandleReport(report))
        {
            return;
        }
        _state.MovedTo(report.Position);
        var now = RunWorkflowComponentContext.Now;
        foreach (var note in report.Notes)
        {
            _state.Note(new MergeQueueMessageForUserReason(new VerbatimQuote(note)), now);
        }
        foreach (var put in report.Deferred)
        {
            if (_state.Board.TryFind(put.TaskId) is { Progress.State: TaskStateNames.Merging } entry)
            {
                _state.Board.Explain(entry, new WaitingForConflictReason(Link.Resolving, new VerbatimQuote(put.Message)), now);
            }
        }
        foreach (var answer in report.Answers)
        {
            Answer(answer);
        }
    }

    /// <summary>True if the merge queue has ended after <see cref="Close"/> and all waiting tasks were notified.</summary>
    public bool IsClosed => Link.ExecutionId.Length == 0 && _closed.IsCompleted && !_isSending && !HasUpdates;

    /// <summary>Stops merging. Interrupts the current merge, and notifies waiting tasks.</summary>
    public void Close() => Link.IsClosing = true;

    /// <summary>Closes a merge queue whose merges are lost, so that another one can start.</summary>
    public Task ReplaceAsync() => SendSignalAsync(train => train.CloseAsync("its merged work is lost"));

    /// <summary>
    /// True if there are updates to send. After a workflow reset, nothing is sent until the run knows which work is merged. A merge queue
    /// with an outdated position would move the staging branch back.
    /// </summary>
    private bool HasUpdates =>
        Link switch
        {
            { IsClosing: true, ExecutionId.Length: 0 } => Link.Waiting.Count > 0,
            { IsClosing: true } => !_isToldToClose || Link.AnyToSend,
            _ => !context.Resets.WasReset && !_state.IsLandingMerged && (Link.AnyToSend || ToPass() is not null),
        };

    /// <summary>
    /// Returns the id of a task that the merge queue should stop waiting for, or null if there is none. One candidate is the task that
    /// should resolve a conflict but has ended or is itself waiting. Other candidates are deferred conflicting tasks that have ended or
    /// were canceled.
    /// </summary>
    private string? ToPass() =>
        Link.ExecutionId.Length == 0 ? null
        : Link.Resolving.Length > 0 && IsStuck(_state.Board.TryFind(Link.Resolving)) ? Link.Resolving
        : Link.Deferred.FirstOrDefault(task => _state.Board.TryFind(task) is not { AtWork: true, State.LeftOut: false });

    private static bool IsStuck(PlanTaskWithProgress? entry) =>
        entry
            is null
                or { HasEnded: true }
                or { Progress.Paused: true }
                or { Progress.State: TaskStateNames.Blocked or TaskStateNames.Parked or TaskStateNames.AwaitingApproval };

    private async Task SendAsync()
    {
        if (Link.IsClosing)
        {
            await EndAsync();
        }
        else if (Link.ExecutionId.Length == 0)
        {
            await StartAsync();
        }
        else if (Link.AnyToSend)
        {
            var work = new MergeQueueSubmission(WithRelease(Link.MarkUnsentAsSent()), _state.Staging) { PlanHash = _state.Plan.Hash };
            await SendSignalAsync(train => train.EnqueueAsync(work));
        }
        else if (ToPass() is { } task)
        {
            Link.Pass(task);
            await SendSignalAsync(train => train.PassAsync(task));
        }
    }

    /// <summary>
    /// Requests that the merge queue release the worktrees after the merges. Excludes work that may be on another host, and installed
    /// packages, whose tasks continue after the merge.
    /// </summary>
    private IReadOnlyList<TaskMergeRequest> WithRelease(IReadOnlyList<TaskMergeRequest> requests) =>
        _state.Rules is { Places: null, IsShared: false } && Workflow.Patched(Releases)
            ? [.. requests.Select(request => request with { Releases = !request.Installs })]
            : requests;

    private async Task EndAsync()
    {
        if (Link.ExecutionId.Length > 0)
        {
            _isToldToClose = true;
            Link.MarkUnsentAsSent();
            await SendSignalAsync(train => train.CloseAsync("the run ends"));
            return;
        }
        foreach (var request in Link.RemoveWaiting())
        {
            Answer(TaskWorkflowMessageSender.NotMerged(request.TaskId, request.Attempt));
        }
    }

    private async Task StartAsync()
    {
        // A merge queue from an earlier execution of this run closes by itself, or the recovery after a reset closes it.
        while (!Link.IsClosing && !context.Resets.WasReset && !await TryStartAsync())
        {
            await PauseAsync();
        }
    }

    private async Task<bool> TryStartAsync()
    {
        var input = new MergeQueueInput
        {
            RunId = _state.RunId,
            Repository = _state.Repository,
            PlanHash = _state.Plan.Hash,
            Rules = _state.Rules,
            MergesAtOnce = true,
            Verdicts = new MergeQueueStatistics(0, 0),
            Position = _state.Staging,
            Queue = WithRelease(Link.Starting()),
        };
        var options = new ChildWorkflowOptions
        {
            Id = RunIds.ForTrain(_state.RunId),
            ParentClosePolicy = ParentClosePolicy.Abandon,
            CancellationType = ChildWorkflowCancellationType.Abandon,
            CancellationToken = CancellationToken.None,
            StaticSummary = TemporalUiTextTruncator.Summary($"Merge queue of {_state.Run.Title}"),
            StaticDetails = TemporalUiTextTruncator.Details(
                $"Merges the verified work of `{_state.RunId}` to `{_state.Run.Staging}`, in `{_state.Repository.Path}`."
            ),
        };
        try
        {
            var train = await Workflow.StartChildWorkflowAsync((IMergeTrainWorkflow w) => w.RunAsync(input), options);
            Link.Started(train.FirstExecutionRunId);
            _closed = FollowAsync(train);
            return true;
        }
        catch (WorkflowAlreadyStartedException)
        {
            Link.NotStarted();
            return false;
        }
    }

    /// <summary>
    /// Waits for the merge queue to close. If the queue failed or another client terminated it, lets another one start after a delay.
    /// </summary>
    private async Task FollowAsync(ChildWorkflowHandle train)
    {
        try
        {
            await train.GetResultAsync();
        }
        catch (ChildWorkflowFailureException failure)
        {
            _state.Note(new MergeQueueWorkflowReplacedReason(new VerbatimQuote(FailureCause.Of(failure))), RunWorkflowComponentContext.Now);
            await PauseAsync();
        }
        Link.RecordQueueEnded(train.FirstExecutionRunId);
    }

    private async Task PauseAsync()
    {
        var pause = _pause;
        _pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        await TimedConditionWaiter.PauseAsync(pause, "Until another merge queue is started");
    }

    private async Task SendSignalAsync(System.Linq.Expressions.Expression<Func<IMergeTrainWorkflow, Task>> signal)
    {
        var train = Link.ExecutionId;
        try
        {
            await Workflow
                .GetExternalWorkflowHandle<IMergeTrainWorkflow>(RunIds.ForTrain(_state.RunId))
                .SignalAsync(signal, new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException)
        {
            // The merge queue has closed, so all requests without an answer go to its successor.
            Link.RecordQueueEnded(train);
        }
    }

    /// <summary>Sends a merge result to its task in the background, so that the merge queue is not delayed.</summary>
    private void Answer(MergeResult result) => context.Background.Begin(messenger.SendAsync(result.TaskId, t => t.MergeDoneAsync(result)));
}
