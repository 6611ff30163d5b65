namespace Orchestrator.Runs.Reports;

/// <summary>
/// Names of the attributes and metrics of runs. Names that start with <c>cicd.</c>, <c>vcs.</c> or <c>error.</c> follow version
/// <see cref="Version"/> of OpenTelemetry's semantic conventions. Names that start with <c>gen_ai.</c> follow version 0.1.0 of its
/// generative AI conventions, and are sent only on request (<see cref="GenAiOptIn"/>) because they are still changing. Names that start
/// with <c>orchestrate.</c> are specific to this product.
/// </summary>
public static class TelemetryNames
{
    /// <summary>Version of OpenTelemetry's semantic conventions.</summary>
    public const string Version = "1.43.0";

    /// <summary>Value of <c>OTEL_SEMCONV_STABILITY_OPT_IN</c> that enables the names that start with <c>gen_ai.</c>.</summary>
    public const string GenAiOptIn = "gen_ai_latest_experimental";

    /// <summary>Prefix of the names that are sent only on request (<see cref="GenAiOptIn"/>).</summary>
    public const string GenAiPrefix = "gen_ai.";

    /// <summary>Attribute with the pipeline name, which is the name of the repository.</summary>
    public const string PipelineName = "cicd.pipeline.name";

    /// <summary>Attribute with the id of the run.</summary>
    public const string RunId = "cicd.pipeline.run.id";

    /// <summary>Attribute with the state of a run, which is <c>pending</c>, <c>executing</c> or <c>finalizing</c>.</summary>
    public const string RunState = "cicd.pipeline.run.state";

    /// <summary>Attribute with the result of a run, which is <c>success</c>, <c>failure</c> or <c>cancellation</c>.</summary>
    public const string RunResult = "cicd.pipeline.result";

    /// <summary>Attribute with the kind of action that a run performs, which is always <c>RUN</c>.</summary>
    public const string ActionName = "cicd.pipeline.action.name";

    /// <summary>Attribute with the title of a task or the name of a gate.</summary>
    public const string TaskName = "cicd.pipeline.task.name";

    /// <summary>Attribute with the id of a task in a run, in the form <c>RUN/TASK</c>.</summary>
    public const string TaskRunId = "cicd.pipeline.task.run.id";

    /// <summary>
    /// Attribute with the result of a task or a gate, which is <c>success</c>, <c>failure</c>, <c>cancellation</c>, <c>skip</c>,
    /// <c>timeout</c> or <c>error</c>.
    /// </summary>
    public const string TaskRunResult = "cicd.pipeline.task.run.result";

    /// <summary>
    /// Attribute that holds the type of a build or test gate: <c>build</c> or <c>test</c>. Gates of other types do not have this attribute.
    /// </summary>
    public const string TaskType = "cicd.pipeline.task.type";

    /// <summary>Attribute with the name of the repository.</summary>
    public const string RepositoryName = "vcs.repository.name";

    /// <summary>Attribute with the name of the branch on which the run lands.</summary>
    public const string BaseName = "vcs.ref.base.name";

    /// <summary>Attribute with the hash of the commit from which the run started.</summary>
    public const string BaseRevision = "vcs.ref.base.revision";

    /// <summary>Attribute that holds the hash of a run's landed commit or of a task's final commit.</summary>
    public const string HeadRevision = "vcs.ref.head.revision";

    /// <summary>Attribute with the class of an error.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Attribute with the number of an attempt within its task.</summary>
    public const string Attempt = "orchestrate.task.attempt";

    /// <summary>Attribute with the state of a task, which is one of <see cref="TaskStateNames"/>.</summary>
    public const string TaskState = "orchestrate.task.state";

    /// <summary>Attribute with the name of the account that paid for an agent.</summary>
    public const string Account = "orchestrate.account";

    /// <summary>Attribute with a cost in US dollars.</summary>
    public const string Cost = "orchestrate.cost.usd";

    /// <summary>Attribute with the operation of an agent, which is always <c>invoke_agent</c>.</summary>
    public const string Operation = "gen_ai.operation.name";

    /// <summary>Attribute with the name of the model that used the most tokens in an agent run.</summary>
    public const string Model = "gen_ai.request.model";

    /// <summary>Attribute with the number of input tokens that models processed, including cached tokens.</summary>
    public const string InputTokens = "gen_ai.usage.input_tokens";

    /// <summary>Attribute with the number of tokens that models generated.</summary>
    public const string OutputTokens = "gen_ai.usage.output_tokens";

    /// <summary>Attribute with the number of input tokens that came from the provider's cache.</summary>
    public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";

    /// <summary>Metric attribute that holds the token type, which is <c>input</c> or <c>output</c>.</summary>
    public const string TokenType = "gen_ai.token.type";

    /// <summary>Histogram of the duration of runs in seconds, by pipeline and result.</summary>
    public const string RunDuration = "cicd.pipeline.run.duration";

    /// <summary>Up-down counter of open runs by state.</summary>
    public const string RunsActive = "cicd.pipeline.run.active";

    /// <summary>Counter of failed tasks and of gates that found errors.</summary>
    public const string RunErrors = "cicd.pipeline.run.errors";

    /// <summary>Histogram of the duration of tasks in seconds, by state.</summary>
    public const string TaskDuration = "orchestrate.task.duration";

    /// <summary>Histogram of the duration of gates in seconds, by result.</summary>
    public const string GateDuration = "orchestrate.gate.duration";

    /// <summary>
    /// Histogram of the time, in seconds, that tasks spent being verified or merged, or waiting for a user, a limit or a slot.
    /// </summary>
    public const string PhaseDuration = "orchestrate.phase.duration";

    /// <summary>Metric attribute that holds the category of the measured time, such as <c>merge</c>.</summary>
    public const string Phase = "orchestrate.phase";

    /// <summary>Up-down counter of the tasks of open runs by state.</summary>
    public const string TasksActive = "orchestrate.tasks";

    /// <summary>Up-down counter of the questions that are waiting for a user.</summary>
    public const string Questions = "orchestrate.questions";

    /// <summary>Counter of the cost of agents in US dollars, by account.</summary>
    public const string AgentCost = "orchestrate.agent.cost";

    /// <summary>Histogram of the working time of agents in seconds.</summary>
    public const string AgentDuration = "gen_ai.invoke_agent.duration";

    /// <summary>Histogram of the number of tokens that an agent used, by model and token type.</summary>
    public const string TokenUsage = "gen_ai.client.token.usage";
}
