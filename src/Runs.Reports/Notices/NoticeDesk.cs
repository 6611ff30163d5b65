namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Tells people what is new in a run and withdraws what is over. What is about to be sent is stored first, and its result
/// afterwards: killed between the two, the same message with the same id is sent again.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class NoticeDesk(RunServices services)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    /// <summary>Does what is due now.</summary>
    /// <param name="input">All facts of the run that hold.</param>
    /// <param name="stop">Leaves the rest for the next call.</param>
    public async Task<ToldPeople> TellAsync(TellPeopleInput input, CancellationToken stop)
    {
        var loaded = services.LoadSettings(input.Repository.WorkTree, input.RunId, new OrchestrationInput()).Loaded;
        if (loaded.Settings is not { } settings)
        {
            return new(
                null,
                [$"Nobody is notified of this run: the settings have {Plural.Of(loaded.Errors.Count, "fault")} ('orchestrate check')."]
            );
        }
        return await TellAsync(
            input,
            services.Part(part => new NoticeTargets(part)).Open(loaded),
            settings.Notifications.Quiet,
            stop,
            settings.Notifications.Link
        );
    }

    /// <summary>Does what is due now by these targets.</summary>
    public async Task<ToldPeople> TellAsync(
        TellPeopleInput input,
        IReadOnlyList<NoticeTarget> targets,
        QuietHours? quiet,
        CancellationToken stop,
        string? link = null
    )
    {
        UserState.MakeFolder(services.Environment);
        var folder = FolderOf(services.Environment);
        var name = $"{input.Repository.Key}-{RunFolder.NameOf(input.RunId)}";
        var path = Path.Combine(folder, $"{name}.json");
        using var alone = await LockFile.TakeAsync(LockOf(path), stop);
        Prune(folder);
        var claims = new AccountClaims(folder, services.Time);
        var book = NoticeBook.Read(path);
        var (gathered, nextAt) = NoticePlan.Gather(
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
        var delivering = new NoticeDelivering(path, gathered, targets, services.Time);
        foreach (var key in book.Keys.Where(key => input.Rest == RunRest.Ended || !open.Contains(key)))
        {
            claims.Release(key, name);
        }
        await delivering.SendAsync(open, stop);
        var next = new[] { nextAt, delivering.NextAt }.Where(time => time is not null).Min();
        return new(input.Rest == RunRest.Ended ? null : next, delivering.Problems);
    }

    /// <summary>An account, and a budget of the day or of an account, are told by one run for all.</summary>
    private static bool IsOfAllRuns(RunNotice notice) =>
        notice.Kind == NoticeKinds.AccountParked
        || notice.Key.StartsWith("budget/day:", StringComparison.Ordinal)
        || notice.Key.StartsWith("budget/account:", StringComparison.Ordinal);

    // A schedule has no page of its own: what it missed stands in the inbox.
    private static string? LinkOf(TellPeopleInput input, string? page) =>
        page is null ? null
        : input.Notices.All(notice => notice.Kind == NoticeKinds.ScheduleMissed) ? $"{page}/inbox"
        : $"{page}/r/{Uri.EscapeDataString(input.Repository.Key)}/{Uri.EscapeDataString(input.RunId)}";

    /// <summary>Folder of the books: of the user, where no agent in a sandbox writes.</summary>
    internal static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(UserState.FolderOf(environment), "notices");

    /// <summary>Lock of a book: one process at a time sends its messages.</summary>
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
