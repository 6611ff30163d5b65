using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Decides on the next notices and their times. Pure, so that every case can be tested. A run sends at most one new message per
/// minute, and none in quiet hours while it continues. A stall or the end of a run is reported immediately, but silently in quiet
/// hours.</summary>
internal static class NoticePlan
{
    /// <summary>Minimum time between two messages of a run.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of attempts at a failing target, spread over some hours.</summary>
    public const int MostTries = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    /// <summary>Combines new facts into one message, unless they must wait.</summary>
    /// <param name="book">The notice record so far.</param>
    /// <param name="run">The run, and all facts that are true now.</param>
    /// <param name="targets">Subscribed kinds of facts by the name of the target.</param>
    /// <param name="quiet">Quiet hours, or null for none.</param>
    /// <param name="now">The current time.</param>
    /// <param name="zone">Time zone of the host.</param>
    /// <returns>The record with the message, and the time at which postponed facts may be reported, if any.</returns>
    public static (NoticeRecord Book, DateTimeOffset? NextAt) Gather(
        NoticeRecord book,
        TellPeopleInput run,
        IReadOnlyDictionary<string, IReadOnlyList<string>> targets,
        QuietHours? quiet,
        DateTimeOffset now,
        TimeZoneInfo zone
    )
    {
        var known = book.Keys.ToHashSet(StringComparer.Ordinal);
        var wanted = targets.Values.SelectMany(kinds => kinds).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<NoticeItem> items =
        [
            .. run.Notices.Where(notice => wanted.Contains(notice.Kind) && known.Add(notice.Key)).Select(NoticeFormatter.Item),
        ];
        if (items.Count == 0)
        {
            return (book, null);
        }
        var quietUntil = quiet?.EndAfter(now, zone);
        var paced = book.Messages is [.., var last] ? last.Notice.Time + Pace : now;
        if (run.Rest == RunRest.None && (quietUntil ?? paced) > now)
        {
            return (book, quietUntil ?? paced);
        }
        var message = new NoticeMessage(
            NoticeFormatter.Message(run.RunId, run.Repository.Path, items, now, isQuiet: quietUntil is not null),
            targets
                .Where(target => items.Any(item => target.Value.Contains(item.Kind)))
                .ToDictionary(target => target.Key, _ => new NoticeDelivery { State = NoticeState.Pending })
        );
        return (book with { Messages = [.. book.Messages, message] }, null);
    }

    /// <summary>Returns the items of a message to send to a target now. They are those that the target subscribes to, without questions
    /// that were answered.</summary>
    public static IReadOnlyList<NoticeItem> Current(NoticeMessage message, IReadOnlyList<string> kinds, IReadOnlySet<string> open) =>
        [.. message.Notice.Items.Where(item => kinds.Contains(item.Kind) && (!NoticeKinds.IsState(item.Kind) || open.Contains(item.Key)))];

    /// <summary>True if a sent message can be withdrawn, because everything that it reported is obsolete.</summary>
    public static bool IsOver(NoticeMessage message, IReadOnlyList<string> kinds, IReadOnlySet<string> open) =>
        message
            .Notice.Items.Where(item => kinds.Contains(item.Kind))
            .All(item => NoticeKinds.IsState(item.Kind) && !open.Contains(item.Key));

    /// <summary>True if a message may be attempted now. A clock that was set back must not postpone the next attempt.</summary>
    public static bool IsDue(NoticeDelivery delivery, DateTimeOffset now) =>
        delivery.NotBefore is not { } notBefore || notBefore <= now || delivery.TriedAt > now;

    /// <summary>Returns the delivery state of a message after an attempt.</summary>
    public static NoticeDelivery After(NoticeDelivery before, Delivery delivery, DateTimeOffset now)
    {
        var tries = before.Tries + 1;
        before = before with { TriedAt = now };
        return delivery.Status switch
        {
            DeliveryStatus.Done => before with
            {
                State = NoticeState.Sent,
                Tries = tries,
                NotBefore = null,
                Problem = "",
                Reference = delivery.Reference,
            },
            DeliveryStatus.Later when tries < MostTries => before with
            {
                Tries = tries,
                NotBefore = Latest(delivery.NotBefore, now + Pause(tries)),
                Problem = delivery.Problem,
            },
            _ => before with { State = NoticeState.Failed, Tries = tries, NotBefore = null, Problem = delivery.Problem },
        };
    }

    private static DateTimeOffset Latest(DateTimeOffset? wanted, DateTimeOffset own) => wanted > own ? wanted.Value : own;

    private static TimeSpan Pause(int tries) =>
        TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(tries - 1, 20), LongestPause.Ticks));
}
