using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Pages;

/// <summary>Content of the screen of a run.</summary>
/// <param name="Frame">Frame of the page.</param>
/// <param name="Address">State of the screen.</param>
/// <param name="Run">Run as shown, either in its current state or after an earlier event.</param>
/// <param name="Timeline">Lanes of the run as shown.</param>
/// <param name="Axis">Time axis of the lanes, which includes events after the shown one.</param>
public sealed record RunPageContent(PageFrame Frame, RunPageAddress Address, RunStatus Run, TaskTimelineChart Timeline, TimelineAxis Axis)
{
    /// <summary>Number of the last event of the run.</summary>
    public long Last { get; init; }

    /// <summary>State transitions and mail up to the shown event.</summary>
    public IReadOnlyList<RunEvent> Events { get; init; } = [];

    /// <summary>Results of all gates that have run. Empty unless the tab shows gates.</summary>
    public IReadOnlyList<GateResultLine> Gates { get; init; } = [];

    /// <summary>Changes that the whole run made. Null if the tab does not show them or no work is merged.</summary>
    public TaskDiffDocument? Diff { get; init; }

    /// <summary>
    /// Numbers of lines that the run's merged work adds and removes. Null if they can't be counted, or if the run is shown at an earlier
    /// time.
    /// </summary>
    public DiffLineCounts? Lines { get; init; }

    /// <summary>Report as Markdown. Empty if the tab does not show the report.</summary>
    public string Report { get; init; } = "";

    /// <summary>Reason why the content of the tab can't be shown. Empty if it can be shown.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Content of the open task panel, or null if no panel is open.</summary>
    public TaskPageContent? Task { get; init; }

    /// <summary>All tasks of the plan by task id, if a task is waiting for approval before it starts. Empty otherwise.</summary>
    public IReadOnlyDictionary<string, PlanTask> Plan { get; init; } = new Dictionary<string, PlanTask>();

    /// <summary>Repository of the run.</summary>
    public DashboardRepositoryReference Repository => Address.Repository;

    /// <summary>True if the run is shown in its current state.</summary>
    public bool IsNow => Address.At is null;
}

/// <summary>Content of a task's page or panel.</summary>
/// <param name="Frame">Frame of the page.</param>
/// <param name="Address">State of the screen.</param>
/// <param name="Run">The run.</param>
/// <param name="Task">The task.</param>
public sealed record TaskPageContent(PageFrame Frame, RunPageAddress Address, RunStatus Run, RunTaskStatus Task)
{
    /// <summary>State transitions and mail of the task.</summary>
    public IReadOnlyList<RunEvent> Events { get; init; } = [];

    /// <summary>The task as defined in the plan, or null if the plan is unknown.</summary>
    public PlanTask? Plan { get; init; }

    /// <summary>Results of the task's gates.</summary>
    public IReadOnlyList<GateResultLine> Gates { get; init; } = [];

    /// <summary>Log of the selected agent run, or null if no agent was started.</summary>
    public ShownLogLineRange? Log { get; init; }

    /// <summary>Changes that the task made, or null if there are none.</summary>
    public TaskDiffDocument? Diff { get; init; }

    /// <summary>True if the content is shown in the panel beside a tab.</summary>
    public bool IsPanel { get; init; }
}
