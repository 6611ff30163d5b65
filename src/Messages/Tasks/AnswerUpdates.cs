using System.Text.Json;

namespace Orchestrator.Messages;

/// <summary>
/// Converts possible answers to workflow updates, which have the same effect as the commands that answer questions. Shown to users of
/// Temporal's own tools.
/// </summary>
public static class AnswerUpdates
{
    /// <summary>Placeholder, in an update's input, for the number that the user has to fill in.</summary>
    private const string Blank = "AMOUNT";

    /// <summary>Returns the update that sends an answer to a run.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="question">The question. The run refuses the answer if a different question is open by then.</param>
    /// <param name="way">One of the question's answers.</param>
    /// <returns>Name of the update and its input as JSON, or null if no single update has the command's effect.</returns>
    public static (string Update, string Input)? Of(string runId, RunQuestion question, AnswerAction way)
    {
        var task = way.Target.Length > runId.Length ? RunIds.TaskOf(runId, way.Target) : "";
        return way.Kind switch
        {
            AnswerActionKinds.Approve => (MessageNames.Approve, Json(("id", task), ("shown", question.Shown))),
            AnswerActionKinds.Reject => (MessageNames.Reject, Json(("id", task), ("reason", "TEXT"), ("shown", question.Shown))),
            AnswerActionKinds.Promote => (MessageNames.Promote, Json(("shown", question.Shown))),
            AnswerActionKinds.PromoteOnto => (MessageNames.Promote, Json(("target", way.Resolution!), ("shown", question.Shown))),
            AnswerActionKinds.LandMerged => (MessageNames.LandMerged, Json(("shown", question.Shown))),
            AnswerActionKinds.Resolve => (MessageNames.ResolveEscalation, Json(("way", way.Resolution!), ("shown", question.Shown))),
            AnswerActionKinds.Retry => (MessageNames.RetryTask, Json(("task", task))),
            AnswerActionKinds.Guide => (MessageNames.RetryTask, Json(("task", task), ("text", "TEXT"))),
            AnswerActionKinds.Skip => (MessageNames.SkipTask, Json(("task", task))),
            AnswerActionKinds.Cancel when task.Length > 0 => (MessageNames.CancelTask, Json(("task", task))),
            AnswerActionKinds.RaiseBudget => (
                MessageNames.RaiseBudget,
                Json([("kind", way.Resolution!), ("usd", Blank), .. task.Length > 0 ? [("task", task)] : Array.Empty<(string, string)>()])
            ),
            _ => null,
        };
    }

    private static string Json(params (string Name, string Value)[] members) =>
        JsonSerializer
            .Serialize(members.ToDictionary(member => member.Name, member => member.Value), MessageJson.Options)
            .Replace($"\"{Blank}\"", Blank, StringComparison.Ordinal);
}
