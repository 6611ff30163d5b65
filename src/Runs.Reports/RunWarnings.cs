namespace Orchestrator.Runs.Reports;

/// <summary>The warnings about a run that stop nothing, in words.</summary>
public static class RunWarnings
{
    /// <summary>All of it: the run's warnings, then messages that were not carried out.</summary>
    public static IReadOnlyList<string> Of(RunStatus run) => [.. run.Warnings, .. run.DroppedMessages.Select(Dropped)];

    /// <summary>A message that was not carried out.</summary>
    /// <param name="note">One of <see cref="RunStatus.DroppedMessages"/>.</param>
    public static string Dropped(string note) => $"Message: {note}";
}
