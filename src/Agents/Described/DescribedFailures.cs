using System.Globalization;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Maps the failures of a described program to our classes. Pure.</summary>
/// <param name="description">The program's description.</param>
internal sealed class DescribedFailures(AgentDescription description)
{
    /// <summary>The description's meaning of a message; null: it has none.</summary>
    internal FailureDescription? Find(string message)
    {
        // Programs write ’ in some versions and ' in others.
        var plain = message.Replace('’', '\'');
        return description.Failures.FirstOrDefault(failure =>
            plain.Contains(failure.Says.Replace('’', '\''), StringComparison.OrdinalIgnoreCase)
        );
    }

    /// <summary>The class of a failure that the program has reported itself.</summary>
    /// <param name="message">What it said.</param>
    /// <param name="exitCode">Its exit code; null: unknown.</param>
    internal AgentFailure OfMessage(string message, int? exitCode) =>
        Find(message) is { } known ? Class(known.Is)
        : ApiFailures.OfText(message) is { } general ? general
        : OfExitCode(exitCode) ?? AgentFailure.GaveUp;

    /// <summary>The class of an end without any result.</summary>
    /// <param name="exitCode">Its exit code; null: unknown.</param>
    /// <param name="errorText">The end of its stderr.</param>
    /// <param name="hasBegun">It has printed an event: its arguments were accepted.</param>
    internal AgentFailure OfSilentEnd(int? exitCode, string errorText, bool hasBegun) =>
        exitCode is Supervision.ShellExitCodes.NotExecutable or Supervision.ShellExitCodes.NotFound ? AgentFailure.Account
        : Find(errorText) is { } known ? Class(known.Is)
        : ApiFailures.OfText(errorText) is { } general ? general
        : OfExitCode(exitCode) is { } coded ? coded
        // An unknown flag, a missing file, a broken program: every start would fail alike.
        : !hasBegun && exitCode is > 0 and < 64 ? AgentFailure.Account
        : AgentFailure.GaveUp;

    private AgentFailure? OfExitCode(int? exitCode) =>
        exitCode is { } code && description.ExitCodes.TryGetValue(code.ToString(CultureInfo.InvariantCulture), out var kind)
            ? Class(kind)
            : null;

    private static AgentFailure Class(FailureKind kind) =>
        kind switch
        {
            FailureKind.Limit => AgentFailure.UsageLimit,
            FailureKind.Throttled => AgentFailure.Throttled,
            FailureKind.Account => AgentFailure.Account,
            FailureKind.Transient => AgentFailure.Transient,
            FailureKind.Invalid => AgentFailure.Invalid,
            FailureKind.Environment => AgentFailure.Environment,
            FailureKind.Turns => AgentFailure.Turns,
            _ => AgentFailure.GaveUp,
        };
}
