using Temporalio.Client;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Fields of a workflow's description, as the recordings name them.</summary>
internal static class ScriptDescription
{
    public static async Task<OrderedDictionary<string, object?>> FieldsAsync(
        WorkflowExecutionDescription description,
        IEnumerable<string> fields
    )
    {
        var values = new OrderedDictionary<string, object?>();
        foreach (var field in fields)
        {
            values[field] = field switch
            {
                "staticSummary" => await description.GetStaticSummaryAsync(),
                "staticDetails" => await description.GetStaticDetailsAsync(),
                _ => ValueOf(description, field),
            };
        }

        return values;
    }

    private static object? ValueOf(WorkflowExecutionDescription d, string field)
    {
        var raw = d.RawDescription;
        var info = raw.WorkflowExecutionInfo;
        return field switch
        {
            "status" => ScriptFailures.ProtoName(d.Status.ToString()),
            "type" => d.WorkflowType,
            "historyLength" => (double)d.HistoryLength,
            "memo" => new OrderedDictionary<string, object?>(
                d.Memo.Select(m => KeyValuePair.Create(m.Key, ScriptValue.Parse(m.Value.Payload)))
            ),
            "closed" => d.CloseTime is not null,
            "runId" => d.RunId,
            "firstRunId" => info.FirstRunId,
            "searchAttributes" => new OrderedDictionary<string, object?>(
                d.TypedSearchAttributes.UntypedValues.Where(a => a.Key.Name != "BuildIds")
                    .Select(a => KeyValuePair.Create(a.Key.Name, ScriptEnv.Attribute(a.Value)))
            ),
            "parent" => d.ParentId,
            "root" => info.RootExecution?.WorkflowId,
            "executionTimeout" => raw.ExecutionConfig?.WorkflowExecutionTimeout?.ToTimeSpan().TotalSeconds,
            "runTimeout" => raw.ExecutionConfig?.WorkflowRunTimeout?.ToTimeSpan().TotalSeconds,
            "taskTimeout" => raw.ExecutionConfig?.DefaultWorkflowTaskTimeout?.ToTimeSpan().TotalSeconds,
            "cancelRequested" => raw.WorkflowExtendedInfo?.CancelRequested ?? false,
            "pendingActivities" => raw.PendingActivities.OrderBy(a => a.ActivityId, StringComparer.Ordinal).Select(Activity).ToList(),
            "pendingChildren" => raw
                .PendingChildren.OrderBy(c => c.WorkflowId, StringComparer.Ordinal)
                .Select(c =>
                    (object?)
                        new OrderedDictionary<string, object?>
                        {
                            ["workflowId"] = c.WorkflowId,
                            ["type"] = c.WorkflowTypeName,
                            ["parentClosePolicy"] = ScriptFailures.ProtoName(c.ParentClosePolicy.ToString()),
                        }
                )
                .ToList(),
            "pendingWorkflowTask" => raw.PendingWorkflowTask is { } task
                ? new OrderedDictionary<string, object?> { ["state"] = ScriptFailures.ProtoName(task.State.ToString()) }
                : null,
            "workflowTaskFailing" => raw.PendingWorkflowTask?.Attempt > 1,
            _ => null,
        };
    }

    private static object? Activity(Temporalio.Api.Workflow.V1.PendingActivityInfo activity)
    {
        var members = new OrderedDictionary<string, object?>
        {
            ["activityId"] = activity.ActivityId,
            ["type"] = activity.ActivityType.Name,
            ["state"] = ScriptFailures.ProtoName(activity.State.ToString()),
            ["attempt"] = (double)activity.Attempt,
            ["maximumAttempts"] = (double)activity.MaximumAttempts,
        };
        if (activity.LastFailure is { } failure)
        {
            members["lastFailure"] = failure.Message;
        }

        return members;
    }
}
