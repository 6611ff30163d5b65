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

/// <summary>One address of the API: a command line of <c>orchestrate</c> under it.</summary>
/// <param name="Method"><c>GET</c> or <c>POST</c>.</param>
/// <param name="Name">Name of the operation, for generated clients.</param>
/// <param name="Path">Below <c>/api/v1</c>.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Words">The command line of a request; null: the request lacks something, which <see cref="ApiOperation.Body"/>
/// says.</param>
internal sealed record ApiRoute(string Method, string Name, string Path, string Summary, Func<ApiRequest, IReadOnlyList<string>?> Words)
    : ApiOperation(Method, Name, Summary);

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

    /// <summary>A text of the body; null: it is not there, or no text.</summary>
    public string? Text(string name) => Body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>An option with a text of the body or a parameter of the query, where it is given.</summary>
    public static IEnumerable<string> Option(string option, string? value) => value is { Length: > 0 } ? [$"{option}={value}"] : [];
}
