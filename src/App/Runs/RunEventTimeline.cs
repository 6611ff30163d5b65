using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Runs;

/// <summary>An event of a run, or a message to the run's agents.</summary>
/// <param name="Json">The stored JSON, on a single line.</param>
/// <param name="Happened">The event. If it stands for a message, it has no number.</param>
public sealed record TimelineEntry(string Json, RunEvent Happened);

/// <summary>Reads the events of a run and the messages to its agents, sorted by time.</summary>
public static class RunEventTimeline
{
    /// <summary>State of a timeline entry that is a message to agents instead of an event.</summary>
    public const string Mail = "mail";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <summary>Formats the number of a task's unread messages. Empty if there are none.</summary>
    public static string Unread(RunTaskStatus task) => task.UnreadMail == 0 ? "" : Plural.Of(task.UnreadMail, "unread message");

    /// <summary>Returns the messages to the agents of a run, oldest first.</summary>
    /// <param name="folder">Absolute path of the run's folder.</param>
    public static IReadOnlyList<MailSummary> ReadMail(string folder)
    {
        var offset = 0L;
        return ReadMail(folder, ref offset);
    }

    /// <summary>Merges events and messages that are each sorted by time. At equal times, events come first.</summary>
    public static IEnumerable<T> Merge<T>(
        IEnumerable<(DateTimeOffset Time, T Line)> transitions,
        IEnumerable<(DateTimeOffset Time, T Line)> mail
    )
    {
        using var messages = mail.GetEnumerator();
        var isMore = messages.MoveNext();
        foreach (var (time, line) in transitions)
        {
            for (; isMore && messages.Current.Time < time; isMore = messages.MoveNext())
            {
                yield return messages.Current.Line;
            }
            yield return line;
        }
        for (; isMore; isMore = messages.MoveNext())
        {
            yield return messages.Current.Line;
        }
    }

    /// <summary>
    /// Returns the events of a run and the messages to its agents as they are written, until <paramref name="isOver"/> returns true and
    /// everything has been read.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="isOver">Returns true when no more events or mail will be written.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Cancels the enumeration.</param>
    /// <param name="limit">Maximum number of existing lines to return, counted from the end, or null for all lines.</param>
    public static async IAsyncEnumerable<TimelineEntry> FollowAsync(
        StoredRun run,
        Func<bool> isOver,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken stop,
        int? limit = null
    )
    {
        var (read, readMail, most) = (0L, 0L, limit ?? int.MaxValue);
        while (true)
        {
            // isOver is called before the files are read, so that everything written before the end is read.
            var over = isOver();
            var mail = ReadMail(run.Folder, ref readMail).TakeLast(most).Select(message => (message.Time, Line(message))).ToList();
            var transitions = EventFile
                .ReadNew(run.EventsFile, ref read, most)
                .Select(text => new TimelineEntry(text, EventFile.Parse(text)))
                .Select(line => (line.Happened.Time, line));
            foreach (var line in Merge(transitions, mail).TakeLast(most))
            {
                yield return line;
            }
            most = int.MaxValue;
            if (over)
            {
                yield break;
            }
            await Task.Delay(Pause, time, stop);
        }
    }

    /// <summary>Describes the events of a task and the messages that its agent sent or received, sorted by time.</summary>
    public static IEnumerable<string> LinesOf(TaskDocument task) =>
        Merge(task.Events.Select(e => (e.Time, EventFile.Describe(e))), task.Mail.Select(m => (m.Time, Describe(m))));

    /// <summary>Formats a message to agents as a line in the list of events.</summary>
    private static string Describe(MailSummary mail) => EventFile.Describe(Event(mail));

    private static RunEvent Event(MailSummary mail) =>
        new()
        {
            Sequence = 0,
            Time = mail.Time,
            Task = mail.To,
            State = Mail,
            Why = new AgentMailSentReason(new VerbatimQuote(mail.ToString())),
        };

    private static TimelineEntry Line(MailSummary mail) =>
        new(
            JsonSerializer.Serialize(new MailLine(mail.Time, mail.To, Mail, mail.ToString(), mail), DocumentJson.Line.MailLine),
            Event(mail)
        );

    private static IReadOnlyList<MailSummary> ReadMail(string folder, ref long offset) =>
        [.. EventFile.ReadNew(Mailbox.PathIn(folder), ref offset).Select(MailSummary.Read).OfType<MailSummary>()];
}
