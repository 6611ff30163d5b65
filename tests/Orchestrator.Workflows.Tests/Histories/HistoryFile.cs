using System.Text.Json;
using System.Text.Json.Nodes;
using Temporalio.Common;

namespace Orchestrator.Workflows.Tests.Histories;

/// <summary>
/// A history as a file: JSON as the <c>temporal</c> program writes it, one event a line, without what a replay does not look at.
/// </summary>
internal static class HistoryFile
{
    /// <summary>Members that say nothing of what the workflow did, wherever they are.</summary>
    private static readonly string[] Unneeded =
    [
        "taskId",
        "identity",
        "workerVersion",
        "requestId",
        "workerMayIgnore",
        "searchAttributes",
        "memo",
        "header",
        "retryPolicy",
        "historySizeBytes",
        "startToCloseTimeout",
        "scheduleToCloseTimeout",
        "scheduleToStartTimeout",
        "heartbeatTimeout",
        "workflowRunTimeout",
        "meteringMetadata",
        "namespace",
        "namespaceId",
    ];

    /// <summary>
    /// Attributes that the workflow sent. A replay creates them again without comparing them; attributes that the workflow received stay.
    /// </summary>
    private static readonly string[] Sent =
    [
        "activityTaskScheduledEventAttributes",
        "startChildWorkflowExecutionInitiatedEventAttributes",
        "signalExternalWorkflowExecutionInitiatedEventAttributes",
        "workflowExecutionContinuedAsNewEventAttributes",
    ];

    public static string Write(WorkflowHistory history)
    {
        var events = JsonNode.Parse(history.ToJson())!["events"]!.AsArray();
        foreach (var item in events)
        {
            Strip(item);
            foreach (var sent in Sent)
            {
                item![sent]?.AsObject().Remove("input");
            }
            foreach (var (name, attributes) in item!.AsObject().Where(member => member.Value is JsonObject))
            {
                // Only where it runs is seen by the code.
                if (name != "workflowExecutionStartedEventAttributes")
                {
                    attributes!.AsObject().Remove("taskQueue");
                }
            }
        }
        var lines = events.Select(item => item!.ToJsonString());
        return $"{{\"id\":{JsonSerializer.Serialize(history.Id)},\"events\":[\n{string.Join(",\n", lines)}\n]}}\n";
    }

    public static WorkflowHistory Read(string json)
    {
        var file = JsonNode.Parse(json)!;
        var id = (string)file["id"]!;
        file.AsObject().Remove("id");
        return WorkflowHistory.FromJson(id, file.ToJsonString());
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
            {
                Strip(item);
            }
        }
        if (node is not JsonObject values)
        {
            return;
        }
        foreach (var name in Unneeded)
        {
            values.Remove(name);
        }
        foreach (var (_, value) in values.ToList())
        {
            Strip(value);
        }
    }
}
