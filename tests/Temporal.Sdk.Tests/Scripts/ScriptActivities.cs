using System.Collections.Concurrent;
using Temporalio.Activities;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>The one activity of the recordings: its argument is a list of steps.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1812", Justification = "Made by the worker.")]
internal sealed class ScriptActivities
{
    /// <summary>Task tokens of activities that complete from outside, by workflow and activity id.</summary>
    public static readonly ConcurrentDictionary<string, byte[]> Tokens = new(StringComparer.Ordinal);

    [Activity("act")]
    public static async Task<IRawValue> ActAsync(IRawValue? steps = null)
    {
        var context = ActivityExecutionContext.Current;
        foreach (var item in steps is null ? [] : (List<object?>)ScriptValue.Parse(steps.Payload)!)
        {
            var step = (OrderedDictionary<string, object?>)item!;
            if (
                (step.GetValueOrDefault("onAttempt") is double only && only != context.Info.Attempt)
                || (step.GetValueOrDefault("upToAttempt") is double last && context.Info.Attempt > last)
            )
            {
                continue;
            }

            if (await CarryOutAsync(context, step) is { } result)
            {
                return result;
            }
        }

        return ScriptValue.ToRaw(null);
    }

    private static async Task<RawValue?> CarryOutAsync(ActivityExecutionContext context, OrderedDictionary<string, object?> step)
    {
        if (step.TryGetValue("sleep", out var sleep))
        {
            await Task.Delay(TimeSpan.FromMilliseconds((double)sleep!));
        }
        else if (step.TryGetValue("heartbeat", out var details))
        {
            context.Heartbeat(ScriptValue.ToRaw(details));
        }
        else if (step.TryGetValue("return", out var value))
        {
            return ScriptValue.ToRaw(Real(value));
        }
        else if (step.ContainsKey("returnHeartbeat"))
        {
            return context.Info.HeartbeatDetails.Count > 0 ? new RawValue(context.Info.HeartbeatDetails.First()) : ScriptValue.ToRaw(null);
        }
        else if (step.TryGetValue("returnInfo", out var fields))
        {
            return ScriptValue.ToRaw(
                new OrderedDictionary<string, object?>(
                    ((List<object?>)fields!).Select(f => KeyValuePair.Create((string)f!, Info(context.Info, (string)f!)))
                )
            );
        }
        else if (step.TryGetValue("fail", out var failure))
        {
            throw ScriptFailures.Make((OrderedDictionary<string, object?>)failure!, v => v);
        }
        else if (step.TryGetValue("throw", out var message))
        {
            throw new Error((string)message!);
        }
        else if (step.ContainsKey("waitCancel"))
        {
            await WaitCancelAsync(context);
        }
        else if (step.TryGetValue("cancelled", out var given))
        {
            throw new CanceledFailureException("activity gives up", details: [.. ((List<object?>)given!).Select(ScriptValue.ToRaw)]);
        }
        else if (step.ContainsKey("async"))
        {
            Tokens[$"{context.Info.WorkflowId}/{context.Info.ActivityId}"] = context.Info.TaskToken;
            throw new CompleteAsyncException();
        }
        else
        {
            throw new ApplicationFailureException(
                $"unknown activity step {ScriptValue.Text(step)}",
                errorType: "BadStep",
                nonRetryable: true
            );
        }

        return null;
    }

    // Cancellation reaches an activity only through heartbeats; local activities are told directly.
    private static async Task WaitCancelAsync(ActivityExecutionContext context)
    {
        while (!context.CancellationToken.IsCancellationRequested)
        {
            if (!context.Info.IsLocal)
            {
                context.Heartbeat();
            }

            try
            {
                await Task.Delay(50, context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The loop sees it.
            }
        }
    }

    private static object? Info(ActivityInfo info, string field) =>
        field switch
        {
            "attempt" => (double)info.Attempt,
            "activityType" => info.ActivityType,
            "activityId" => info.ActivityId,
            "isLocal" => info.IsLocal,
            "taskQueue" => info.TaskQueue,
            "workflowType" => info.WorkflowType,
            "workflowId" => info.WorkflowId,
            "runId" => info.WorkflowRunId,
            "startToClose" => info.StartToCloseTimeout?.TotalMilliseconds,
            "scheduleToClose" => info.ScheduleToCloseTimeout?.TotalMilliseconds,
            "heartbeat" => info.HeartbeatTimeout?.TotalMilliseconds,
            "namespace" => info.Namespace,
            "heartbeatDetails" => info.HeartbeatDetails.Count > 0
                ? ScriptValue.Describable(ScriptValue.Parse(info.HeartbeatDetails.First()))
                : null,
            "priority" => ScriptEnv.PriorityOf(info.Priority),
            _ => null,
        };

    internal static object? Real(object? value) =>
        value switch
        {
            OrderedDictionary<string, object?> o when o.TryGetValue("$bytes", out var text) => Convert.FromBase64String((string)text!),
            OrderedDictionary<string, object?> o when o.ContainsKey("$undefined") => ScriptValue.Undefined,
            OrderedDictionary<string, object?> o when o.TryGetValue("$repeat", out var pair) => string.Concat(
                Enumerable.Repeat((string)((List<object?>)pair!)[0]!, (int)(double)((List<object?>)pair!)[1]!)
            ),
            OrderedDictionary<string, object?> o => new OrderedDictionary<string, object?>(
                o.Select(m => KeyValuePair.Create(m.Key, Real(m.Value)))
            ),
            List<object?> list => list.ConvertAll(Real),
            _ => value,
        };
}
