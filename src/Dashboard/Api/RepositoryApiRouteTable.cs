using Microsoft.OpenApi;

namespace Orchestrator.Dashboard.Api;

/// <summary>All API operations on a repository.</summary>
internal static class RepositoryApiRouteTable
{
    private const string OfRepository = "/repositories/{repository}";
    private const string OfRun = OfRepository + "/runs/{run}";
    private const string OfTask = OfRun + "/tasks/{task}";

    private static readonly ApiParameterDefinition Text = new("text", "Text for the agent.", IsRequired: true);

    private static readonly ApiParameterDefinition Losses = new(
        "acceptLosses",
        "True to land even if changes of the run are lost; the report names them.",
        Type: JsonSchemaType.Boolean
    );

    private const int PageLength = 500;

    private static readonly ApiParameterDefinition After = new("after", "Cursor: the value of 'next' from the previous page.");

    private static ApiParameterDefinition Limit(int usual) =>
        new(
            "limit",
            string.Create(CultureInfo.InvariantCulture, $"Maximum number of entries. Default: {usual}."),
            Type: JsonSchemaType.Integer
        );

    /// <summary>Operations in the order of the documentation.</summary>
    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        Read<RunListDocument>(
            "listRuns",
            OfRepository + "/runs",
            "The runs of a repository, the latest first",
            request =>
                request.TryNumber("limit", out var limit)
                    ? (queries, stop) =>
                        queries.HistoryAsync(
                            limit ?? RunQueryArgumentDefaults.ListLength,
                            withForecasts: false,
                            stop,
                            request.Query("after") is { Length: > 0 } after ? after : null
                        )
                    : null
        ) with
        {
            Query = [Limit(RunQueryArgumentDefaults.ListLength), After],
        },
        Read<RunStatus>("getRun", OfRun, "The current state of a run", request => (queries, stop) => queries.RunAsync(request.Run, stop)),
        Read<RunStatus>(
            "getReport",
            OfRun + "/report",
            "A run's report",
            request => (queries, stop) => queries.ReportAsync(request.Run, stop)
        ),
        Read<EventsDocument>(
            "listEvents",
            OfRun + "/events",
            "A run's transitions, the oldest first",
            request =>
                request.TryPage(PageLength, out var after, out var limit)
                    ? (queries, _) => queries.EventPageAsync(request.Run, after, limit)
                    : null
        ) with
        {
            Query = [Limit(PageLength), After],
        },
        Read<BudgetDocument>(
            "getBudget",
            OfRun + "/budget",
            "A run's budgets and usage limits",
            request => async (queries, stop) => BudgetDocument.Of(await queries.RunAsync(request.Run, stop))
        ),
        Read<TaskDiffDocument>(
            "getRunDiff",
            OfRun + "/diff",
            "The changes of a run",
            request => (queries, stop) => queries.DiffAsync(request.Run, stop)
        ),
        Read<GatesDocument>(
            "listGates",
            OfRun + "/gates",
            "The results of all gates of a run",
            request => (queries, _) => queries.GatesAsync(request.Run)
        ),
        Read<GateLogDocument>(
            "getGateLog",
            OfRun + "/gates/{gate}/log",
            "A part of a gate's log",
            request =>
                request.TryPage(PageLength, out var after, out var limit)
                    ? (queries, _) => queries.GateLogAsync(request.Run, request.Path("gate"), after, limit)
                    : null
        ) with
        {
            Query = [Limit(PageLength), After],
        },
        Read<TaskDocument>(
            "getTask",
            OfTask,
            "A task with its transitions and mail",
            request => (queries, stop) => queries.TaskAsync(request.Task, stop)
        ),
        Read<AgentLogDocument>(
            "getLog",
            OfTask + "/log",
            "Output of a task's agent",
            request =>
                request.TryNumber("start", out var start) && request.TryPage(int.MaxValue, out var after, out var limit) && limit > 0
                    ? async (queries, stop) => (await queries.LogAsync(request.Task, start, stop)).Page(after, limit)
                    : null
        ) with
        {
            Query =
            [
                new ApiParameterDefinition("start", "Number of the agent run. Default: the latest.", Type: JsonSchemaType.Integer),
                new ApiParameterDefinition("limit", "Maximum number of lines. Default: all.", Type: JsonSchemaType.Integer),
                After,
            ],
        },
        Read<TaskDiffDocument>(
            "getDiff",
            OfTask + "/diff",
            "Changes of a task",
            request => (queries, stop) => queries.DiffAsync(request.Task, stop)
        ),
        Read<ProofDocument>(
            "getProof",
            OfRepository + "/proof",
            "The task, gates and decisions behind a line of code",
            request =>
                request.Query("place") is { Length: > 0 } place
                    ? (queries, stop) =>
                        queries.ProofAsync(place, request.Query("revision") is { Length: > 0 } revision ? revision : null, stop)
                    : null
        ) with
        {
            Query =
            [
                new ApiParameterDefinition("place", "The line of code, as FILE:LINE.", IsRequired: true),
                new ApiParameterDefinition("revision", "Commit or branch. Default: HEAD."),
            ],
        },
        Read<SettingListDocument>(
            "listSettings",
            OfRepository + "/settings",
            "All settings with their sources",
            _ => (queries, _) => Task.FromResult(queries.Settings(onlyChanged: false))
        ),
        Read<UsageDocument>(
            "getUsage",
            OfRepository + "/usage",
            "Usage limits, tokens and cost of all accounts",
            _ => (queries, stop) => queries.UsageAsync(RunQueryArgumentDefaults.UsageDays, run: null, stop)
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
                    Task.FromResult(
                        queries.Conversations(FormNumberParser.Read(request.Query("hours")), RunQueryArgumentDefaults.ListLength, stop)
                    )
        ) with
        {
            Query = [new ApiParameterDefinition("hours", "Maximum age of the conversations in hours.", Type: JsonSchemaType.Integer)],
        },
        Read<WorktreesDocument>(
            "listWorktrees",
            OfRepository + "/worktrees",
            "The worktrees of a repository, with owner, and whether each can be removed",
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
            "Checks whether this machine and the repository are ready",
            _ => (queries, stop) => queries.CheckAsync(stop)
        ),
        new RunControlApiRoute("startRun", OfRepository + "/runs", "Starts a run in the background", Start)
        {
            Answer = typeof(RunStartResponse),
            Body =
            [
                new ApiParameterDefinition("plan", "The plan as YAML or JSON text. Use either this or 'request'."),
                new ApiParameterDefinition("request", "A request in words, from which a planner writes a plan."),
                new ApiParameterDefinition("maxCost", "Cost in US dollars at which no more agents start.", Type: JsonSchemaType.Number),
                new ApiParameterDefinition("until", "Time of day, such as 07:00, after which no agent starts."),
            ],
        },
        Read<ValidateDocument>(
            "validatePlan",
            OfRepository + "/plans/validate",
            "Checks whether a plan can be run",
            request =>
                request.Text("plan") is { Length: > 0 } plan
                    ? async (queries, stop) => (await queries.PlanAsync(plan, stop)).Check.ToDocument()
                    : null,
            HttpMethods.Post
        ) with
        {
            Body = [new ApiParameterDefinition("plan", "The plan as YAML or JSON text.", IsRequired: true)],
        },
        .. SteeringCatalog.All.SelectMany(CreateSteeringRoutes),
        new RunControlApiRoute(
            "hold",
            OfRun + "/hold",
            "Stops starting agents of a run",
            request =>
                request.Text("reason") is { Length: > 0 } reason ? (commands, stop) => commands.HoldAsync(request.Run, reason, stop) : null
        )
        {
            Body = [new ApiParameterDefinition("reason", "The reason, as a sentence.", IsRequired: true)],
        },
        new RunControlApiRoute(
            "release",
            OfRun + "/release",
            "Ends the hold of a run",
            request => (commands, stop) => commands.ReleaseAsync(request.Run, stop)
        ),
        new RunControlApiRoute(
            "openPullRequest",
            OfRun + "/pull-request",
            "Opens draft pull requests for a run, or updates its existing ones",
            request => (commands, stop) => commands.OpenPullRequestsAsync(request.Run, stop)
        ),
        new RunControlApiRoute("broadcast", OfRun + "/broadcast", "Sends mail to all agents of a run", request => Mail(request, task: null))
        {
            Body = [Text],
        },
        new RunControlApiRoute("sendMail", OfTask + "/mail", "Sends mail to a task's agent", request => Mail(request, request.Path("task")))
        {
            Body = [Text],
        },
    ];

    private static Func<IRunCommands, CancellationToken, Task<RunControlResult>>? Start(IncomingApiRequest request)
    {
        var (plan, asked) = (request.Text("plan"), request.Text("request"));
        if ((plan is { Length: > 0 }) == (asked is { Length: > 0 }) || !request.TryMoney("maxCost", out var most))
        {
            return null;
        }
        var start = new BackgroundRunRequest
        {
            Plan = plan,
            Request = asked,
            MaxCost = most,
            Until = request.Text("until"),
        };
        return (commands, stop) => commands.StartAsync(start, stop);
    }

    private static Func<IRunCommands, CancellationToken, Task<RunControlResult>>? Mail(IncomingApiRequest request, string? task) =>
        request.Text("text") is { Length: > 0 } text ? (commands, stop) => commands.SendMailAsync(request.Run, task, text, stop) : null;

    /// <summary>Returns the routes of a steering command, with one route for each kind of target: run, task or question.</summary>
    private static IEnumerable<RunControlApiRoute> CreateSteeringRoutes(SteeringCommandDefinition command)
    {
        (SteeringTargetKinds Target, string Path)[] targets =
        [
            (SteeringTargetKinds.Run, OfRun),
            (SteeringTargetKinds.Task, OfTask),
            (SteeringTargetKinds.Question, OfRun + "/questions/{task}"),
        ];
        return targets
            .Where(target => command.Targets.HasFlag(target.Target))
            .Select(target => new RunControlApiRoute(
                OperationOf(command, target.Target),
                $"{target.Path}/{command.Name}",
                command.Summary,
                request => CreateAction(command, request, target.Target)
            )
            {
                Steering = command,
                Body =
                [
                    .. command.Arguments.Select(argument => new ApiParameterDefinition(
                        argument.Name,
                        argument.Description,
                        argument.IsRequired
                    )),
                    .. command.Lands ? [Losses] : (ApiParameterDefinition[])[],
                ],
            });
    }

    private static Func<IRunCommands, CancellationToken, Task<RunControlResult>>? CreateAction(
        SteeringCommandDefinition command,
        IncomingApiRequest request,
        SteeringTargetKinds target
    )
    {
        var task = target == SteeringTargetKinds.Run ? null : request.Path("task");
        if (command.FaultOf(new SteeringCommandUserInput("", task) { Values = request.Values }) is not null)
        {
            return null;
        }
        var steering = new SteeringRequest(request.Run, task)
        {
            Values = request.Values,
            AcceptsLosses = request.Body[Losses.Name]?.GetValueKind() == JsonValueKind.True,
        };
        return (commands, stop) => commands.SteerAsync(command, steering, stop);
    }

    /// <summary>Returns the name of an operation, which is the command's name in camel case. The target is appended if the name alone is
    /// ambiguous.</summary>
    private static string OperationOf(SteeringCommandDefinition command, SteeringTargetKinds target)
    {
        var words = command.Name.Split('-');
        return string.Concat(words.Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]))
            + (target == SteeringTargetKinds.Question || words.Length > 1 ? "" : target.ToString());
    }

    private static ApiQueryRoute Read<T>(
        string name,
        string path,
        string summary,
        Func<IncomingApiRequest, Func<IRunQueries, CancellationToken, Task<T>>?> ask,
        string? method = null
    )
        where T : class =>
        new(
            method ?? HttpMethods.Get,
            name,
            path,
            summary,
            request => ask(request) is { } asked ? async (queries, stop) => await asked(queries, stop) : null
        )
        {
            Answer = typeof(T),
        };
}
