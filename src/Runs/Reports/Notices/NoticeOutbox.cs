namespace Orchestrator.Runs.Reports.Notices;

/// <summary>A message that has not reached one of its targets.</summary>
/// <param name="Run">Id of the run, or <c>schedule-NAME</c> for missed start times of a schedule.</param>
/// <param name="Title">Title of the message.</param>
/// <param name="Target">Name of the target.</param>
/// <param name="Problem">Sentence about the last failure, or empty if no attempt was made.</param>
/// <param name="Since">Time at which the message was created.</param>
/// <param name="NextAt">Time of the next attempt. Null if it follows at once or no attempt follows.</param>
/// <param name="IsGivenUp">True if no process will send the message automatically.</param>
public sealed record UnsentNotice(
    string Run,
    string Title,
    string Target,
    string Problem,
    DateTimeOffset Since,
    DateTimeOffset? NextAt,
    bool IsGivenUp
)
{
    private static readonly TimeSpan UsualTime = TimeSpan.FromMinutes(1);

    /// <summary>True if an attempt failed, or if no attempt was made within the usual delivery time.</summary>
    public bool IsLate(DateTimeOffset now) => Problem.Length > 0 || now - Since > UsualTime;

    /// <summary>Describes the message and its failure in one sentence.</summary>
    public string Describe() =>
        $"The notice \"{Title}\" has not reached {Target}{(Problem.Length > 0 ? $": {Problem.TrimEnd('.')}" : "")}.";
}

/// <summary>Selects the stored messages that a call sends.</summary>
public enum UnsentNoticeFilter
{
    /// <summary>Messages whose next attempt is due.</summary>
    Due,

    /// <summary>Messages that are sent automatically, even if their next attempt is not due yet.</summary>
    Waiting,

    /// <summary>All messages that were not delivered, including those that are no longer sent automatically.</summary>
    All,
}

/// <summary>
/// The undelivered messages about a repository's runs. Any process in the repository can send them, even outside the run's workflow.
/// </summary>
/// <param name="repositoryKey">Key of the repository.</param>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class NoticeOutbox(string repositoryKey, RunServiceBundle services)
{
    /// <summary>Lists the messages that were not delivered, oldest first.</summary>
    /// <param name="run">Id of a run to list only its messages, or null to list all.</param>
    public IReadOnlyList<UnsentNotice> Read(string? run = null) =>
        [.. Books(run).SelectMany(book => Unsent(RunNoticeRecord.Read(book))).OrderBy(notice => notice.Since)];

    /// <summary>
    /// Sends undelivered messages. Each run's notice record is locked while its messages are sent, and the result of each message is stored
    /// before the next one is sent.
    /// </summary>
    /// <param name="run">Id of a run to send only its messages, or null to send all.</param>
    /// <param name="tried">Selects the messages to send.</param>
    /// <param name="stop">Cancels the call. The next call sends the remaining messages.</param>
    public async Task DeliverAsync(string? run, UnsentNoticeFilter tried, CancellationToken stop)
    {
        foreach (var path in Books(run))
        {
            if (!NeedsDelivery(RunNoticeRecord.Read(path), tried))
            {
                continue;
            }
            using var alone = await InterProcessFileLock.AcquireAsync(DueNoticeSender.LockOf(path), stop);
            var book = RunNoticeRecord.Read(path);
            if (!NeedsDelivery(book, tried))
            {
                continue;
            }
            var loaded = services.LoadSettings(book.Folder, book.Messages[^1].Notice.Run, new OrchestrationInput()).Loaded;
            if (loaded.Settings is null)
            {
                continue;
            }
            var targets = services.Part(part => new NoticeDestinationFactory(part)).Open(loaded);
            var gone = book
                .Messages.SelectMany(message => message.Deliveries.Keys)
                .Except(targets.Select(target => target.Name), StringComparer.Ordinal)
                .Select(name => new NoticeDestination(name, NoticeKinds.All, null, "the settings no longer have this target."));
            await new NoticeDispatcher(path, book, [.. targets, .. gone], services.Time) { Tried = tried }.SendAsync(
                book.Open.ToHashSet(StringComparer.Ordinal),
                stop
            );
        }
    }

    /// <summary>Discards the undelivered messages of one run or of all runs.</summary>
    /// <returns>Number of discarded messages.</returns>
    public async Task<int> DiscardAsync(string? run, CancellationToken stop)
    {
        var dropped = 0;
        foreach (var path in Books(run))
        {
            using var alone = await InterProcessFileLock.AcquireAsync(DueNoticeSender.LockOf(path), stop);
            var book = RunNoticeRecord.Read(path);
            if (Unsent(book).ToList() is { Count: > 0 } unsent)
            {
                dropped += unsent.Count;
                book.WithoutUnsent().Write(path);
            }
        }
        return dropped;
    }

    private bool NeedsDelivery(RunNoticeRecord book, UnsentNoticeFilter tried) =>
        book.Folder.Length > 0
        && book.Messages.SelectMany(message => message.Deliveries.Values)
            .Any(delivery =>
                delivery.State == NoticeDeliveryStatus.Pending
                    && (tried != UnsentNoticeFilter.Due || DueNoticeSelector.IsDue(delivery, services.Time.GetUtcNow()))
                || (tried == UnsentNoticeFilter.All && delivery.State == NoticeDeliveryStatus.Failed)
            );

    private static IEnumerable<UnsentNotice> Unsent(RunNoticeRecord book)
    {
        var open = book.Open.ToHashSet(StringComparer.Ordinal);
        return from message in book.Messages
            where !DueNoticeSelector.IsOver(message, NoticeKinds.All, open)
            from target in message.Deliveries
            where target.Value.State is NoticeDeliveryStatus.Pending or NoticeDeliveryStatus.Failed
            select new UnsentNotice(
                message.Notice.Run,
                message.Notice.Title,
                target.Key,
                target.Value.Problem,
                message.Notice.Time,
                target.Value.NotBefore,
                target.Value.State == NoticeDeliveryStatus.Failed
            );
    }

    private IReadOnlyList<string> Books(string? run)
    {
        var folder = DueNoticeSender.FolderOf(services.Environment);
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var name = run is null ? "*" : RunFolder.NameOf(run);
        return [.. Directory.EnumerateFiles(folder, $"{repositoryKey}-{name}.json").Order(StringComparer.Ordinal)];
    }
}
