namespace Orchestrator.Dashboard.Source;

/// <summary>An error as an answer (RFC 9457), for programs and for people alike.</summary>
internal static class Problem
{
    /// <summary>The answer.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="what">What is wrong, in a sentence.</param>
    /// <param name="cure">What to do.</param>
    /// <param name="exitCode">Exit code of the command that was carried out; null: none was.</param>
    public static IResult Of(int status, string what, string cure, int? exitCode = null)
    {
        var more = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (exitCode is { } code)
        {
            more["exitCode"] = code;
        }
        return Results.Problem(detail: cure, statusCode: status, title: what, extensions: more);
    }
}
