using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;

namespace Orchestrator.Dashboard.Source;

/// <summary>Error response (RFC 9457) for programs and users.</summary>
internal sealed partial class Problem : ProblemDetails
{
    /// <summary>Media type of the response.</summary>
    public const string MediaType = "application/problem+json";

    private static readonly string[] Labels = ["error: ", "warning: "];

    /// <summary>Exit code of the executed command, or null if none was executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExitCode { get; init; }

    /// <summary>Address of the run or task with the full id that the request abbreviates, or null for no such run or task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }

    /// <summary>Creates the response. Programs receive JSON; browsers receive a page.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="what">Description of the error.</param>
    /// <param name="cure">Suggested fix.</param>
    /// <param name="exitCode">Exit code of the executed command, or null if none was executed.</param>
    /// <param name="url">Address of the object that the request abbreviates, or null for none.</param>
    public static IResult Of(int status, string what, string cure, int? exitCode = null, string? url = null) =>
        new Result(
            new Problem
            {
                Status = status,
                Title = Faults().Match(what) is { Success: true } first ? $"{first.Groups["file"].Value} is not valid." : Sentence(what),
                Detail = Faults().IsMatch(what) ? $"{what.Trim()}\n{cure}" : cure,
                ExitCode = exitCode,
                Url = url,
            }
        );

    /// <summary>Returns the problem with which a request was answered and that is not yet sent, or null for none.</summary>
    public static Problem? In(HttpContext context) => context.Items[typeof(Problem)] as Problem;

    /// <summary>Returns a message as a sentence, without the label of a terminal.</summary>
    public static string Sentence(string message)
    {
        var text = message.Trim();
        while (Labels.FirstOrDefault(label => text.StartsWith(label, StringComparison.OrdinalIgnoreCase)) is { } label)
        {
            text = text[label.Length..].TrimStart();
        }
        return text.Length == 0 || text[^1] is '.' or '!' or '?' ? text : text.TrimEnd(':', ',', ';') + ".";
    }

    // A list of the faults of a file, one on each line.
    [GeneratedRegex(@"^(?<file>[^\s:]+):\d+:\d+: (error|warning) ")]
    private static partial Regex Faults();

    // A middleware sends the problem, because the form depends on the client.
    private sealed class Result(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Items[typeof(Problem)] = problem;
            httpContext.Response.StatusCode = problem.Status!.Value;
            return Task.CompletedTask;
        }
    }
}
