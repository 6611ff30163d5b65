using System.Linq.Expressions;

namespace Orchestrator.Workflows.Tasks;

/// <summary>The causes for which a task waits: a person, an account, the machine, a time.</summary>
internal sealed class TaskWaits(TaskState state, TaskReporter reporter)
{
    /// <summary>First delay before <see cref="ParkAsync"/> tries again.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);

    /// <summary>Mark of histories where the troubles of another host hold up no other task.</summary>
    private const string OfHost = "troubles-of-host";

    /// <summary>Patch id: a person is asked where gates could not run twice in a row.</summary>
    private const string AsksAfterFaults = "asks-after-faults";

    /// <summary>Patch id: a pause ends the delay before an agent's next start.</summary>
    private const string PauseEndsDelay = "pause-ends-delay";

    private const int FaultsBeforeAPerson = 2;

    private static readonly TimeSpan MaxPark = TimeSpan.FromMinutes(30);

    /// <summary>A parked task that is never resumed (its run was deleted) tries again by itself after this time.</summary>
    private static readonly TimeSpan SelfWake = TimeSpan.FromHours(2);

    /// <summary>A wait that is longer leaves the task's place to others.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    /// <summary>Gives the task's place on a host to others, until the task goes on; null: it holds none.</summary>
    public Func<Func<Task>?>? Rest { get; set; }

    /// <summary>Leaves the host of a step that can't go on there, with why; null: the step is not done on another host, or the task can't
    /// leave it.</summary>
    public Func<ActivityOptions, Func<string, Task>?>? Leave { get; set; }

    /// <summary>True if steps of the task are done on another host, whose troubles are not those of its run.</summary>
    public Func<bool>? IsAway { get; set; }

    /// <summary>Waits while the task is paused.</summary>
    public async Task WhilePausedAsync()
    {
        state.ThrowIfCancelled();
        if (!state.IsPaused)
        {
            return;
        }
        state.Progress = state.Progress with { Paused = true };
        // A blocked or parked task gets here only after it was answered.
        var now = state.Progress.State is TaskStates.Blocked or TaskStates.Parked ? TaskStates.Executing : state.Progress.State;
        reporter.TransitionTo(now, state.WhyPaused);
        await UntilAsync(() => !state.IsPaused || state.IsCancelled);
        state.Progress = state.Progress with { Paused = false };
        state.ThrowIfCancelled();
        reporter.TransitionTo(state.Progress.State);
    }

    /// <summary>Waits for the machine, the account or what a gate needs to be repaired, and returns the next delay. For a gate, and for
    /// what another host lacks, the run does not resume the task, and no other task waits with it.</summary>
    public async Task<TimeSpan> ParkAsync(FailureClass failureClass, Reason why, TimeSpan pause)
    {
        var isOfHost = failureClass == FailureClass.Environment && IsAway?.Invoke() is true && Workflow.Patched(OfHost);
        failureClass = isOfHost ? FailureClass.Gate : failureClass;
        state.Report = state.Report with { FailureClass = failureClass, ResetAt = null };
        if (state.Input.RunWakes && failureClass != FailureClass.Gate)
        {
            await ForAsync(TaskStates.Parked, why, SelfWake);
            return pause;
        }
        await ForAsync(TaskStates.Parked, new TriedAgainAfter(why, pause), pause, rests: isOfHost);
        var longer = pause * 2;
        return longer < MaxPark ? longer : MaxPark;
    }

    /// <summary>Waits after gates could not run: first for a time, from the second failure in a row on for a person, because the same
    /// failure again is no passing one.</summary>
    /// <param name="why">The failure with its cure.</param>
    /// <param name="evidence">A file with evidence, relative to the repository; empty: there is none.</param>
    /// <param name="pause">The delay before the gates run again.</param>
    /// <param name="faults">Failures in a row.</param>
    /// <returns>The next delay.</returns>
    public async Task<TimeSpan> AfterFaultAsync(Reason why, string evidence, TimeSpan pause, int faults)
    {
        if (faults < FaultsBeforeAPerson || !Workflow.Patched(AsksAfterFaults))
        {
            return await ParkAsync(FailureClass.Gate, why, pause);
        }
        await ForAnswerAsync(why, evidence);
        return pause;
    }

    /// <summary>Does a step of the task. While the disk is full the task is parked, and the step is done again; where that disk is another
    /// host's, the task leaves that.</summary>
    /// <param name="step">The activity.</param>
    /// <param name="options">Its options.</param>
    public async Task<T> DoAsync<TActivities, T>(Expression<Func<TActivities, Task<T>>> step, ActivityOptions options)
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
                        // What it has shared goes on elsewhere, as where its host is gone.
                        state.WasMoved = true;
                        agent.Cancel();
                        throw new HostLeftException();
                    }
                    continue;
                }
                pause = await ParkAsync(FailureClass.Environment, new DiskFull(new Quote(full)), pause);
                reporter.TransitionTo(during);
            }
        }
    }

    /// <summary>A usage limit uses no attempt: the task sleeps until it is reset.</summary>
    public Task UntilResetAsync(string message, DateTimeOffset reset, TimeSpan wait)
    {
        state.Report = state.Report with { FailureClass = FailureClass.UsageLimit, ResetAt = reset };
        return ForAsync(TaskStates.Parked, new UsageLimited(reset, new Quote(message)), wait, rests: true);
    }

    /// <summary>A budget that is used up uses no attempt: the task sleeps until a person raises it, or it is time to look again.</summary>
    public Task ForBudgetAsync(AgentRunResult result, TimeSpan time)
    {
        state.Report = state.Report with { FailureClass = FailureClass.Budget, ResetAt = null };
        return ForAsync(TaskStates.Parked, new BudgetReached(result.Budget!), time, rests: true);
    }

    /// <summary>For a person's answer.</summary>
    /// <param name="why">What the person is asked.</param>
    /// <param name="evidence">A file with evidence, relative to the repository; empty: there is none.</param>
    public async Task ForAnswerAsync(Reason why, string evidence = "")
    {
        state.MayGoOn = false;
        reporter.TransitionTo(TaskStates.Blocked, why, evidence);
        await UntilAsync(() => state.MayGoOn || state.IsCancelled);
        state.ThrowIfCancelled();
    }

    /// <summary>Work that passes its gates, but changed what they check, is merged only with approval. No answer in time means
    /// no.</summary>
    public async Task ForDecisionAsync(Quote changes)
    {
        if (await AskAsync(new GatesChanged(changes)) is { Accepted: false } no)
        {
            throw new TaskEndedException(TaskStates.Failed, new MergeNotApproved(no.Why, changes));
        }
    }

    /// <summary>Asks a person for approval. No answer in time means no.</summary>
    /// <param name="why">What it is about.</param>
    /// <param name="asks">One of <see cref="ApprovalKinds"/>; null: that the work is merged.</param>
    /// <returns>The answer.</returns>
    public async Task<RequestDecision> AskAsync(Reason why, string? asks = null)
    {
        state.Decision = null;
        state.Progress = state.Progress with { Asks = asks };
        reporter.TransitionTo(TaskStates.AwaitingApproval, why);
        await UntilAsync(
            () => state.Decision is not null || state.IsCancelled,
            state.Rules.ApprovalTimeout,
            rests: true,
            $"Until no answer counts as no: {why}"
        );
        state.Progress = state.Progress with { Asks = null };
        state.ThrowIfCancelled();
        return new RequestDecision(
            state.Decision switch
            {
                { Accepted: true } yes => new Approved(yes.By),
                { } no => new Rejected(no.By),
                null => new NotApprovedInTime(),
            }
        );
    }

    /// <summary>Waits for the parts that the task is divided into, which become tasks of the run.</summary>
    /// <returns>What became of them.</returns>
    public async Task<string> ForPartsAsync()
    {
        state.AwaitParts();
        reporter.TransitionTo(TaskStates.Parked, new PartsFirst());
        await Workflow.WaitConditionAsync(() => state.Parts is not null || state.IsCancelled, CancellationToken.None);
        state.Progress = state.Progress with { Parts = null };
        state.ThrowIfCancelled();
        return state.Parts!;
    }

    /// <summary>Waits before the agent's next start. A pause ends the delay, because whoever paused the task waits until it
    /// rests.</summary>
    /// <param name="why">The failure of the last start.</param>
    /// <param name="delay">How long.</param>
    public Task ForNextStartAsync(Reason why, TimeSpan delay) =>
        ForAsync(TaskStates.Executing, why, delay, endsAtPause: Workflow.Patched(PauseEndsDelay));

    /// <summary>Waits for a time, or until the task is resumed.</summary>
    /// <param name="during">The task's state meanwhile.</param>
    /// <param name="why">What for.</param>
    /// <param name="time">How long.</param>
    /// <param name="rests">Others may have its place meanwhile.</param>
    /// <param name="endsAtPause">True if a pause ends the wait.</param>
    public async Task ForAsync(string during, Reason why, TimeSpan time, bool rests = false, bool endsAtPause = false)
    {
        state.MayGoOn = false;
        reporter.TransitionTo(during, why);
        await UntilAsync(() => state.MayGoOn || state.IsCancelled || (endsAtPause && state.IsPaused), time, rests, $"{during}: {why}");
        state.Report = state.Report with { FailureClass = FailureClass.None, ResetAt = null };
        state.ThrowIfCancelled();
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        await WithoutPlaceAsync(holds);
        await Workflow.WaitConditionAsync(holds, CancellationToken.None);
    }

    private async Task UntilAsync(Func<bool> holds, TimeSpan limit, bool rests, string purpose)
    {
        var end = Workflow.UtcNow + limit;
        if (rests && limit > Short)
        {
            await WithoutPlaceAsync(holds);
        }
        if (end - Workflow.UtcNow is var left && left > TimeSpan.Zero)
        {
            await TimedWaits.UntilAsync(holds, left, purpose);
        }
    }

    /// <summary>The task waits for long: others may have its place.</summary>
    private async Task WithoutPlaceAsync(Func<bool> holds)
    {
        if (Rest?.Invoke() is { } rest && !await TimedWaits.UntilAsync(holds, Short, "Until others may have its place on the host"))
        {
            await rest();
        }
    }
}
