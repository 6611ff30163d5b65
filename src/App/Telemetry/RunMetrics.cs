using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Telemetry;

/// <summary>Metrics of runs, computed from ended spans and open runs. Counters start at zero when the process starts.</summary>
public sealed class RunMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Histogram<double> _runs;
    private readonly Histogram<double> _tasks;
    private readonly Histogram<double> _gates;
    private readonly Histogram<double> _phases;
    private readonly Histogram<double>? _agents;
    private readonly Histogram<long>? _tokens;
    private readonly Counter<long> _errors;
    private readonly Counter<double> _cost;
    private IReadOnlyList<RunStatus> _open = [];

    /// <summary>Creates the meter with its instruments.</summary>
    /// <param name="name">Name of the meter. Each reader in a process needs its own name, because readers select meters only by
    /// name.</param>
    /// <param name="withGenAi">True to include metrics of the semantic conventions for generative AI, which are not stable yet.</param>
    public RunMetrics(string name, bool withGenAi)
    {
        _meter = new Meter(name, TelemetryNames.Version);
        _runs = _meter.CreateHistogram<double>(TelemetryNames.RunDuration, "s", "Duration of a run by result.");
        _tasks = _meter.CreateHistogram<double>(
            TelemetryNames.TaskDuration,
            "s",
            "Duration of a task by state, from the start of its first agent."
        );
        _gates = _meter.CreateHistogram<double>(TelemetryNames.GateDuration, "s", "Duration of a gate by result.");
        _phases = _meter.CreateHistogram<double>(
            TelemetryNames.PhaseDuration,
            "s",
            "Time that tasks spent being merged, being verified or waiting."
        );
        _errors = _meter.CreateCounter<long>(TelemetryNames.RunErrors, "{error}", "Tasks that failed and gates that found errors.");
        _cost = _meter.CreateCounter<double>(TelemetryNames.AgentCost, "{USD}", "Cost of agents by account.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.RunsActive, ObserveRuns, "{run}", "Open runs by state.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.TasksActive, ObserveTasks, "{task}", "Tasks of open runs by state.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.Questions, ObserveQuestions, "{question}", "Questions waiting for a user.");
        if (withGenAi)
        {
            _agents = _meter.CreateHistogram<double>(TelemetryNames.AgentDuration, "s", "Duration of an agent's work.");
            _tokens = _meter.CreateHistogram<long>(TelemetryNames.TokenUsage, "{token}", "Tokens that an agent has used.");
        }
    }

    /// <summary>Name of the meter.</summary>
    public string Name => _meter.Name;

    /// <summary>Adds an ended span to the metrics. The caller must pass each span only once.</summary>
    public void Count(TraceSpanRecord span)
    {
        switch (span.Subject)
        {
            case TraceSpanWorkKind.Run:
                _runs.Record(
                    span.Seconds,
                    TagsOf(span, (TelemetryNames.RunState, "finalizing"), TelemetryNames.PipelineName, TelemetryNames.RunResult)
                );
                break;
            case TraceSpanWorkKind.Task:
                _tasks.Record(span.Seconds, TagsOf(span, null, TelemetryNames.PipelineName, TelemetryNames.TaskState));
                Fail(span);
                break;
            case TraceSpanWorkKind.Gate:
                _gates.Record(
                    span.Seconds,
                    TagsOf(span, null, TelemetryNames.PipelineName, TelemetryNames.TaskType, TelemetryNames.TaskRunResult)
                );
                Fail(span);
                break;
            case TraceSpanWorkKind.Phase:
                _phases.Record(span.Seconds, TagsOf(span, (TelemetryNames.Phase, span.Name), TelemetryNames.PipelineName));
                break;
            case TraceSpanWorkKind.Agent:
                CountAgent(span);
                break;
            default:
                break;
        }
    }

    /// <summary>Sets the open runs on which the gauges are based.</summary>
    public void Observe(IReadOnlyList<RunStatus> open) => _open = open;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void CountAgent(TraceSpanRecord span)
    {
        _cost.Add(span.Find(TelemetryNames.Cost) as double? ?? 0, TagsOf(span, null, TelemetryNames.PipelineName, TelemetryNames.Account));
        _agents?.Record(span.Seconds, TagsOf(span, null, TelemetryNames.PipelineName, TelemetryNames.Model));
        foreach (
            var (type, name) in (ReadOnlySpan<(string, string)>)
                [("input", TelemetryNames.InputTokens), ("output", TelemetryNames.OutputTokens)]
        )
        {
            if (span.Find(name) is long tokens && tokens > 0)
            {
                _tokens?.Record(tokens, TagsOf(span, (TelemetryNames.TokenType, type), TelemetryNames.Operation, TelemetryNames.Model));
            }
        }
    }

    private void Fail(TraceSpanRecord span)
    {
        if (span.Error is { } error)
        {
            _errors.Add(1, TagsOf(span, (TelemetryNames.ErrorType, error), TelemetryNames.PipelineName));
        }
    }

    private IEnumerable<Measurement<long>> ObserveRuns() =>
        _open
            .GroupBy(run => (Pipeline: RunTraceSpanBuilder.PipelineOf(run), State: StateOf(run.State)))
            .Select(same => new Measurement<long>(
                same.Count(),
                new(TelemetryNames.PipelineName, same.Key.Pipeline),
                new(TelemetryNames.RunState, same.Key.State)
            ));

    private IEnumerable<Measurement<long>> ObserveTasks() =>
        _open
            .SelectMany(run => run.Tasks.Select(task => (Pipeline: RunTraceSpanBuilder.PipelineOf(run), task.State)))
            .GroupBy(task => task)
            .Select(same => new Measurement<long>(
                same.Count(),
                new(TelemetryNames.PipelineName, same.Key.Pipeline),
                new(TelemetryNames.TaskState, same.Key.State)
            ));

    private IEnumerable<Measurement<long>> ObserveQuestions() =>
        _open
            .GroupBy(RunTraceSpanBuilder.PipelineOf)
            .Select(same => new Measurement<long>(
                same.Sum(run => run.Questions.Count),
                new KeyValuePair<string, object?>(TelemetryNames.PipelineName, same.Key)
            ));

    // The semantic conventions define only three states of a run.
    private static string StateOf(string state) =>
        state switch
        {
            RunStateNames.Planning or RunStateNames.AwaitingApproval or RunStateNames.Preparing => "pending",
            RunStateNames.Integrating or RunStateNames.Reviewing or RunStateNames.Landing or RunStateNames.AwaitingPromotion =>
                "finalizing",
            _ => "executing",
        };

    private static TagList TagsOf(TraceSpanRecord span, (string Name, string Value)? own, params ReadOnlySpan<string> names)
    {
        var tags = default(TagList);
        if (own is { } given)
        {
            tags.Add(given.Name, given.Value);
        }
        foreach (var name in names)
        {
            if (span.Find(name) is { } value)
            {
                tags.Add(name, value);
            }
        }
        return tags;
    }
}
