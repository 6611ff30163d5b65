namespace Orchestrator.App.Commands;

/// <summary>Converts a user's answer to a question into a command that changes the run.</summary>
public static class AnswerRequest
{
    /// <summary>
    /// Returns the steering command for an answer, with its target and arguments. Returns null if the answer only requests information or
    /// does not concern a run.
    /// </summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="way">The answer that the user chose.</param>
    /// <param name="text">The user's text, which is guidance, a reason or an amount. It may be empty.</param>
    public static (SteeringCommandDefinition Command, SteeringRequest Request)? Of(string run, SuggestedCommand way, string text)
    {
        var task = way.Target == run ? null : RunIds.TaskOf(run, way.Target);
        var request = new SteeringRequest(run, task);
        return way.Kind switch
        {
            SuggestedCommandKinds.Approve => (SteeringCatalog.Approve, request),
            SuggestedCommandKinds.Reject => (SteeringCatalog.Reject, With(request, (SteeringCatalog.Reason, text))),
            SuggestedCommandKinds.Skip => (SteeringCatalog.Skip, request),
            SuggestedCommandKinds.Cancel => (SteeringCatalog.Cancel, request),
            SuggestedCommandKinds.CancelDependants => (SteeringCatalog.Cancel, request with { WithDependants = true }),
            SuggestedCommandKinds.Resume => (SteeringCatalog.Resume, request),
            SuggestedCommandKinds.Retry => (SteeringCatalog.Retry, request),
            SuggestedCommandKinds.Guide => (SteeringCatalog.Retry, With(request, (SteeringCatalog.Guidance, text))),
            SuggestedCommandKinds.Promote => (SteeringCatalog.Promote, request),
            SuggestedCommandKinds.PromoteOnto => (SteeringCatalog.Promote, With(request, (SteeringCatalog.Target, way.Resolution ?? ""))),
            SuggestedCommandKinds.AcceptLosses => (SteeringCatalog.Promote, request with { AcceptsLosses = true }),
            SuggestedCommandKinds.LandMerged => (SteeringCatalog.LandMerged, request),
            SuggestedCommandKinds.LandMergedAcceptingLosses => (SteeringCatalog.LandMerged, request with { AcceptsLosses = true }),
            SuggestedCommandKinds.Resolve => (SteeringCatalog.Resolve, With(request, (SteeringCatalog.Way, way.Resolution ?? ""))),
            SuggestedCommandKinds.RaiseBudget => (
                SteeringCatalog.RaiseBudget,
                With(request, (SteeringCatalog.Amount, text), (SteeringCatalog.BudgetKind, way.Resolution ?? ""))
            ),
            _ => null,
        };
    }

    private static SteeringRequest With(SteeringRequest request, params (string Name, string Value)[] values) =>
        request with
        {
            Values = values.Where(value => value.Value.Length > 0).ToDictionary(value => value.Name, value => value.Value),
        };
}
