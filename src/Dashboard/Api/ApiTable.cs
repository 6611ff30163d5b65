using Microsoft.OpenApi;

namespace Orchestrator.Dashboard.Api;

/// <summary>All API operations on a repository.</summary>
internal static class ApiTable
{
    private const string OfRepository = "/repositories/{repository}";
    private const string OfRun = OfRepository + "/runs/{run}";
    private const string OfTask = OfRun + "/tasks/{task}";

    private static readonly ApiMember Text = new("text", "What the agent is told.", IsRequired: true);
    private static readonly ApiMember Reason = new("reason", "Why.");

    /// <summary>Operations in the order of the documentation.</summary>
    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        Read<HistoryDocument>(
            "listRuns",
            OfRepository + "/runs",
            "The runs of a repository, the latest first",
            request =>
                request.TryNumber("limit", out var limit)
                    ? (queries, stop) => queries.HistoryAsync(limit ?? QueryDefaults.ListLength, withForecasts: false, stop)
                    : null
        ) with
        {
            Query = [new ApiMember("limit", "How many of them; 20 by default.", Type: JsonSchemaType.Integer)],
        },
        Read<RunStatus>("getRun", OfRun, "A run as it is", request => (queries, stop) => queries.RunAsync(request.Run, stop)),
        Read<RunStatus>(
            "getReport",
            OfRun + "/report",
            "A run's report",
            request => (queries, stop) => queries.ReportAsync(request.Run, stop)
        ),
        Read<TaskDocument>(
            "getTask",
            OfTask,
            "A task with its transitions and mail",
            request => (queries, stop) => queries.TaskAsync(request.Task, stop)
        ),
        Read<LogDocument>(
            "getLog",
            OfTask + "/log",
            "What a task's agent said and did",
            request => request.TryNumber("start", out var start) ? (queries, stop) => queries.LogAsync(request.Task, start, stop) : null
        ) with
        {
            Query = [new ApiMember("start", "Number of the agent's start; the last one by default.", Type: JsonSchemaType.Integer)],
        },
        Read<DiffDocument>(
            "getDiff",
            OfTask + "/diff",
            "What a task changes",
            request => (queries, stop) => queries.DiffAsync(request.Task, stop)
        ),
        Read<ProofDocument>(
            "getProof",
            OfRepository + "/proof",
            "Which task a line of code came by, what its gates said, and who decided",
            request =>
                request.Query("place") is { Length: > 0 } place
                    ? (queries, stop) =>
                        queries.ProofAsync(place, request.Query("revision") is { Length: > 0 } revision ? revision : null, stop)
                    : null
        ) with
        {
            Query =
            [
                new ApiMember("place", "The line, as FILE:LINE.", IsRequired: true),
                new ApiMember("revision", "In this commit or branch; HEAD by default."),
            ],
        },
        Read<ConfigDocument>(
            "listSettings",
            OfRepository + "/settings",
            "All settings with where each comes from",
            _ => (queries, _) => Task.FromResult(queries.Settings(onlyChanged: false))
        ),
        Read<UsageDocument>(
            "getUsage",
            OfRepository + "/usage",
            "Usage limits, tokens and money of all accounts",
            _ => (queries, stop) => queries.UsageAsync(QueryDefaults.UsageDays, run: null, stop)
        ),
        Read<SchedulesDocument>(
            "listSchedules",
            OfRepository + "/schedules",
            "The schedules",
            _ => (queries, stop) => queries.SchedulesAsync(stop)
        ),
        Read<BacklogDocument>(
            "listBacklog",
            OfRepository + "/backlog",
            "The tasks of the backlog",
            _ => (queries, _) => Task.FromResult(queries.Backlog())
        ),
        Read<SessionsDocument>(
            "listSessions",
            OfRepository + "/sessions",
            "The conversations of Claude Code on this machine",
            request =>
                (queries, stop) =>
                    Task.FromResult(queries.Conversations(FormNumber.Read(request.Query("hours")), QueryDefaults.ListLength, stop))
        ) with
        {
            Query = [new ApiMember("hours", "Only those of the last hours.", Type: JsonSchemaType.Integer)],
        },
        Read<WorktreesDocument>(
            "listWorktrees",
            OfRepository + "/worktrees",
            "The worktrees of a repository: whose each is, and whether it can go",
            _ => (queries, stop) => queries.WorktreesAsync(stop)
        ),
        Read<CollectDocument>(
            "collectResults",
            OfRun + "/results",
            "A run's results, branches and commits",
            request => (queries, stop) => queries.ResultsAsync([request.Run], stop)
        ),
        Read<CheckDocument>(
            "check",
            OfRepository + "/check",
            "Whether this machine and the repository are ready",
            _ => (queries, stop) => queries.CheckAsync(stop)
        ),
        new ApiCommand(
            "startRun",
            OfRepository + "/runs",
            "Starts a run in the background",
            request =>
                (request.Text("plan"), request.Text("request")) switch
                {
                    ({ Length: > 0 }, null) => ["run", "--detach", .. Limits(request), CommandCall.InputFile],
                    (null, { Length: > 0 } asked) => ["run", "--detach", .. Limits(request), "--", asked],
                    _ => null,
                }
        )
        {
            Body =
            [
                new ApiMember("plan", "The plan as YAML or JSON text. Either this or 'request'."),
                new ApiMember("request", "A request, from which a plan is made."),
                new ApiMember("maxCost", "US dollars at which no further agent is started.", Type: JsonSchemaType.Number),
                new ApiMember("until", "Time of day, such as 07:00, from which on no agent is started."),
            ],
        },
        new ApiCommand(
            "validatePlan",
            OfRepository + "/plans/validate",
            "Whether a plan can be run",
            request => request.Text("plan") is { Length: > 0 } ? ["validate", "--json", CommandCall.InputFile] : null
        )
        {
            Answer = typeof(ValidateDocument),
            Body = [new ApiMember("plan", "The plan as YAML or JSON text.", IsRequired: true)],
        },
        Act(
            "approve",
            OfRun + "/questions/{task}/approve",
            "Says yes to a question: of a task, or 'plan'",
            request => ["approve", "--", request.Task]
        ),
        Act(
            "reject",
            OfRun + "/questions/{task}/reject",
            "Says no to a question",
            request => ["reject", .. ApiRequest.Option("--reason", request.Text("reason")), "--", request.Task],
            Reason
        ),
        Act(
            "openPullRequest",
            OfRun + "/pull-request",
            "Opens draft pull requests of a run, or updates those that it has",
            request => ["pr", "--", request.Run]
        ),
        Act("pauseRun", OfRun + "/pause", "Pauses a run", request => ["pause", "--", request.Run]),
        Act("resumeRun", OfRun + "/resume", "Goes on with a run", request => ["resume", "--", request.Run]),
        Act("cancelRun", OfRun + "/cancel", "Cancels a run", request => ["cancel", "--", request.Run]),
        Act("promoteRun", OfRun + "/promote", "Lands a run that waits for that", request => ["promote", "--", request.Run]),
        Act(
            "landMerged",
            OfRun + "/land-merged",
            "Lands what is merged; the rest stays open",
            request => ["land", "--merged", "--", request.Run]
        ),
        Act(
            "resolveRun",
            OfRun + "/resolve",
            "Answers how a run continues that can't continue by itself",
            request =>
                request.Text("how") is { } how && Resolutions.All.Contains(how, StringComparer.Ordinal)
                    ? ["resolve", "--", request.Run, how]
                    : null,
            new ApiMember("how", "manual-fix, replan or abort.", IsRequired: true)
        ),
        Act(
            "broadcast",
            OfRun + "/broadcast",
            "Sends mail to all agents of a run",
            request => request.Text("text") is { Length: > 0 } text ? ["broadcast", "--", request.Run, text] : null,
            Text
        ),
        Act(
            "retryTask",
            OfTask + "/retry",
            "Tries a task again",
            request => ["retry", .. ApiRequest.Option("--guidance", request.Text("guidance")), "--", request.Task],
            new ApiMember("guidance", "A sentence for its agent.")
        ),
        Act(
            "skipTask",
            OfTask + "/skip",
            "Leaves a task out; what depends on it runs all the same",
            request => ["skip", "--", request.Task]
        ),
        Act("cancelTask", OfTask + "/cancel", "Cancels a task", request => ["cancel", "--", request.Task]),
        Act("pauseTask", OfTask + "/pause", "Pauses a task", request => ["pause", "--", request.Task]),
        Act("resumeTask", OfTask + "/resume", "Goes on with a task", request => ["resume", "--", request.Task]),
        Act(
            "sendMail",
            OfTask + "/mail",
            "Sends mail to a task's agent",
            request => request.Text("text") is { Length: > 0 } text ? ["send", "--", request.Task, text] : null,
            Text
        ),
    ];

    private static ApiQuestion Read<T>(
        string name,
        string path,
        string summary,
        Func<ApiRequest, Func<IRunQueries, CancellationToken, Task<T>>?> ask
    )
        where T : class =>
        new(name, path, summary, request => ask(request) is { } asked ? async (queries, stop) => await asked(queries, stop) : null)
        {
            Answer = typeof(T),
        };

    private static ApiCommand Act(
        string name,
        string path,
        string summary,
        Func<ApiRequest, IReadOnlyList<string>?> words,
        params IReadOnlyList<ApiMember> body
    ) => new(name, path, summary, words) { Body = body };

    private static IEnumerable<string> Limits(ApiRequest request) =>
        ApiRequest.Option("--max-cost", request.Body["maxCost"]?.ToString()).Concat(ApiRequest.Option("--until", request.Text("until")));
}
