using System.Linq.Expressions;

namespace Orchestrator.Workflows.Tasks;

/// <summary>Makes a task wait for a user, an account, a host or a period of time.</summary>
internal sealed class TaskSuspender(TaskWorkflowState state, TaskWorkflowReportSender reporter)
{
    /// <summary>First delay of <see cref="ParkAsync"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);

    /// <summary>Patch id: a host outage blocks only its own tasks.</summary>
    private const string OfHost = "troubles-of-host";

    /// <summary>Patch id: after two consecutive failures to run the gates, a user is asked.</summary>
    private const string AsksAfterFaults = "asks-after-faults";

    /// <summary>Patch id: a pause ends the delay before the next agent run.</summary>
    private const string PauseEndsDelay = "pause-ends-delay";

    private const int FaultsBeforeAPerson = 2;

    private static readonly TimeSpan MaxPark = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Time after which a backing-off task retries on its own, if its run never resumes it, for example because the run was deleted.
    /// </summary>
    private static readonly TimeSpan SelfWake = TimeSpan.FromHours(2);

    /// <summary>Maximum length of a wait during which the task keeps its slot.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Returns a function that releases the task's slot until the task continues, or null if there is no slot to release.
    /// </summary>
    public Func<Func<Task>?>? Rest { get; set; }

    /// <summary>
    /// Returns a function that makes the task leave an activity's host for a given reason. Returns null if the activity is not on a worker
    /// host, or if the task can't leave that host.
    /// </summary>
    public Func<ActivityOptions, Func<string, Task>?>? Leave { get; set; }

    /// <summary>Returns true if the task is on a worker host, whose problems do not affect the run.</summary>
    public Func<bool>? IsAway { get; set; }

    /// <summary>Waits while the task is paused.</summary>
    public async Task WaitWhilePausedAsync()
    {
        state.ThrowIfCancelled();
        if (!state.IsPaused)
        {
            return;
        }
        state.Progress = state.Progress with { Paused = true };
        // A blocked or backing-off task reaches this line only after an answer.
        var now = state.Progress.State is TaskStateNames.Blocked or TaskStateNames.Parked ? TaskStateNames.Executing : state.Progress.State;
        reporter.TransitionTo(now, state.WhyPaused);
        await WaitUntilAsync(() => !state.IsPaused || state.IsCancelled);
        state.Progress = state.Progress with { Paused = false };
        state.ThrowIfCancelled();
        reporter.TransitionTo(state.Progress.State);
    }

    /// <summary>
    /// Waits until the host, the account or a gate's prerequisite works again, and returns the next delay. If a gate or a worker host has a
    /// problem, the task retries on its own, and no other task waits.
    /// </summary>
    public async Task<TimeSpan> ParkAsync(FailureClass failureClass, Reason why, TimeSpan pause)
    {
        var isOfHost = failureClass == FailureClass.Environment && IsAway?.Invoke() is true && Workflow.Patched(OfHost);
        failureClass = isOfHost ? FailureClass.Gate : failureClass;
        state.Report = state.Report with { FailureClass = failureClass, ResetAt = null };
        if (state.Input.RunWakes && failureClass != FailureClass.Gate)
        {
            await ForAsync(TaskStateNames.Parked, why, SelfWake);
            return pause;
        }
        await ForAsync(TaskStateNames.Parked, new TaskRetryPendingReason(why, pause), pause, rests: isOfHost);
        var longer = pause * 2;
        return longer < MaxPark ? longer : MaxPark;
    }

    /// <summary>
    /// Waits after gates could not run. The first failure leads to a delay. After two or more consecutive failures, waits for a user,
    /// because a repeated failure is not transient.
    /// </summary>
    /// <param name="why">Description of the failure, with its remedy.</param>
    /// <param name="evidence">File with the evidence, relative to the repository; empty if there is none.</param>
    /// <param name="pause">Delay before the gates are run again.</param>
    /// <param name="faults">Number of consecutive failures.</param>
    /// <returns>Delay before the next wait.</returns>
    public async Task<TimeSpan> AfterFaultAsync(Reason why, string evidence, TimeSpan pause, int faults)
    {
        if (faults < FaultsBeforeAPerson || !Workflow.Patched(AsksAfterFaults))
        {
            return await ParkAsync(FailureClass.Gate, why, pause);
        }
        await ForAnswerAsync(why, evidence);
        return pause;
    }

    /// <summary>
    /// Executes an activity of the task. While the disk is full, the task backs off and repeats the activity. If the full disk is on a
    /// worker host, the task leaves that host.
    /// </summary>
    /// <param name="step">Expression that calls the activity.</param>
    /// <param name="options">Options of the activity.</param>
    public async Task<T> ExecuteActivityAsync<TActivities, T>(Expression<Func<TActivities, Task<T>>> step, ActivityOptions options)
    {
        options = options.EndingOnFullDisk();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await Workflow.ExecuteActivityAsync(step, options);
            }
            catch (ActivityFailureException failure) when (!state.IsCancelled && ActivityDefaults.DiskFull(failure) is { } full)
            {
                var during = state.Progress.State;
                if (Leave?.Invoke(options) is { } leave && Workflow.Patched(OfHost))
                {
                    await leave(full);
                    if (state.Interrupt is { } agent && options.CancellationToken == agent.Token)
                    {
                        // The pushed work continues on another host, as if this one were gone.
                        state.WasMoved = true;
                        agent.Cancel();
                        throw new TaskLeftHostException();
                    }
                    continue;
                }
                pause = await ParkAsync(FailureClass.Environment, new DiskFullReason(new VerbatimQuote(full)), pause);
                reporter.TransitionTo(during);
            }
        }
    }

    /// <summary>Waits until a usage limit resets. The wait does not count as an attempt.</summary>
    public Task WaitForResetAsync(string message, DateTimeOffset reset, TimeSpan wait)
    {
        state.Report = state.Report with { FailureClass = FailureClass.UsageLimit, ResetAt = reset };
        return ForAsync(TaskStateNames.Parked, new UsageLimitReachedReason(reset, new VerbatimQuote(message)), wait, rests: true);
    }

    /// <summary>
    /// Waits until a user raises a used-up budget, or until the next check is due. The wait does not count as an attempt.
    /// </summary>
    public Task ForBudgetAsync(AgentRunResult result, TimeSpan time)
    {
        state.Report = state.Report with { FailureClass = FailureClass.Budget, ResetAt = null };
        return ForAsync(TaskStateNames.Parked, new BudgetUsedUpReason(result.Budget!), time, rests: true);
    }

    /// <summary>Waits for a user's answer.</summary>
    /// <param name="why">Question for the user.</param>
    /// <param name="evidence">File with the evidence, relative to the repository; empty if there is none.</param>
    public async Task ForAnswerAsync(Reason why, string evidence = "")
    {
        state.MayGoOn = false;
        reporter.TransitionTo(TaskStateNames.Blocked, why, evidence);
        await WaitUntilAsync(() => state.MayGoOn || state.IsCancelled);
        state.ThrowIfCancelled();
    }

    /// <summary>
    /// Waits for the approval of work that passes its gates but changed their input. If no answer arrives in time, the work counts as
    /// rejected.
    /// </summary>
    public async Task ForDecisionAsync(VerbatimQuote changes)
    {
        if (await AskAsync(new GateInputFilesChangedReason(changes)) is { Accepted: false } no)
        {
            throw new TaskEndedException(TaskStateNames.Failed, new MergeNotApprovedReason(no.Why, changes));
        }
    }

    /// <summary>Requests an approval and waits for the decision. If no answer arrives in time, the request counts as rejected.</summary>
    /// <param name="why">Reason why an approval is needed.</param>
    /// <param name="asks">One of <see cref="ApprovalKinds"/>, or null for the approval of a merge.</param>
    /// <returns>The decision, or the expiry of the time limit.</returns>
    public async Task<AgentRequestApprovalDecision> AskAsync(Reason why, string? asks = null)
    {
        state.Decision = null;
        state.Progress = state.Progress with { Asks = asks };
        reporter.TransitionTo(TaskStateNames.AwaitingApproval, why);
        await WaitUntilAsync(
            () => state.Decision is not null || state.IsCancelled,
            state.Rules.ApprovalTimeout,
            rests: true,
            $"Until a missing answer counts as no: {why}"
        );
        state.Progress = state.Progress with { Asks = null };
        state.ThrowIfCancelled();
        return new AgentRequestApprovalDecision(
            state.Decision switch
            {
                { Accepted: true } yes => new ApprovedByUserReason(yes.By),
                { } no => new ApprovalDeniedByUserReason(no.By),
                null => new ApprovalTimedOutReason(),
            }
        );
    }

    /// <summary>Waits until the parts of a divided task have ended.</summary>
    /// <returns>Results of the parts, as text for the agent.</returns>
    public async Task<string> ForPartsAsync()
    {
        state.AwaitParts();
        reporter.TransitionTo(TaskStateNames.Parked, new WaitingForTaskPartsReason());
        await Workflow.WaitConditionAsync(() => state.Parts is not null || state.IsCancelled, CancellationToken.None);
        state.Progress = state.Progress with { Parts = null };
        state.ThrowIfCancelled();
        return state.Parts!;
    }

    /// <summary>
    /// Waits before the next agent run. A pause ends the delay, because the user who pauses the task expects it to become idle.
    /// </summary>
    /// <param name="why">Failure of the last agent run.</param>
    /// <param name="delay">Length of the delay.</param>
    public Task ForNextStartAsync(Reason why, TimeSpan delay) =>
        ForAsync(TaskStateNames.Executing, why, delay, endsAtPause: Workflow.Patched(PauseEndsDelay));

    /// <summary>Waits for the given time, or until the task is resumed.</summary>
    /// <param name="during">State of the task during the wait.</param>
    /// <param name="why">Reason for the wait.</param>
    /// <param name="time">Length of the wait.</param>
    /// <param name="rests">True to release the task's slot during the wait.</param>
    /// <param name="endsAtPause">True if a pause ends the wait early.</param>
    public async Task ForAsync(string during, Reason why, TimeSpan time, bool rests = false, bool endsAtPause = false)
    {
        state.MayGoOn = false;
        reporter.TransitionTo(during, why);
        await WaitUntilAsync(() => state.MayGoOn || state.IsCancelled || (endsAtPause && state.IsPaused), time, rests, $"{during}: {why}");
        state.Report = state.Report with { FailureClass = FailureClass.None, ResetAt = null };
        state.ThrowIfCancelled();
    }

    private async Task WaitUntilAsync(Func<bool> holds)
    {
        await WithoutPlaceAsync(holds);
        await Workflow.WaitConditionAsync(holds, CancellationToken.None);
    }

    private async Task WaitUntilAsync(Func<bool> holds, TimeSpan limit, bool rests, string purpose)
    {
        var end = Workflow.UtcNow + limit;
        if (rests && limit > Short)
        {
            await WithoutPlaceAsync(holds);
        }
        if (end - Workflow.UtcNow is var left && left > TimeSpan.Zero)
        {
            await TimedConditionWaiter.WaitUntilAsync(holds, left, purpose);
        }
    }

    /// <summary>
    /// Waits briefly for a condition. If the condition still does not hold, releases the task's slot for the rest of the wait.
    /// </summary>
    private async Task WithoutPlaceAsync(Func<bool> holds)
    {
        if (
            Rest?.Invoke() is { } rest
            && !await TimedConditionWaiter.WaitUntilAsync(holds, Short, "Until other tasks may use its slot on the host")
        )
        {
            await rest();
        }
    }
}
