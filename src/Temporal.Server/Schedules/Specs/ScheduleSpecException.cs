namespace Temporal.Server.Schedules.Specs;

/// <summary>Error for an invalid schedule specification, with a message for the client.</summary>
internal sealed class ScheduleSpecException(string message) : Exception(message);
