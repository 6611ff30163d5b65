using Orchestrator.App.Setup;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Commands;

/// <summary>Sends or discards undelivered notices of a repository, and sends test notices.</summary>
/// <param name="context">Provides the repository.</param>
public sealed class NoticeManager(UseCaseServiceBundle context)
{
    private readonly NoticeOutbox _outbox = new(context.RequireRepository().Key, context.Services);
    private IReadOnlyList<UnsentNotice> Unsent => field ??= _outbox.Read();

    /// <summary>True if there was no undelivered notice when this property or another member was first used.</summary>
    public bool IsEmpty => Unsent.Count == 0;

    /// <summary>Sends the notices, including those that are no longer sent automatically.</summary>
    /// <param name="run">Id of the run or a unique prefix of the id, or null for all runs.</param>
    /// <param name="stop">Cancels the sending. Unsent notices are kept.</param>
    /// <returns>The number of sent notices, and one sentence for each notice that could not be sent.</returns>
    /// <exception cref="UseCaseException">No run with notices matches.</exception>
    public async Task<(int Sent, IReadOnlyList<string> Left)> SendAsync(string? run, CancellationToken stop)
    {
        run = Find(run);
        var before = _outbox.Read(run).Count;
        await _outbox.DeliverAsync(run, UnsentNoticeFilter.All, stop);
        var left = _outbox.Read(run);
        return (before - left.Count, [.. left.Select(notice => notice.Describe())]);
    }

    /// <summary>Discards the notices.</summary>
    /// <param name="run">Id of the run or a unique prefix of the id, or null for all runs.</param>
    /// <param name="stop">Cancels between two runs.</param>
    /// <returns>The number of discarded notices.</returns>
    /// <exception cref="UseCaseException">No run with notices matches.</exception>
    public Task<int> DiscardAsync(string? run, CancellationToken stop) => _outbox.DiscardAsync(Find(run), stop);

    /// <summary>Sends a test notice to one or all notice targets.</summary>
    /// <param name="settings">Effective settings without errors.</param>
    /// <param name="target">Name of the target, or null for all.</param>
    /// <param name="context">Provides the clock and the variables.</param>
    /// <param name="stop">Cancels the sending.</param>
    public static Task<IReadOnlyList<MachineReadinessCheckResult>> TestAsync(
        SettingsLoadResult settings,
        string? target,
        UseCaseServiceBundle context,
        CancellationToken stop
    ) => NoticeDestinationChecker.TestAsync(settings, context.Services, target, stop);

    private string? Find(string? run) =>
        run is null ? null : UniquePrefix.Find(run, [.. Unsent.Select(notice => notice.Run).Distinct()], "run with notices to send");
}
