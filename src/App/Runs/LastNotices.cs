using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Notices;

namespace Orchestrator.App.Runs;

/// <summary>The messages of a run whose process ends: it waits for targets that do not answer, and names what stays behind.</summary>
/// <param name="repository">The repository.</param>
/// <param name="context">Clock, services and terminal.</param>
public sealed class LastNotices(RepositoryLocation repository, UseCaseContext context)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly NoticeOutbox _outbox = new(repository.Key, context.Services);

    /// <summary>Sends what is on its way, for a limited time, and names what has not arrived.</summary>
    /// <param name="run">The run.</param>
    /// <param name="patience">The limit.</param>
    /// <param name="stop">Ends the waiting.</param>
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
                    context.Interaction.Say(
                        $"{new UntrustedText(first.Describe()).Line} It is tried again for {Durations.Write(patience)}; "
                            + "Ctrl-C ends the waiting."
                    );
                }
                await _outbox.DeliverAsync(run, NoticeTry.Due, limit.Token);
                await Task.Delay(Pause, context.Time, limit.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // What is on its way is stored, and named below.
        }
        Name(run);
    }

    /// <summary>Names the messages that have not arrived, with the command that sends them.</summary>
    /// <param name="run">Only those of a run; null: all of the repository.</param>
    public void Name(string? run)
    {
        foreach (var notice in _outbox.Read(run))
        {
            context.Interaction.Warn($"{new UntrustedText(notice.Describe()).Line} {NextOf(notice)}");
        }
    }

    /// <summary>The next step for a message that has not arrived.</summary>
    public static string NextOf(UnsentNotice notice) =>
        (notice.IsGivenUp ? "It is not tried again by itself" : "Any process that works in this repository tries it again")
        + $": 'orchestrate notify send {notice.Run}' sends it now.";
}
