namespace Orchestrator.Dashboard.Pages;

/// <summary>State of the screen of a run, as its address. Every state of the screen has one.</summary>
/// <param name="Repository">Repository of the run.</param>
/// <param name="Run">Id of the run.</param>
public sealed record RunAddress(RepositoryEntry Repository, string Run)
{
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

    /// <summary>Returns the path with the query.</summary>
    public override string ToString()
    {
        var query = new List<string>();
        Add("at", At?.ToString(CultureInfo.InvariantCulture));
        Add("part", Part > 1 ? Part.ToString(CultureInfo.InvariantCulture) : null);
        Add("find", Find);
        Add("state", State);
        Add("open", Open);
        Add("start", Start?.ToString(CultureInfo.InvariantCulture));
        return Links.Run(Repository, Run) + (Tab.Length > 0 ? $"/{Tab}" : "") + (query.Count > 0 ? $"?{string.Join('&', query)}" : "");

        void Add(string name, string? value)
        {
            if (value is { Length: > 0 })
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }
}
