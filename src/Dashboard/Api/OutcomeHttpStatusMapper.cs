namespace Orchestrator.Dashboard.Api;

/// <summary>Maps outcomes of commands to HTTP statuses.</summary>
internal static class OutcomeHttpStatusMapper
{
    /// <summary>Returns the HTTP status for an outcome.</summary>
    /// <param name="outcome">Outcome of the command.</param>
    /// <param name="isRead">True for a query. A query can't be stored for later execution.</param>
    /// <param name="ofUsage">Status for a request that can't be executed as given.</param>
    public static int Of(UseCaseOutcome outcome, bool isRead, int ofUsage) =>
        outcome switch
        {
            UseCaseOutcome.Done => StatusCodes.Status200OK,
            UseCaseOutcome.WorkFailed => StatusCodes.Status422UnprocessableEntity,
            UseCaseOutcome.Usage => ofUsage,
            UseCaseOutcome.NeedsPerson => StatusCodes.Status409Conflict,
            UseCaseOutcome.Resumable when !isRead => StatusCodes.Status202Accepted,
            // Engine, git or agent are unavailable, something is temporarily in use, or the server is stopping.
            _ => StatusCodes.Status503ServiceUnavailable,
        };

    /// <summary>
    /// Returns the HTTP status for a command's result. A refused command never gets status 202, because it is not stored for later
    /// execution.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <param name="ofUsage">The status if the request is invalid as given.</param>
    public static int Of(RunControlResult result, int ofUsage) => Of(result.Outcome, isRead: result.Fault is not null, ofUsage);

    /// <summary>
    /// True if the command was executed, even if unsuccessfully, or was refused. False if the server was unable to execute it.
    /// </summary>
    public static bool IsAnswer(RunControlResult result) =>
        Of(result, StatusCodes.Status400BadRequest) < StatusCodes.Status500InternalServerError;

    /// <summary>
    /// Returns the HTTP status for a command that can't be executed as requested. The status distinguishes missing objects, invalid
    /// requests, and commands that the current state does not permit.
    /// </summary>
    /// <param name="route">Route of the request.</param>
    /// <param name="request">Request to answer.</param>
    /// <param name="run">Current status of the run, or null if it does not exist or the route has no run.</param>
    public static int OfUsage(ApiRoute route, IncomingApiRequest request, RunStatus? run)
    {
        var ofRun = route.Path.Contains("/{run}", StringComparison.Ordinal);
        var ofTask = route.Path.Contains("/tasks/{task}", StringComparison.Ordinal);
        return ofRun && (run is null || (ofTask && !run.Tasks.Any(task => task.Id == request.Path("task")))) ? StatusCodes.Status404NotFound
            : route.Query.Any(member => request.Query(member.Name) is { Length: > 0 }) ? StatusCodes.Status400BadRequest
            : route.IsRead
                ? ofRun ? StatusCodes.Status404NotFound
                    : StatusCodes.Status422UnprocessableEntity
            : ofRun ? StatusCodes.Status409Conflict
            : StatusCodes.Status400BadRequest;
    }
}
