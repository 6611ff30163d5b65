namespace Temporal.Server.Schedules.Specs;

/// <summary>A schedule's specification that makes no sense; the message is for the client.</summary>
internal sealed class SpecException(string message) : Exception(message);
