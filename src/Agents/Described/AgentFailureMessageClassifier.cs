using System.Globalization;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Classifies the failures of a program that has an agent description. Has no side effects.</summary>
/// <param name="description">Description of the program.</param>
internal sealed class AgentFailureMessageClassifier(AgentDescription description)
{
    /// <summary>Returns the failure description that matches a message, or null if none matches.</summary>
    internal AgentFailureDescription? Find(string message)
    {
        // Programs write apostrophes as ’ or as ', depending on the version.
        var plain = message.Replace('’', '\'');
        return description.Failures.FirstOrDefault(failure =>
            plain.Contains(failure.Says.Replace('’', '\''), StringComparison.OrdinalIgnoreCase)
        );
    }

    /// <summary>Classifies a failure that the program itself reported.</summary>
    /// <param name="message">Reported message.</param>
    /// <param name="exitCode">Exit code of the program, or null if unknown.</param>
    internal AgentFailure OfMessage(string message, int? exitCode) =>
        Find(message) is { } known ? Class(known.Is)
        : ModelApiFailureClassifier.OfText(message) is { } general ? general
        : OfExitCode(exitCode) ?? AgentFailure.GaveUp;

    /// <summary>Classifies the exit of a program that printed no result.</summary>
    /// <param name="exitCode">Exit code of the program, or null if unknown.</param>
    /// <param name="errorText">End of the program's standard error.</param>
    /// <param name="hasBegun">True if the program printed an event, which means that it accepted its arguments.</param>
    internal AgentFailure OfSilentEnd(int? exitCode, string errorText, bool hasBegun) =>
        exitCode is Supervision.ShellExitCodes.NotExecutable or Supervision.ShellExitCodes.NotFound ? AgentFailure.Account
        : Find(errorText) is { } known ? Class(known.Is)
        : ModelApiFailureClassifier.OfText(errorText) is { } general ? general
        : OfExitCode(exitCode) is { } coded ? coded
        // With an unknown flag, a missing file or a broken program, every start would fail the same way.
        : !hasBegun && exitCode is > 0 and < 64 ? AgentFailure.Account
        : AgentFailure.GaveUp;

    /// <summary>Returns the reset time of a usage limit from a message, or null if the message contains none.</summary>
    /// <param name="message">Message of the program.</param>
    /// <param name="failure">Class of the failure.</param>
    /// <param name="time">Clock, for times of day and durations.</param>
    internal DateTimeOffset? ResetOf(string message, AgentFailure failure, TimeProvider time) =>
        failure == AgentFailure.UsageLimit && Find(message)?.Until is { } pattern
            ? UsageLimitResetParser.Find(message, pattern, time)
            : null;

    private AgentFailure? OfExitCode(int? exitCode) =>
        exitCode is { } code && description.ExitCodes.TryGetValue(code.ToString(CultureInfo.InvariantCulture), out var kind)
            ? Class(kind)
            : null;

    private static AgentFailure Class(AgentFailureKind kind) =>
        kind switch
        {
            AgentFailureKind.Limit => AgentFailure.UsageLimit,
            AgentFailureKind.Throttled => AgentFailure.Throttled,
            AgentFailureKind.Account => AgentFailure.Account,
            AgentFailureKind.Transient => AgentFailure.Transient,
            AgentFailureKind.Invalid => AgentFailure.Invalid,
            AgentFailureKind.Environment => AgentFailure.Environment,
            AgentFailureKind.Turns => AgentFailure.Turns,
            _ => AgentFailure.GaveUp,
        };
}
