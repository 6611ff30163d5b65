using Orchestrator.App.Telemetry;

namespace Orchestrator.App.Background;

/// <summary>
/// Provides metrics about the runs of several repositories. Prometheus reads the metrics from the server of the web page. Counters start at
/// zero when the process starts, and runs are read only when metrics are requested.
/// </summary>
/// <param name="repositories">Returns the repositories that the page currently shows.</param>
/// <param name="context">Provides the clock and environment.</param>
public sealed class PrometheusRunMetrics(Func<IReadOnlyList<LocalRepositoryPaths>> repositories, UseCaseServiceBundle context) : IDisposable
{
    private readonly DateTimeOffset _began = context.Time.GetUtcNow();
    private readonly RunTraceSpanReader _observer = new(context);
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
    private readonly Lock _look = new();

    /// <summary>Metrics of the process that serves the web page.</summary>
    public RunMetrics Meters { get; } = new("orchestrate.page", TelemetryOptions.AsksForGenAi(context.Environment));

    /// <summary>Updates the metrics with all open runs and with the spans that have ended since the previous call.</summary>
    public void Observe()
    {
        lock (_look)
        {
            var open = new List<RunStatus>();
            foreach (var repository in repositories())
            {
                foreach (var (run, spans) in _observer.ReadRuns(repository, repository.Key))
                {
                    if (!RunStateNames.IsFinal(run.Status.State))
                    {
                        open.Add(run.Status);
                    }
                    foreach (var span in spans.Where(span => span.To >= _began && _counted.Add(span.Id)))
                    {
                        Meters.Count(span);
                    }
                }
            }
            Meters.Observe(open);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meters.Dispose();
}
