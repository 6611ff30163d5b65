namespace Orchestrator.Workflows.Runs;

/// <summary>One task on the board of a run: what the plan says of it and where it is.</summary>
internal sealed class TaskEntry
{
    /// <summary>What whoever restores the run knows without being told.</summary>
    private TaskCheckpoint _known;

    public TaskEntry(TaskOutline outline, int index, DateTimeOffset now)
    {
        Outline = outline;
        Index = index;
        var first = new RunTask
        {
            Id = outline.Id,
            Title = outline.Title,
            State = outline.Done ? TaskStates.NotAsked : TaskStates.Pending,
            Reason = outline.Done ? "outside of what was asked for" : "",
            DependsOn = outline.DependsOn,
            Since = now,
        };
        State = _known = new TaskCheckpoint { Status = first, Approved = !outline.RequiresApproval };
    }

    /// <summary>What the plan says.</summary>
    public TaskOutline Outline { get; }

    public string Id => Outline.Id;

    /// <summary>Place in the plan: the order in which ready tasks start.</summary>
    public int Index { get; }

    /// <summary>All that is known of it; the execution that goes on with the run is given this.</summary>
    public TaskCheckpoint State { get; set; }

    /// <summary>Where it is.</summary>
    public RunTask Status
    {
        get => State.Status;
        set => State = State with { Status = value };
    }

    /// <summary>True while its workflow runs.</summary>
    public bool AtWork => State.AtWork;

    /// <summary>Execution of its workflow whose reports count; empty while none was started by this run.</summary>
    public string ExecutionId => State.ExecutionId;

    public bool HasEnded => TaskStates.IsEnd(Status.State);

    /// <summary>Dependencies that are not merged yet.</summary>
    public int Unmet { get; set; }

    /// <summary>Places of the tasks that depend on it.</summary>
    public List<int> Dependants { get; } = [];

    /// <summary>Ends when the workflow that this execution of the run started last for it has closed.</summary>
    public Task Closed { get; set; } = Task.CompletedTask;

    /// <summary>Something has happened to it that whoever restores the run would not know.</summary>
    public bool IsUnsaved => State != _known;

    /// <summary>As it goes into a checkpoint: without what the plan says.</summary>
    public TaskCheckpoint ToCheckpoint() => State with { Status = Status with { Title = "", DependsOn = [] } };

    /// <summary>A file of the run's folder says it now as it was then.</summary>
    public void Saved(TaskCheckpoint state) => _known = state;

    /// <summary>Goes on with what a checkpoint says.</summary>
    /// <param name="saved">The task at the checkpoint.</param>
    /// <param name="isInFile">A file of the run's folder says so.</param>
    public void Restore(TaskCheckpoint saved, bool isInFile)
    {
        State = saved with { Status = saved.Status with { Title = Outline.Title, DependsOn = Outline.DependsOn } };
        if (isInFile)
        {
            _known = State;
        }
    }

    /// <summary>Its workflow begins; what earlier ones have cost is kept.</summary>
    public void Begin() =>
        State = State with { AtWork = true, StartsBefore = Status.Starts, CostBefore = Status.Cost, TokensBefore = Status.Tokens };

    /// <summary>It waits for another execution of its workflow: what the present one still says counts no more.</summary>
    public void PutBack(string guidance) =>
        State = State with
        {
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
