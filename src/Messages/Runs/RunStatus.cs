namespace Orchestrator.Messages;

/// <summary>
/// A snapshot of a run. It is the answer to the query <c>status</c>, the contents of <c>runs/&lt;run&gt;/status.json</c>, and the output of
/// <c>orchestrate status --json</c>.
/// </summary>
public sealed record RunStatus
{
    /// <summary>
    /// Amount added to <see cref="Sequence"/> when a new execution continues the run's record after a reset, or when another process writes
    /// to the record. Late writes by the old execution then have smaller numbers and are discarded.
    /// </summary>
    public const long ExecutionGap = 1000;

    /// <summary>Schema version of this document.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion
    {
        get;
        init => field = Math.Max(1, value);
    } = 1;

    [JsonPropertyName("runId")]
    public required string RunId { get; init; }

    /// <summary>
    /// Temporal run id of the workflow execution that reported this status; a reset starts a new execution. Empty in the answer to a query.
    /// </summary>
    [JsonPropertyName("executionId")]
    public string ExecutionId
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>State of the run.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>True while the run is paused. <see cref="State"/> is the state in which the run will continue.</summary>
    [JsonPropertyName("paused")]
    public bool Paused { get; init; }

    /// <summary>Reason for the run's state, or null if the state needs no explanation.</summary>
    [JsonPropertyName("why")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary>The reason in <see cref="Why"/> as text; empty if it is null.</summary>
    [JsonPropertyName("reason")]
    public string Reason => StatusReasonFormatter.Of(Why);

    /// <summary>Time at which the run entered its current state, or at which the reason for the state last changed.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>Path of the file with the evidence for the state, relative to the repository; empty if there is none.</summary>
    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Title of the run: the plan's request or the plan's file name.</summary>
    [JsonPropertyName("title")]
    public string Title
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("repository")]
    public string Repository
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>
    /// Task queue for the run's activities. Its name contains the identity of the owner host. Empty until the queue is known.
    /// </summary>
    [JsonPropertyName("queue")]
    public string Queue
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Display name of the owner host, not necessarily unique; empty if unknown.</summary>
    [JsonPropertyName("host")]
    public string Host
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("startedAt")]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Time at which the run or a task last changed state.</summary>
    [JsonPropertyName("updatedAt")]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Branch that the run lands on.</summary>
    [JsonPropertyName("target")]
    public string Target
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Branch on which the run's verified work is merged.</summary>
    [JsonPropertyName("staging")]
    public string Staging
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Returns the name of the branch with a task's work; empty until the run has branches.</summary>
    /// <param name="task">Id of the task.</param>
    public string BranchOf(string task) =>
        Staging.EndsWith("/staging", StringComparison.Ordinal) ? $"{Staging[..^"/staging".Length]}/t/{task}" : "";

    [JsonPropertyName("baseCommit")]
    public string BaseCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit that landed; empty before the landing, and after the landing was reverted.</summary>
    [JsonPropertyName("landedCommit")]
    public string LandedCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>
    /// Branch that contains the landed commit: the target, or the staging branch if <c>git.land</c> is <c>branch</c> or <c>pr</c>. Empty
    /// before the landing.
    /// </summary>
    [JsonPropertyName("landedOn")]
    public string LandedOn
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <inheritdoc cref="PlanOutline.Hash"/>
    [JsonPropertyName("planHash")]
    public string PlanHash
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("agent")]
    public string Agent
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("workers")]
    public int Workers { get; init; }

    /// <summary>Number of agent processes started in this run.</summary>
    [JsonPropertyName("agentStarts")]
    public int AgentStarts { get; init; }

    /// <summary>Cost of the run in US dollars, as reported by the agents.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Sequence number of the last transition, which increases with each transition.</summary>
    [JsonPropertyName("sequence")]
    public long Sequence { get; init; }

    /// <summary>Questions for users, most urgent first.</summary>
    [JsonPropertyName("questions")]
    public IReadOnlyList<RunQuestion> Questions
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Sentences about problems that do not stop the run.</summary>
    [JsonPropertyName("warnings")]
    public IReadOnlyList<string> Warnings
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Messages to the run that it could not read or process, each with the reason, newest last.</summary>
    [JsonPropertyName("droppedMessages")]
    public IReadOnlyList<string> DroppedMessages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Current outages of accounts or of the host. Tasks that need an affected account or host are waiting.</summary>
    [JsonPropertyName("outages")]
    public IReadOnlyList<OutageStatus> Outages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// True if no user promoted the run (that is, requested another landing) in time. The run is then escalated, and can still be promoted.
    /// </summary>
    [JsonPropertyName("promotionOverdue")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PromotionOverdue { get; init; }

    /// <summary>True while a notice to users is about to be sent.</summary>
    [JsonPropertyName("telling")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Telling { get; init; }

    /// <summary>
    /// Branches, worktrees and stashed work that remain after the run ended, each with the reason. Only set in the run's report.
    /// </summary>
    [JsonPropertyName("left")]
    public IReadOnlyList<string> Left
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Activities that fail repeatedly for an unknown reason. The server retries them indefinitely.</summary>
    [JsonPropertyName("failing")]
    public IReadOnlyList<FailingActivityStatus> Failing
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Gates of this run that are waiting for another gate on this host. Added by commands such as <c>orchestrate status</c>, not by the
    /// run's workflow.
    /// </summary>
    [JsonPropertyName("waiting")]
    public IReadOnlyList<WaitingGateStatus> Waiting
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>
    /// Predicted conflicts between the work of tasks in progress. Added by commands such as <c>orchestrate status</c>, not by the run's
    /// workflow.
    /// </summary>
    [JsonPropertyName("coming")]
    public IReadOnlyList<PredictedConflict> Coming
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Tasks in plan order. In the answer to a query, the list starts at the offset that the query requested.</summary>
    [JsonPropertyName("tasks")]
    public IReadOnlyList<RunTaskStatus> Tasks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Number of tasks in the whole run.</summary>
    [JsonPropertyName("taskCount")]
    public int TaskCount { get; init; }

    /// <summary>True if the run started from a request. Its first task is then the planner, which is not part of the plan.</summary>
    [JsonPropertyName("hasPlanner")]
    public bool HasPlanner { get; init; }

    /// <summary>State of the run's review, or null if none was started.</summary>
    [JsonPropertyName("review")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunReviewStatus? Review { get; init; }

    /// <summary>Status of the last replanning that a user requested, in which a planner makes a new plan; null if there was none.</summary>
    [JsonPropertyName("replan")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunReplanStatus? Replan { get; init; }

    /// <summary>Task counts by state. Set for commands and reports; null in the answer to a query.</summary>
    [JsonPropertyName("counts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunTaskCounts? Counts { get; init; }

    /// <summary>Liveness of the run. Set together with <see cref="Counts"/>.</summary>
    [JsonPropertyName("standing")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Standing { get; init; }

    /// <summary>
    /// User commands that are stored until a process continues the run. Added by commands such as <c>orchestrate status</c>, not by the
    /// run's workflow.
    /// </summary>
    [JsonPropertyName("kept")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Kept { get; init; }

    /// <summary>
    /// Crashes of the run's background process, oldest first. Added by commands such as <c>orchestrate status</c>, not by the run's
    /// workflow.
    /// </summary>
    [JsonPropertyName("crashes")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RunProcessCrashRecord>? Crashes { get; init; }

    /// <summary>
    /// Messages about notices that could not be delivered. Each message states the next step. Added by commands such as <c>orchestrate
    /// status</c>, not by the run's workflow.
    /// </summary>
    [JsonPropertyName("unsent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Unsent { get; init; }

    /// <summary>
    /// Holds that prevent the run's agents from starting (<c>orchestrate hold</c>). Added by commands such as <c>orchestrate status</c>,
    /// not by the run's workflow.
    /// </summary>
    [JsonPropertyName("held")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AgentStartHoldStatus>? Held { get; init; }

    /// <summary>
    /// True if the run could make progress but no worker is serving it; <c>orchestrate resume</c> continues the run. Null if unknown, for
    /// example for a run on a separate Temporal server. Added by commands such as <c>orchestrate status</c>, not by the run's workflow.
    /// </summary>
    [JsonPropertyName("abandoned")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Abandoned { get; init; }

    /// <summary>
    /// Another host for which the run is waiting. No worker on that host is polling for the run's activities. Null if the run is not
    /// waiting for another host, or if unknown. Set by commands that show runs.
    /// </summary>
    [JsonPropertyName("away")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnreachableHost? Away { get; init; }

    /// <summary>
    /// True if a user reverted the landing, so that the branch contains neither the landed commit nor its changes. Null if the run has not
    /// landed, or if this was not checked. Set by commands that describe runs.
    /// </summary>
    [JsonPropertyName("landedGone")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? LandedGone { get; init; }

    /// <summary>
    /// Remaining budgets, and current use of the accounts' usage limits. Null if not requested or unknown. Set by commands that show costs.
    /// </summary>
    [JsonPropertyName("budgets")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunSpendingLimits? Budgets { get; init; }

    /// <summary>
    /// True if the run has landed work of its own. A run that merged nothing lands only its base commit, which does not count.
    /// </summary>
    [JsonIgnore]
    public bool HasLanded => LandedCommit.Length > 0 && LandedCommit != BaseCommit;

    /// <summary>
    /// Returns a copy in which <see cref="Counts"/> and <see cref="Standing"/> are computed. This status must contain all tasks.
    /// </summary>
    public RunStatus Summed() => this with { Counts = RunTaskCounts.Of(this), Standing = RunLivenessClassifier.Of(this) };
}
