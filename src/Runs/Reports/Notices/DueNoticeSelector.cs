using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>
/// Decides which notices are sent next, and when. Its methods are pure functions, so that every case can be tested. A run sends at most one
/// new message per minute, and none in quiet hours. The end or a stall of the run is always reported immediately, but without a sound in
/// quiet hours.
/// </summary>
internal static class DueNoticeSelector
{
    /// <summary>Minimum time between two messages of a run.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of attempts to send a message to a failing target. They are spread over several hours.</summary>
    public const int MostTries = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Combines new facts about a run into one message, unless the minimum time between messages or quiet hours require a delay.
    /// </summary>
    /// <param name="book">The current notice record.</param>
    /// <param name="run">The run, with all facts that are true now.</param>
    /// <param name="targets">Kinds of facts that each target subscribes to, by the name of the target.</param>
    /// <param name="quiet">Quiet hours, or null if there are none.</param>
    /// <param name="now">The current time.</param>
    /// <param name="zone">Time zone of the host.</param>
    /// <returns>The record with the new message. If facts were postponed, also the time at which they can be reported.</returns>
    public static (RunNoticeRecord Book, DateTimeOffset? NextAt) Gather(
        RunNoticeRecord book,
        SendNoticesInput run,
        IReadOnlyDictionary<string, IReadOnlyList<string>> targets,
        QuietHours? quiet,
        DateTimeOffset now,
        TimeZoneInfo zone
    )
    {
        var known = book.Keys.ToHashSet(StringComparer.Ordinal);
        var wanted = targets.Values.SelectMany(kinds => kinds).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<NoticeEventDescription> items =
        [
            .. run.Notices.Where(notice => wanted.Contains(notice.Kind) && known.Add(notice.Key)).Select(NoticeFormatter.Item),
        ];
        if (items.Count == 0)
        {
            return (book, null);
        }
        var quietUntil = quiet?.EndAfter(now, zone);
        var paced = book.Messages is [.., var last] ? last.Notice.Time + Pace : now;
        if (run.Rest == RunLivenessKindForNotices.None && (quietUntil ?? paced) > now)
        {
            return (book, quietUntil ?? paced);
        }
        var message = new NoticeMessage(
            NoticeFormatter.Message(run.RunId, run.Repository.Path, items, now, isQuiet: quietUntil is not null),
            targets
                .Where(target => items.Any(item => target.Value.Contains(item.Kind)))
                .ToDictionary(target => target.Key, _ => new NoticeDeliveryRecord { State = NoticeDeliveryStatus.Pending })
        );
        return (book with { Messages = [.. book.Messages, message] }, null);
    }

    /// <summary>
    /// Returns the items of a message that are to be sent to a target now. Items to which the target does not subscribe, and items about
    /// states that have ended, are omitted.
    /// </summary>
    public static IReadOnlyList<NoticeEventDescription> Current(
        NoticeMessage message,
        IReadOnlyList<string> kinds,
        IReadOnlySet<string> open
    ) => [.. message.Notice.Items.Where(item => kinds.Contains(item.Kind) && (!NoticeKinds.IsState(item.Kind) || open.Contains(item.Key)))];

    /// <summary>
    /// True if every fact that the message would report to the target is obsolete. The message then need not be sent, or can be withdrawn.
    /// </summary>
    public static bool IsOver(NoticeMessage message, IReadOnlyList<string> kinds, IReadOnlySet<string> open) =>
        message
            .Notice.Items.Where(item => kinds.Contains(item.Kind))
            .All(item => NoticeKinds.IsState(item.Kind) && !open.Contains(item.Key));

    /// <summary>True if a message may be sent now. A system clock that was set back does not delay the message.</summary>
    public static bool IsDue(NoticeDeliveryRecord delivery, DateTimeOffset now) =>
        delivery.NotBefore is not { } notBefore || notBefore <= now || delivery.TriedAt > now;

    /// <summary>Returns the delivery state of a message after an attempt to send it.</summary>
    public static NoticeDeliveryRecord After(NoticeDeliveryRecord before, NoticeDeliveryResult delivery, DateTimeOffset now)
    {
        var tries = before.Tries + 1;
        before = before with { TriedAt = now };
        return delivery.Status switch
        {
            NoticeDeliveryResultKind.Done => before with
            {
                State = NoticeDeliveryStatus.Sent,
                Tries = tries,
                NotBefore = null,
                Problem = "",
                Reference = delivery.Reference,
            },
            NoticeDeliveryResultKind.Later when tries < MostTries => before with
            {
                Tries = tries,
                NotBefore = Latest(delivery.NotBefore, now + Pause(tries)),
                Problem = delivery.Problem,
            },
            _ => before with { State = NoticeDeliveryStatus.Failed, Tries = tries, NotBefore = null, Problem = delivery.Problem },
        };
    }

    private static DateTimeOffset Latest(DateTimeOffset? wanted, DateTimeOffset own) => wanted > own ? wanted.Value : own;

    private static TimeSpan Pause(int tries) =>
        TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(tries - 1, 20), LongestPause.Ticks));
}
