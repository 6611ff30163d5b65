using Microsoft.Extensions.Logging;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Telemetry;

namespace Orchestrator.App.Background;

/// <summary>Sends traces and metrics of the runs that this process works on to a collector, while one is named
/// (<see cref="TraceContext.CollectorVariable"/>). Nothing waits for it: a collector that is away gets what it missed later.</summary>
internal sealed class TelemetryWatch : BackgroundUnit
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(2);
    private readonly IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> _repositories;
    private readonly UseCaseContext _context;
    private readonly RunObserver _observer;
    private readonly SpanSender _spans;
    private readonly RunMeters _meters;
    private readonly MetricSender _metrics;

    /// <summary>Makes it; nothing is sent yet.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="repositories">Repositories whose runs are looked at, as a run of theirs names them.</param>
    /// <param name="context">Clock and environment.</param>
    /// <param name="log">Receives errors.</param>
    public TelemetryWatch(
        TelemetryOptions options,
        IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> repositories,
        UseCaseContext context,
        ILogger log
    )
        : base("telemetry", repositories.Select(one => one.Location), context.Time, log)
    {
        (_repositories, _context) = (repositories, context);
        _observer = new RunObserver(context);
        _spans = new SpanSender(options);
        _meters = new RunMeters("orchestrate", options.WithGenAi);
        _metrics = new MetricSender(options, _meters);
    }

    /// <summary>The place where traces and metrics of this process go; null: nowhere.</summary>
    /// <exception cref="UseCaseException">A variable of OpenTelemetry has a value that can't be used.</exception>
    public static TelemetryOptions? Options(UseCaseContext context)
    {
        try
        {
            return TelemetryOptions.Of(context.Environment);
        }
        catch (TelemetryOptionsException fault)
        {
            throw new UseCaseException(Outcome.Usage, fault.Message, fault.Cure);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _spans.Dispose();
        _metrics.Dispose();
        _meters.Dispose();
    }

    /// <summary>Sends once more, after the last pass.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.Run(Look, CancellationToken.None);
    }

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        await Task.Run(Look, CancellationToken.None);
        return Pause;
    }

    private void Look()
    {
        var open = new List<RunStatus>();
        foreach (var (location, reference) in _repositories)
        {
            foreach (var (run, spans) in _observer.Look(location, reference.Key))
            {
                var isOpen = !RunStates.IsFinal(run.Status.State);
                if (isOpen)
                {
                    open.Add(run.Status);
                }
                // What ended before anybody asked for traces is not sent.
                var wanted = isOpen || File.Exists(SentSpans.PathOf(run)) || _context.Time.GetUtcNow() - run.Status.StartedAt < LooksBack;
                if (spans.Count > 0 && wanted)
                {
                    Send(reference.Key, run, spans);
                }
            }
        }
        _meters.Observe(open);
    }

    private void Send(string key, StoredRun run, IReadOnlyList<Orchestrator.Runs.Reports.SpanFact> spans)
    {
        using var book = SentSpans.TryOpen(run);
        if (book?.Left(spans) is not { Count: > 0 } left)
        {
            if (book is null)
            {
                _observer.Forget(run);
            }
            return;
        }
        var sent = _spans.Send(TraceContext.TraceOf(key, run.Id), left);
        book.Add(sent);
        foreach (var span in sent)
        {
            _meters.Count(span);
        }
        if (sent.Count < left.Count)
        {
            _observer.Forget(run);
        }
    }
}
