using Microsoft.OpenApi;

namespace Orchestrator.Dashboard.Api;

/// <summary>One address of the API as its description has it.</summary>
/// <param name="Method"><c>GET</c> or <c>POST</c>.</param>
/// <param name="Name">Name of the operation, for generated clients.</param>
/// <param name="Summary">What it does.</param>
internal record ApiOperation(string Method, string Name, string Summary)
{
    /// <summary>Members of the JSON body with their meaning.</summary>
    public IReadOnlyList<ApiMember> Body { get; init; } = [];

    /// <summary>Parameters of the query with their meaning.</summary>
    public IReadOnlyList<ApiMember> Query { get; init; } = [];

    /// <summary>The document that is the answer; where there is none, what the command told. <see cref="string"/>: server-sent
    /// events.</summary>
    public Type Answer { get; init; } = typeof(CommandTold);

    /// <summary>True if it only reads; else it changes something, or works with what the body holds.</summary>
    public bool IsRead => Method == HttpMethods.Get;
}

/// <summary>One address of the API that is about a repository.</summary>
/// <param name="Method"><c>GET</c> or <c>POST</c>.</param>
/// <param name="Name">Name of the operation, for generated clients.</param>
/// <param name="Path">Below <c>/api/v1</c>.</param>
/// <param name="Summary">What it does.</param>
internal abstract record ApiRoute(string Method, string Name, string Path, string Summary) : ApiOperation(Method, Name, Summary);

/// <summary>A question of the API.</summary>
/// <param name="Ask">Asks it; null: the request lacks something.</param>
internal sealed record ApiQuestion(
    string Name,
    string Path,
    string Summary,
    Func<ApiRequest, Func<IRunQueries, CancellationToken, Task<object>>?> Ask
) : ApiRoute(HttpMethods.Get, Name, Path, Summary);

/// <summary>A change by the API: a command line of <c>orchestrate</c>.</summary>
/// <param name="Words">The command line of a request; null: the request lacks something, which <see cref="ApiOperation.Body"/>
/// says.</param>
internal sealed record ApiCommand(string Name, string Path, string Summary, Func<ApiRequest, IReadOnlyList<string>?> Words)
    : ApiRoute(HttpMethods.Post, Name, Path, Summary);

/// <summary>The message of a command without a document.</summary>
/// <param name="ExitCode">Its exit code: 0, or 4 where nobody works on the run now, and the answer is kept for whoever goes on.</param>
/// <param name="Told">All that it wrote, for people.</param>
internal sealed record CommandTold(int ExitCode, string Told);

/// <summary>The repositories of this user.</summary>
/// <param name="Repositories">By path.</param>
internal sealed record RepositoriesDocument(IReadOnlyList<RepositoryEntry> Repositories) : Client.Views.Document;

/// <summary>A member of a body or parameter of a query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means.</param>
/// <param name="IsRequired">The request is refused without it.</param>
/// <param name="Type">Its type in JSON.</param>
internal sealed record ApiMember(string Name, string Description, bool IsRequired = false, JsonSchemaType Type = JsonSchemaType.String);

/// <summary>The path, the query and the body of a request of the API.</summary>
/// <param name="Path">Values of the path's parts, by name.</param>
/// <param name="Query">Value of a parameter of the query; null: it is not given.</param>
/// <param name="Body">The JSON body; empty where there is none.</param>
internal sealed record ApiRequest(Func<string, string> Path, Func<string, string?> Query, JsonObject Body)
{
    /// <summary>The run.</summary>
    public string Run => Path("run");

    /// <summary>The task with its run.</summary>
    public string Task => $"{Path("run")}/{Path("task")}";

    /// <summary>A number of the query.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">The number; null where none is given.</param>
    /// <returns>False for a text that is no whole number.</returns>
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

    /// <summary>A text of the body; null: it is not there, or no text.</summary>
    public string? Text(string name) => Body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>An option with a text of the body or a parameter of the query, where it is given.</summary>
    public static IEnumerable<string> Option(string option, string? value) => value is { Length: > 0 } ? [$"{option}={value}"] : [];
}
