using Microsoft.OpenApi;

namespace Orchestrator.Dashboard.Api;

/// <summary>Operation of the API for its description.</summary>
/// <param name="Method">HTTP method, <c>GET</c> or <c>POST</c>.</param>
/// <param name="Name">Name of the operation, for generated clients.</param>
/// <param name="Summary">Description in one sentence.</param>
internal record ApiOperation(string Method, string Name, string Summary)
{
    /// <summary>Members of the JSON body with their meaning.</summary>
    public IReadOnlyList<ApiMember> Body { get; init; } = [];

    /// <summary>Query parameters with their meaning.</summary>
    public IReadOnlyList<ApiMember> Query { get; init; } = [];

    /// <summary>Type of the document in the response. Without a document, the command's message is returned. <see cref="string"/> means
    /// server-sent events.</summary>
    public Type Answer { get; init; } = typeof(CommandTold);

    /// <summary>True if the operation only reads. False if it changes something or processes the body.</summary>
    public bool IsRead => Method == HttpMethods.Get;
}

/// <summary>Operation of the API on a repository.</summary>
/// <param name="Method">HTTP method, <c>GET</c> or <c>POST</c>.</param>
/// <param name="Name">Name of the operation, for generated clients.</param>
/// <param name="Path">Path below <c>/api/v1</c>.</param>
/// <param name="Summary">Description in one sentence.</param>
internal abstract record ApiRoute(string Method, string Name, string Path, string Summary) : ApiOperation(Method, Name, Summary);

/// <summary>Query of the API.</summary>
/// <param name="Ask">Runs the query, or returns null if the request is incomplete.</param>
internal sealed record ApiQuestion(
    string Name,
    string Path,
    string Summary,
    Func<ApiRequest, Func<IRunQueries, CancellationToken, Task<object>>?> Ask
) : ApiRoute(HttpMethods.Get, Name, Path, Summary);

/// <summary>Change through the API, executed as a command line of <c>orchestrate</c>.</summary>
/// <param name="Words">Returns the command line of a request, or null if the request lacks a required member of
/// <see cref="ApiOperation.Body"/>.</param>
internal sealed record ApiCommand(string Name, string Path, string Summary, Func<ApiRequest, IReadOnlyList<string>?> Words)
    : ApiRoute(HttpMethods.Post, Name, Path, Summary);

/// <summary>Message of a command without a document.</summary>
/// <param name="ExitCode">Exit code: 0, or 4 if nobody works on the run now, so that the change is stored for whoever continues
/// it.</param>
/// <param name="Told">Complete output for users.</param>
internal sealed record CommandTold(int ExitCode, string Told);

/// <summary>Repositories of this user.</summary>
/// <param name="Repositories">Repositories in path order.</param>
internal sealed record RepositoriesDocument(IReadOnlyList<RepositoryEntry> Repositories) : Client.Views.Document;

/// <summary>Member of a body or query parameter.</summary>
/// <param name="Name">Name of the member.</param>
/// <param name="Description">Meaning of the member.</param>
/// <param name="IsRequired">True if the request is rejected without it.</param>
/// <param name="Type">JSON type of the value.</param>
internal sealed record ApiMember(string Name, string Description, bool IsRequired = false, JsonSchemaType Type = JsonSchemaType.String);

/// <summary>Path, query and body of an API request.</summary>
/// <param name="Path">Returns the value of a path segment by name.</param>
/// <param name="Query">Returns the value of a query parameter, or null if not given.</param>
/// <param name="Body">JSON body; empty if there is none.</param>
internal sealed record ApiRequest(Func<string, string> Path, Func<string, string?> Query, JsonObject Body)
{
    /// <summary>Id of the run.</summary>
    public string Run => Path("run");

    /// <summary>Task with its run.</summary>
    public string Task => $"{Path("run")}/{Path("task")}";

    /// <summary>Reads a number from the query.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">Number, or null if none is given.</param>
    /// <returns>False for a text that is not an integer.</returns>
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

    /// <summary>Returns a text of the body, or null if it is missing or not a string.</summary>
    public string? Text(string name) => Body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Returns a command-line option with a text of the request, or nothing if the text is empty.</summary>
    public static IEnumerable<string> Option(string option, string? value) => value is { Length: > 0 } ? [$"{option}={value}"] : [];
}
