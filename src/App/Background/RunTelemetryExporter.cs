using Microsoft.Extensions.Logging;
using Orchestrator.App.Telemetry;

namespace Orchestrator.App.Background;

/// <summary>
/// Exports traces and metrics about the runs of this process's repositories, if <see cref="TraceContext.CollectorVariable"/> contains the
/// URL of a collector. Runs never wait for the export. If the collector was unavailable, it receives the data later.
/// </summary>
internal sealed class RunTelemetryExporter : PeriodicBackgroundWork
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(2);
    private readonly IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> _repositories;
    private readonly UseCaseServiceBundle _context;
    private readonly RunTraceSpanReader _observer;
    private readonly SpanSender _spans;
    private readonly RunMetrics _meters;
    private readonly MetricSender _metrics;

    /// <summary>Creates the exporter without sending any data.</summary>
    /// <param name="options">URL and options of the collector.</param>
    /// <param name="repositories">Repositories whose runs are exported, each with the reference that its runs use.</param>
    /// <param name="context">Provides the clock and environment.</param>
    /// <param name="log">Receives errors.</param>
    public RunTelemetryExporter(
        TelemetryOptions options,
        IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> repositories,
        UseCaseServiceBundle context,
        ILogger log
    )
        : base("telemetry", repositories.Select(one => one.Location), context.Time, log)
    {
        (_repositories, _context) = (repositories, context);
        _observer = new RunTraceSpanReader(context);
        _spans = new SpanSender(options);
        _meters = new RunMetrics("orchestrate", options.WithGenAi);
        _metrics = new MetricSender(options, _meters);
    }

    /// <summary>Returns the options for exporting traces and metrics. Returns null if no collector is configured.</summary>
    /// <exception cref="UseCaseException">An OpenTelemetry variable has an invalid value.</exception>
    public static TelemetryOptions? Options(UseCaseServiceBundle context)
    {
        try
        {
            return TelemetryOptions.Of(context.Environment);
        }
        catch (TelemetryOptionsException fault)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, fault.Message, fault.Cure);
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

    /// <summary>Stops the periodic export, and then exports the remaining data.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.Run(CheckRuns, CancellationToken.None);
    }

    /// <inheritdoc/>
    protected override async Task<TimeSpan?> PassAsync(CancellationToken cancellationToken)
    {
        await Task.Run(CheckRuns, CancellationToken.None);
        return Pause;
    }

    private void CheckRuns()
    {
        var open = new List<RunStatus>();
        foreach (var (location, reference) in _repositories)
        {
            foreach (var (run, spans) in _observer.ReadRuns(location, reference.Key))
            {
                var isOpen = !RunStateNames.IsFinal(run.Status.State);
                if (isOpen)
                {
                    open.Add(run.Status);
                }
                // Runs that ended long before telemetry was enabled are not exported.
                var wanted =
                    isOpen || File.Exists(SentSpanStore.PathOf(run)) || _context.Time.GetUtcNow() - run.Status.StartedAt < LooksBack;
                if (spans.Count > 0 && wanted)
                {
                    Send(reference.Key, run, spans);
                }
            }
        }
        _meters.Observe(open);
    }

    private void Send(string key, StoredRun run, IReadOnlyList<Orchestrator.Runs.Reports.TraceSpanRecord> spans)
    {
        using var book = SentSpanStore.TryOpen(run);
        if (book?.Left(spans) is not { Count: > 0 } left)
        {
            if (book is null)
            {
                _observer.ResendSpans(run);
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
            _observer.ResendSpans(run);
        }
    }
}
