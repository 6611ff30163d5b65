using System.Globalization;
using System.Text.Json;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Input of an <c>OrchestrationWorkflow</c>: a repository and exactly one of <see cref="Plan"/>, <see cref="PlanFile"/>,
/// <see cref="Request"/> and <see cref="RequestFile"/>. It is also written by hand (<c>temporal workflow start --input '{...}'</c>), so
/// names are camel case, and unknown members are refused by name. Add only optional members: running workflows replay with old
/// inputs.</summary>
[MessageExample("""{"repository":"/home/me/shop","planFile":"tasks.yaml"}""")]
public sealed record OrchestrationInput
{
    /// <summary>Path of the git repository on the worker's machine: any folder inside a work tree.</summary>
    [JsonPropertyName("repository")]
    public string Repository { get; init; } = "";

    /// <summary>The plan itself, for callers that have it as data: what a plan file may hold, as JSON. It is kept as it was sent, because
    /// the activity that loads the plan reads it with the reader of plan files.</summary>
    [JsonPropertyName("plan")]
    public JsonElement? Plan { get; init; }

    /// <summary>Path of a plan file, absolute or relative to <see cref="Repository"/>; read by an activity.</summary>
    [JsonPropertyName("planFile")]
    public string? PlanFile { get; init; }

    /// <summary>A request in words, to be planned first.</summary>
    [JsonPropertyName("request")]
    public string? Request { get; init; }

    /// <summary>Path of a text (a PRD), absolute or relative to <see cref="Repository"/>, to be planned first.</summary>
    [JsonPropertyName("requestFile")]
    public string? RequestFile { get; init; }

    /// <summary>Model of the planner; default: the setting <c>planner.model</c>.</summary>
    [JsonPropertyName("plannerModel")]
    public string? PlannerModel { get; init; }

    /// <summary>The run ends with its plan: no task is started.</summary>
    [JsonPropertyName("planOnly")]
    public bool PlanOnly { get; init; }

    /// <summary>Options for the planner; null: a plan.</summary>
    [JsonPropertyName("planning")]
    public PlanningOptions? Planning { get; init; }

    /// <summary>File for the planner's plan, absolute or relative to <see cref="Repository"/>; null: it stays in the run's
    /// folder.</summary>
    [JsonPropertyName("output")]
    public string? Output { get; init; }

    /// <summary><see cref="Output"/> may be replaced if it exists.</summary>
    [JsonPropertyName("overwrite")]
    public bool Overwrite { get; init; }

    /// <summary>Name of the agent for all tasks that name none; default: the setting <c>agent</c>.</summary>
    [JsonPropertyName("agent")]
    public string? Agent { get; init; }

    /// <summary>Model for all tasks that name none; default: the setting <c>model</c>.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary>The number of agents that work at once, 1 to 64; default: the setting <c>workers</c>.</summary>
    [JsonPropertyName("workers")]
    public int? Workers { get; init; }

    /// <summary>Run only these tasks; their dependencies count as done.</summary>
    [JsonPropertyName("only")]
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Run from this phase of a master plan on; earlier ones count as done.</summary>
    [JsonPropertyName("phase")]
    public string? Phase { get; init; }

    /// <summary><c>merge</c>, <c>squash</c>, <c>rebase</c>, <c>pr</c>, <c>branch</c> or <c>branches</c>; default: the setting
    /// <c>git.land</c>.</summary>
    [JsonPropertyName("land")]
    public string? Land { get; init; }

    /// <summary>Several tasks have the same text, and the best result of each is wanted: where evidence does not decide, the reviewer is
    /// asked. Only with <c>branches</c>.</summary>
    [JsonPropertyName("pick")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pick { get; init; }

    /// <summary>The branch to land on; default: the setting <c>git.target</c>, else the branch that is checked out.</summary>
    [JsonPropertyName("target")]
    public string? Target { get; init; }

    /// <summary>Do not reuse results of earlier runs.</summary>
    [JsonPropertyName("fresh")]
    public bool Fresh { get; init; }

    /// <summary>The work is meant to be done even where an open run has the same, or one has landed it and nothing has changed since. A
    /// start by a schedule means so by itself.</summary>
    [JsonPropertyName("again")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Again { get; init; }

    /// <summary>Highest risk score that needs no approval in this run.</summary>
    [JsonPropertyName("approveRisk")]
    public int? ApproveRisk { get; init; }

    /// <summary>US dollars that the run may cost; default: the setting <c>budget.run</c>. Then it pauses and asks.</summary>
    [JsonPropertyName("maxCost")]
    public decimal? MaxCost { get; init; }

    /// <summary>Stop starting agents at this time.</summary>
    [JsonPropertyName("until")]
    public DateTimeOffset? Until { get; init; }

    /// <summary>Stop starting agents at the next such time of day after the run's start, <c>HH:mm</c>: for schedules, whose runs all have
    /// one input.</summary>
    [JsonPropertyName("untilTime")]
    public string? UntilTime { get; init; }

    /// <summary>Time zone of <see cref="UntilTime"/>, by its IANA name; default: that of the worker's machine.</summary>
    [JsonPropertyName("untilZone")]
    public string? UntilZone { get; init; }

    /// <summary>The findings of the preflight of an unattended run; null: it is none.</summary>
    [JsonPropertyName("night")]
    public NightContract? Night { get; init; }

    /// <summary>The expected cost and time of the run; null: nothing was expected.</summary>
    [JsonPropertyName("forecast")]
    public RunForecast? Forecast { get; init; }

    /// <summary>Conversations that tasks go on with, by task: they were begun elsewhere, and their files are in the run's folder. Null:
    /// each begins one of its own.</summary>
    [JsonPropertyName("conversations")]
    public IReadOnlyDictionary<string, string>? Conversations { get; init; }

    /// <summary>Answers recommendations (review of a medium risk, uncommitted changes); never what is required.</summary>
    [JsonPropertyName("yes")]
    public bool Yes { get; init; }

    /// <summary>A planner has to make the plan first.</summary>
    [JsonIgnore]
    public bool NeedsPlanner => Request is not null || RequestFile is not null;

    /// <summary>The subject of the run before its plan is read: the name of a file, the request in words, or that of a plan as data; null:
    /// such a plan names none.</summary>
    [JsonIgnore]
    public string? Subject => PlanFile ?? RequestFile ?? Request ?? RequestOfPlan;

    private string? RequestOfPlan =>
        Plan is { ValueKind: JsonValueKind.Object } plan
        && plan.TryGetProperty("request", out var request)
        && request.ValueKind == JsonValueKind.String
            ? request.GetString()
            : null;

    /// <summary>Faults of the input itself, each a sentence; empty when it is valid.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(Repository))
        {
            faults.Add("'repository' is missing: give the path of the git repository on the worker's machine.");
        }
        var sources = (Plan is null ? 0 : 1) + (PlanFile is null ? 0 : 1) + (Request is null ? 0 : 1) + (RequestFile is null ? 0 : 1);
        if (sources != 1)
        {
            faults.Add($"Exactly one of 'plan', 'planFile', 'request' and 'requestFile' is needed; {sources} are given.");
        }
        if (Plan is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) })
        {
            faults.Add("'plan' must be an object with 'tasks', or a list of tasks; the path of a plan file goes into 'planFile'.");
        }
        if (!NeedsPlanner && (PlanOnly || Output is not null))
        {
            faults.Add("'planOnly' and 'output' go with 'request' or 'requestFile': only a planner's plan is written.");
        }
        if (Planning is { IsForBacklog: true } && !PlanOnly)
        {
            faults.Add("Tasks for the backlog are not run: give 'planOnly' too.");
        }
        if (Workers is < 1 or > 64)
        {
            faults.Add($"'workers' is {Workers}; it must be 1 to 64.");
        }
        if (Land is not null && !LandingWay.All.Contains(Land))
        {
            faults.Add($"'land' is '{Land}'; it must be one of {string.Join(", ", LandingWay.All)}.");
        }
        if (Until is not null && UntilTime is not null)
        {
            faults.Add("'until' and 'untilTime' are given: one of them says when the run stops starting agents.");
        }
        if (UntilTime is not null && !TimeOnly.TryParseExact(UntilTime, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            faults.Add($"'untilTime' is '{UntilTime}'; it must be a time of day such as 07:30.");
        }
        if (UntilZone is not null && UntilTime is null)
        {
            faults.Add("'untilZone' goes with 'untilTime'.");
        }
        if (Conversations?.FirstOrDefault(pair => !Guid.TryParse(pair.Value, out _)) is { Key: not null } other)
        {
            faults.Add($"'conversations' has '{other.Value}' for '{other.Key}'; it must be the id of a conversation.");
        }
        if (MaxCost <= 0)
        {
            faults.Add($"'maxCost' is {MaxCost}; it must be more than 0. Leave it out for no limit.");
        }
        return faults;
    }
}
