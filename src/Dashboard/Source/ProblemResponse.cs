using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;

namespace Orchestrator.Dashboard.Source;

/// <summary>Error response (RFC 9457) for programs and users.</summary>
internal sealed partial class ProblemResponse : ProblemDetails
{
    /// <summary>Media type of the response.</summary>
    public const string MediaType = "application/problem+json";

    private static readonly string[] Labels = ["error: ", "warning: "];

    /// <summary>Exit code of the executed command, or null if none was executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExitCode { get; init; }

    /// <summary>Address with the full id if the request abbreviates the id of a run or task. Null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }

    /// <summary>Creates the response. Programs receive JSON; browsers receive a page.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="what">Description of the error.</param>
    /// <param name="cure">Suggested fix.</param>
    /// <param name="exitCode">Exit code of the executed command, or null if none was executed.</param>
    /// <param name="url">Address with the full id if the request abbreviates an id, or null.</param>
    public static IResult Of(int status, string what, string cure, int? exitCode = null, string? url = null) =>
        new ProblemResponseHttpResult(
            new ProblemResponse
            {
                Status = status,
                Title = Faults().Match(what) is { Success: true } first ? $"{first.Groups["file"].Value} is not valid." : Sentence(what),
                Detail = Faults().IsMatch(what) ? $"{what.Trim()}\n{cure}" : cure,
                ExitCode = exitCode,
                Url = url,
            }
        );

    /// <summary>Returns the error response that is to be sent for a request, or null if there is none.</summary>
    public static ProblemResponse? In(HttpContext context) => context.Items[typeof(ProblemResponse)] as ProblemResponse;

    /// <summary>Converts a message for the terminal to a sentence, without labels such as <c>error:</c>.</summary>
    public static string Sentence(string message)
    {
        var text = message.Trim();
        while (Labels.FirstOrDefault(label => text.StartsWith(label, StringComparison.OrdinalIgnoreCase)) is { } label)
        {
            text = text[label.Length..].TrimStart();
        }
        return text.Length == 0 || text[^1] is '.' or '!' or '?' ? text : text.TrimEnd(':', ',', ';') + ".";
    }

    // The message is a list of faults, with one fault per line.
    [GeneratedRegex(@"^(?<file>[^\s:]+):\d+:\d+: (error|warning) ")]
    private static partial Regex Faults();

    // A middleware sends the error, because its format depends on the client.
    private sealed class ProblemResponseHttpResult(ProblemResponse problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Items[typeof(ProblemResponse)] = problem;
            httpContext.Response.StatusCode = problem.Status!.Value;
            return Task.CompletedTask;
        }
    }
}
