using Microsoft.OpenApi;

namespace Orchestrator.Dashboard.Api;

/// <summary>An operation of the API, as the API's description shows it.</summary>
/// <param name="Method">HTTP method, <c>GET</c> or <c>POST</c>.</param>
/// <param name="Name">Name of the operation, for generated clients.</param>
/// <param name="Summary">Description in one sentence.</param>
internal record ApiOperation(string Method, string Name, string Summary)
{
    /// <summary>Members of the JSON request body.</summary>
    public IReadOnlyList<ApiParameterDefinition> Body { get; init; } = [];

    /// <summary>Query parameters.</summary>
    public IReadOnlyList<ApiParameterDefinition> Query { get; init; } = [];

    /// <summary>
    /// Type of the document in the response. By default, this is the response to a command. <see cref="string"/> stands for a stream of
    /// server-sent events.
    /// </summary>
    public Type Answer { get; init; } = typeof(RunControlApiResponse);

    /// <summary>Kinds of server-sent events that the operation sends. Empty if it sends none.</summary>
    public IReadOnlyList<ApiEvent> Events { get; init; } = [];

    /// <summary>True for an operation that exists only for compatibility with clients of an older tool.</summary>
    public bool IsDeprecated { get; init; }

    /// <summary>True if the operation changes nothing.</summary>
    public virtual bool IsRead => Method == HttpMethods.Get;
}

/// <summary>Kind of a server-sent event.</summary>
/// <param name="Name">Value of the event's <c>event</c> field.</param>
/// <param name="Data">Type of the event's JSON data, or null if the event has no data.</param>
internal sealed record ApiEvent(string Name, Type? Data);

/// <summary>An API operation that works on a repository.</summary>
/// <param name="Method">HTTP method, <c>GET</c> or <c>POST</c>.</param>
/// <param name="Name">Name of the operation, for generated clients.</param>
/// <param name="Path">Path below <c>/api/v1</c>.</param>
/// <param name="Summary">Description in one sentence.</param>
internal abstract record ApiRoute(string Method, string Name, string Path, string Summary) : ApiOperation(Method, Name, Summary);

/// <summary>API operation that reads data.</summary>
/// <param name="Ask">Runs the query, or returns null if the request is incomplete.</param>
internal sealed record ApiQueryRoute(
    string Method,
    string Name,
    string Path,
    string Summary,
    Func<IncomingApiRequest, Func<IRunQueries, CancellationToken, Task<object>>?> Ask
) : ApiRoute(Method, Name, Path, Summary)
{
    /// <inheritdoc/>
    public override bool IsRead => true;
}

/// <summary>API operation that changes something.</summary>
/// <param name="Act">Executes the command, or returns null if the request lacks a required member of
/// <see cref="ApiOperation.Body"/>.</param>
internal sealed record RunControlApiRoute(
    string Name,
    string Path,
    string Summary,
    Func<IncomingApiRequest, Func<IRunCommands, CancellationToken, Task<RunControlResult>>?> Act
) : ApiRoute(HttpMethods.Post, Name, Path, Summary)
{
    /// <summary>
    /// Steering command that the operation sends, which may answer a question. Null if the operation makes any other change.
    /// </summary>
    public SteeringCommandDefinition? Steering { get; init; }
}

/// <summary>Response to a command.</summary>
/// <param name="ExitCode">Exit code of the same command of <c>orchestrate</c>. 0 on success, or 4 if the command is stored because no
/// process executes the run now.</param>
/// <param name="Told">Messages for users.</param>
internal sealed record RunControlApiResponse(int ExitCode, string Told);

/// <summary>Response to a request that starts a run.</summary>
/// <param name="ExitCode">0 if the run is executing, 3 if it waits for approval, or 1 if it has already failed.</param>
/// <param name="Told">Messages for users.</param>
/// <param name="RunId">Id of the run.</param>
/// <param name="State">State of the run.</param>
/// <param name="Url">Address of the run in this API.</param>
internal sealed record RunStartResponse(int ExitCode, string Told, string RunId, string State, string Url);

/// <summary>The repositories of this user.</summary>
/// <param name="Repositories">Repositories in path order.</param>
internal sealed record RepositoriesDocument(IReadOnlyList<DashboardRepositoryReference> Repositories)
    : Client.Views.SchemaVersionedDocument;

/// <summary>All runs of this user, sent at the start of an event stream.</summary>
/// <param name="Runs">The latest runs of each repository.</param>
internal sealed record RunsSnapshot(IReadOnlyList<RunWithRepository> Runs);

/// <summary>A run with its repository.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Run">Summary of the run.</param>
internal sealed record RunWithRepository(DashboardRepositoryReference Repository, RunListEntry Run);

/// <summary>A state transition of a run, with the run and its repository.</summary>
/// <param name="Repository">Id of the repository.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Happened">The transition.</param>
internal sealed record RunEventWithRepository(string Repository, string Run, RunEvent Happened);

/// <summary>A member of a request body, or a query parameter.</summary>
/// <param name="Name">Name of the member.</param>
/// <param name="Description">Meaning of the member.</param>
/// <param name="IsRequired">True if the request is rejected without it.</param>
/// <param name="Type">JSON type of the value.</param>
internal sealed record ApiParameterDefinition(
    string Name,
    string Description,
    bool IsRequired = false,
    JsonSchemaType Type = JsonSchemaType.String
);

/// <summary>The path, query and body of an API request.</summary>
/// <param name="Path">Returns the value of a path segment by name.</param>
/// <param name="Query">Returns the value of a query parameter, or null if not given.</param>
/// <param name="Body">JSON body. Empty if the request has none.</param>
internal sealed record IncomingApiRequest(Func<string, string> Path, Func<string, string?> Query, JsonObject Body)
{
    /// <summary>Id of the run.</summary>
    public string Run => Path("run");

    /// <summary>Name of the task, as <c>RUN/TASK</c>.</summary>
    public string Task => $"{Path("run")}/{Path("task")}";

    /// <summary>Reads an optional integer parameter from the query.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">The number, or null if the parameter is missing.</param>
    /// <returns>True if the parameter is missing or an integer.</returns>
    public bool TryNumber(string name, out int? value)
    {
        value = null;
        if (Query(name) is not { Length: > 0 } text)
        {
            return true;
        }
        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = isNumber ? number : null;
        return isNumber;
    }

    /// <summary>Reads the cursor and the maximum length of a page from the query.</summary>
    /// <param name="usual">Default length of a page.</param>
    /// <param name="after">Cursor, or 0 for the first page.</param>
    /// <param name="limit">Length of the page.</param>
    /// <returns>True if both parameters are missing or integers.</returns>
    public bool TryPage(int usual, out int after, out int limit)
    {
        var isPage = TryNumber("after", out var given) & TryNumber("limit", out var most);
        (after, limit) = (given ?? 0, most ?? usual);
        return isPage;
    }

    /// <summary>Reads an amount of money from the body.</summary>
    /// <param name="name">Name of the member.</param>
    /// <param name="value">The amount, or null if the member is missing.</param>
    /// <returns>True if the member is missing or a positive number.</returns>
    public bool TryMoney(string name, out decimal? value)
    {
        value = null;
        if (Body[name] is not { } given)
        {
            return true;
        }
        var isNumber = given is JsonValue json && json.TryGetValue<decimal>(out var number) && (value = number) > 0;
        return isNumber;
    }

    /// <summary>Returns the value of a string member of the body, or null if the member is missing or is not a string.</summary>
    public string? Text(string name) => Body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Members of the body whose values are strings or numbers, by name.</summary>
    public IReadOnlyDictionary<string, string> Values =>
        Body.Where(member => member.Value is JsonValue value && value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number)
            .ToDictionary(member => member.Key, member => member.Value!.ToString(), StringComparer.Ordinal);
}
