namespace Orchestrator.Messages;

/// <summary>Lists the warnings of a run. Warnings never stop a run.</summary>
public static class RunWarningCollector
{
    /// <summary>
    /// Lists the run's warnings, followed by one warning for each incoming message that the run could not read or process.
    /// </summary>
    public static IReadOnlyList<string> Of(RunStatus run) => [.. run.Warnings, .. run.DroppedMessages.Select(Dropped)];

    /// <summary>Returns a warning about an incoming message that the run could not read or process.</summary>
    /// <param name="note">An item of <see cref="RunStatus.DroppedMessages"/>.</param>
    public static string Dropped(string note) => $"Message: {note}";
}
