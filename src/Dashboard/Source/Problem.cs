using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Orchestrator.Dashboard.Source;

/// <summary>Error response (RFC 9457) for programs and users.</summary>
internal sealed class Problem : ProblemDetails
{
    /// <summary>Media type of the response.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Exit code of the executed command, or null if none was executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExitCode { get; init; }

    /// <summary>Creates the response.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="what">Description of the error, a sentence.</param>
    /// <param name="cure">Suggested fix.</param>
    /// <param name="exitCode">Exit code of the executed command, or null if none was executed.</param>
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
