namespace Orchestrator.Notifications;

/// <summary>Why a program failed, in a sentence.</summary>
internal static class CommandFailure
{
    private const int LongestQuote = 200;

    /// <summary>The sentence: exit code, and what it said first.</summary>
    public static string Of(string program, ProcessResult result)
    {
        var said = result.StandardError.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var quote = said is [var first, ..] ? first[..Math.Min(first.Length, LongestQuote)] : "";
        return $"{program} ended with exit code {result.ExitCode}{(quote.Length > 0 ? $": {quote.TrimEnd('.')}" : "")}.";
    }
}
