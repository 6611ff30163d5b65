namespace Temporal.Server.Schedules.Specs;

/// <summary>An invalid schedule specification; the message is for the client.</summary>
internal sealed class ScheduleSpecException(string message) : Exception(message);
