using Orchestrator.Workflows.Messages;

namespace Orchestrator.Workflows.Runs;

/// <summary>First stage of a run. Turns a request into a plan if necessary, and adds the plan's tasks to the run.</summary>
internal sealed class RunPlanningStageExecutor(
    RunWorkflowComponentContext context,
    TaskStarter starter,
    RunRecorder recorder,
    RunAfterWorkflowResetRecoverer recovery
)
{
    private readonly RunWorkflowState _state = context.State;

    public async Task RunAsync()
    {
        _state.Repository = await FindRepositoryAsync();
        await recovery.FollowRecordAsync();
        if (_state.Input.NeedsPlanner)
        {
            await MakePlanAsync();
        }
        if (_state.Input.Planning is { IsForBacklog: true })
        {
            context.TransitionTo(RunStateNames.Planning, new PlanStoredReason(new VerbatimQuote(await EndPlanningAsync())));
            return;
        }
        _state.Plan = await LoadPlanAsync() with { PlanningHash = _state.Plan.PlanningHash };
        _state.Run = _state.Run with
        {
            Repository = _state.Repository.Path,
            Title = _state.Plan.Title,
            Agent = _state.Plan.Agent,
            Workers = _state.Rules.Workers,
            Warnings = [.. _state.Run.Warnings, .. _state.Plan.Warnings],
        };
        if (!_state.Input.NeedsPlanner)
        {
            recorder.Begin();
        }
        await RefuseAsync(_state.Plan.Faults);

        var tasks = await ReadTasksAsync(context, _state.Plan.Tasks);
        if (!_state.Input.PlanOnly)
        {
            _state.Board.Add(tasks, RunWorkflowComponentContext.Now);
        }
        _state.Plan = _state.Plan with { Tasks = [] };
        _state.Run = _state.Run with { TaskCount = _state.Board.Entries.Count };
        var stored = _state.Input.NeedsPlanner ? new VerbatimQuote(await EndPlanningAsync()) : null;
        context.TransitionTo(RunStateNames.Planning, new PlanLoadedReason(tasks.Count, stored));
    }

    private Task<PlanOutline> LoadPlanAsync()
    {
        var load = new LoadPlanInput(_state.RunId, _state.Repository, _state.Input)
        {
            PlanningHash = _state.Plan.PlanningHash,
            SaidHash = _state.Board.TryFind(PlannerTaskDefinition.Id)?.Progress.SaidHash ?? "",
        };
        return Workflow.ExecuteActivityAsync((IRunActivities a) => a.LoadPlanAsync(load), context.Short);
    }

    /// <summary>Reads the plan's tasks. The caller passes the first page, and the others are read from the stored plan.</summary>
    public static async Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(RunWorkflowComponentContext context, IEnumerable<TaskOutline> first)
    {
        var (state, tasks) = (context.State, first.ToList());
        while (tasks.Count < state.Plan.TaskCount)
        {
            var page = new ReadTasksInput(state.RunId, state.Repository, state.Plan.Hash, tasks.Count);
            tasks.AddRange(
                await context.RetryUntilPossibleAsync(() =>
                    Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadTasksAsync(page), context.Short)
                )
            );
        }
        return tasks;
    }

    /// <summary>
    /// Finds the run's repository through a worker that serves it. Until such a worker answers, the run shows the repository for which it
    /// is waiting. A cancellation during this wait needs no cleanup.
    /// </summary>
    private async Task<RepositoryReference> FindRepositoryAsync()
    {
        var (name, before) = (_state.Input.Repository, _state.Run.Why);
        _state.Run = _state.Run with { Why = new WaitingForWorkerReason(name, RunWorkflowComponentContext.Now) };
        try
        {
            var look = Calls.ActivityDefaults.ShortActivity(QueueNames.Workflows);
            look.CancellationToken = context.Stop;
            return await Workflow.ExecuteActivityAsync((IRepositoryActivities a) => a.FindRepositoryAsync(name), look);
        }
        finally
        {
            _state.Run = _state.Run with { Why = before };
        }
    }

    /// <summary>Stores the plan, if a planner made one, at the requested location. Releases the planner's resources.</summary>
    public Task<string> EndPlanningAsync()
    {
        _state.PlanningEnded = true;
        var end = new EndPlanningInput(_state.RunId, _state.Repository, _state.Input.Output, _state.Input.Overwrite)
        {
            PlanningHash = _state.Plan.PlanningHash,
            SaidHash = _state.Board.TryFind(PlannerTaskDefinition.Id) is { Progress.State: TaskStateNames.Planned } planner
                ? planner.Progress.SaidHash ?? ""
                : "",
        };
        return Workflow.ExecuteActivityAsync((IPlanningActivities a) => a.EndPlanningAsync(end), context.Short);
    }

    /// <summary>Fails the run because of an invalid input or plan, and reports all errors.</summary>
    public static void Refuse(IReadOnlyList<string> faults)
    {
        if (faults.Count > 0)
        {
            throw new ApplicationFailureException(string.Join(Environment.NewLine, faults), WorkflowBase.InvalidInput, nonRetryable: true);
        }
    }

    /// <summary>Runs the planner until a plan is made. If the planner fails, a user decides how to continue.</summary>
    private async Task MakePlanAsync()
    {
        var begin = new PreparePlanningInput(_state.RunId, _state.Repository, _state.Input);
        var begun = await Workflow.ExecuteActivityAsync((IPlanningActivities a) => a.BeginPlanningAsync(begin), context.Short);
        _state.Run = _state.Run with
        {
            Repository = _state.Repository.Path,
            Title = begun.Title,
            Agent = begun.Agent,
            Warnings = begun.Warnings,
            TaskCount = 1,
        };
        recorder.Begin();
        await RefuseAsync(begun.Faults);
        _state.Plan = new PlanOutline { Rules = begun.Rules, PlanningHash = begun.PlanningHash };
        _state.Planner = new TaskOutline
        {
            Id = PlannerTaskDefinition.Id,
            Title = begun.Title,
            // Before this patch, an outage of the planner's account counted as an outage of the host, which has different timers.
            Account = Workflow.Patched("planner-account") ? begun.Agent : "",
            Timeout = begun.Timeout,
        };
        _state.Board.Add([_state.Planner], RunWorkflowComponentContext.Now);
        context.TransitionTo(RunStateNames.Planning, new PlannerWorkingReason(begun.Agent));
        await RunPlannerAsync(_state.Board.Find(PlannerTaskDefinition.Id));
    }

    private async Task RunPlannerAsync(PlanTaskWithProgress planner)
    {
        bool MayStart() => !planner.AtWork && _state.Board.AnyReady && !_state.Run.Paused;
        bool NeedsPerson() => !planner.AtWork && !_state.Board.AnyReady;
        while (!_state.Board.AllMerged)
        {
            context.ThrowIfCancelled();
            if (NeedsPerson())
            {
                context.TransitionTo(RunStateNames.Planning, new PlanningFailedReason(planner.Progress.Why));
                await WaitAsync(() => !NeedsPerson());
                context.ThrowIfCancelled();
                context.TransitionTo(RunStateNames.Planning, new PlannerRetriedReason());
            }
            if (MayStart())
            {
                starter.Start(planner);
            }
            await WaitAsync(() => _state.Board.AllMerged || MayStart() || NeedsPerson());
        }
    }

    /// <summary>
    /// Waits for a condition or a cancellation. A workflow reset during this stage is handled only once the plan exists, because until then
    /// only the planner has been started.
    /// </summary>
    private async Task WaitAsync(Func<bool> holds)
    {
        await Workflow.WaitConditionAsync(() => holds() || _state.IsCancelled || context.Background.HasFailed, CancellationToken.None);
        context.Background.ThrowIfFailed();
    }

    private async Task RefuseAsync(IReadOnlyList<string> faults)
    {
        if (faults.Count == 0)
        {
            return;
        }
        context.TransitionTo(RunStateNames.Failed, new PlanInvalidReason(VerbatimQuote.All(faults)));
        await recorder.RecordAllAsync();
        Refuse(faults);
    }
}
