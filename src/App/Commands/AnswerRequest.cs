namespace Orchestrator.App.Commands;

/// <summary>Translates a user's answer to a question into a command that steers the run.</summary>
public static class AnswerRequest
{
    /// <summary>
    /// Returns the steering command with its target and arguments. Returns null if the answer only displays information or does not concern
    /// a run.
    /// </summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="way">The answer that the user chose.</param>
    /// <param name="text">The user's text, which is guidance, a reason or an amount. It may be empty.</param>
    public static (SteeringDefinition Command, SteeringRequest Request)? Of(string run, AnswerAction way, string text)
    {
        var task = way.Target == run ? null : RunIds.TaskOf(run, way.Target);
        var request = new SteeringRequest(run, task);
        return way.Kind switch
        {
            AnswerActionKinds.Approve => (SteeringCatalog.Approve, request),
            AnswerActionKinds.Reject => (SteeringCatalog.Reject, With(request, (SteeringCatalog.Reason, text))),
            AnswerActionKinds.Skip => (SteeringCatalog.Skip, request),
            AnswerActionKinds.Cancel => (SteeringCatalog.Cancel, request),
            AnswerActionKinds.CancelDependants => (SteeringCatalog.Cancel, request with { WithDependants = true }),
            AnswerActionKinds.Resume => (SteeringCatalog.Resume, request),
            AnswerActionKinds.Retry => (SteeringCatalog.Retry, request),
            AnswerActionKinds.Guide => (SteeringCatalog.Retry, With(request, (SteeringCatalog.Guidance, text))),
            AnswerActionKinds.Promote => (SteeringCatalog.Promote, request),
            AnswerActionKinds.PromoteOnto => (SteeringCatalog.Promote, With(request, (SteeringCatalog.Target, way.Resolution ?? ""))),
            AnswerActionKinds.AcceptLosses => (SteeringCatalog.Promote, request with { AcceptsLosses = true }),
            AnswerActionKinds.LandMerged => (SteeringCatalog.LandMerged, request),
            AnswerActionKinds.LandMergedAcceptingLosses => (SteeringCatalog.LandMerged, request with { AcceptsLosses = true }),
            AnswerActionKinds.Resolve => (SteeringCatalog.Resolve, With(request, (SteeringCatalog.Way, way.Resolution ?? ""))),
            AnswerActionKinds.RaiseBudget => (
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
