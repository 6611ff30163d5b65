using System.Security.Cryptography;
using Orchestrator.App.Access;
using Orchestrator.Dashboard.Access;

namespace Orchestrator.Dashboard.Api;

/// <summary>
/// Answers API requests. Most requests are the queries and commands in <see cref="RepositoryApiRouteTable"/>. The response to a query is
/// the document that the command line prints with <c>--json</c>.
/// </summary>
/// <param name="reader">Runs queries and commands.</param>
/// <param name="description">Description of the API.</param>
/// <param name="time">Clock.</param>
internal sealed class ApiRoutes(QueryCoalescer reader, ApiDescription description, TimeProvider time)
{
    /// <summary>Common prefix of all paths.</summary>
    public const string Root = "/api/v1";

    private const string IdempotencyKey = "Idempotency-Key";
    private const int LongestKey = 200;

    private readonly IdempotencyCache _kept = new(time);
    private readonly AbbreviatedIdRejector _ids = new(reader);

    /// <summary>Adds the routes of the API to the web server.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet(Root + "/repositories", context => JsonAsync(context, new RepositoriesDocument(reader.Repositories)))
            .Describe(new(HttpMethods.Get, "listRepositories", "The repositories of this user") { Answer = typeof(RepositoriesDocument) });
        routes
            .MapGet(
                Root + "/inbox",
                async context => await JsonAsync(context, new InboxDocument(await reader.InboxAsync(context.RequestAborted)))
            )
            .Describe(
                new(HttpMethods.Get, "listInbox", "Everything that needs attention, in all repositories") { Answer = typeof(InboxDocument) }
            );
        foreach (var path in (string[])[Root + "/openapi.json", "/openapi.json"])
        {
            routes.MapGet(path, async context => await JsonAsync(context, await description.TextAsync(context.RequestAborted)));
        }
        foreach (var route in RepositoryApiRouteTable.All)
        {
            var mapped = routes.MapMethods(Root + route.Path, [route.Method], context => AnswerAsync(context, route));
            mapped.Describe(route);
            if (route is RunControlApiRoute { Steering: not null })
            {
                mapped.WithMetadata(RequiredWebTokenScope.Answer);
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, ApiRoute route)
    {
        if (reader.Find(context.Request.RouteValues["repository"] as string) is not { } repository)
        {
            await Refuse(StatusCodes.Status404NotFound, "The repository does not exist.", $"GET {Root}/repositories lists them.")
                .ExecuteAsync(context);
            return;
        }
        var (request, fault) = await ReadAsync(context, route);
        if (request is null)
        {
            await fault!.ExecuteAsync(context);
            return;
        }
        var task = route.Path.Contains("/tasks/{task}", StringComparison.Ordinal) ? request.Path("task") : null;
        if (await _ids.RefusalAsync(context, repository, request.Run, task) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }
        if (route is ApiQueryRoute question)
        {
            await AnswerAsync(context, question, request, repository);
            return;
        }
        await ExecuteChangeAsync(context, (RunControlApiRoute)route, request, repository);
    }

    /// <summary>Reads a request. Returns a refusal if the request is invalid.</summary>
    private static async Task<(IncomingApiRequest? Request, IResult? Refusal)> ReadAsync(HttpContext context, ApiRoute route)
    {
        JsonObject body;
        try
        {
            body = await BodyAsync(context, route);
        }
        catch (JsonException fault)
        {
            return (
                null,
                Refuse(
                    StatusCodes.Status400BadRequest,
                    $"The body is not a JSON object: {fault.Message}",
                    "Send a JSON object with the content type application/json."
                )
            );
        }
        return body.Select(member => member.Key).FirstOrDefault(name => !route.Body.Any(known => known.Name == name)) is { } unknown
            ? (
                null,
                Refuse(
                    StatusCodes.Status400BadRequest,
                    $"'{new UntrustedText(unknown).Line}' is not a member of this request.",
                    $"Accepted members: {Names(route.Body)}."
                )
            )
            : (
                new IncomingApiRequest(
                    name => context.Request.RouteValues[name] as string ?? "",
                    name => context.Request.Query[name].FirstOrDefault(),
                    body
                ),
                null
            );
    }

    private async Task ExecuteChangeAsync(
        HttpContext context,
        RunControlApiRoute change,
        IncomingApiRequest request,
        DashboardRepositoryReference repository
    )
    {
        if (
            AccessMiddleware.SessionOf(context).Scope is var scope and < WebTokenScope.All
            && !await IsAnswerAsync(context, change, request, repository)
        )
        {
            await WebTokenScopeMiddleware.Refusal(scope).ExecuteAsync(context);
            return;
        }
        if (change.Act(request) is not { } act)
        {
            await RefuseIncompleteAsync(context, change.Body);
            return;
        }
        var commands = reader.CommandsIn(repository, AccessMiddleware.SessionOf(context).Device);
        if (await ExecuteIdempotentAsync(context, repository, stop => act(commands, stop), request.Body) is not { } result)
        {
            await Refuse(
                    StatusCodes.Status422UnprocessableEntity,
                    $"This {IdempotencyKey} was used for another request.",
                    "Use a new key for each change."
                )
                .ExecuteAsync(context);
            return;
        }
        // A run that waits for approval or has already failed was also started.
        if (result.RunId is { } run)
        {
            await SendStartedAsync(context, result, repository, run);
            return;
        }
        var ofUsage = result.Outcome == UseCaseOutcome.Usage ? await OfUsageAsync(context, change, request, repository) : 0;
        await SendAsync(context, result, ofUsage);
    }

    private async Task<bool> IsAnswerAsync(
        HttpContext context,
        RunControlApiRoute change,
        IncomingApiRequest request,
        DashboardRepositoryReference repository
    ) =>
        RequiredWebTokenScope.IsAnswer(
            (await reader.RunAsync(repository, request.Run, context.RequestAborted)).Document,
            change.Steering!,
            request.Path("task") is { Length: > 0 } task ? task : null
        );

    private async Task AnswerAsync(
        HttpContext context,
        ApiQueryRoute question,
        IncomingApiRequest request,
        DashboardRepositoryReference repository
    )
    {
        if (question.Ask(request) is not { } ask)
        {
            await RefuseIncompleteAsync(context, [.. question.Query, .. question.Body]);
            return;
        }
        var answer = await reader.AskAsync(
            repository,
            $"{context.Request.Path}{context.Request.QueryString} {request.Body.ToJsonString()}",
            ask,
            context.RequestAborted,
            request.Run.Length > 0 ? request.Run : null
        );
        if (answer.Document is { } document)
        {
            await JsonAsync(context, DocumentJson.Write(document), StatusCodes.Status200OK);
            return;
        }
        var fault = answer.Fault!;
        var status = OutcomeHttpStatusMapper.Of(
            fault.Outcome,
            isRead: true,
            fault.Outcome == UseCaseOutcome.Usage ? await OfUsageAsync(context, question, request, repository) : 0
        );
        await ProblemResponse.Of(status, fault.Message, fault.Cure, (int)fault.Outcome).ExecuteAsync(context);
    }

    private static Task RefuseIncompleteAsync(HttpContext context, IReadOnlyList<ApiParameterDefinition> members) =>
        Refuse(StatusCodes.Status400BadRequest, "A value in the request is missing or invalid.", $"Accepted members: {Names(members)}.")
            .ExecuteAsync(context);

    private async Task<int> OfUsageAsync(
        HttpContext context,
        ApiRoute route,
        IncomingApiRequest request,
        DashboardRepositoryReference repository
    ) =>
        OutcomeHttpStatusMapper.OfUsage(
            route,
            request,
            request.Run.Length > 0 ? (await reader.RunAsync(repository, request.Run, context.RequestAborted)).Document : null
        );

    /// <summary>
    /// Executes a command, or returns the result of the first request with the same idempotency key. Returns null if that first request was
    /// not identical to this one.
    /// </summary>
    private async Task<RunControlResult?> ExecuteIdempotentAsync(
        HttpContext context,
        DashboardRepositoryReference repository,
        Func<CancellationToken, Task<RunControlResult>> act,
        JsonObject body
    )
    {
        if (context.Request.Headers[IdempotencyKey].FirstOrDefault() is not { Length: > 0 and <= LongestKey } key)
        {
            return await act(context.RequestAborted);
        }
        var asked = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{repository.Root}\n{context.Request.Path}\n{body.ToJsonString()}"))
        );
        return await _kept.GetAsync(key, asked, () => act(CancellationToken.None), context.RequestAborted);
    }

    private async Task SendStartedAsync(HttpContext context, RunControlResult result, DashboardRepositoryReference repository, string run)
    {
        var url = $"{context.Request.Path}/{Uri.EscapeDataString(run)}";
        context.Response.Headers.Location = url;
        // The run has no record before its first step.
        var state = (await reader.RunAsync(repository, run, context.RequestAborted)).Document?.State ?? RunStateNames.Preparing;
        await JsonAsync(context, new RunStartResponse((int)result.Outcome, result.Text, run, state, url), StatusCodes.Status201Created);
    }

    private static async Task SendAsync(HttpContext context, RunControlResult result, int ofUsage)
    {
        var exitCode = (int)result.Outcome;
        var status = OutcomeHttpStatusMapper.Of(result, ofUsage);
        if (status < StatusCodes.Status300MultipleChoices)
        {
            await JsonAsync(context, new RunControlApiResponse(exitCode, result.Text), status);
            return;
        }
        var lines = result.Messages.Split('\n', 2);
        var (title, detail) = result.Fault is { } fault
            ? (fault.Message, fault.Cure)
            : (lines[0].Length > 0 ? lines[0] : "The command was not executed.", lines.Length > 1 ? lines[1].Trim() : "");
        await ProblemResponse.Of(status, title, detail, exitCode).ExecuteAsync(context);
    }

    private static async Task<JsonObject> BodyAsync(HttpContext context, ApiRoute route)
    {
        if (
            route.Method == HttpMethods.Get
            || context.Request.ContentLength is 0
            || (context.Request.ContentLength is null && context.Request.Headers.TransferEncoding.Count == 0)
        )
        {
            return [];
        }
        using var reader = new StreamReader(context.Request.Body, new UTF8Encoding(false, throwOnInvalidBytes: false));
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        return text.Trim().Length == 0 ? [] : JsonNode.Parse(text) as JsonObject ?? throw new JsonException("it is not an object.");
    }

    private static Task JsonAsync<T>(HttpContext context, T document, int status = StatusCodes.Status200OK)
        where T : class => JsonAsync(context, JsonSerializer.Serialize(document, QueryCoalescer.Json), status);

    private static async Task JsonAsync(HttpContext context, string json, int status = StatusCodes.Status200OK)
    {
        if (EntityTag.IsKnown(context, EntityTag.Of(Encoding.UTF8.GetBytes(json))))
        {
            return;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(json, context.RequestAborted);
    }

    private static string Names(IReadOnlyList<ApiParameterDefinition> members) =>
        members.Count == 0
            ? "none"
            : string.Join(", ", members.Select(member => member.IsRequired ? $"{member.Name} (needed)" : member.Name));

    private static IResult Refuse(int status, string what, string cure) => ProblemResponse.Of(status, what, cure);
}
