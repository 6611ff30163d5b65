using Orchestrator.App.Programs;

namespace Orchestrator.App.Engine;

/// <summary>
/// Converts exceptions from other parts of the program to <see cref="UseCaseException"/> if their cause can be explained to users.
/// </summary>
public static class UseCaseExceptionConverter
{
    /// <summary>Returns the error for users, or null if the exception is unexpected.</summary>
    public static UseCaseException? Of(Exception fault) =>
        fault switch
        {
            UseCaseException known => known,
            UserRequestRefusedException refused => new UseCaseException(
                refused.IsPassing ? UseCaseOutcome.Resumable : UseCaseOutcome.Usage,
                refused.Message,
                refused.Cure
            ),
            _ => ProgramFailureDescription.Of(fault) is { } failure
                ? new UseCaseException(failure.IsOfPlace ? UseCaseOutcome.Usage : UseCaseOutcome.Unavailable, failure.Message, failure.Cure)
                : EngineCallFailureText.Of(fault),
        };
}
