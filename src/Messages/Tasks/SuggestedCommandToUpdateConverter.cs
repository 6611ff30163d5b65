using System.Text.Json;

namespace Orchestrator.Messages;

/// <summary>
/// Converts a suggested answer to the workflow update that has the same effect as the answer's command. The updates are shown to users of
/// Temporal's own tools.
/// </summary>
public static class SuggestedCommandToUpdateConverter
{
    /// <summary>Placeholder, in an update's input, for the number that the user has to fill in.</summary>
    private const string Blank = "AMOUNT";

    /// <summary>Returns the workflow update that sends an answer to a run, or null if no single update has the same effect.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="question">The question. The run refuses the answer if a different question is open by then.</param>
    /// <param name="way">One of the question's answers.</param>
    /// <returns>Name of the update and its input as JSON, or null if no single update has the command's effect.</returns>
    public static (string Update, string Input)? Of(string runId, RunQuestion question, SuggestedCommand way)
    {
        var task = way.Target.Length > runId.Length ? RunIds.TaskOf(runId, way.Target) : "";
        return way.Kind switch
        {
            SuggestedCommandKinds.Approve => (SteeringCatalog.ApproveUpdate, Json(("id", task), ("shown", question.Shown))),
            SuggestedCommandKinds.Reject => (
                SteeringCatalog.RejectUpdate,
                Json(("id", task), ("reason", "TEXT"), ("shown", question.Shown))
            ),
            SuggestedCommandKinds.Promote => (SteeringCatalog.PromoteUpdate, Json(("shown", question.Shown))),
            SuggestedCommandKinds.PromoteOnto => (
                SteeringCatalog.PromoteUpdate,
                Json(("target", way.Resolution!), ("shown", question.Shown))
            ),
            SuggestedCommandKinds.LandMerged => (SteeringCatalog.LandMergedUpdate, Json(("shown", question.Shown))),
            SuggestedCommandKinds.Resolve => (
                SteeringCatalog.ResolveEscalationUpdate,
                Json(("way", way.Resolution!), ("shown", question.Shown))
            ),
            SuggestedCommandKinds.Retry => (SteeringCatalog.RetryTaskUpdate, Json(("task", task))),
            SuggestedCommandKinds.Guide => (SteeringCatalog.RetryTaskUpdate, Json(("task", task), ("text", "TEXT"))),
            SuggestedCommandKinds.Skip => (SteeringCatalog.SkipTaskUpdate, Json(("task", task))),
            SuggestedCommandKinds.Cancel when task.Length > 0 => (SteeringCatalog.CancelTaskUpdate, Json(("task", task))),
            SuggestedCommandKinds.RaiseBudget => (
                SteeringCatalog.RaiseBudgetUpdate,
                Json([("kind", way.Resolution!), ("usd", Blank), .. task.Length > 0 ? [("task", task)] : Array.Empty<(string, string)>()])
            ),
            _ => null,
        };
    }

    private static string Json(params (string Name, string Value)[] members) =>
        JsonSerializer
            .Serialize(members.ToDictionary(member => member.Name, member => member.Value), PayloadJsonOptions.Options)
            .Replace($"\"{Blank}\"", Blank, StringComparison.Ordinal);
}
