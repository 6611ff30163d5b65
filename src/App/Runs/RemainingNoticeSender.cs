using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Runs;

/// <summary>
/// Sends the pending notices of a run before this process ends. Retries delivery to targets that do not respond, and lists the notices that
/// were not delivered.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="context">Provides the clock, services and user interaction.</param>
public sealed class RemainingNoticeSender(LocalRepositoryPaths repository, UseCaseServiceBundle context)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly NoticeOutbox _outbox = new(repository.Key, context.Services);

    /// <summary>Sends pending notices within a time limit, and lists those that were not delivered.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="patience">Maximum time to wait.</param>
    /// <param name="stop">Cancels the wait.</param>
    public async Task SendAsync(string run, TimeSpan patience, CancellationToken stop)
    {
        var began = context.Time.GetTimestamp();
        using var ended = new CancellationTokenSource(patience, context.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, ended.Token);
        var isTold = false;
        try
        {
            while (
                _outbox.Read(run).Where(notice => !notice.IsGivenUp).ToList() is [var first, ..]
                && context.Time.GetElapsedTime(began) < patience
            )
            {
                if (!isTold && first.Problem.Length > 0)
                {
                    isTold = true;
                    context.Interaction.Inform(
                        $"{new UntrustedText(first.Describe()).Line} Its delivery will be retried for {Durations.Write(patience)}. Press "
                            + "Ctrl-C to stop waiting."
                    );
                }
                await _outbox.DeliverAsync(run, UnsentNoticeFilter.Due, limit.Token);
                await Task.Delay(Pause, context.Time, limit.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // Pending notices are stored, so they are listed below.
        }
        Name(run);
    }

    /// <summary>Lists the notices that were not delivered, each with the command that sends it.</summary>
    /// <param name="run">Id of a run to list only its notices, or null to list all notices of the repository.</param>
    public void Name(string? run)
    {
        foreach (var notice in _outbox.Read(run))
        {
            context.Interaction.Warn($"{new UntrustedText(notice.Describe()).Line} {NextOf(notice)}");
        }
    }

    /// <summary>
    /// Returns a sentence about further attempts to deliver a notice, with the command that sends the notice immediately.
    /// </summary>
    public static string NextOf(UnsentNotice notice) =>
        (notice.IsGivenUp ? "It is not retried automatically" : "Any orchestrate process in this repository retries it")
        + $": 'orchestrate notify send {notice.Run}' sends it now.";
}
