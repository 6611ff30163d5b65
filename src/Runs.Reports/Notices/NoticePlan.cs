using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Decides the next notices and their times: pure, so that every case can be tried. A run sends at most one new message a minute,
/// and none in quiet hours while it continues. Its stall or end is reported at once, then without a sound.</summary>
internal static class NoticePlan
{
    /// <summary>Between two messages of a run.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    /// <summary>Tries at a target that does not work, over some hours.</summary>
    public const int MostTries = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    /// <summary>Puts new facts into one message, unless they have to wait.</summary>
    /// <param name="book">What was told.</param>
    /// <param name="run">The run, and all facts that hold now.</param>
    /// <param name="targets">Name and kinds of each target.</param>
    /// <param name="quiet">When nobody is disturbed; null: never.</param>
    /// <param name="now">The time.</param>
    /// <param name="zone">The zone of the machine's clock.</param>
    /// <returns>The book with the message, and when new facts may be told that have to wait.</returns>
    public static (NoticeBook Book, DateTimeOffset? NextAt) Gather(
        NoticeBook book,
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
            .. run.Notices.Where(notice => wanted.Contains(notice.Kind) && known.Add(notice.Key)).Select(NoticeWords.Item),
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
            NoticeWords.Message(run.RunId, run.Repository.Path, items, now, isQuiet: quietUntil is not null),
            targets
                .Where(target => items.Any(item => target.Value.Contains(item.Kind)))
                .ToDictionary(target => target.Key, _ => new NoticeDelivery { State = NoticeState.Pending })
        );
        return (book with { Messages = [.. book.Messages, message] }, null);
    }

    /// <summary>The items of a message that are to be sent to a target now: those that it subscribes to, without questions that are
    /// over.</summary>
    public static IReadOnlyList<NoticeItem> Current(NoticeMessage message, IReadOnlyList<string> kinds, IReadOnlySet<string> open) =>
        [.. message.Notice.Items.Where(item => kinds.Contains(item.Kind) && (!NoticeKinds.IsState(item.Kind) || open.Contains(item.Key)))];

    /// <summary>A message that was sent is taken back when all that it told is over.</summary>
    public static bool IsOver(NoticeMessage message, IReadOnlyList<string> kinds, IReadOnlySet<string> open) =>
        message
            .Notice.Items.Where(item => kinds.Contains(item.Kind))
            .All(item => NoticeKinds.IsState(item.Kind) && !open.Contains(item.Key));

    /// <summary>True if a message may be tried now. A clock that was set back must not put the next try off.</summary>
    public static bool IsDue(NoticeDelivery delivery, DateTimeOffset now) =>
        delivery.NotBefore is not { } notBefore || notBefore <= now || delivery.TriedAt > now;

    /// <summary>The state of a message at a target after a try.</summary>
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
