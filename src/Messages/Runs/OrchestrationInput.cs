using System.Globalization;
using System.Text.Json;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>
/// Input of <c>OrchestrationWorkflow</c>: a repository and exactly one of <see cref="Plan"/>, <see cref="PlanFile"/>, <see cref="Request"/>
/// and <see cref="RequestFile"/>. Users also write this JSON by hand (<c>temporal workflow start --input '{...}'</c>), so names are in
/// camel case, and errors name unknown members. New members must be optional, because running workflows replay with old inputs.
/// </summary>
[MessageExample("""{"repository":"/home/me/shop","planFile":"tasks.yaml"}""")]
public sealed record OrchestrationInput
{
    /// <summary>Path of the git repository on the worker's host. Any folder inside a work tree is accepted.</summary>
    [JsonPropertyName("repository")]
    public string Repository { get; init; } = "";

    /// <summary>
    /// The plan as JSON, with the same structure as a plan file. The JSON is kept exactly as sent, because the activity that loads the plan
    /// parses it like a plan file.
    /// </summary>
    [JsonPropertyName("plan")]
    public JsonElement? Plan { get; init; }

    /// <summary>Path of a plan file, absolute or relative to <see cref="Repository"/>. An activity reads the file.</summary>
    [JsonPropertyName("planFile")]
    public string? PlanFile { get; init; }

    /// <summary>A request in plain text, from which a planner makes the plan.</summary>
    [JsonPropertyName("request")]
    public string? Request { get; init; }

    /// <summary>
    /// Path of a text file with a request, such as a PRD, from which a planner makes the plan. Absolute or relative to
    /// <see cref="Repository"/>.
    /// </summary>
    [JsonPropertyName("requestFile")]
    public string? RequestFile { get; init; }

    /// <summary>Model of the planner. Default: the setting <c>planner.model</c>.</summary>
    [JsonPropertyName("plannerModel")]
    public string? PlannerModel { get; init; }

    /// <summary>True to end the run after planning, without starting tasks.</summary>
    [JsonPropertyName("planOnly")]
    public bool PlanOnly { get; init; }

    /// <summary>Options of the planning request, for example to make backlog tasks instead of a plan. Null to make a plan.</summary>
    [JsonPropertyName("planning")]
    public PlanningOptions? Planning { get; init; }

    /// <summary>
    /// File to which the planner's plan is written, absolute or relative to <see cref="Repository"/>. Null for the run's folder.
    /// </summary>
    [JsonPropertyName("output")]
    public string? Output { get; init; }

    /// <summary>True to replace <see cref="Output"/> if it exists.</summary>
    [JsonPropertyName("overwrite")]
    public bool Overwrite { get; init; }

    /// <summary>Name of the agent for tasks that name no agent. Default: the setting <c>agent</c>.</summary>
    [JsonPropertyName("agent")]
    public string? Agent { get; init; }

    /// <summary>Model for tasks that name no model. Default: the value of the <c>model</c> setting.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary>Maximum number of agents that run at the same time. Default: the setting <c>workers</c>. Range: 1 to 64.</summary>
    [JsonPropertyName("workers")]
    public int? Workers { get; init; }

    /// <summary>Ids of the tasks to run. The tasks on which they depend count as done. Null to run all tasks.</summary>
    [JsonPropertyName("only")]
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Phase of a master plan with which the run begins. Earlier phases count as done.</summary>
    [JsonPropertyName("phase")]
    public string? Phase { get; init; }

    /// <summary>Landing mode: <c>merge</c>, <c>squash</c>, <c>rebase</c>, <c>pr</c>, <c>branch</c> or <c>branches</c>. Default: the
    /// setting <c>git.land</c>.</summary>
    [JsonPropertyName("land")]
    public string? Land { get; init; }

    /// <summary>
    /// True to keep only the best result of tasks with identical descriptions. If several results are equally good according to the
    /// evidence, the reviewer picks one. Requires the landing mode <c>branches</c>.
    /// </summary>
    [JsonPropertyName("pick")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pick { get; init; }

    /// <summary>Branch to land on. Default: the setting <c>git.target</c>; if it is not set, the branch that is checked out.</summary>
    [JsonPropertyName("target")]
    public string? Target { get; init; }

    /// <summary>True to ignore the results of earlier runs, including stored results of gates and set-up commands.</summary>
    [JsonPropertyName("fresh")]
    public bool Fresh { get; init; }

    /// <summary>
    /// True to start even if an open run has the same work, or if the work has already landed and nothing has changed since then. Always in
    /// effect for scheduled starts.
    /// </summary>
    [JsonPropertyName("again")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Again { get; init; }

    /// <summary>Highest risk score that needs no approval in this run.</summary>
    [JsonPropertyName("approveRisk")]
    public int? ApproveRisk { get; init; }

    /// <summary>
    /// Cost limit of the run in US dollars. Once the run has spent this amount, no agent starts until a user raises the limit. Default: the
    /// setting <c>budget.run</c>.
    /// </summary>
    [JsonPropertyName("maxCost")]
    public decimal? MaxCost { get; init; }

    /// <summary>Time after which the run starts no more agents.</summary>
    [JsonPropertyName("until")]
    public DateTimeOffset? Until { get; init; }

    /// <summary>
    /// Time of day (<c>HH:mm</c>). At its first occurrence after the start, the run stops starting agents. Used by schedules, because all
    /// their runs have the same input.
    /// </summary>
    [JsonPropertyName("untilTime")]
    public string? UntilTime { get; init; }

    /// <summary>IANA time zone of <see cref="UntilTime"/>. Default: the time zone of the worker's host.</summary>
    [JsonPropertyName("untilZone")]
    public string? UntilZone { get; init; }

    /// <summary>Run contract of an unattended run, or null for other runs.</summary>
    [JsonPropertyName("night")]
    public UnattendedRunContractRecord? Night { get; init; }

    /// <summary>Expected cost and time of the run, or null if no forecast was made.</summary>
    [JsonPropertyName("forecast")]
    public RunForecast? Forecast { get; init; }

    /// <summary>
    /// Existing agent conversations that tasks resume, by task id. Each was started outside the run, and its files are in the run's folder.
    /// Null if every task starts a new conversation.
    /// </summary>
    [JsonPropertyName("conversations")]
    public IReadOnlyDictionary<string, string>? Conversations { get; init; }

    /// <summary>
    /// True to confirm recommended reviews, such as those for a medium risk score or for uncommitted changes, without asking a user. Does
    /// not replace required approvals.
    /// </summary>
    [JsonPropertyName("yes")]
    public bool Yes { get; init; }

    /// <summary>True if a planner has to make the plan.</summary>
    [JsonIgnore]
    public bool NeedsPlanner => Request is not null || RequestFile is not null;

    /// <summary>
    /// Title of the run before its plan is read: a file name, the request, or the request in <see cref="Plan"/>. Null if none of these is
    /// given.
    /// </summary>
    [JsonIgnore]
    public string? Subject => PlanFile ?? RequestFile ?? Request ?? RequestOfPlan;

    private string? RequestOfPlan =>
        Plan is { ValueKind: JsonValueKind.Object } plan
        && plan.TryGetProperty("request", out var request)
        && request.ValueKind == JsonValueKind.String
            ? request.GetString()
            : null;

    /// <summary>Returns the errors in the input as sentences; empty if the input is valid.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(Repository))
        {
            faults.Add("'repository' is missing. Set it to the path of the git repository on the worker's machine.");
        }
        var sources = (Plan is null ? 0 : 1) + (PlanFile is null ? 0 : 1) + (Request is null ? 0 : 1) + (RequestFile is null ? 0 : 1);
        if (sources != 1)
        {
            faults.Add($"The input must contain exactly one of 'plan', 'planFile', 'request' and 'requestFile', but contains {sources}.");
        }
        if (Plan is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) })
        {
            faults.Add("'plan' must be an object with 'tasks', or a list of tasks. Use 'planFile' for the path of a plan file.");
        }
        if (!NeedsPlanner && (PlanOnly || Output is not null))
        {
            faults.Add("'planOnly' and 'output' need 'request' or 'requestFile', because only a planner's plan is written.");
        }
        if (Planning is { IsForBacklog: true } && !PlanOnly)
        {
            faults.Add("Tasks for the backlog are not run, so 'planOnly' must be set, too.");
        }
        if (Workers is < 1 or > 64)
        {
            faults.Add($"'workers' is {Workers}; it must be 1 to 64.");
        }
        if (Land is not null && !LandingMode.All.Contains(Land))
        {
            faults.Add($"'land' is '{Land}'; it must be one of {string.Join(", ", LandingMode.All)}.");
        }
        if (Until is not null && UntilTime is not null)
        {
            faults.Add("The input contains both 'until' and 'untilTime', but only one may set the time after which no agent starts.");
        }
        if (UntilTime is not null && !TimeOnly.TryParseExact(UntilTime, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            faults.Add($"'untilTime' is '{UntilTime}'; it must be a time of day such as 07:30.");
        }
        if (UntilZone is not null && UntilTime is null)
        {
            faults.Add("'untilZone' needs 'untilTime'.");
        }
        if (Conversations?.FirstOrDefault(pair => !Guid.TryParse(pair.Value, out _)) is { Key: not null } other)
        {
            faults.Add($"'conversations' contains '{other.Value}' for '{other.Key}'; this value must be the id of a conversation.");
        }
        if (MaxCost <= 0)
        {
            faults.Add($"'maxCost' is {MaxCost}; it must be more than 0. Leave it out for no limit.");
        }
        return faults;
    }
}
