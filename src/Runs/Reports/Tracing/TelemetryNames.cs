namespace Orchestrator.Runs.Reports;

/// <summary>Names of attributes and metrics. Names in <c>cicd.</c>, <c>vcs.</c> and <c>error.</c> follow OpenTelemetry's semantic
/// conventions, version <see cref="Version"/>. Names in <c>gen_ai.</c> follow the conventions for generative AI 0.1.0; these still change,
/// so they are sent only on request (<see cref="GenAiOptIn"/>). Names in <c>orchestrate.</c> are our own, because the conventions define
/// none.</summary>
public static class TelemetryNames
{
    /// <summary>Version of OpenTelemetry's semantic conventions.</summary>
    public const string Version = "1.43.0";

    /// <summary>Value of <c>OTEL_SEMCONV_STABILITY_OPT_IN</c> that enables names in <c>gen_ai.</c>.</summary>
    public const string GenAiOptIn = "gen_ai_latest_experimental";

    /// <summary>Prefix of names that are sent only with <see cref="GenAiOptIn"/>.</summary>
    public const string GenAiPrefix = "gen_ai.";

    /// <summary>Attribute: pipeline, which is the repository whose plans are run.</summary>
    public const string PipelineName = "cicd.pipeline.name";

    /// <summary>Attribute: id of the run.</summary>
    public const string RunId = "cicd.pipeline.run.id";

    /// <summary>Attribute: <c>pending</c>, <c>executing</c> or <c>finalizing</c>.</summary>
    public const string RunState = "cicd.pipeline.run.state";

    /// <summary>Attribute: result of a run (<c>success</c>, <c>failure</c>, <c>cancellation</c>).</summary>
    public const string RunResult = "cicd.pipeline.result";

    /// <summary>Attribute: kind of action of a run, always <c>RUN</c>.</summary>
    public const string ActionName = "cicd.pipeline.action.name";

    /// <summary>Attribute: title of a task, or name of a gate.</summary>
    public const string TaskName = "cicd.pipeline.task.name";

    /// <summary>Attribute: <c>RUN/TASK</c>.</summary>
    public const string TaskRunId = "cicd.pipeline.task.run.id";

    /// <summary>Attribute: result of a task or a gate (<c>success</c>, <c>failure</c>, <c>cancellation</c>, <c>skip</c>, <c>timeout</c>,
    /// <c>error</c>).</summary>
    public const string TaskRunResult = "cicd.pipeline.task.run.result";

    /// <summary>Attribute: <c>build</c> or <c>test</c>, if a gate is one of these.</summary>
    public const string TaskType = "cicd.pipeline.task.type";

    /// <summary>Attribute: name of the repository.</summary>
    public const string RepositoryName = "vcs.repository.name";

    /// <summary>Attribute: branch that the run lands on.</summary>
    public const string BaseName = "vcs.ref.base.name";

    /// <summary>Attribute: commit that the run started from.</summary>
    public const string BaseRevision = "vcs.ref.base.revision";

    /// <summary>Attribute: commit that landed, or final commit of a task.</summary>
    public const string HeadRevision = "vcs.ref.head.revision";

    /// <summary>Attribute: class of an error.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Attribute: number of the attempt of a task.</summary>
    public const string Attempt = "orchestrate.task.attempt";

    /// <summary>Attribute: state of a task, one of <see cref="TaskStates"/>.</summary>
    public const string TaskState = "orchestrate.task.state";

    /// <summary>Attribute: account that paid for an agent.</summary>
    public const string Account = "orchestrate.account";

    /// <summary>Attribute: cost in US dollars.</summary>
    public const string Cost = "orchestrate.cost.usd";

    /// <summary>Attribute: <c>invoke_agent</c>.</summary>
    public const string Operation = "gen_ai.operation.name";

    /// <summary>Attribute: model with the most tokens.</summary>
    public const string Model = "gen_ai.request.model";

    /// <summary>Attribute: all tokens read, cached or not.</summary>
    public const string InputTokens = "gen_ai.usage.input_tokens";

    /// <summary>Attribute: all tokens written.</summary>
    public const string OutputTokens = "gen_ai.usage.output_tokens";

    /// <summary>Attribute: the part of the read tokens that came from the provider's cache.</summary>
    public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";

    /// <summary>Attribute of a metric: <c>input</c> or <c>output</c>.</summary>
    public const string TokenType = "gen_ai.token.type";

    /// <summary>Metric, histogram in seconds: runs by pipeline and result.</summary>
    public const string RunDuration = "cicd.pipeline.run.duration";

    /// <summary>Metric, up-down counter: open runs by state.</summary>
    public const string RunsActive = "cicd.pipeline.run.active";

    /// <summary>Metric, counter: tasks that failed and gates that found errors.</summary>
    public const string RunErrors = "cicd.pipeline.run.errors";

    /// <summary>Metric, histogram in seconds: tasks by state.</summary>
    public const string TaskDuration = "orchestrate.task.duration";

    /// <summary>Metric, histogram in seconds: gates by result.</summary>
    public const string GateDuration = "orchestrate.gate.duration";

    /// <summary>Metric, histogram in seconds: verification, merging, and waiting for a user, a limit or a slot.</summary>
    public const string PhaseDuration = "orchestrate.phase.duration";

    /// <summary>Attribute of a metric: activity that the time was spent on.</summary>
    public const string Phase = "orchestrate.phase";

    /// <summary>Metric, up-down counter: tasks of open runs by state.</summary>
    public const string TasksActive = "orchestrate.tasks";

    /// <summary>Metric, up-down counter: questions that wait for a user.</summary>
    public const string Questions = "orchestrate.questions";

    /// <summary>Metric, counter in US dollars: cost of agents by account.</summary>
    public const string AgentCost = "orchestrate.agent.cost";

    /// <summary>Metric, histogram in seconds: working time of agents.</summary>
    public const string AgentDuration = "gen_ai.invoke_agent.duration";

    /// <summary>Metric, histogram of tokens: usage of an agent by model and type.</summary>
    public const string TokenUsage = "gen_ai.client.token.usage";
}
