using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Failures as the script language writes and describes them.</summary>
internal static class ScriptFailures
{
    /// <summary>Describes an exception as JSON.</summary>
    public static object? Describe(Exception? error)
    {
        if (error is null)
        {
            return ScriptValue.Undefined;
        }

        var description = DescribeOne(error);
        if (error is FailureException && Describe(error.InnerException) is var cause && !ScriptValue.IsUndefined(cause))
        {
            description["cause"] = cause;
        }

        return description;
    }

    /// <summary>Makes the application failure of an operation or activity step.</summary>
    public static ApplicationFailureException Make(OrderedDictionary<string, object?> failure, Func<object?, object?> evaluate)
    {
        var cause = failure.GetValueOrDefault("cause") as OrderedDictionary<string, object?>;
        var details = failure.TryGetValue("details", out var given)
            ? (evaluate(given) as List<object?>)?.ConvertAll(v => (object?)ScriptValue.ToRaw(v))
            : null;
        return new(
            failure.GetValueOrDefault("message") as string ?? string.Empty,
            cause is null ? null : Make(cause, evaluate),
            failure.GetValueOrDefault("type") as string,
            failure.GetValueOrDefault("nonRetryable") is true,
            details,
            failure.GetValueOrDefault("nextRetryDelay") is double delay ? TimeSpan.FromMilliseconds(delay) : null,
            failure.GetValueOrDefault("category") is "BENIGN" ? ApplicationErrorCategory.Benign : ApplicationErrorCategory.Unspecified
        );
    }

    public static string Name(RetryState state) => ProtoName(state.ToString());

    /// <summary>CancelRequested to CANCEL_REQUESTED.</summary>
    public static string ProtoName(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));

    private static OrderedDictionary<string, object?> DescribeOne(Exception error)
    {
        switch (error)
        {
            case ApplicationFailureException application:
                var description = new OrderedDictionary<string, object?> { ["kind"] = "application" };

                // On the wire a type that is not set is an empty one.
                if ((application.ErrorType ?? (application.Failure is null ? null : string.Empty)) is { } type)
                {
                    description["type"] = type;
                }

                description["message"] = application.Message;
                description["nonRetryable"] = application.NonRetryable;
                AddDetails(description, application.Details);
                if (application.Category != ApplicationErrorCategory.Unspecified)
                {
                    description["category"] = ProtoName(application.Category.ToString());
                }

                return description;
            case ActivityFailureException activity:
                return new()
                {
                    ["kind"] = "activity",
                    ["activityType"] = activity.ActivityType,
                    ["activityId"] = activity.ActivityId,
                    ["retryState"] = Name(activity.RetryState),
                };
            case ChildWorkflowFailureException child:
                return new()
                {
                    ["kind"] = "child",
                    ["workflowType"] = child.WorkflowType,
                    ["workflowId"] = child.WorkflowId,
                    ["retryState"] = Name(child.RetryState),
                };
            case TimeoutFailureException timeout:
                var result = new OrderedDictionary<string, object?>
                {
                    ["kind"] = "timeout",
                    ["timeoutType"] = ProtoName(timeout.TimeoutType.ToString()),
                };
                if (timeout.LastHeartbeatDetails is { Count: > 0 } heartbeat)
                {
                    result["lastHeartbeat"] = ScriptValue.Describable(Details(heartbeat)[0]);
                }

                return result;
            case CanceledFailureException canceled:
                var cancelled = new OrderedDictionary<string, object?> { ["kind"] = "cancelled" };
                AddDetails(cancelled, canceled.Details);
                return cancelled;
            case OperationCanceledException:
                return new() { ["kind"] = "cancelled" };
            case TerminatedFailureException:
                return new() { ["kind"] = "terminated" };
            case WorkflowAlreadyStartedException started:
                return new()
                {
                    ["kind"] = "alreadyStarted",
                    ["workflowId"] = started.WorkflowId,
                    ["workflowType"] = started.WorkflowType,
                };
            case ServerFailureException server:
                return new()
                {
                    ["kind"] = "server",
                    ["message"] = server.Message,
                    ["nonRetryable"] = server.NonRetryable,
                };
            default:
                return new() { ["kind"] = "other", ["message"] = error.Message };
        }
    }

    private static void AddDetails(OrderedDictionary<string, object?> description, IFailureDetails? details)
    {
        if (details is { Count: > 0 })
        {
            description["details"] = ScriptValue.Describable(Details(details));
        }
    }

    private static List<object?> Details(IFailureDetails details) =>
        details switch
        {
            InboundFailureDetails inbound => [.. inbound.Payloads.Select(ScriptValue.Parse)],
            OutboundFailureDetails outbound =>
            [
                .. outbound.Details.Select(d => ScriptValue.Parse(((Temporalio.Converters.IRawValue)d!).Payload)),
            ],
            _ => [],
        };
}

/// <summary>What the operation <c>throw</c> throws: an ordinary error, with the name that it has in the recordings.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1710", Justification = "The name that it has in the recordings.")]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1716", Justification = "The name that it has in the recordings.")]
public sealed class Error(string message) : Exception(message);
