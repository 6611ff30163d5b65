using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Orchestrator.Dashboard.Source;

/// <summary>An error as an answer (RFC 9457), for programs and for people alike.</summary>
internal sealed class Problem : ProblemDetails
{
    /// <summary>The media type of the answer.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Exit code of the command that was carried out; null: none was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExitCode { get; init; }

    /// <summary>The answer.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="what">What is wrong, in a sentence.</param>
    /// <param name="cure">What to do.</param>
    /// <param name="exitCode">Exit code of the command that was carried out; null: none was.</param>
    public static IResult Of(int status, string what, string cure, int? exitCode = null) =>
        Results.Json(
            new Problem
            {
                Status = status,
                Title = what,
                Detail = cure,
                ExitCode = exitCode,
            },
            QueryReader.Json,
            MediaType,
            status
        );
}
