namespace Orchestrator.Dashboard.Pages;

/// <summary>State of the screen of a run, as expressed by the screen's address. Every state of the screen has an address.</summary>
/// <param name="Repository">Repository of the run.</param>
/// <param name="Run">Id of the run.</param>
public sealed record RunPageAddress(DashboardRepositoryReference Repository, string Run)
{
    /// <summary>Value of <see cref="View"/> for diffs that show the old file beside the new file.</summary>
    public const string SideBySide = "side";

    /// <summary>Name of the tab. Empty for the timeline.</summary>
    public string Tab { get; init; } = "";

    /// <summary>
    /// Number of the last event that is included if the run is shown at an earlier time. Null if the current state is shown.
    /// </summary>
    public long? At { get; init; }

    /// <summary>Number of the shown part of a long list. The first part has the number 1.</summary>
    public int Part { get; init; } = 1;

    /// <summary>Text that tasks, gates or events must contain to be shown. Empty to show all.</summary>
    public string Find { get; init; } = "";

    /// <summary>State that tasks, gates or events must have to be shown. Empty to show all.</summary>
    public string State { get; init; } = "";

    /// <summary>Id of the task whose panel is open beside the tab. Empty if no panel is open.</summary>
    public string Open { get; init; } = "";

    /// <summary>Number of the agent run that the panel shows, or null for the last one.</summary>
    public int? Start { get; init; }

    /// <summary>Id of the task whose page is shown. Empty for the screen of the run.</summary>
    public string Task { get; init; } = "";

    /// <summary>View of diffs: <see cref="SideBySide"/>, or empty for a unified view.</summary>
    public string View { get; init; } = "";

    /// <summary>File that contains the line on which the user is commenting. Empty if there is none.</summary>
    public string File { get; init; } = "";

    /// <summary>Number of the line on which the user is commenting, or null if there is none.</summary>
    public int? Line { get; init; }

    /// <summary>
    /// True if the screen is part of a shared file: an exported HTML document whose sections are all states of the screen.
    /// </summary>
    public bool IsShared { get; init; }

    /// <summary>
    /// Returns the address that shows the given task. If a task's page is currently open, the address leads to the given task's page.
    /// Otherwise, it leads to the given task's panel beside the tab.
    /// </summary>
    public RunPageAddress To(string task) =>
        (Task.Length > 0 ? this with { Task = task } : this with { Open = task }) with
        {
            Start = null,
            File = "",
            Line = null,
        };

    /// <summary>Returns the HTML id of a task's row in the tab.</summary>
    public string RowId(string task) => IsShared && Tab.Length > 0 ? $"{Tab}-{task}" : $"task-{task}";

    /// <summary>Returns the HTML id of a task's panel in a shared file.</summary>
    public static string PanelId(string task) => $"open-{task}";

    /// <summary>Returns the address as a path with a query, or, in a shared file, as the anchor of a section.</summary>
    public override string ToString()
    {
        if (IsShared)
        {
            return Open.Length > 0 ? "#" + Uri.EscapeDataString(PanelId(Open))
                : Tab.Length > 0 ? "#" + Tab
                : "#timeline";
        }
        var query = new List<string>();
        Add("at", At?.ToString(CultureInfo.InvariantCulture));
        Add("part", Part > 1 ? Part.ToString(CultureInfo.InvariantCulture) : null);
        Add("find", Find);
        Add("state", State);
        Add("open", Open);
        Add("start", Start?.ToString(CultureInfo.InvariantCulture));
        Add("view", View);
        Add("file", File);
        Add("line", Line?.ToString(CultureInfo.InvariantCulture));
        var path =
            Task.Length > 0
                ? DashboardLinkBuilder.Task(Repository, Run, Task)
                : DashboardLinkBuilder.Run(Repository, Run) + (Tab.Length > 0 ? $"/{Tab}" : "");
        return path + (query.Count > 0 ? $"?{string.Join('&', query)}" : "");

        void Add(string name, string? value)
        {
            if (value is { Length: > 0 })
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }
}
