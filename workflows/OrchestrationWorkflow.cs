using Orchestrator.Messages;
using Orchestrator.Workflows.Messages;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>
/// One run: the plan is read and approved, the repository prepared, tasks start as soon as what they depend on is merged,
/// verified work is merged in turn, and in the end staging lands on the target. What can't be decided waits for a person.
/// </summary>
[Workflow("OrchestrationWorkflow")]
public sealed partial class OrchestrationWorkflow : MessageWorkflow
{
    private const string CancelledByPerson = "cancelled by a person; what is merged stays on staging";

    /// <summary>Its tasks give their worktrees back after their last word; one that can't (a full disk) goes on trying without its run.</summary>
    private static readonly TimeSpan TasksCloseWithin = TimeSpan.FromMinutes(1);
    /// <summary>The input goes on to activities, and servers refuse messages of 2 MB.</summary>
    private const int MostInput = 1536 * 1024;
    private readonly string _runId = Workflow.Info.WorkflowId;
    private OrchestrationInput _input = new();
    private RepositoryReference _repository = new("", "", "");
    private PlanOutline _plan = new();
    private PreflightResult _preflight = new();
    private RunBoard _board = new([], DateTimeOffset.UnixEpoch);
    private RunStatus _run;
    private CarriedRun? _carried;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
    private bool _paused;
    private int _workers;
    private string _landing = "";

    /// <summary>Where staging is: what was merged last. Every step that uses staging is told, and no file or ref says otherwise.</summary>
    private string _stagingTip = "";

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    private bool Cancelled => _stop.IsCancellationRequested;

    /// <summary>Before any signal is taken in.</summary>
    [WorkflowInit]
    public OrchestrationWorkflow(IRawValue? input = null, IRawValue? carried = null, IRawValue? surplus = null)
    {
        _run = NewRun(_input);
        OnQuery("status", Status);
        OnCommand("pause", PauseAsync, RefusePause, HasBoard);
        OnCommand("resume", ResumeAsync, RefuseTask, HasBoard);
        OnCommand("cancelTask", CancelTaskAsync, RefuseTask, HasBoard);
        OnCommand("retryTask", RetryTaskAsync, RefuseRetry, HasBoard);
        OnCommand("skipTask", SkipTaskAsync, RefuseSkip, HasBoard);
        OnCommand("setConcurrency", SetConcurrencyAsync, refuse: null, HasBoard);
        OnCommand("approve", (ApprovalCommand command) => Decide(command, yes: true), (ApprovalCommand command) => RefuseDecision(command, yes: true), HasBoard);
        OnCommand("reject", (ApprovalCommand command) => Decide(command, yes: false), (ApprovalCommand command) => RefuseDecision(command, yes: false), HasBoard);
        OnCommand("promote", PromoteAsync, RefusePromote);
        OnCommand("cancel", CancelAsync);
        OnSignal("leasesChanged", LeasesChangedAsync);
        OnSignal("taskChanged", TaskChangedAsync, HasBoard);
        OnSignal("activitiesFailing", ActivitiesFailingAsync);
        OnSignal("messageDropped", MessageDroppedAsync);
        TakeStart(TakeUpInput, input, carried, surplus);
    }

    private string? TakeUpInput(OrchestrationInput input, CarriedRun? carried = null)
    {
        if (carried is not null && Workflow.Info.ContinuedRunId is null)
            return "A run is started with one argument; the second is what it takes with it when it continues as new.";
        if (input.Plan is not null && MessageParts.SizeOf(input) is > MostInput and var size)
            return $"The plan has {size / 1024} KB as a message, of {MostInput / 1024} KB at most: put it into a file and give 'planFile'.";
        _input = input;
        _carried = carried;
        _run = carried?.Status ?? NewRun(input);
        if (carried is null)
            StateIsTakenUp();
        return null;
    }

    /// <inheritdoc cref="IOrchestrationWorkflow.RunAsync"/>
    [WorkflowRun]
    public async Task<RunResult> RunAsync(IRawValue? input = null, IRawValue? carried = null, IRawValue? surplus = null)
    {
        RefuseUnreadableStart();
        Refuse(_input.Faults());

        try
        {
            if (_carried is null)
            {
                await PlanAsync();
                if (_input.PlanOnly)
                    return await FinishAsync(RunStates.Completed, _run.Reason);
                await PreflightAsync();
                await ApprovePlanAsync();
                await JoinLeasesAsync();
            }
            else
            {
                await TakeUpAsync(_carried);
            }

            while (true)
            {
                await TakeUpAfterResetAsync();
                await WorkOnTasksAsync();
                if (_board.AllMerged && await LandAsync())
                    return await FinishAsync(RunStates.Completed, _landing);
                if (NothingCanMove && !_board.AllMerged)
                    await WaitForPersonAsync();
            }
        }
        catch (RunEndedException ended)
        {
            return await EndEarlyAsync(ended.State, ended.Reason);
        }
        catch (ActivityFailureException) when (Cancelled)
        {
            return await EndEarlyAsync(RunStates.Cancelled, CancelledByPerson);
        }
        catch (ActivityFailureException failure)
        {
            return await EndEarlyAsync(RunStates.Failed, failure.InnerException?.Message ?? failure.Message);
        }
    }

    private RunStatus NewRun(OrchestrationInput input) => new()
    {
        RunId = _runId,
        State = RunStates.Planning,
        Title = MessageParts.Brief(input.Plan?.Request ?? input.PlanFile ?? input.RequestFile ?? ""),
        Repository = input.Repository,
        StartedAt = Now,
        UpdatedAt = Now,
        Workers = input.Workers ?? 0,
        Agent = input.Agent ?? "",
    };

    private async Task PlanAsync()
    {
        _repository = await Workflow.ExecuteActivityAsync(
            (IRepositoryActivities a) => a.FindRepositoryAsync(_input.Repository), ActivityDefaults.Short(TaskQueues.Workflows));
        await FollowRecordAsync();
        if (_input.NeedsPlanner)
            await MakePlanAsync();
        if (_input.Planning is { IsForBacklog: true })
        {
            Become(RunStates.Planning, await EndPlanningAsync());
            return;
        }

        var load = new LoadPlanInput(_runId, _repository, _input);
        _plan = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.LoadPlanAsync(load), ActivityDefaults.Short(_repository.Queue));
        _workers = _plan.Settings.Workers;
        _troubles = new Troubles(_plan.Settings.FirstTrialAfter);
        _run = _run with { Repository = _repository.Path, Title = _plan.Title, Agent = _plan.Settings.Agent, Warnings = [.. _run.Warnings, .. _plan.Warnings], Workers = _workers };
        if (!_input.NeedsPlanner)
            _recording = RecordInBackgroundAsync();
        await RefuseRecordedAsync(_plan.Faults);

        var tasks = await ReadTasksAsync(_plan.Tasks);
        if (!_input.PlanOnly)
            _board.Add(tasks, Now);
        _hasBoard = true;
        _plan = _plan with { Tasks = [] };
        _run = _run with { TaskCount = _board.Entries.Count };
        Become(RunStates.Planning, $"{tasks.Count} tasks{(_input.NeedsPlanner ? $"; {await EndPlanningAsync()}" : "")}");
    }

    /// <summary>The plan's tasks: the pages that follow the first ones are read from the stored plan.</summary>
    private async Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(IEnumerable<TaskOutline> first)
    {
        var tasks = first.ToList();
        while (tasks.Count < _plan.TaskCount)
        {
            var page = new ReadTasksInput(_runId, _repository, _plan.Hash, tasks.Count);
            tasks.AddRange(await Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadTasksAsync(page), ActivityDefaults.Short(_repository.Queue)));
        }
        return tasks;
    }

    private async Task RefuseRecordedAsync(IReadOnlyList<string> faults)
    {
        if (faults.Count == 0)
            return;
        Become(RunStates.Failed, string.Join(" ", faults));
        await RecordAllAsync();
        Refuse(faults);
    }

    private async Task PreflightAsync()
    {
        Become(RunStates.Preparing, "checking git, the base, disk, the agent and the gates");
        var check = new PreflightInput(_runId, _repository, _plan.Hash, _input);
        _preflight = await Workflow.ExecuteActivityAsync(
            (IRunActivities a) => a.PreflightAsync(check), ActivityDefaults.Long(_repository.Queue, TimeSpan.FromHours(2), _stop.Token));
        _run = _run with
        {
            BaseCommit = _preflight.BaseCommit,
            Target = _preflight.Target,
            Staging = _preflight.Staging,
            Warnings = [.. _run.Warnings, .. _preflight.Warnings],
        };
        _stagingTip = _preflight.StagingTip;
        if (_preflight.Errors.Count > 0)
            throw new RunEndedException(RunStates.Failed, string.Join(" ", _preflight.Errors));
    }

    /// <summary>Waits for a person where the risk, the plan or the state of the checkout asks for one. No answer in time means no.</summary>
    private async Task ApprovePlanAsync()
    {
        var reasons = new List<string>();
        if (_input.NeedsPlanner && !_input.Yes)
            reasons.Add($"A planner made the plan: {_board.Entries.Count - 1} tasks.");
        if (_plan.ApprovalReason.Length > 0)
            reasons.Add(_plan.ApprovalReason);
        if (!_input.Yes)
            reasons.AddRange(_preflight.Confirmations);
        if (!_input.Yes && _plan.ReviewReason.Length > 0)
            reasons.Add(_plan.ReviewReason);
        if (reasons.Count == 0)
            return;

        Become(RunStates.AwaitingApproval, string.Join(" ", reasons));
        Ask("plan", $"May this run begin? {string.Join(" ", reasons)}", $"orchestrate approve plan --run {_runId}", $"orchestrate reject plan --run {_runId}");
        await Workflow.WaitConditionAsync(() => _planAnswer is not null || Cancelled, _plan.Settings.ApprovalTimeout, CancellationToken.None);
        Answered("plan");
        ThrowIfCancelled();
        if (_planAnswer is not true)
            throw new RunEndedException(RunStates.Cancelled, _planAnswer is false ? $"the plan was rejected: {_planReason}" : "nobody approved the plan in time");
    }

    /// <summary>Starts what is ready, merges what is verified, until all is merged or nothing more can move by itself.</summary>
    private async Task WorkOnTasksAsync()
    {
        if (_run.State != RunStates.Executing && !_board.AllMerged)
            Become(RunStates.Executing, "");
        while (!_board.AllMerged)
        {
            ThrowIfCancelled();
            await TakeUpAfterResetAsync();
            // Else a run whose tasks are short would always be about to start or merge something, and never close its history.
            _draining = _draining || ShouldContinueAsNew;
            await ContinueAsNewIfLongAsync();
            PauseAtLimits();
            if (!_paused && !_draining)
                StartReadyTasks();
            AskForTaskApprovals();
            if (NothingCanMove)
                return;
            var seen = _board.Sequence;
            var steered = _steered;
            await Workflow.WaitConditionAsync(
                () => _board.Sequence != seen || _steered != steered || Cancelled || WasReset || MayContinueAsNew || (ShouldContinueAsNew && !_draining), CancellationToken.None);
        }
    }

    /// <summary>Money and time that the run was given: when they are used up nothing more is started, and a person who resumes lifts the limit.</summary>
    private void PauseAtLimits()
    {
        if (_paused || !_board.AnyReady)
            return;
        var reached = new List<string>();
        if (!_costLifted && IsCostReached)
            reached.Add($"{Spent:0.00} of {_input.MaxCost:0.00} USD are spent (maxCost)");
        if (!_untilLifted && IsUntilReached)
            reached.Add($"it is past {_input.Until:yyyy-MM-dd HH:mm}Z (until)");
        if (reached.Count == 0)
            return;
        _paused = true;
        var why = $"no more agents are started: {string.Join(" and ", reached)}; those at work go on. 'resume' lifts the limit";
        _run = _run with { Paused = true, Reason = why };
        Note(why);
    }

    private decimal Spent => _board.Entries.Sum(e => e.Status.Cost);

    private bool IsCostReached => _input.MaxCost is { } most && Spent >= most;

    private bool IsUntilReached => _input.Until is { } until && Now >= until;

    private bool NothingCanMove => !_paused && !_draining && _board.AtWork == 0 && !_board.AnyReady;

    /// <summary>Lands staging. False: a person is needed and has been waited for.</summary>
    private async Task<bool> LandAsync()
    {
        Become(RunStates.Integrating, "all tasks are merged to staging; not reviewed");
        for (var isAskedFor = false; ; isAskedFor = true)
        {
            ThrowIfCancelled();
            await TakeUpAfterResetAsync();
            if (!_board.AllMerged)
                return false;
            Become(RunStates.Landing, "");
            var land = new LandInput(_runId, _repository, _plan.Hash, _run.Target, _run.Staging, _run.BaseCommit, _plan.Settings.Land) { StagingTip = _stagingTip, IsAskedFor = isAskedFor };
            var result = await Workflow.ExecuteActivityAsync(
                (IRunActivities a) => a.LandAsync(land), ActivityDefaults.Long(_repository.Queue, TimeSpan.FromHours(2), _stop.Token));
            if (result.StagingTip.Length > 0)
                _stagingTip = result.StagingTip;
            if (result.Landed)
            {
                var isMerged = _plan.Settings.Land == "merge";
                _run = _run with { LandedCommit = result.Commit, LandedOn = isMerged ? _run.Target : _run.Staging };
                _landing = isMerged ? "" : result.Message;
                _board.NoteRun(RunStates.Landing, result.Message, Now, result.Evidence);
                return true;
            }
            Become(RunStates.AwaitingPromotion, result.Message, result.Evidence);
            Ask("promote", result.Message, $"orchestrate promote {_runId}");
            _promoteAsked = false;
            await Workflow.WaitConditionAsync(() => _promoteAsked || Cancelled || WasReset, CancellationToken.None);
            Answered("promote");
        }
    }

    /// <summary>Something failed and nothing more can run: the run stays open until a person retries, skips or cancels.</summary>
    private async Task WaitForPersonAsync()
    {
        var failed = _board.Entries.Where(e => e.Status.State is TaskStates.Failed or TaskStates.Escalated or TaskStates.Cancelled).Select(e => e.Outline.Id).ToList();
        var names = string.Join(", ", failed.Take(5)) + (failed.Count > 5 ? $" and {failed.Count - 5} more" : "");
        Become(RunStates.Escalated, $"nothing more can run: {names} did not end well; what is merged stays on staging");
        foreach (var id in failed.Take(MostQuestions))
        {
            Ask(id, $"{id} is {_board.Find(id).Status.State}: {_board.Find(id).Status.Reason}",
                $"orchestrate retry {_runId}/{id} --guidance TEXT", $"orchestrate skip {_runId}/{id}", $"orchestrate cancel {_runId}");
        }
        var steered = _steered;
        await Workflow.WaitConditionAsync(() => _steered != steered || Cancelled || WasReset, CancellationToken.None);
        foreach (var id in failed)
            Answered(id);
        ThrowIfCancelled();
    }

    private async Task<RunResult> EndEarlyAsync(string state, string reason)
    {
        // A run that is being ended waits for nobody any more; whoever watches it should wait for the end.
        _questions.Clear();
        if (_run.State is RunStates.Escalated or RunStates.AwaitingPromotion or RunStates.AwaitingApproval)
            Become(RunStates.Executing, $"ending: {reason}");
        reason = await TakeUpToEndAsync(reason);
        await StopTasksAsync();
        if (state == RunStates.Cancelled && _run.Staging.Length > 0)
        {
            var abort = new AbortInput(_runId, _repository, _run.Staging);
            var said = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.AbortAsync(abort), ActivityDefaults.Short(_repository.Queue));
            reason = said.Length > 0 ? $"{reason}; {said}" : reason;
        }
        return await FinishAsync(state, reason);
    }

    private async Task<RunResult> FinishAsync(string state, string reason)
    {
        _hasBoard = true;
        StateIsTakenUp();
        // Nothing of it is tried any more.
        _run = _run with { Failing = [] };
        var ending = Snapshot(0, 0) with { State = state, Reason = reason };
        var report = "";
        if (_repository.Queue.Length > 0)
        {
            await LeaveLeasesAsync();
            await RecordAllAsync();
            if (_input.NeedsPlanner && !_planningEnded)
                await EndPlanningAsync();
            if (_board.Entries.Any(e => !e.Closed.IsCompleted))
                await Workflow.WaitConditionAsync(() => _board.Entries.All(e => e.Closed.IsCompleted), TasksCloseWithin, CancellationToken.None);
            var finish = new FinishInput(_repository, ending, _plan.Hash);
            report = await Workflow.ExecuteActivityAsync((IRunActivities a) => a.FinishAsync(finish), ActivityDefaults.Short(_repository.Queue));
        }
        Become(state, reason);
        await RecordAllAsync();
        _stopRecording = true;
        await _recording;
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
        if (state == RunStates.Failed)
            throw new ApplicationFailureException(reason, "RunFailed", nonRetryable: true);
        if (state == RunStates.Cancelled)
            Workflow.CancellationToken.ThrowIfCancellationRequested();
        return new RunResult { State = state, Reason = reason, LandedCommit = _run.LandedCommit, AgentStarts = Snapshot(0, 0).AgentStarts, Report = report };
    }

    private void ThrowIfCancelled()
    {
        if (Cancelled)
            throw new RunEndedException(RunStates.Cancelled, CancelledByPerson);
    }

    /// <summary>An input or a plan that can't be run fails the run at once, with every fault named.</summary>
    private static void Refuse(IReadOnlyList<string> faults)
    {
        if (faults.Count > 0)
            throw new ApplicationFailureException(string.Join(Environment.NewLine, faults), InvalidInput, nonRetryable: true);
    }

    private void Become(string state, string reason, string evidence = "")
    {
        reason = MessageParts.Brief(reason);
        if (_run.State == state && _run.Reason == reason && _board.Sequence > 0)
            return;
        _run = _run with { State = state, Reason = reason, UpdatedAt = Now };
        _board.NoteRun(state, reason, Now, evidence);
        DescribeForPeople();
    }
}
