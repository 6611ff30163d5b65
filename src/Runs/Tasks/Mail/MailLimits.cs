namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>Limits on the messages of a run, which keep agents from being flooded.</summary>
internal static class MailLimits
{
    /// <summary>Maximum length of a message in characters.</summary>
    public const int LongestText = 4000;

    /// <summary>Maximum number of messages that one sender can send within <see cref="Window"/>.</summary>
    public const int MostInWindow = 20;

    /// <summary>Maximum number of messages in one run.</summary>
    public const int MostInAll = 10_000;

    /// <summary>Maximum total size of a run's messages in bytes.</summary>
    public const long MostBytes = 16 << 20;

    /// <summary>Maximum number of messages that are shown at once. The remaining messages are shown at the next read.</summary>
    public const int MostAtOnce = 10;

    /// <summary>
    /// Maximum total length, in characters, of the messages that are shown to an agent at once. The first message is always shown.
    /// </summary>
    public const int MostCharactersAtOnce = 12_000;

    /// <summary>Maximum number of times that the same messages are shown to an agent before they count as received.</summary>
    public const int MostTries = 3;

    /// <summary>Period within which <see cref="MostInWindow"/> limits the number of messages from one sender.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>Returns the reason why a text can't be sent, or an empty string if it can be sent.</summary>
    public static string Refusal(string text) =>
        text.Trim().Length == 0 ? "The message has no text."
        : text.Length > LongestText
            ? $"The message has {Plural.Of(text.Length, "character")}; at most {LongestText} are delivered. Write the rest to a "
                + $"file that you own and "
                + "name it."
        : text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\t' or '\r')) ? "The message contains control characters."
        : "";

    /// <summary>Returns the reason why a sender can't send a message now, or an empty string if the limits allow the message.</summary>
    /// <param name="sent">Times of the sender's last messages.</param>
    /// <param name="last">Number of the run's last message.</param>
    /// <param name="bytes">Size of the run's mail in bytes.</param>
    /// <param name="now">The current time.</param>
    public static string Refusal(IReadOnlyList<DateTimeOffset> sent, long last, long bytes, DateTimeOffset now)
    {
        if (last >= MostInAll || bytes >= MostBytes)
        {
            return $"This run has {Plural.Of(last, "message")} with {bytes >> 20} MB in total. At most {MostInAll} messages with "
                + $"{MostBytes >> 20} MB are allowed, so no more are accepted.";
        }
        DateTimeOffset[] recent = [.. sent.Where(time => now - time < Window).Order()];
        return recent.Length < MostInWindow
            ? ""
            : $"You have sent {Plural.Of(recent.Length, "message")} in {Plural.Of((int)Window.TotalMinutes, "minute")}, which is the "
                + $"limit. Put the important part into one "
                + $"message, and send it in {Plural.Of((int)Math.Ceiling((recent[^MostInWindow] + Window - now).TotalSeconds), "second")}.";
    }
}
