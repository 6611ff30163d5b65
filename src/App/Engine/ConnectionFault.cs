using System.Text.RegularExpressions;

namespace Orchestrator.App.Engine;

/// <summary>Describes a failed connection to a server. The client reports it as a Rust debug value that contains the message.</summary>
public static partial class ConnectionFault
{
    /// <summary>Returns the innermost quoted message, or the whole message if it quotes none.</summary>
    public static string Of(Exception unreachable) =>
        (Words().Matches(unreachable.Message) is [.., var last] ? last.Groups[1].Value : unreachable.Message).TrimEnd('.');

    [GeneratedRegex("(?:message|error): \"([^\"]+)\"")]
    private static partial Regex Words();
}
