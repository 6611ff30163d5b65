using Orchestrator.Machine.Hosting;
using Orchestrator.Runs;

namespace Orchestrator.App.Engine;

/// <summary>Turns known exceptions of lower layers into the reason for which a use case ended.</summary>
public static class UseCaseFaults
{
    /// <summary>The reason behind an exception; null for an unexpected one.</summary>
    public static UseCaseException? Of(Exception fault) =>
        fault switch
        {
            UseCaseException known => known,
            RefusedException refused => new UseCaseException(
                refused.IsPassing ? Outcome.Resumable : Outcome.Usage,
                refused.Message,
                refused.Cure
            ),
            _ => ProgramFailure.Of(fault) is { } failure
                ? new UseCaseException(failure.IsOfPlace ? Outcome.Usage : Outcome.Unavailable, failure.Message, failure.Cure)
                : FailedEngineCall.Of(fault),
        };
}
