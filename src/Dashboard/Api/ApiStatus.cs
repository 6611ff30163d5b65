namespace Orchestrator.Dashboard.Api;

/// <summary>HTTP statuses of what commands come to.</summary>
internal static class ApiStatus
{
    /// <summary>The status of an end.</summary>
    /// <param name="outcome">The end.</param>
    /// <param name="isRead">True for a question: nothing of it can be kept for later.</param>
    /// <param name="ofUsage">The status where the request can't be carried out as it was given.</param>
    public static int Of(Outcome outcome, bool isRead, int ofUsage) =>
        outcome switch
        {
            Outcome.Done => StatusCodes.Status200OK,
            Outcome.WorkFailed => StatusCodes.Status422UnprocessableEntity,
            Outcome.Usage => ofUsage,
            Outcome.NeedsPerson => StatusCodes.Status409Conflict,
            Outcome.Resumable when !isRead => StatusCodes.Status202Accepted,
            // Engine, git or agent are not there, something is in use for the moment, or the server ends.
            _ => StatusCodes.Status503ServiceUnavailable,
        };

    /// <summary>True if the command answered; false if the server could not carry it out.</summary>
    public static bool IsAnswer(CommandResult result) =>
        Of(result.Outcome, isRead: result.Fault is not null, StatusCodes.Status400BadRequest) < StatusCodes.Status500InternalServerError;

    /// <summary>The status of a command that can't be carried out as it was given: what it names is not there, what was asked for can't be,
    /// or what is there does not allow it now.</summary>
    /// <param name="route">Its route.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="run">The run as it is; null: there is none of that id, or the route is about none.</param>
    public static int OfUsage(ApiRoute route, ApiRequest request, RunStatus? run)
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
