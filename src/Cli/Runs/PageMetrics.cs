using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Telemetry;

namespace Orchestrator.Cli.Runs;

/// <summary>Metrics of the runs of several repositories, as Prometheus fetches them from the page. Counters begin at zero with the
/// process; nothing is looked at until somebody asks.</summary>
/// <param name="repositories">The repositories at the moment of the call.</param>
/// <param name="context">Clock and environment.</param>
internal sealed class PageMetrics(Func<IReadOnlyList<RepositoryLocation>> repositories, CommandContext context) : IDisposable
{
    private readonly DateTimeOffset _began = context.Time.GetUtcNow();
    private readonly RunObserver _observer = new(context);
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
    private readonly Lock _look = new();

    /// <summary>The metrics.</summary>
    public RunMeters Meters { get; } = new("orchestrate.page", TelemetryOptions.AsksForGenAi(context.Environment));

    /// <summary>Counts what ended since the last call.</summary>
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
