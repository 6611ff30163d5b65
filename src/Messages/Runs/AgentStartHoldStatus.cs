using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>A hold, which prevents new agents from starting.</summary>
/// <param name="Run">Id of the held run; empty for all runs of the user on that host.</param>
/// <param name="Repository">Absolute path of the run's repository; empty for all repositories.</param>
/// <param name="Reason">Reason given by the user.</param>
/// <param name="By">User who started the hold.</param>
/// <param name="Since">Time at which the hold started.</param>
public sealed record AgentStartHoldStatus(
    [property: JsonPropertyName("run")] string Run,
    [property: JsonPropertyName("repository")] string Repository,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("since")] DateTimeOffset Since
)
{
    /// <summary>True if the hold applies to all runs.</summary>
    public bool IsOfAll() => Run.Length == 0;

    /// <summary>Returns the command line that releases the hold.</summary>
    public string ReleaseCommand() => IsOfAll() ? "orchestrate release --all" : $"orchestrate release {Run}";

    /// <summary>Returns a clause with the hold's user, time and reason, and with the command that releases the hold.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"held by {By} since {Since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {Reason} ('{ReleaseCommand()}' ends it)"
        );
}
