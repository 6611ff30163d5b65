using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>Validates the combination of commands in one completed workflow task.</summary>
internal static class WorkflowCommandSequenceValidator
{
    private const int MaxPending = 2000;

    /// <summary>Requires that no command follows one that closes the run.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: a command follows.</exception>
    public static void RequireClosingCommandLast(IReadOnlyList<Command> commands)
    {
        for (var i = 0; i < commands.Count; i++)
        {
            if (IsClosing(commands[i]) && i < commands.Count - 1)
            {
                throw GrpcErrorFactory.InvalidArgument(
                    $"invalid command sequence: [{string.Join(", ", commands.Select(c => c.CommandType.ToString()))}], command "
                        + $"{commands[i].CommandType} must be the last command."
                );
            }
        }
    }

    /// <summary>
    /// Returns the reason to reject the commands if they would leave too many pending items of one kind, such as activities. Returns null
    /// if no limit is exceeded.
    /// </summary>
    public static WorkflowTaskRejectionReason? TooMany(MutableState run, IReadOnlyList<Command> commands)
    {
        return Check(
                CommandType.ScheduleActivityTask,
                run.Activities.Count,
                WorkflowTaskFailedCause.PendingActivitiesLimitExceeded,
                "pending activities"
            )
            ?? Check(
                CommandType.StartChildWorkflowExecution,
                run.Children.Count,
                WorkflowTaskFailedCause.PendingChildWorkflowsLimitExceeded,
                "pending child workflow executions"
            )
            ?? Check(
                CommandType.SignalExternalWorkflowExecution,
                run.Externals.Signals.Count,
                WorkflowTaskFailedCause.PendingSignalsLimitExceeded,
                "pending signals to external workflows"
            )
            ?? Check(
                CommandType.RequestCancelExternalWorkflowExecution,
                run.Externals.Cancels.Count,
                WorkflowTaskFailedCause.PendingRequestCancelLimitExceeded,
                "pending requests to cancel external workflows"
            );

        WorkflowTaskRejectionReason? Check(CommandType type, int pending, WorkflowTaskFailedCause cause, string what)
        {
            var more = commands.Count(c => c.CommandType == type);
            return more > 0 && pending + more > MaxPending
                ? new WorkflowTaskRejectionReason(
                    cause,
                    $"the number of {what}, {pending}, has reached the per-workflow limit of {MaxPending}"
                )
                : null;
        }
    }

    /// <summary>True if the command closes the run.</summary>
    public static bool IsClosing(Command command) =>
        command.CommandType
            is CommandType.CompleteWorkflowExecution
                or CommandType.FailWorkflowExecution
                or CommandType.CancelWorkflowExecution
                or CommandType.ContinueAsNewWorkflowExecution;
}
