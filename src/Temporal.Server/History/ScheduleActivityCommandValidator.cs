using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;

namespace Temporal.Server.History;

/// <summary>Validates commands that schedule activities. Reports faults with the same messages as the Temporal server.</summary>
internal static class ScheduleActivityCommandValidator
{
    /// <summary>Returns the error message for an invalid command, or null if the command is valid.</summary>
    public static string? Fault(ScheduleActivityTaskCommandAttributes a)
    {
        var type = a.ActivityType?.Name ?? "";
        return NameFault("activityId", a.ActivityId)
            ?? NameFault("activityType", type)
            ?? QueueFault(a)
            ?? RetryPolicies.Fault(a.RetryPolicy)
            ?? TimeoutFault(a, type)
            ?? (PriorityInheritance.Fault(a.Priority) is { } priority ? "invalid priorities: " + priority : null);
    }

    private static string? NameFault(string what, string name) =>
        name.Length == 0 ? what + " is not set"
        : name.Length > GrpcArgumentValidator.MaxId
            ? $"{what} exceeds length limit. Length={name.Length} Limit={GrpcArgumentValidator.MaxId}"
        : null;

    private static string? QueueFault(ScheduleActivityTaskCommandAttributes a) =>
        a.TaskQueue is null ? "taskQueue is not set"
        : a.TaskQueue.Name.Length == 0 ? "missing task queue name"
        : a.TaskQueue.Name.StartsWith("/_sys/", StringComparison.Ordinal) ? "task queue name cannot start with reserved prefix /_sys/"
        : null;

    private static string? TimeoutFault(ScheduleActivityTaskCommandAttributes a, string type)
    {
        foreach (
            var (name, value) in new (string, Duration?)[]
            {
                ("ScheduleToCloseTimeout", a.ScheduleToCloseTimeout),
                ("ScheduleToStartTimeout", a.ScheduleToStartTimeout),
                ("StartToCloseTimeout", a.StartToCloseTimeout),
                ("HeartbeatTimeout", a.HeartbeatTimeout),
            }
        )
        {
            if (value.IsNegative())
            {
                return $"invalid {name}: negative duration";
            }
        }

        return a.ScheduleToCloseTimeout.IsPositive() || a.StartToCloseTimeout.IsPositive()
            ? null
            : "a valid StartToCloseTimeout or ScheduleToCloseTimeout must be set on the activity. "
                + $"ActivityId={a.ActivityId} ActivityType={type}";
    }
}
