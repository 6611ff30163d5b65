namespace Orchestrator.Runs.Reports;

/// <summary>Formats warnings about a run that prevent nothing.</summary>
public static class RunWarnings
{
    /// <summary>Lists the run's warnings, followed by messages that were dropped.</summary>
    public static IReadOnlyList<string> Of(RunStatus run) => [.. run.Warnings, .. run.DroppedMessages.Select(Dropped)];

    /// <summary>Formats a dropped message.</summary>
    /// <param name="note">An item of <see cref="RunStatus.DroppedMessages"/>.</param>
    public static string Dropped(string note) => $"Message: {note}";
}
