using System.Globalization;
using System.Text;

namespace Orchestrator.Cli.Console;

/// <summary>A status record that a terminal shows next to a program's window or tab (program status protocol, OSC 7501, revision
/// 0.3).</summary>
/// <param name="Id">Path of the record, which is a run or a task below a run.</param>
/// <param name="State"><c>working</c>, <c>blocked</c>, <c>done</c> or <c>error</c>.</param>
/// <param name="Message">Text to show, on one line.</param>
internal sealed record TerminalTabStatusRecord(string Id, string State, string Message)
{
    private const string Start = "\u001b]";
    private const string End = "\u001b\\";
    private const int MostMessage = 400;

    /// <summary>Progress in percent, or null if unknown.</summary>
    public int? Progress { get; init; }

    /// <summary>Kind of input that a blocked program is waiting for, such as <c>question</c>, or null if unspecified.</summary>
    public string? Kind { get; init; }

    /// <summary>Escape sequence that sends this record to the terminal and replaces an earlier record with the same id.</summary>
    public string Sequence
    {
        get
        {
            var text = new UntrustedText(Message).Line;
            var message = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.Length > MostMessage ? text[..MostMessage] : text));
            return $"{Start}7501;state={State}:app=orchestrate:id={Path(Id)}"
                + (Progress is { } progress ? $":progress={progress.ToString(CultureInfo.InvariantCulture)}" : "")
                + (Kind is { } kind ? $":kind={kind}" : "")
                + (message.Length > 0 ? $":msg={message}" : "")
                + End;
        }
    }

    /// <summary>Returns the escape sequence that removes a record and the records nested below it.</summary>
    public static string Clear(string id) => $"{Start}7501;state=clear:id={Path(id)}{End}";

    /// <summary>
    /// Returns the escape sequence of the progress bar (OSC 9;4), which some terminals support instead of status records.
    /// </summary>
    /// <param name="status">The record, or null to remove the bar.</param>
    public static string Bar(TerminalTabStatusRecord? status) =>
        status is { Progress: { } progress }
            ? $"{Start}9;4;{(status.State == "error" ? 2 : status.State == "blocked" ? 4 : 1).ToString(CultureInfo.InvariantCulture)};"
                + progress.ToString(CultureInfo.InvariantCulture)
                + End
            : $"{Start}9;4;0{End}";

    /// <summary>
    /// True if the terminal is known to support the progress bar (OSC 9;4). Other terminals interpret its escape sequence as a
    /// notification.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static bool HasBar(IReadOnlyDictionary<string, string> environment) =>
        environment.ContainsKey("WT_SESSION")
        || environment.GetValueOrDefault("ConEmuANSI") == "ON"
        || environment.GetValueOrDefault("TERM") == "xterm-ghostty"
        || environment.GetValueOrDefault("TERM_PROGRAM") is "ghostty" or "WezTerm";

    /// <summary>True if the terminal ignores unknown operating system commands (OSC). Some old terminals print them.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static bool MayBeSent(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("TERM", "") is { Length: > 0 } terminal
        && terminal is not ("dumb" or "linux" or "cons25" or "ansi")
        && !terminal.StartsWith("vt", StringComparison.Ordinal);

    // An id must not contain characters that end a field or a sequence.
    private static string Path(string id) =>
        string.Concat(id.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' ? letter : '-'));
}
