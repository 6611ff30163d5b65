namespace Orchestrator.Runs.Holds;

/// <summary>A hold, which prevents new agent starts in one run or in all runs of a user on this host.</summary>
public sealed record AgentStartHoldRecord
{
    /// <summary>Id of the run, or empty if the hold applies to all runs.</summary>
    [JsonPropertyName("run")]
    public string Run { get; set; } = "";

    /// <summary>Absolute path of the run's repository, or empty if the hold applies to all runs.</summary>
    [JsonPropertyName("repository")]
    public string Repository { get; set; } = "";

    /// <summary>Reason that the user gave, or empty.</summary>
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }

    /// <summary>Name of the user who set the hold.</summary>
    [JsonPropertyName("by")]
    public required string By { get; init; }

    /// <summary>Time at which the hold was set, in UTC.</summary>
    [JsonPropertyName("since")]
    public required DateTimeOffset Since { get; init; }

    /// <summary>True if the hold applies to all runs.</summary>
    [JsonIgnore]
    public bool IsOfAll => Run.Length == 0;

    /// <summary>Command line that releases the hold.</summary>
    [JsonIgnore]
    public string Cure => IsOfAll ? "orchestrate release --all" : $"orchestrate release {Run}";

    /// <summary>True if the hold applies to the given run.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Absolute path of the run's repository.</param>
    public bool AppliesTo(string run, string repository) =>
        IsOfAll || (Run == run && (Repository == repository || GitRepository.RealPath(Repository) == GitRepository.RealPath(repository)));

    /// <summary>Returns a clause with the hold's user, time and reason, and with the command that releases the hold.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"held by {By} since {Since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {Reason} ('{Cure}' ends it)"
        );
}
