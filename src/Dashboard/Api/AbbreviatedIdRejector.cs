namespace Orchestrator.Dashboard.Api;

/// <summary>
/// Rejects requests whose addresses contain abbreviated ids, because an abbreviated id might later match another run. The error response
/// contains the address with the full id.
/// </summary>
/// <param name="reader">Finds runs.</param>
internal sealed class AbbreviatedIdRejector(QueryCoalescer reader)
{
    /// <summary>Returns a refusal if the address of a request abbreviates the id of a run or a task. Returns null otherwise.</summary>
    /// <param name="context">The request.</param>
    /// <param name="repository">Repository of the run.</param>
    /// <param name="run">Id of the run in the address. Empty if the address has no run.</param>
    /// <param name="task">Id of the task in the address, or null if it has no task.</param>
    public async Task<IResult?> RefusalAsync(HttpContext context, DashboardRepositoryReference repository, string run, string? task)
    {
        if (run.Length == 0 || (await reader.RunAsync(repository, run, context.RequestAborted)).Document is not { } found)
        {
            return null;
        }
        if (found.RunId != run)
        {
            return Refuse(context, "run", run, found.RunId);
        }
        if (task is null || found.Tasks.Any(one => one.Id == task))
        {
            return null;
        }
        string[] similar =
        [
            .. found
                .Tasks.Select(one => one.Id)
                .Where(id =>
                    id.StartsWith(task, StringComparison.OrdinalIgnoreCase) || id.EndsWith(task, StringComparison.OrdinalIgnoreCase)
                ),
        ];
        return similar is [var only] ? Refuse(context, "task", task, only) : null;
    }

    private static IResult Refuse(HttpContext context, string kind, string given, string whole) =>
        ProblemResponse.Of(
            StatusCodes.Status404NotFound,
            $"No {kind} is named '{new UntrustedText(given).Line}'.",
            $"Use the full id of the {kind} in the address, which is '{whole}'.",
            (int)UseCaseOutcome.Usage,
            string.Join('/', context.Request.Path.Value!.Split('/').Select(part => part == given ? Uri.EscapeDataString(whole) : part))
        );
}
