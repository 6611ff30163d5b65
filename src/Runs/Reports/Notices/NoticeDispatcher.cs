using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>
/// Sends the messages in a notice record, and withdraws those that are obsolete. Each change is stored before the next one is made.
/// </summary>
/// <param name="path">Absolute path of the notice record's file.</param>
/// <param name="book">The notice record.</param>
/// <param name="targets">The notification targets.</param>
/// <param name="time">The clock.</param>
internal sealed class NoticeDispatcher(string path, RunNoticeRecord book, IReadOnlyList<NoticeDestination> targets, TimeProvider time)
{
    /// <summary>Filter that selects the messages to send.</summary>
    public UnsentNoticeFilter Tried { get; init; }

    private readonly List<string> _problems = [];
    private RunNoticeRecord _book = book;

    /// <summary>Time of the next scheduled attempt, or null if none is scheduled.</summary>
    public DateTimeOffset? NextAt { get; private set; }

    /// <summary>One sentence for each message whose delivery to a target has permanently failed.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>
    /// Sends and withdraws all messages that are due. Targets are processed in parallel, but the messages for one target are processed in
    /// order.
    /// </summary>
    /// <param name="open">Keys of the facts that are true now.</param>
    public async Task SendAsync(IReadOnlySet<string> open, CancellationToken stop) =>
        await Task.WhenAll(targets.Select(target => SendAsync(target, open, stop)));

    private async Task SendAsync(NoticeDestination target, IReadOnlySet<string> open, CancellationToken stop)
    {
        for (var i = 0; i < _book.Messages.Count; i++)
        {
            var message = _book.Messages[i];
            if (!message.Deliveries.TryGetValue(target.Name, out var delivery))
            {
                continue;
            }
            var isOver = DueNoticeSelector.IsOver(message, target.On, open);
            var isWaiting =
                delivery.State == NoticeDeliveryStatus.Pending
                || (Tried == UnsentNoticeFilter.All && delivery.State == NoticeDeliveryStatus.Failed);
            if (isWaiting && isOver)
            {
                Store(i, target, delivery with { State = NoticeDeliveryStatus.Void });
            }
            else if (isWaiting)
            {
                await DeliverAsync(i, target, Tried == UnsentNoticeFilter.All ? delivery with { Tries = 0 } : delivery, open, stop);
            }
            else if (delivery.State == NoticeDeliveryStatus.Sent && isOver && target.Notifier is { CanWithdraw: true } notifier)
            {
                var taken = await notifier.WithdrawAsync(message.Notice, delivery.Reference, stop);
                Store(i, target, delivery with { State = NoticeDeliveryStatus.Withdrawn, Problem = taken.Problem });
            }
        }
    }

    private async Task DeliverAsync(
        int index,
        NoticeDestination target,
        NoticeDeliveryRecord delivery,
        IReadOnlySet<string> open,
        CancellationToken stop
    )
    {
        if (Tried == UnsentNoticeFilter.Due && !DueNoticeSelector.IsDue(delivery, time.GetUtcNow()))
        {
            ScheduleRetry(delivery.NotBefore!.Value);
            return;
        }
        var message = _book.Messages[index];
        var items = DueNoticeSelector.Current(message, target.On, open);
        var answer = target.Notifier is null
            ? new NoticeDeliveryResult(NoticeDeliveryResultKind.Failed, target.Problem)
            : await target.Notifier.SendAsync(NoticeFormatter.With(message.Notice, items), stop);
        var after = DueNoticeSelector.After(delivery with { State = NoticeDeliveryStatus.Pending }, answer, time.GetUtcNow());
        Store(index, target, after);
        if (after.NotBefore is { } again)
        {
            ScheduleRetry(again);
        }
        if (after.State == NoticeDeliveryStatus.Failed)
        {
            lock (_problems)
            {
                _problems.Add($"A notice did not reach {target.Description}: {after.Problem}");
            }
        }
    }

    private void ScheduleRetry(DateTimeOffset at)
    {
        lock (_problems)
        {
            NextAt = NextAt is { } before && before < at ? before : at;
        }
    }

    private void Store(int index, NoticeDestination target, NoticeDeliveryRecord delivery)
    {
        lock (_problems)
        {
            _book = _book with
            {
                Messages = [.. _book.Messages.Select((message, i) => i == index ? message.With(target.Name, delivery) : message)],
            };
            _book.Write(path);
        }
    }
}
