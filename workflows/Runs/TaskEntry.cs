namespace Orchestrator.Workflows.Runs;

/// <summary>One task on the board of a run: the plan's data and its state.</summary>
internal sealed class TaskEntry
{
    /// <summary>The state that the plan and the last checkpoint file contain.</summary>
    private TaskCheckpoint _known;
    private readonly TaskOutline _planned;

    public TaskEntry(TaskOutline outline, int index, DateTimeOffset now)
    {
        _planned = outline;
        Index = index;
        var first = new TaskProgress
        {
            Id = outline.Id,
            State = outline.Done ? TaskStates.NotAsked : TaskStates.Pending,
            Why = outline.Done ? new NotAskedFor() : null,
            Since = now,
        };
        State = _known = new TaskCheckpoint { Progress = first, Approved = !outline.RequiresApproval };
    }

    /// <summary>The plan's data, with the account that the task uses now.</summary>
    public TaskOutline Outline => OutlineAt(Progress);

    public string Id => _planned.Id;

    /// <summary>Index in the plan: the order in which ready tasks start.</summary>
    public int Index { get; }

    /// <summary>The task's state, which is passed on in checkpoints.</summary>
    public TaskCheckpoint State { get; set; }

    /// <summary>The facts about it.</summary>
    public TaskProgress Progress
    {
        get => State.Progress;
        set => State = State with { Progress = value };
    }

    /// <summary>True while its workflow runs.</summary>
    public bool AtWork => State.AtWork;

    /// <summary>Execution of its workflow whose reports count; empty while this run has started none.</summary>
    public string ExecutionId => State.ExecutionId;

    public bool HasEnded => TaskStates.IsEnd(Progress.State);

    /// <summary>Dependencies that are not merged yet.</summary>
    public int Unmet { get; set; }

    /// <summary>Places of the tasks that depend on it.</summary>
    public List<int> Dependants { get; } = [];

    /// <summary>Completes when the workflow that this execution of the run started last for it has closed.</summary>
    public Task Closed { get; set; } = Task.CompletedTask;

    /// <summary>True if the task's state differs from what the plan and the last checkpoint file contain.</summary>
    public bool IsUnsaved => State != _known;

    /// <summary>As <see cref="Outline"/>, at a progress that is not taken in yet.</summary>
    public TaskOutline OutlineAt(TaskProgress progress) => progress.Agent is { } other ? _planned with { Account = other } : _planned;

    /// <summary>The task for clients.</summary>
    /// <param name="queuePosition">Its place among those that wait to be merged; null: it does not wait.</param>
    public RunTask Shown(int? queuePosition = null) =>
        new(Progress)
        {
            Title = Outline.Title,
            DependsOn = Outline.DependsOn,
            QueuePosition = queuePosition,
        };

    /// <summary>A file of the run's folder contains this state.</summary>
    public void Saved(TaskCheckpoint state) => _known = state;

    /// <summary>Restores the state from a checkpoint.</summary>
    /// <param name="saved">The task at the checkpoint.</param>
    /// <param name="isInFile">A file of the run's folder contains it.</param>
    public void Restore(TaskCheckpoint saved, bool isInFile)
    {
        State = saved;
        if (isInFile)
        {
            _known = State;
        }
    }

    /// <summary>Notes that the task's workflow is started; what earlier executions have used is kept.</summary>
    public void Begin() => State = State with { AtWork = true, Progress = Progress.WithoutResult() };

    /// <summary>Has the task wait for another execution of its workflow; reports of the present one are ignored.</summary>
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

    /// <summary>The reports of this execution count from now on.</summary>
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
