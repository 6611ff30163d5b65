namespace Orchestrator.Workflows.Runs;

/// <summary>One task of a run, with its data from the plan and its current state.</summary>
internal sealed class PlanTaskWithProgress
{
    /// <summary>State of the task that can be restored from the plan and the last checkpoint file.</summary>
    private TaskCheckpoint _known;
    private readonly TaskOutline _planned;

    public PlanTaskWithProgress(TaskOutline outline, int index, DateTimeOffset now)
    {
        _planned = outline;
        Index = index;
        var first = new TaskProgress
        {
            Id = outline.Id,
            State = outline.Done ? TaskStateNames.NotAsked : TaskStateNames.Pending,
            Why = outline.Done ? new TaskNotSelectedForRunReason() : null,
            Since = now,
        };
        State = _known = new TaskCheckpoint { Progress = first, Approved = !outline.RequiresApproval };
    }

    /// <summary>Data from the plan, with the account that the task currently uses.</summary>
    public TaskOutline Outline => OutlineAt(Progress);

    public string Id => _planned.Id;

    /// <summary>Index of the task in the plan. Ready tasks of the same priority start in this order.</summary>
    public int Index { get; }

    /// <summary>State of the task, passed on in checkpoints.</summary>
    public TaskCheckpoint State { get; set; }

    /// <summary>Progress of the task, as shown to clients.</summary>
    public TaskProgress Progress
    {
        get => State.Progress;
        set => State = State with { Progress = value };
    }

    /// <summary>True while the task's workflow is open.</summary>
    public bool AtWork => State.AtWork;

    /// <summary>Id of the execution of the task's workflow from which the run accepts reports; empty if there is none.</summary>
    public string ExecutionId => State.ExecutionId;

    public bool HasEnded => TaskStateNames.IsEnd(Progress.State);

    /// <summary>Number of dependencies that are not done yet.</summary>
    public int Unmet { get; set; }

    /// <summary>Indexes of the tasks that depend on this one.</summary>
    public List<int> Dependants { get; } = [];

    /// <summary>Completes when the workflow that this execution of the run last started for the task has closed.</summary>
    public Task Closed { get; set; } = Task.CompletedTask;

    /// <summary>True if the task's state differs from the one that can be restored from the plan and the last checkpoint file.</summary>
    public bool IsUnsaved => State != _known;

    /// <summary>Returns the value that <see cref="Outline"/> would have with the given progress, which has not been applied yet.</summary>
    public TaskOutline OutlineAt(TaskProgress progress) => progress.Agent is { } other ? _planned with { Account = other } : _planned;

    /// <summary>Returns the task in the form shown to clients.</summary>
    /// <param name="queuePosition">Position in the merge queue, or null if the task is not queued.</param>
    public RunTaskStatus ToRunTask(int? queuePosition = null) =>
        new(Progress)
        {
            Title = Outline.Title,
            DependsOn = Outline.DependsOn,
            QueuePosition = queuePosition,
        };

    /// <summary>Records that a file in the run's folder contains this state.</summary>
    public void Saved(TaskCheckpoint state) => _known = state;

    /// <summary>Restores the state from a checkpoint.</summary>
    /// <param name="saved">Checkpoint of the task.</param>
    /// <param name="isInFile">True if a file in the run's folder contains it.</param>
    public void Restore(TaskCheckpoint saved, bool isInFile)
    {
        State = saved;
        if (isInFile)
        {
            _known = State;
        }
    }

    /// <summary>Records the start of the task's workflow. Keeps the usage of earlier executions.</summary>
    public void Begin() => State = State with { AtWork = true, Progress = Progress.WithoutResult() };

    /// <summary>
    /// Prepares the task for another execution of its workflow. From then on, reports from the current execution are ignored.
    /// </summary>
    public void PutBack(string guidance) =>
        State = State with
        {
            Progress = Progress with { Agent = null },
            Guidance = guidance,
            LeftOut = false,
            PastExecutions = ExecutionId.Length == 0 ? State.PastExecutions : [.. State.PastExecutions, ExecutionId],
            ExecutionId = "",
            ReportSequence = 0,
            Notices = 0,
            AnswerSent = false,
        };

    /// <summary>Accepts only reports from the given execution of the task's workflow from now on.</summary>
    public void Follow(string executionId)
    {
        if (ExecutionId == executionId)
        {
            return;
        }
        State = State with
        {
            PastExecutions = [.. State.PastExecutions.Where(id => id != executionId)],
            ExecutionId = executionId,
            ReportSequence = 0,
        };
    }
}
