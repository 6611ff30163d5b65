using Orchestrator.Messages;

namespace Orchestrator.Workflows;

/// <summary>One task on the board of a run: what the plan says of it and where it is.</summary>
internal sealed class TaskEntry(TaskOutline outline, int index, RunTask status)
{
    private readonly RunTask _first = status;

    /// <summary>What the plan says.</summary>
    public TaskOutline Outline { get; } = outline;

    /// <summary>Place in the plan: the order in which ready tasks start.</summary>
    public int Index { get; } = index;

    /// <summary>Where it is.</summary>
    public RunTask Status { get; set; } = status;

    /// <summary>Dependencies that are not merged yet.</summary>
    public int Unmet { get; set; }

    /// <summary>Places of the tasks that depend on it.</summary>
    public List<int> Dependants { get; } = [];

    /// <summary>A person said yes, or nobody has to.</summary>
    public bool Approved { get; set; } = !outline.RequiresApproval;

    /// <summary>Execution of its workflow whose reports count; empty while none was started by this run.</summary>
    public string ExecutionId { get; set; } = "";

    /// <summary>Executions before a retry: what they still say is not about the present one.</summary>
    public HashSet<string> PastExecutions { get; } = new(StringComparer.Ordinal);

    /// <summary>Ends when the workflow that this execution of the run started last for it has closed.</summary>
    public Task Closed { get; set; } = Task.CompletedTask;

    /// <summary>Last report taken in from that execution.</summary>
    public int ReportSequence { get; set; }

    /// <summary>How many notices of that execution were taken in.</summary>
    public int Notices { get; set; }

    /// <summary>Totals of earlier executions (before a retry).</summary>
    public (int Starts, decimal Cost, long Tokens) Before { get; set; }

    /// <summary>Number of the last agent start.</summary>
    public int LastStart { get; set; }

    /// <summary>What a person added for the next execution.</summary>
    public string Guidance { get; set; } = "";

    /// <summary>An earlier execution of the run has worked on it: its result counts where there is one.</summary>
    public bool MayReuse { get; set; }

    /// <summary>True while its workflow runs.</summary>
    public bool AtWork { get; set; }

    /// <summary>The state that a part of a carried run holds; null: none does.</summary>
    public RunTask? Carried { get; set; }

    /// <summary>Something has happened to it, or it is at work, and no part of a carried run says so yet.</summary>
    public bool IsUncarried => AtWork || (!ReferenceEquals(Status, _first) && !ReferenceEquals(Status, Carried));

    /// <summary>What the execution that goes on with the run must know of it.</summary>
    public CarriedTask ToCarried() => new(Outline.Id, ExecutionId, ReportSequence, LastStart, AtWork, Before.Starts, Before.Cost, Before.Tokens)
    {
        Status = Status with { Title = "", DependsOn = [] },
        PastExecutions = [.. PastExecutions.Order(StringComparer.Ordinal)],
        Guidance = Guidance,
        Notices = Notices,
    };

    /// <summary>What is known of its workflow beside its state.</summary>
    public void TakeUp(CarriedTask carried)
    {
        ExecutionId = carried.ExecutionId;
        ReportSequence = carried.ReportSequence;
        LastStart = carried.LastStart;
        Before = (carried.StartsBefore, carried.CostBefore, carried.TokensBefore);
        AtWork = carried.AtWork;
        PastExecutions.UnionWith(carried.PastExecutions);
        Guidance = carried.Guidance;
        Notices = carried.Notices;
    }
}
