namespace Orchestrator.Dashboard.Pages;

/// <summary>State of the screen of a run, as its address. Every state of the screen has one.</summary>
/// <param name="Repository">Repository of the run.</param>
/// <param name="Run">Id of the run.</param>
public sealed record RunAddress(RepositoryEntry Repository, string Run)
{
    /// <summary>View of differences with the old file beside the new one.</summary>
    public const string SideBySide = "side";

    /// <summary>Name of the tab; empty for the timeline.</summary>
    public string Tab { get; init; } = "";

    /// <summary>Number of the event after which the run is shown, or null for its current state.</summary>
    public long? At { get; init; }

    /// <summary>Number of the part of a long list, from 1.</summary>
    public int Part { get; init; } = 1;

    /// <summary>Text that shown tasks, gates or events contain; empty for all.</summary>
    public string Find { get; init; } = "";

    /// <summary>State of shown tasks, gates or events; empty for all.</summary>
    public string State { get; init; } = "";

    /// <summary>Id of the task in the panel beside the tab; empty for none.</summary>
    public string Open { get; init; } = "";

    /// <summary>Number of the agent start that the panel shows, or null for the last one.</summary>
    public int? Start { get; init; }

    /// <summary>Id of the task whose page it is; empty for the screen of the run.</summary>
    public string Task { get; init; } = "";

    /// <summary>View of differences: <see cref="SideBySide"/>, or empty for unified.</summary>
    public string View { get; init; } = "";

    /// <summary>File of the line that a user comments on; empty for none.</summary>
    public string File { get; init; } = "";

    /// <summary>Number of the line that a user comments on, or null for none.</summary>
    public int? Line { get; init; }

    /// <summary>True in a shared file, in which all states are sections of one document.</summary>
    public bool IsShared { get; init; }

    /// <summary>Returns the address of a task: of its page, or of its panel beside the tab.</summary>
    public RunAddress To(string task) =>
        (Task.Length > 0 ? this with { Task = task } : this with { Open = task }) with
        {
            Start = null,
            File = "",
            Line = null,
        };

    /// <summary>Returns the id of a task's row in the tab.</summary>
    public string RowId(string task) => IsShared && Tab.Length > 0 ? $"{Tab}-{task}" : $"task-{task}";

    /// <summary>Returns the id of a task's panel in a shared file.</summary>
    public static string PanelId(string task) => $"open-{task}";

    /// <summary>Returns the path with the query; in a shared file, the anchor of the section.</summary>
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
        var path = Task.Length > 0 ? Links.Task(Repository, Run, Task) : Links.Run(Repository, Run) + (Tab.Length > 0 ? $"/{Tab}" : "");
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
