namespace Orchestrator.Messages;

/// <summary>A snapshot of a run: the answer of the query <c>status</c>, the content of <c>runs/&lt;run&gt;/status.json</c>, and the output
/// of <c>orchestrate status --json</c>.</summary>
public sealed record RunStatus
{
    /// <summary>Gap added to <see cref="Sequence"/> when another execution continues the run's record after a reset. Also added when a
    /// worker records the end of an execution on its behalf. The gap makes late writes of the old execution lose against newer
    /// ones.</summary>
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

    /// <summary>Temporal run id of the reporting execution; a reset starts another one. Empty in the answer of a query.</summary>
    [JsonPropertyName("executionId")]
    public string ExecutionId
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>One of <see cref="RunStates"/>.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>True while the run is paused; <see cref="State"/> is the state in which it will continue.</summary>
    [JsonPropertyName("paused")]
    public bool Paused { get; init; }

    /// <summary>Reason for the run's state; null if the state is sufficient.</summary>
    [JsonPropertyName("why")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary><see cref="Why"/> as text; empty if the state is sufficient.</summary>
    [JsonPropertyName("reason")]
    public string Reason => ReasonText.Of(Why);

    /// <summary>Time at which the run entered this state, or its reason changed.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>File with the evidence for the state, relative to the repository; empty for none.</summary>
    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The subject of the run: the plan's request or its file name.</summary>
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

    /// <summary>Task queue of the run's activities, which names the owner host; empty before the queue is known.</summary>
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

    /// <summary>Time of the last transition.</summary>
    [JsonPropertyName("updatedAt")]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Branch that the run lands on.</summary>
    [JsonPropertyName("target")]
    public string Target
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Branch with the verified and merged work.</summary>
    [JsonPropertyName("staging")]
    public string Staging
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Returns the branch with a task's work; empty before the run has branches.</summary>
    /// <param name="task">Id of the task.</param>
    public string BranchOf(string task) =>
        Staging.EndsWith("/staging", StringComparison.Ordinal) ? $"{Staging[..^"/staging".Length]}/t/{task}" : "";

    [JsonPropertyName("baseCommit")]
    public string BaseCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit that landed on the target; empty before landing and after a reverted landing.</summary>
    [JsonPropertyName("landedCommit")]
    public string LandedCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Branch that contains the landed commit: the target, or staging if nothing is merged (<c>git.land</c> branch or pr); empty
    /// before landing.</summary>
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

    /// <summary>Cost in US dollars, as reported by the agents.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Number of the last transition, incremented with each.</summary>
    [JsonPropertyName("sequence")]
    public long Sequence { get; init; }

    /// <summary>Questions for users, most urgent first.</summary>
    [JsonPropertyName("questions")]
    public IReadOnlyList<RunQuestion> Questions
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Warnings, which do not stop the run.</summary>
    [JsonPropertyName("warnings")]
    public IReadOnlyList<string> Warnings
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Messages to the run that could not be read or carried out, each with the reason, newest last.</summary>
    [JsonPropertyName("droppedMessages")]
    public IReadOnlyList<string> DroppedMessages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Current outages of accounts or the host. Tasks that need them wait.</summary>
    [JsonPropertyName("outages")]
    public IReadOnlyList<OutageStatus> Outages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>True if the run was not promoted in time, so that it asks for promotion in addition to its escalation.</summary>
    [JsonPropertyName("promotionOverdue")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PromotionOverdue { get; init; }

    /// <summary>True while the run is about to notify users.</summary>
    [JsonPropertyName("telling")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Telling { get; init; }

    /// <summary>Leftovers of an ended run, with reasons: branches, worktrees and stashed work. Only in the run's report.</summary>
    [JsonPropertyName("left")]
    public IReadOnlyList<string> Left
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Activities that fail repeatedly for an unknown reason. They are retried without limit.</summary>
    [JsonPropertyName("failing")]
    public IReadOnlyList<FailingActivity> Failing
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Gates of this run that wait for another gate on this host. Only <c>orchestrate status</c> sets it.</summary>
    [JsonPropertyName("waiting")]
    public IReadOnlyList<GateWait> Waiting
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Predicted conflicts between tasks in progress. Only <c>orchestrate status</c> sets it.</summary>
    [JsonPropertyName("coming")]
    public IReadOnlyList<PredictedConflict> Coming
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Tasks in plan order. A query's page starts at its offset.</summary>
    [JsonPropertyName("tasks")]
    public IReadOnlyList<RunTask> Tasks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Number of tasks in the whole run.</summary>
    [JsonPropertyName("taskCount")]
    public int TaskCount { get; init; }

    /// <summary>True if the run started with a request. Its first task is then the planner, which is not part of the plan.</summary>
    [JsonPropertyName("hasPlanner")]
    public bool HasPlanner { get; init; }

    /// <summary>State of the run's review, or null if none was started.</summary>
    [JsonPropertyName("review")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunReview? Review { get; init; }

    /// <summary>The last requested replanning, or null for none.</summary>
    [JsonPropertyName("replan")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunReplan? Replan { get; init; }

    /// <summary>Numbers of tasks by state, set in commands and reports; null in the answer of a query.</summary>
    [JsonPropertyName("counts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunCounts? Counts { get; init; }

    /// <summary>Liveness of the run, as one of <see cref="RunLiveness"/>. Set together with <see cref="Counts"/>.</summary>
    [JsonPropertyName("standing")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Standing { get; init; }

    /// <summary>Commands that wait for the process that continues the run. Only <c>orchestrate status</c> sets it.</summary>
    [JsonPropertyName("kept")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Kept { get; init; }

    /// <summary>Crashes of the run's background process, oldest first. Only <c>orchestrate status</c> sets it.</summary>
    [JsonPropertyName("crashes")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RunCrash>? Crashes { get; init; }

    /// <summary>Undelivered notifications about the run, each a sentence with the next step. Only <c>orchestrate status</c> sets
    /// it.</summary>
    [JsonPropertyName("unsent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Unsent { get; init; }

    /// <summary>Holds that prevent the run's agents from starting (<c>orchestrate hold</c>). Only <c>orchestrate status</c> sets
    /// it.</summary>
    [JsonPropertyName("held")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RunHold>? Held { get; init; }

    /// <summary>True if the run could proceed but no worker runs; <c>orchestrate resume</c> continues it. Null if unknown (runs on a
    /// Temporal server). Only <c>orchestrate status</c> sets it.</summary>
    [JsonPropertyName("abandoned")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Abandoned { get; init; }

    /// <summary>Host that the run waits for, because no worker there polls for the run's activities. Null if a worker polls, or if
    /// unknown. Set by commands that query the server.</summary>
    [JsonPropertyName("away")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnreachableHost? Away { get; init; }

    /// <summary>True if the run has landed but a user reverted the landing, so the branch contains neither the commit nor its content.
    /// Null if the run has not landed, or this was not checked. Set by commands that describe runs.</summary>
    [JsonPropertyName("landedGone")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? LandedGone { get; init; }

    /// <summary>Remaining budgets, and consumption of the accounts' usage limits. Null if not requested or unknown. Set by commands about
    /// money.</summary>
    [JsonPropertyName("budgets")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunBudgets? Budgets { get; init; }

    /// <summary>True if work of the run is on the branch that it landed on. A run without merges lands only its base.</summary>
    [JsonIgnore]
    public bool HasLanded => LandedCommit.Length > 0 && LandedCommit != BaseCommit;

    /// <summary>Returns this status with <see cref="Counts"/> and <see cref="Standing"/>. The status must contain all tasks.</summary>
    public RunStatus Summed() => this with { Counts = RunCounts.Of(this), Standing = RunLiveness.Of(this) };
}
