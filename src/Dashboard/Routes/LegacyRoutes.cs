using System.Net.WebSockets;
using Microsoft.OpenApi;
using Orchestrator.Dashboard.Access;
using Orchestrator.Dashboard.Api;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Compatibility routes for clients of an older tool: <c>/api/status</c>, <c>/api/sessions</c>, <c>/api/worktrees</c>, <c>/api/spawn</c>,
/// <c>/api/agents/RUN/TASK/pause</c> and <c>resume</c>, <c>/api/cleanup</c>, <c>/ws/status</c>. The id of an agent is <c>RUN/TASK</c>, in
/// which some clients encode the slash. By default, a new run uses the repository in which the server was started or, failing that, the
/// only known repository.
/// </summary>
/// <param name="reader">Runs queries and commands.</param>
/// <param name="events">Events of all runs.</param>
/// <param name="time">Clock.</param>
/// <param name="ends">Cancelled if the server is stopping.</param>
internal sealed class LegacyRoutes(QueryCoalescer reader, AllRunsEvents events, TimeProvider time, CancellationToken ends)
{
    private const int MostTasks = 200;
    private const int MostSessions = 1000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Adds the compatibility routes to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        Describe<LegacyFormatRunsAndAgents>(
            routes.MapGet("/api/status", (Delegate)SendStatusAsync),
            "legacyStatus",
            "Open runs and their active agents"
        );
        Describe<SessionsDocument>(
            routes.MapGet("/api/sessions", SessionsAsync),
            "legacySessions",
            "Conversations of Claude Code",
            [new ApiParameterDefinition("hours", "Maximum age in hours.", Type: JsonSchemaType.Number)]
        );
        Describe<LegacyFormatWorktreeList>(routes.MapGet("/api/worktrees", (Delegate)WorktreesAsync), "legacyWorktrees", "Worktrees");
        Describe<RunControlApiResponse>(
            routes.MapPost("/api/spawn", (Delegate)SpawnAsync),
            "legacySpawn",
            "Starts a run with independent tasks, one per text",
            body:
            [
                new ApiParameterDefinition("tasks", "Texts that describe the tasks.", IsRequired: true, JsonSchemaType.Array),
                new ApiParameterDefinition("repository", "Id or path of the repository. Default: the one in which the server was started."),
            ]
        );
        foreach (var command in (SteeringCommandDefinition[])[SteeringCatalog.Pause, SteeringCatalog.Resume])
        {
            var summary = $"{char.ToUpperInvariant(command.Name[0])}{command.Name[1..]}s the agent of a task";
            Describe<RunControlApiResponse>(
                routes.MapPost(
                    $"/api/agents/{{run}}/{{task}}/{command.Name}",
                    (HttpContext context, string run, string task) => SteerAsync(context, run, task, command)
                ),
                $"legacy{char.ToUpperInvariant(command.Name[0])}{command.Name[1..]}",
                summary
            );
            // Clients that encode the whole id send %2F, which a server does not decode in paths.
            Describe<RunControlApiResponse>(
                routes.MapPost(
                    $"/api/agents/{{agent}}/{command.Name}",
                    (HttpContext context, string agent) =>
                        Uri.UnescapeDataString(agent).Split('/', 2) is [var run, var task]
                            ? SteerAsync(context, run, task, command)
                            : Task.FromResult(Unknown(agent))
                ),
                $"legacy{char.ToUpperInvariant(command.Name[0])}{command.Name[1..]}Encoded",
                summary
            );
        }
        Describe<RunControlApiResponse>(
            routes.MapPost("/api/cleanup", (Delegate)CleanupAsync),
            "legacyCleanup",
            "Removes ended runs of the repository in which the server was started, or else of all"
        );
        routes.Map("/ws/status", SocketAsync);
    }

    private static void Describe<T>(
        IEndpointConventionBuilder route,
        string name,
        string summary,
        IReadOnlyList<ApiParameterDefinition>? query = null,
        IReadOnlyList<ApiParameterDefinition>? body = null
    ) =>
        route.Describe(
            new(name is "legacyStatus" or "legacySessions" or "legacyWorktrees" ? HttpMethods.Get : HttpMethods.Post, name, summary)
            {
                Answer = typeof(T),
                Query = query ?? [],
                Body = body ?? [],
                IsDeprecated = true,
            }
        );

    private async Task<IResult> SendStatusAsync(HttpContext context) => Json(await StatusAsync(context.RequestAborted));

    private async Task<LegacyFormatRunsAndAgents> StatusAsync(CancellationToken stop)
    {
        var (runs, agents) = (new List<LegacyFormatRun>(), new List<LegacyFormatAgent>());
        foreach (var (repository, entry) in await events.RunsAsync(stop))
        {
            if (RunStateNames.IsFinal(entry.State) || (await reader.RunAsync(repository, entry.RunId, stop)).Document is not { } run)
            {
                continue;
            }
            runs.Add(new(run.RunId, repository.Root, run.Title, run.State, run.Standing, run.Cost));
            agents.AddRange(
                run.Tasks.Where(task => TaskStateNames.HoldsSlot(task.State))
                    .Select(task => new LegacyFormatAgent(
                        $"{run.RunId}/{task.Id}",
                        task.Title.Length > 0 ? task.Title : task.Id,
                        task.Paused ? "paused" : task.State,
                        task.StartedAt,
                        task.Attempt,
                        task.Cost
                    ))
            );
        }
        return new LegacyFormatRunsAndAgents(runs, agents);
    }

    /// <summary>
    /// Returns the Claude Code conversations on this machine. Conversations do not belong to a repository, so any repository can be
    /// queried.
    /// </summary>
    /// <param name="hours">Maximum age in hours, or null for all conversations.</param>
    private async Task<IResult> SessionsAsync(HttpContext context, double? hours)
    {
        if (reader.Repositories.Count == 0)
        {
            return Results.Text(DocumentJson.Write(new SessionsDocument("", [])), "application/json");
        }
        var found = await reader.AskAnyAsync(
            string.Create(CultureInfo.InvariantCulture, $"conversations of an older client {hours}"),
            (queries, stop) => Task.FromResult(queries.Conversations(hours, MostSessions, stop)),
            context.RequestAborted
        );
        return found.Document is { } document
            ? Results.Text(DocumentJson.Write(document), "application/json")
            : Refused(found.Fault!, hours is null ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status400BadRequest);
    }

    private async Task<IResult> WorktreesAsync(HttpContext context)
    {
        var all = new List<LegacyFormatWorktree>();
        foreach (var repository in reader.Repositories)
        {
            var found = await reader.AskAsync(
                repository,
                "worktrees",
                static (queries, stop) => queries.WorktreesAsync(stop),
                context.RequestAborted
            );
            if (found.Document is not { } document)
            {
                return Refused(found.Fault!, StatusCodes.Status422UnprocessableEntity);
            }
            all.AddRange(
                document.Worktrees.Select(tree => new LegacyFormatWorktree(
                    repository.Root,
                    tree.Path,
                    tree.Owner,
                    tree.Size,
                    tree.CanGo,
                    tree.Why,
                    tree.Run,
                    tree.Task,
                    tree.State,
                    tree.Branch,
                    tree.Head
                ))
            );
        }
        return Json(new LegacyFormatWorktreeList(all));
    }

    /// <summary>
    /// Starts a run with one independent task for each task description in the request. Leaves the work of each task on a separate branch.
    /// </summary>
    private async Task<IResult> SpawnAsync(HttpContext context)
    {
        JsonNode? body;
        try
        {
            body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        }
        catch (JsonException fault)
        {
            return ProblemResponse.Of(StatusCodes.Status400BadRequest, $"The body is not JSON: {fault.Message}", "{\"tasks\": [\"...\"]}");
        }
        var texts = TextsOf(body?["tasks"] ?? body?["task"]).ToList();
        var home = body?["repository"]?.ToString() is { Length: > 0 } named
            ? reader.Repositories.FirstOrDefault(repository => named == repository.Id || named == repository.Root)
            : reader.Home ?? (reader.Repositories is [var only] ? only : null);
        if (home is null || texts.Count is 0 or > MostTasks || texts.Exists(text => text.Trim().Length == 0))
        {
            return ProblemResponse.Of(
                StatusCodes.Status400BadRequest,
                home is null ? "The repository is unknown." : "The task list is empty, or one of the tasks is empty.",
                "{\"repository\": \"ID or path\", \"tasks\": [\"what an agent has to do\", ...]}; GET /api/v1/repositories lists them."
            );
        }
        var commands = reader.CommandsIn(home, AccessMiddleware.SessionOf(context).Device);
        return FormatResult(
            await commands.StartAsync(new BackgroundRunRequest { Tasks = texts }, context.RequestAborted),
            StatusCodes.Status400BadRequest
        );
    }

    private static IEnumerable<string> TextsOf(JsonNode? tasks) =>
        tasks switch
        {
            JsonArray many => many.Select(one => (one as JsonObject)?["task"]?.ToString() ?? one?.ToString() ?? ""),
            null => [],
            _ => [tasks.ToString()],
        };

    private async Task<IResult> SteerAsync(HttpContext context, string run, string task, SteeringCommandDefinition command)
    {
        foreach (var repository in reader.Repositories)
        {
            if ((await reader.RunAsync(repository, run, context.RequestAborted)).Document is { } found && found.RunId == run)
            {
                var commands = reader.CommandsIn(repository, AccessMiddleware.SessionOf(context).Device);
                var ofUsage = found.Tasks.Any(one => one.Id == task) ? StatusCodes.Status409Conflict : StatusCodes.Status404NotFound;
                return FormatResult(await commands.SteerAsync(command, new SteeringRequest(run, task), context.RequestAborted), ofUsage);
            }
        }
        return Unknown($"{run}/{task}");
    }

    private static IResult Unknown(string agent) =>
        ProblemResponse.Of(
            StatusCodes.Status404NotFound,
            $"The agent {new UntrustedText(agent).Line} is unknown.",
            "GET /api/status lists the agents."
        );

    private async Task<IResult> CleanupAsync(HttpContext context)
    {
        var told = new List<string>();
        var worst = UseCaseOutcome.Done;
        foreach (var repository in reader.Home is { } home ? [home] : reader.Repositories)
        {
            var commands = reader.CommandsIn(repository, AccessMiddleware.SessionOf(context).Device);
            var result = await commands.CleanUpAsync(context.RequestAborted);
            worst = result.IsDone ? worst : result.Outcome;
            told.Add($"{repository.Root}:\n{result.Text}");
        }
        var text = string.Join("\n\n", told);
        return worst == UseCaseOutcome.Done
            ? Json(new RunControlApiResponse(0, text))
            : ProblemResponse.Of(
                OutcomeHttpStatusMapper.Of(worst, isRead: true, StatusCodes.Status409Conflict),
                "Some leftovers could not be removed.",
                text,
                (int)worst
            );
    }

    private async Task SocketAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await ProblemResponse
                .Of(
                    StatusCodes.Status426UpgradeRequired,
                    "This address accepts only WebSocket connections.",
                    "Use GET /api/status for a single answer."
                )
                .ExecuteAsync(context);
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ends);
        var closed = WhenClosedAsync(socket, stop);
        try
        {
            for (var seen = ""; ; await Task.Delay(Look, time, stop.Token))
            {
                var now = reader.State();
                if (now != seen)
                {
                    seen = now;
                    var text = JsonSerializer.SerializeToUtf8Bytes(await StatusAsync(stop.Token), QueryCoalescer.Json);
                    await socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, stop.Token);
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            await closed;
        }
    }

    // Received messages are ignored; only the end of the connection matters.
    private static async Task WhenClosedAsync(WebSocket socket, CancellationTokenSource stop)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), stop.Token)).MessageType != WebSocketMessageType.Close) { }
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The client disconnected without a close message.
        }
        await stop.CancelAsync();
    }

    private static IResult Json<T>(T document) => Results.Json(document, QueryCoalescer.Json);

    private static IResult Refused(UseCaseException fault, int ofUsage) =>
        ProblemResponse.Of(OutcomeHttpStatusMapper.Of(fault.Outcome, isRead: true, ofUsage), fault.Message, fault.Cure, (int)fault.Outcome);

    private static IResult FormatResult(RunControlResult result, int ofUsage)
    {
        var status = OutcomeHttpStatusMapper.Of(result, ofUsage);
        // A run that waits for approval was also started. These clients do not expect status 201 or 202.
        return status < StatusCodes.Status300MultipleChoices || result.RunId is not null
            ? Json(new RunControlApiResponse((int)result.Outcome, result.Text))
            : ProblemResponse.Of(
                status,
                result.Fault?.Message ?? result.Text.Split('\n')[0],
                result.Fault?.Cure ?? result.Text,
                (int)result.Outcome
            );
    }
}
