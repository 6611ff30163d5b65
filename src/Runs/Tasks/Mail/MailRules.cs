namespace Orchestrator.Runs.Tasks.Mail;

/// <summary>Limits on mail, so that it helps agents without flooding them.</summary>
internal static class MailRules
{
    /// <summary>Maximum number of characters in a message.</summary>
    public const int LongestText = 4000;

    /// <summary>Maximum number of messages per sender within <see cref="Window"/>.</summary>
    public const int MostInWindow = 20;

    /// <summary>Maximum number of messages in a run.</summary>
    public const int MostInAll = 10_000;

    /// <summary>Maximum size of a run's mail in bytes.</summary>
    public const long MostBytes = 16 << 20;

    /// <summary>Maximum number of messages shown at once; the others follow at the next read.</summary>
    public const int MostAtOnce = 10;

    /// <summary>Maximum number of characters shown at once. The first message is always shown.</summary>
    public const int MostCharactersAtOnce = 12_000;

    /// <summary>Maximum number of times that a message is shown if its arrival cannot be verified.</summary>
    public const int MostTries = 3;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>Returns the reason why a text cannot be sent, or empty if it can.</summary>
    public static string Refusal(string text) =>
        text.Trim().Length == 0 ? "The message is empty."
        : text.Length > LongestText
            ? $"The message has {Plural.Of(text.Length, "character")}; at most {LongestText} are delivered. Write the rest to a "
                + $"file that you own and "
                + "name it."
        : text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\t' or '\r')) ? "The message has control characters in it."
        : "";

    /// <summary>Returns the reason why a sender cannot send now, or empty if it can.</summary>
    /// <param name="sent">Times of the sender's last messages.</param>
    /// <param name="last">Number of the run's last message.</param>
    /// <param name="bytes">Size of the run's mail in bytes.</param>
    /// <param name="now">The current time.</param>
    public static string Refusal(IReadOnlyList<DateTimeOffset> sent, long last, long bytes, DateTimeOffset now)
    {
        if (last >= MostInAll || bytes >= MostBytes)
        {
            return $"This run has had {Plural.Of(last, "message")} with {bytes >> 20} MB, and {MostInAll} with {MostBytes >> 20} MB "
                + $"are the most there "
                + "may be: no more are taken.";
        }
        DateTimeOffset[] recent = [.. sent.Where(time => now - time < Window).Order()];
        return recent.Length < MostInWindow
            ? ""
            : $"You have sent {Plural.Of(recent.Length, "message")} in {Plural.Of((int)Window.TotalMinutes, "minute")}, the most "
                + $"there may be. Say what matters in one "
                + $"message, in {Plural.Of((int)Math.Ceiling((recent[^MostInWindow] + Window - now).TotalSeconds), "second")}.";
    }
}
