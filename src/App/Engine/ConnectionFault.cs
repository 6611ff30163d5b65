using System.Text.RegularExpressions;

namespace Orchestrator.App.Engine;

/// <summary>Why a server was not reached, in words for people: the client tells it as a value of its own language, with the words
/// inside.</summary>
public static partial class ConnectionFault
{
    /// <summary>The innermost words; the whole message where there are none.</summary>
    public static string Of(Exception unreachable) =>
        (Words().Matches(unreachable.Message) is [.., var last] ? last.Groups[1].Value : unreachable.Message).TrimEnd('.');

    [GeneratedRegex("(?:message|error): \"([^\"]+)\"")]
    private static partial Regex Words();
}
