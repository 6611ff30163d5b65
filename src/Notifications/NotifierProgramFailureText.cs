namespace Orchestrator.Notifications;

/// <summary>Describes the failure of a program that delivers notices.</summary>
internal static class NotifierProgramFailureText
{
    private const int LongestQuote = 200;

    /// <summary>Returns a sentence with the exit code and the first line of the program's error output.</summary>
    public static string Of(string program, ProcessResult result)
    {
        var said = result.StandardError.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var quote = said is [var first, ..] ? first[..Math.Min(first.Length, LongestQuote)] : "";
        return $"{program} ended with exit code {result.ExitCode}{(quote.Length > 0 ? $": {quote.TrimEnd('.')}" : "")}.";
    }
}
