namespace Orchestrator.Runs.Reports.Notices;

/// <summary>A message that has not reached a target.</summary>
/// <param name="Run">Id of the run; <c>schedule-NAME</c> for missed times of a schedule.</param>
/// <param name="Title">Title of the message.</param>
/// <param name="Target">Name of the target.</param>
/// <param name="Problem">The last failure as a sentence, or empty if there was no attempt yet.</param>
/// <param name="Since">Time of the message.</param>
/// <param name="NextAt">Time of the next attempt, or null if it is immediate or none follows.</param>
/// <param name="IsGivenUp">True if no process retries it automatically.</param>
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

    /// <summary>True if an attempt failed, or if there was none for longer than delivery usually takes.</summary>
    public bool IsLate(DateTimeOffset now) => Problem.Length > 0 || now - Since > UsualTime;

    /// <summary>Formats the message and its failure as one sentence.</summary>
    public string Describe() =>
        $"The notice \"{Title}\" has not reached {Target}{(Problem.Length > 0 ? $": {Problem.TrimEnd('.')}" : "")}.";
}

/// <summary>Selects the stored messages that a delivery attempts.</summary>
public enum NoticeSelection
{
    /// <summary>Messages whose next attempt is due.</summary>
    Due,

    /// <summary>Messages that are retried automatically, even before their next attempt is due.</summary>
    Waiting,

    /// <summary>All undelivered messages, including those that were given up.</summary>
    All,
}

/// <summary>Undelivered messages of a repository. Any process in the repository can deliver them, with or without the run's
/// workflow.</summary>
/// <param name="repositoryKey">Key of the repository.</param>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class NoticeOutbox(string repositoryKey, RunServices services)
{
    /// <summary>Lists the undelivered messages, the oldest first.</summary>
    /// <param name="run">Id of a run to which the result is limited, or null for all.</param>
    public IReadOnlyList<UnsentNotice> Read(string? run = null) =>
        [.. Books(run).SelectMany(book => Unsent(NoticeRecord.Read(book))).OrderBy(notice => notice.Since)];

    /// <summary>Delivers messages. The notice record stays locked, and each result is stored before the next message.</summary>
    /// <param name="run">Id of a run to which delivery is limited, or null for all.</param>
    /// <param name="tried">Messages to attempt.</param>
    /// <param name="stop">Cancels; the next call does the rest.</param>
    public async Task DeliverAsync(string? run, NoticeSelection tried, CancellationToken stop)
    {
        foreach (var path in Books(run))
        {
            if (!NeedsDelivery(NoticeRecord.Read(path), tried))
            {
                continue;
            }
            using var alone = await LockFile.TakeAsync(NoticeService.LockOf(path), stop);
            var book = NoticeRecord.Read(path);
            if (!NeedsDelivery(book, tried))
            {
                continue;
            }
            var loaded = services.LoadSettings(book.Folder, book.Messages[^1].Notice.Run, new OrchestrationInput()).Loaded;
            if (loaded.Settings is null)
            {
                continue;
            }
            var targets = services.Part(part => new NoticeTargets(part)).Open(loaded);
            var gone = book
                .Messages.SelectMany(message => message.Deliveries.Keys)
                .Except(targets.Select(target => target.Name), StringComparer.Ordinal)
                .Select(name => new NoticeTarget(name, NoticeKinds.All, null, "the settings name no such target any more."));
            await new NoticeDispatcher(path, book, [.. targets, .. gone], services.Time) { Tried = tried }.SendAsync(
                book.Open.ToHashSet(StringComparer.Ordinal),
                stop
            );
        }
    }

    /// <summary>Discards the undelivered messages of a run.</summary>
    /// <returns>Number of discarded messages.</returns>
    public async Task<int> DiscardAsync(string? run, CancellationToken stop)
    {
        var dropped = 0;
        foreach (var path in Books(run))
        {
            using var alone = await LockFile.TakeAsync(NoticeService.LockOf(path), stop);
            var book = NoticeRecord.Read(path);
            if (Unsent(book).ToList() is { Count: > 0 } unsent)
            {
                dropped += unsent.Count;
                book.WithoutUnsent().Write(path);
            }
        }
        return dropped;
    }

    private bool NeedsDelivery(NoticeRecord book, NoticeSelection tried) =>
        book.Folder.Length > 0
        && book.Messages.SelectMany(message => message.Deliveries.Values)
            .Any(delivery =>
                delivery.State == NoticeState.Pending
                    && (tried != NoticeSelection.Due || NoticePlan.IsDue(delivery, services.Time.GetUtcNow()))
                || (tried == NoticeSelection.All && delivery.State == NoticeState.Failed)
            );

    private static IEnumerable<UnsentNotice> Unsent(NoticeRecord book)
    {
        var open = book.Open.ToHashSet(StringComparer.Ordinal);
        return from message in book.Messages
            where !NoticePlan.IsOver(message, NoticeKinds.All, open)
            from target in message.Deliveries
            where target.Value.State is NoticeState.Pending or NoticeState.Failed
            select new UnsentNotice(
                message.Notice.Run,
                message.Notice.Title,
                target.Key,
                target.Value.Problem,
                message.Notice.Time,
                target.Value.NotBefore,
                target.Value.State == NoticeState.Failed
            );
    }

    private IReadOnlyList<string> Books(string? run)
    {
        var folder = NoticeService.FolderOf(services.Environment);
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var name = run is null ? "*" : RunFolder.NameOf(run);
        return [.. Directory.EnumerateFiles(folder, $"{repositoryKey}-{name}.json").Order(StringComparer.Ordinal)];
    }
}
