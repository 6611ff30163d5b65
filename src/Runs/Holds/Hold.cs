namespace Orchestrator.Runs.Holds;

/// <summary>A hold: no agents are started, in one run or on this machine.</summary>
public sealed record Hold
{
    /// <summary>The run; empty: all runs of this user on this machine.</summary>
    [JsonPropertyName("run")]
    public string Run { get; set; } = "";

    /// <summary>Absolute path of the run's repository; empty for all.</summary>
    [JsonPropertyName("repository")]
    public string Repository { get; set; } = "";

    /// <summary>Why, in that person's words.</summary>
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }

    /// <summary>The person.</summary>
    [JsonPropertyName("by")]
    public required string By { get; init; }

    /// <summary>Begin, UTC.</summary>
    [JsonPropertyName("since")]
    public required DateTimeOffset Since { get; init; }

    /// <summary>For all runs.</summary>
    [JsonIgnore]
    public bool IsOfAll => Run.Length == 0;

    /// <summary>The command that ends it.</summary>
    [JsonIgnore]
    public string Cure => IsOfAll ? "orchestrate release --all" : $"orchestrate release {Run}";

    /// <summary>True if it concerns a run.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Absolute path of its repository.</param>
    public bool Concerns(string run, string repository) =>
        IsOfAll || (Run == run && (Repository == repository || GitRepository.RealPath(Repository) == GitRepository.RealPath(repository)));

    /// <summary>The hold as part of a sentence: who, since when, why, and what ends it.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"held by {By} since {Since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {Reason} ('{Cure}' ends it)"
        );
}
