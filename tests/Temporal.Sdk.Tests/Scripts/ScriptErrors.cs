using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>What a client call threw, in names that belong to no SDK.</summary>
internal static class ScriptErrors
{
    /// <summary>Describes an error; null for one that no scenario expects.</summary>
    public static OrderedDictionary<string, object?>? Describe(Exception error, string step, OrderedDictionary<string, object?> fields)
    {
        var isSchedule = step.EndsWith("Schedule", StringComparison.Ordinal);
        return error switch
        {
            WorkflowFailedException => Failed("WorkflowFailed", error),
            WorkflowUpdateFailedException => Failed("UpdateFailed", error),
            WorkflowUpdateRpcTimeoutOrCanceledException => Class("UpdateTimeoutOrCancelled"),
            WorkflowContinuedAsNewException => Class("ContinuedAsNew"),
            WorkflowAlreadyStartedException started => With(Class("AlreadyStarted"), "workflowId", started.WorkflowId),
            WorkflowQueryFailedException => With(Class("QueryFailed"), "message", error.Message),
            WorkflowQueryRejectedException rejected => With(Class("QueryRejected"), "status", (double)(int)rejected.WorkflowStatus),
            AsyncActivityCanceledException => Class("ActivityCancelled"),
            ScheduleAlreadyRunningException => With(Class("ScheduleAlreadyRunning"), "scheduleId", fields["id"]),
            RpcException { Code: RpcException.StatusCode.NotFound } when isSchedule => With(
                Class("ScheduleNotFound"),
                "scheduleId",
                fields["id"]
            ),
            RpcException { Code: RpcException.StatusCode.NotFound } when step == "activity" => Class("ActivityNotFound"),
            RpcException { Code: RpcException.StatusCode.NotFound } => With(Class("WorkflowNotFound"), "message", error.Message),
            RpcException rpc => With(With(Class("Rpc"), "code", ScriptFailures.ProtoName(rpc.Code.ToString())), "message", error.Message),
            _ => null,
        };
    }

    private static OrderedDictionary<string, object?> Failed(string name, Exception error) =>
        With(Class(name), "cause", ScriptFailures.Describe(error.InnerException));

    private static OrderedDictionary<string, object?> Class(string name) => new() { ["class"] = name };

    private static OrderedDictionary<string, object?> With(OrderedDictionary<string, object?> description, string name, object? value)
    {
        description[name] = value;
        return description;
    }
}
