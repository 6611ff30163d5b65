using System.Text.RegularExpressions;

namespace Orchestrator.App.Engine;

/// <summary>
/// Extracts a readable message from the exception of a failed connection. The Temporal client reports such failures in Rust's debug format.
/// </summary>
public static partial class ConnectionFailureText
{
    /// <summary>Returns the innermost quoted message. If nothing is quoted, returns the whole message.</summary>
    public static string Of(Exception unreachable) =>
        (Words().Matches(unreachable.Message) is [.., var last] ? last.Groups[1].Value : unreachable.Message).TrimEnd('.');

    [GeneratedRegex("(?:message|error): \"([^\"]+)\"")]
    private static partial Regex Words();
}
