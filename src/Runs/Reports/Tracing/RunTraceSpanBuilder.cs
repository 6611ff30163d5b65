using Orchestrator.Runs.Gates;
using Orchestrator.Usage;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// Derives the ended spans of a run's trace from the run's status, events, usage records and gate verdicts. The spans cover the run, its
/// tasks, attempts, agents and gates, and periods of verification, merging and waiting. Repeated calls return the same spans.
/// </summary>
public sealed class RunTraceSpanBuilder
{
    private readonly string _trace;
    private readonly RunStatus _run;
    private readonly IReadOnlyList<RunEvent> _events;
    private readonly IReadOnlyList<UsageRecord> _agents;
    private readonly ILookup<string, StoredGateVerdict> _gates;
    private readonly ILookup<string, CategorizedTaskTimePeriod> _phases;
    private readonly string _root;

    private RunTraceSpanBuilder(
        string trace,
        RunStatus run,
        IReadOnlyList<RunEvent> events,
        IEnumerable<UsageRecord> agents,
        IEnumerable<StoredGateVerdict> gates
    )
    {
        (_trace, _run, _events) = (trace, run, events);
        _agents = [.. agents.Where(agent => agent.Run == run.RunId).OrderBy(agent => agent.Since)];
        _gates = gates.ToLookup(gate => gate.Task, StringComparer.Ordinal);
        _phases = CategorizedTaskTimePeriod
            .Of(events, run.UpdatedAt)
            .Where(span => span.Events.Count > 1)
            .ToLookup(span => span.Task, StringComparer.Ordinal);
        _root = TraceContext.SpanOf(trace);
    }

    /// <summary>Returns the ended spans of a run. Each parent precedes its children.</summary>
    /// <param name="repository">Key of the run's repository (see <see cref="RepositoryReference.Key"/>).</param>
    /// <param name="run">Last recorded status of the run.</param>
    /// <param name="folder">The run's folder, from which gates are read.</param>
    /// <param name="events">The run's events, oldest first.</param>
    /// <param name="agents">Usage records of agents. Those of other runs are ignored.</param>
    public static IReadOnlyList<TraceSpanRecord> Of(
        string repository,
        RunStatus run,
        RunFolder folder,
        IReadOnlyList<RunEvent> events,
        IEnumerable<UsageRecord> agents
    ) => Of(TraceContext.TraceOf(repository, run.RunId), run, events, agents, GateEvidence.ReadOfTasks(folder));

    /// <summary>Returns the ended spans of a run, given gate verdicts that have already been read.</summary>
    public static IReadOnlyList<TraceSpanRecord> Of(
        string trace,
        RunStatus run,
        IReadOnlyList<RunEvent> events,
        IEnumerable<UsageRecord> agents,
        IEnumerable<StoredGateVerdict> gates
    ) => [.. new RunTraceSpanBuilder(trace, run, events, agents, gates).All()];

    private IEnumerable<TraceSpanRecord> All()
    {
        if (RunStateNames.IsFinal(_run.State))
        {
            yield return Run();
        }
        foreach (var task in _run.Tasks.Where(task => task.StartedAt is not null))
        {
            foreach (var span in OfTask(task))
            {
                yield return span;
            }
        }
        // The other agents are the planner, the reviewer, and agents that answer questions.
        var ids = _run.Tasks.Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var agent in _agents.Where(agent => !ids.Contains(agent.Task)))
        {
            yield return Agent(agent, _root);
        }
    }

    private TraceSpanRecord Run()
    {
        var result = ResultOf(_run.State);
        return new TraceSpanRecord(
            _root,
            null,
            "RUN",
            _run.StartedAt,
            _run.UpdatedAt,
            result == "success" ? null : _run.State,
            [
                new(TelemetryNames.PipelineName, PipelineOf(_run)),
                new(TelemetryNames.RunId, _run.RunId),
                new(TelemetryNames.RunResult, result),
                new(TelemetryNames.ActionName, "RUN"),
                new(TelemetryNames.RepositoryName, PipelineOf(_run)),
                .. Given(TelemetryNames.BaseName, _run.Target),
                .. Given(TelemetryNames.BaseRevision, _run.BaseCommit),
                .. Given(TelemetryNames.HeadRevision, _run.LandedCommit),
                new(TelemetryNames.Cost, (double)_run.Cost),
            ]
        )
        {
            Subject = TraceSpanWorkKind.Run,
        };
    }

    private IEnumerable<TraceSpanRecord> OfTask(RunTaskStatus task)
    {
        var id = TraceContext.SpanOf(_trace, "task", task.Id);
        // A failed task may be retried while the run is open, so its span has not ended.
        var isOver = TaskStateNames.IsDone(task.State) || (RunStateNames.IsFinal(_run.State) && TaskStateNames.IsEnd(task.State));
        var end = task.EndedAt ?? _run.UpdatedAt;
        if (isOver)
        {
            yield return Task(task, id, end);
        }
        var agents = _agents.Where(agent => agent.Task == task.Id).ToList();
        var attempts = Attempts(task, agents, isOver ? end : null);
        foreach (var attempt in attempts.Where(attempt => attempt.To is not null))
        {
            yield return new TraceSpanRecord(
                AttemptSpan(task.Id, attempt.Number),
                id,
                "attempt",
                attempt.From,
                attempt.To!.Value,
                null,
                [.. OfTaskRun(task.Id), new(TelemetryNames.Attempt, attempt.Number)]
            )
            {
                Subject = TraceSpanWorkKind.Attempt,
            };
        }
        foreach (var agent in agents)
        {
            yield return Agent(agent, AttemptSpan(task.Id, agent.Attempt));
        }
        foreach (var phase in _phases[task.Id].Where(phase => phase.Use is not (TaskTimeCategory.Agent or TaskTimeCategory.Turn)))
        {
            yield return new TraceSpanRecord(
                PhaseSpan(phase),
                ParentOf(phase.From) ?? id,
                NameOf(phase.Use),
                phase.From,
                phase.To,
                null,
                OfTaskRun(task.Id)
            )
            {
                Subject = TraceSpanWorkKind.Phase,
            };
        }
        foreach (var gate in _gates[task.Id].Where(gate => gate.Verdict is { Cached: false, At: not null, Runs: > 0 }))
        {
            yield return Gate(gate, id);
        }

        string? ParentOf(DateTimeOffset at) =>
            attempts.LastOrDefault(attempt => attempt.From <= at) is { } within ? AttemptSpan(task.Id, within.Number) : null;
    }

    private TraceSpanRecord Task(RunTaskStatus task, string id, DateTimeOffset end)
    {
        var result = TaskResultOf(task.State);
        return new TraceSpanRecord(
            id,
            _root,
            "task",
            task.StartedAt!.Value,
            end,
            result == "failure" ? (task.Why is { } why ? why.Kind : task.State) : null,
            [
                .. OfTaskRun(task.Id),
                new(TelemetryNames.TaskName, new UntrustedText(task.Title).Line),
                new(TelemetryNames.TaskRunResult, result),
                new(TelemetryNames.TaskState, task.State),
                new(TelemetryNames.Attempt, task.Attempt),
                new(TelemetryNames.Cost, (double)task.Cost),
                .. Given(TelemetryNames.HeadRevision, task.Commit),
            ]
        )
        {
            Subject = TraceSpanWorkKind.Task,
        };
    }

    private TraceSpanRecord Agent(UsageRecord agent, string parent)
    {
        var tokens = agent.Models.Aggregate(default(TokenCounts), (sum, model) => sum.Plus(model.Tokens));
        var model = agent.Models.OrderByDescending(one => one.Tokens.Total).FirstOrDefault()?.Model ?? "";
        return new TraceSpanRecord(
            TraceContext.AgentSpan(_trace, agent.Task, agent.Start),
            parent,
            "invoke_agent",
            agent.Since,
            agent.At,
            null,
            [
                .. OfTaskRun(agent.Task),
                new(TelemetryNames.Attempt, agent.Attempt),
                new(TelemetryNames.Account, agent.Account),
                new(TelemetryNames.Cost, (double)MicroDollars.ToDollars(agent.Sum.Micros)),
                new(TelemetryNames.Operation, "invoke_agent"),
                .. Given(TelemetryNames.Model, model),
                new(TelemetryNames.InputTokens, tokens.Total - tokens.Output),
                new(TelemetryNames.OutputTokens, tokens.Output),
                new(TelemetryNames.CacheReadTokens, tokens.CacheRead),
            ]
        )
        {
            Subject = TraceSpanWorkKind.Agent,
        };
    }

    private TraceSpanRecord Gate(StoredGateVerdict gate, string task)
    {
        var verdict = gate.Verdict;
        var end = verdict.At!.Value;
        var use = gate.OfMerge ? TaskTimeCategory.Merging : TaskTimeCategory.Gates;
        var phase = _phases[gate.Task].LastOrDefault(phase => phase.Use == use && phase.From <= end && end <= phase.To);
        return new TraceSpanRecord(
            TraceContext.SpanOf(_trace, "gate", gate.Task, gate.Place),
            phase is null ? task : PhaseSpan(phase),
            "gate",
            end - verdict.Duration,
            end,
            verdict.Result is GateResult.Passed or GateResult.Skipped ? null : NameOf(verdict.Result),
            [
                .. OfTaskRun(gate.Task),
                new(TelemetryNames.TaskName, new UntrustedText(verdict.Name).Line),
                new(TelemetryNames.TaskRunResult, ResultOf(verdict.Result)),
                .. Given(TelemetryNames.TaskType, TypeOf(verdict.Gate.Type)),
            ]
        )
        {
            Subject = TraceSpanWorkKind.Gate,
        };
    }

    private IReadOnlyList<KeyValuePair<string, object>> OfTaskRun(string task) =>
        [
            new(TelemetryNames.PipelineName, PipelineOf(_run)),
            new(TelemetryNames.RunId, _run.RunId),
            new(TelemetryNames.TaskRunId, $"{_run.RunId}/{task}"),
        ];

    private static string TypeOf(GateType type) =>
        type switch
        {
            GateType.Build => "build",
            GateType.Test => "test",
            _ => "",
        };

    private static KeyValuePair<string, object>[] Given(string name, string value) => value.Length == 0 ? [] : [new(name, value)];

    private string AttemptSpan(string task, int attempt) =>
        TraceContext.SpanOf(_trace, "attempt", task, attempt.ToString(CultureInfo.InvariantCulture));

    private string PhaseSpan(CategorizedTaskTimePeriod phase) =>
        TraceContext.SpanOf(_trace, "phase", phase.Task, phase.Events[0].ToString(CultureInfo.InvariantCulture));

    // An attempt ends when the next one starts. The last attempt ends with its task.
    private static IReadOnlyList<TaskAttempt> Attempts(RunTaskStatus task, IReadOnlyList<UsageRecord> agents, DateTimeOffset? end)
    {
        var begun = agents
            .GroupBy(agent => agent.Attempt)
            .Select(same => (Number: same.Key, From: same.Min(agent => agent.Since)))
            .ToList();
        return begun.Count == 0
            ? [new TaskAttempt(Math.Max(1, task.Attempt), task.StartedAt!.Value, end)]
            :
            [
                .. begun.Select(
                    (one, index) => new TaskAttempt(one.Number, one.From, index + 1 < begun.Count ? begun[index + 1].From : end)
                ),
            ];
    }

    /// <summary>Returns the pipeline name of a run, which is the folder name of its repository.</summary>
    public static string PipelineOf(RunStatus run) => Path.GetFileName(run.Repository.TrimEnd('/'));

    /// <summary>Maps a run's state to the result value that OpenTelemetry's semantic conventions define.</summary>
    private static string ResultOf(string state) =>
        state switch
        {
            RunStateNames.Completed => "success",
            RunStateNames.Failed => "failure",
            _ => "cancellation",
        };

    private static string TaskResultOf(string state) =>
        state switch
        {
            TaskStateNames.Failed or TaskStateNames.Escalated or TaskStateNames.Findings => "failure",
            TaskStateNames.Cancelled => "cancellation",
            TaskStateNames.Skipped or TaskStateNames.Waived or TaskStateNames.NotAsked or TaskStateNames.Superseded => "skip",
            _ => "success",
        };

    private static string ResultOf(GateResult result) =>
        result switch
        {
            GateResult.Passed => "success",
            GateResult.Skipped => "skip",
            GateResult.Failed => "failure",
            GateResult.TimedOut => "timeout",
            _ => "error",
        };

    private static string NameOf(GateResult result) =>
        result switch
        {
            GateResult.TimedOut => "timeout",
            GateResult.CouldNotRun => "could_not_run",
            _ => "failed",
        };

    private static string NameOf(TaskTimeCategory use) =>
        use switch
        {
            TaskTimeCategory.Gates => "verify",
            TaskTimeCategory.Merging => "merge",
            TaskTimeCategory.Person => "wait for a user",
            _ => "wait for a limit",
        };

    /// <summary>An attempt at a task. The end time <paramref name="To"/> is null while the attempt is open.</summary>
    private sealed record TaskAttempt(int Number, DateTimeOffset From, DateTimeOffset? To);
}
