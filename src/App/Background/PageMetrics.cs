using Orchestrator.App.Telemetry;

namespace Orchestrator.App.Background;

/// <summary>Metrics for the runs of several repositories, which Prometheus fetches from the page. Counters start at zero with the process.
/// Runs are inspected only on request.</summary>
/// <param name="repositories">Returns the current repositories.</param>
/// <param name="context">Provides the clock and environment.</param>
public sealed class PageMetrics(Func<IReadOnlyList<RepositoryLocation>> repositories, UseCaseContext context) : IDisposable
{
    private readonly DateTimeOffset _began = context.Time.GetUtcNow();
    private readonly RunObserver _observer = new(context);
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
    private readonly Lock _look = new();

    /// <summary>Metrics of the process that serves the page.</summary>
    public RunMetrics Meters { get; } = new("orchestrate.page", TelemetryOptions.AsksForGenAi(context.Environment));

    /// <summary>Counts the spans that ended since the previous call.</summary>
    public void Observe()
    {
        lock (_look)
        {
            var open = new List<RunStatus>();
            foreach (var repository in repositories())
            {
                foreach (var (run, spans) in _observer.Look(repository, repository.Key))
                {
                    if (!RunStates.IsFinal(run.Status.State))
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
