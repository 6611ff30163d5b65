namespace Orchestrator.Dashboard.Pages;

/// <summary>Names of the tabs of the screen of a run, as used in addresses.</summary>
internal static class RunTabs
{
    /// <summary>Name of the default tab in addresses.</summary>
    public const string Timeline = "";

    public const string Graph = "graph";
    public const string Tasks = "tasks";
    public const string Gates = "gates";
    public const string Diff = "diff";
    public const string Queue = "queue";
    public const string Report = "report";
    public const string Events = "events";

    /// <summary>All tabs with their labels, in order.</summary>
    public static IReadOnlyList<(string Tab, string Label)> All { get; } =
    [
        (Timeline, "Timeline"),
        (Graph, "Graph"),
        (Tasks, "Tasks"),
        (Gates, "Gates"),
        (Diff, "Diff"),
        (Queue, "Merge queue"),
        (Report, "Report"),
        (Events, "Events"),
    ];
}
