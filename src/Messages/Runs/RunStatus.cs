namespace Orchestrator.Messages;

/// <summary>A snapshot of a run: the answer of the query <c>status</c>, the content of <c>runs/&lt;run&gt;/status.json</c>, and what
/// <c>orchestrate status --json</c> prints.</summary>
public sealed record RunStatus
{
    /// <summary><see cref="Sequence"/> is increased by this number where another execution of the run continues its record, after a reset,
    /// or where the end of an execution is written on its behalf: late writes of the old execution then count less than later
    /// ones.</summary>
    public const long ExecutionGap = 1000;

    /// <summary>Version of this document's shape.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion
    {
        get;
        init => field = Math.Max(1, value);
    } = 1;

    [JsonPropertyName("runId")]
    public required string RunId { get; init; }

    /// <summary>Run id of the execution that reported this: a reset begins another one. Empty in the answer of a query.</summary>
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

    /// <summary>Why the run is in this state; null where the state says it all.</summary>
    [JsonPropertyName("why")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary><see cref="Why"/> in words; empty where the state says it all.</summary>
    [JsonPropertyName("reason")]
    public string Reason => ReasonText.Of(Why);

    /// <summary>When the run entered this state, or had another reason to be in it.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>File with the evidence for the state, relative to the repository; empty where there is none.</summary>
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

    /// <summary>Task queue of its steps, which names the machine that they are done on; empty before it is known.</summary>
    [JsonPropertyName("queue")]
    public string Queue
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Name of that machine for people, which need not be unique; empty: unknown.</summary>
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

    /// <summary>Branch with the work that is verified and merged so far.</summary>
    [JsonPropertyName("staging")]
    public string Staging
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>The branch with a task's work; empty before the run has branches.</summary>
    /// <param name="task">Id of the task.</param>
    public string BranchOf(string task) =>
        Staging.EndsWith("/staging", StringComparison.Ordinal) ? $"{Staging[..^"/staging".Length]}/t/{task}" : "";

    [JsonPropertyName("baseCommit")]
    public string BaseCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit that landed on the target; empty before, and when that was taken back.</summary>
    [JsonPropertyName("landedCommit")]
    public string LandedCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Branch that contains it: the target, or staging where nothing is merged (<c>git.land</c> branch or pr); empty
    /// before.</summary>
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

    /// <summary>Number of agent processes that were started in this run.</summary>
    [JsonPropertyName("agentStarts")]
    public int AgentStarts { get; init; }

    /// <summary>US dollars, as the agents reported them.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Number of the last transition; grows by one with each.</summary>
    [JsonPropertyName("sequence")]
    public long Sequence { get; init; }

    /// <summary>Questions for people, most urgent first.</summary>
    [JsonPropertyName("questions")]
    public IReadOnlyList<RunQuestion> Questions
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Things worth knowing that stop nothing.</summary>
    [JsonPropertyName("warnings")]
    public IReadOnlyList<string> Warnings
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Messages to the run that could not be read or carried out, each with the reason; the newest last.</summary>
    [JsonPropertyName("droppedMessages")]
    public IReadOnlyList<string> DroppedMessages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Accounts, or the machine, that do not work now: tasks that need them wait.</summary>
    [JsonPropertyName("outages")]
    public IReadOnlyList<OutageStatus> Outages
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>True where nobody promoted it in time, so that it asks for that beside its escalation.</summary>
    [JsonPropertyName("promotionOverdue")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PromotionOverdue { get; init; }

    /// <summary>True while people are about to be told of something.</summary>
    [JsonPropertyName("telling")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Telling { get; init; }

    /// <summary>The leftovers of an ended run, with reasons: branches, worktrees, work that was set aside. Only in its report.</summary>
    [JsonPropertyName("left")]
    public IReadOnlyList<string> Left
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Activities that fail again and again for an unknown reason; they are retried without limit.</summary>
    [JsonPropertyName("failing")]
    public IReadOnlyList<FailingActivity> Failing
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Gates of this run that wait for another one on this machine. Only <c>orchestrate status</c> fills it.</summary>
    [JsonPropertyName("waiting")]
    public IReadOnlyList<GateWait> Waiting
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Pairs of tasks whose present work conflicts. Only <c>orchestrate status</c> fills it.</summary>
    [JsonPropertyName("coming")]
    public IReadOnlyList<ConflictAhead> Coming
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Tasks in plan order (of a query's page: from its offset on).</summary>
    [JsonPropertyName("tasks")]
    public IReadOnlyList<RunTask> Tasks
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Number of tasks in the whole run.</summary>
    [JsonPropertyName("taskCount")]
    public int TaskCount { get; init; }

    /// <summary>The run began with a request: its first task is the planner, which is not part of the plan.</summary>
    [JsonPropertyName("hasPlanner")]
    public bool HasPlanner { get; init; }

    /// <summary>State of its review; null where none was begun.</summary>
    [JsonPropertyName("review")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunReview? Review { get; init; }

    /// <summary>The other plan that was requested last; null where none was.</summary>
    [JsonPropertyName("replan")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunReplan? Replan { get; init; }

    /// <summary>Numbers of tasks by state, in commands and reports; null in the answer of a query.</summary>
    [JsonPropertyName("counts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunCounts? Counts { get; init; }

    /// <summary>One of <see cref="RunLiveness"/>: whether it goes on by itself. Set where <see cref="Counts"/> are.</summary>
    [JsonPropertyName("standing")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Standing { get; init; }

    /// <summary>Commands that wait for the process that continues the run. Only <c>orchestrate status</c> fills it.</summary>
    [JsonPropertyName("kept")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Kept { get; init; }

    /// <summary>Crashes of the process that worked on it in the background, oldest first. Only <c>orchestrate status</c> fills
    /// it.</summary>
    [JsonPropertyName("crashes")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RunCrash>? Crashes { get; init; }

    /// <summary>Messages about it that have not reached a target, each in a sentence with the next step. Only <c>orchestrate status</c>
    /// fills it.</summary>
    [JsonPropertyName("unsent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Unsent { get; init; }

    /// <summary>Holds that prevent its agents from being started (<c>orchestrate hold</c>). Only <c>orchestrate status</c> fills
    /// it.</summary>
    [JsonPropertyName("held")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RunHold>? Held { get; init; }

    /// <summary>True where the run could proceed and no worker runs: <c>orchestrate resume</c> continues it. Only <c>orchestrate status</c>
    /// fills it; null where it is unknown (runs on a Temporal server).</summary>
    [JsonPropertyName("abandoned")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Abandoned { get; init; }

    /// <summary>The machine that the run waits for, since no worker there asks for its steps. Commands that ask the server fill it; null: a
    /// worker asks, or it is unknown.</summary>
    [JsonPropertyName("away")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MachineAway? Away { get; init; }

    /// <summary>True where it has landed, and the branch has neither that commit nor its content any more: a person took it back. Commands
    /// that tell of runs look, and fill it; null: it was not looked, or has not landed.</summary>
    [JsonPropertyName("landedGone")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? LandedGone { get; init; }

    /// <summary>The remaining budgets, and the fill of the accounts' limits. Commands about money fill it; null: it was not requested, or
    /// is not known.</summary>
    [JsonPropertyName("budgets")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunBudgets? Budgets { get; init; }

    /// <summary>Work of it is on the branch that it landed on; a run without merges lands its base.</summary>
    [JsonIgnore]
    public bool HasLanded => LandedCommit.Length > 0 && LandedCommit != BaseCommit;

    /// <summary>This status with <see cref="Counts"/> and <see cref="Standing"/>, for a status with all tasks.</summary>
    public RunStatus Summed() => this with { Counts = RunCounts.Of(this), Standing = RunLiveness.Of(this) };
}
