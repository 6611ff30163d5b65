namespace Orchestrator.Runs.Reports.Notices;

/// <summary>
/// Notifies users about changes in a run, and withdraws obsolete messages. Each message is stored before it is sent, and the result is
/// stored afterward. After a crash in between, the same message is sent again with the same id.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class DueNoticeSender(RunServiceBundle services)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>Sends and withdraws all messages that are due now.</summary>
    /// <param name="input">All facts about the run that are true now.</param>
    /// <param name="stop">Cancels the call. The next call sends the remaining messages.</param>
    public async Task<NoticeSendingResult> SendDueAsync(SendNoticesInput input, CancellationToken stop)
    {
        var loaded = services.LoadSettings(input.Repository.WorkTree, input.RunId, new OrchestrationInput()).Loaded;
        if (loaded.Settings is not { } settings)
        {
            return new(
                null,
                [
                    $"This run sends no notices, because the settings have {Plural.Of(loaded.Errors.Count, "fault")}. "
                        + "See 'orchestrate check'.",
                ]
            );
        }
        return await SendDueAsync(
            input,
            services.Part(part => new NoticeDestinationFactory(part)).Open(loaded),
            settings.Notifications.Quiet,
            stop,
            settings.Notifications.Link
        );
    }

    /// <summary>Sends and withdraws all messages to the given targets that are due now.</summary>
    public async Task<NoticeSendingResult> SendDueAsync(
        SendNoticesInput input,
        IReadOnlyList<NoticeDestination> targets,
        QuietHours? quiet,
        CancellationToken stop,
        string? link = null
    )
    {
        UserStateFolder.MakeFolder(services.Environment);
        var folder = FolderOf(services.Environment);
        var name = $"{input.Repository.Key}-{RunFolder.NameOf(input.RunId)}";
        var path = Path.Combine(folder, $"{name}.json");
        using var alone = await InterProcessFileLock.AcquireAsync(LockOf(path), stop);
        Prune(folder);
        var claims = new AccountNoticeDeduplicator(folder, services.Time);
        var book = RunNoticeRecord.Read(path);
        var (gathered, nextAt) = DueNoticeSelector.Gather(
            book,
            input with
            {
                Notices = [.. input.Notices.Where(notice => !IsOfAllRuns(notice) || claims.TryTake(notice.Key, name))],
            },
            targets.ToDictionary(target => target.Name, target => target.On),
            quiet,
            services.Time.GetUtcNow(),
            services.Time.LocalTimeZone
        );
        var open = input.Notices.Select(notice => notice.Key).ToHashSet(StringComparer.Ordinal);
        if (gathered != book)
        {
            gathered = gathered.LinkedTo(LinkOf(input, link));
        }
        if (gathered != book || !open.SetEquals(book.Open))
        {
            gathered = gathered with { Folder = input.Repository.WorkTree, Open = [.. open.Order(StringComparer.Ordinal)] };
            gathered.Write(path);
        }
        var delivering = new NoticeDispatcher(path, gathered, targets, services.Time);
        foreach (var key in book.Keys.Where(key => input.Rest == RunLivenessKindForNotices.Ended || !open.Contains(key)))
        {
            claims.Release(key, name);
        }
        await delivering.SendAsync(open, stop);
        var next = new[] { nextAt, delivering.NextAt }.Where(time => time is not null).Min();
        return new(input.Rest == RunLivenessKindForNotices.Ended ? null : next, delivering.Problems);
    }

    /// <summary>
    /// True if one run reports the fact on behalf of all runs. Such facts concern an account, or the budget of a day or an account.
    /// </summary>
    private static bool IsOfAllRuns(RunNotice notice) =>
        notice.Kind == NoticeKinds.AccountParked
        || notice.Key.StartsWith("budget/day:", StringComparison.Ordinal)
        || notice.Key.StartsWith("budget/account:", StringComparison.Ordinal);

    // A schedule has no page of its own. Its missed start times are in the inbox.
    private static string? LinkOf(SendNoticesInput input, string? page) =>
        page is null ? null
        : input.Notices.All(notice => notice.Kind == NoticeKinds.ScheduleMissed) ? $"{page}/inbox"
        : $"{page}/r/{Uri.EscapeDataString(input.Repository.Key)}/{Uri.EscapeDataString(input.RunId)}";

    /// <summary>
    /// Returns the absolute path of the folder with notice records. It is in the user's state folder, where no sandboxed agent can write.
    /// </summary>
    internal static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(UserStateFolder.FolderOf(environment), "notices");

    /// <summary>Returns the path of a notice record's lock file. Only the process that holds the lock sends messages.</summary>
    internal static string LockOf(string book) => $"{book}.lock";

    private void Prune(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (services.Time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) > KeptFor)
            {
                File.Delete(file);
            }
        }
    }
}
