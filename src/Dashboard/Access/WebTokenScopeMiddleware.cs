using Orchestrator.App.Access;

namespace Orchestrator.Dashboard.Access;

/// <summary>Refuses requests that the caller's token does not permit.</summary>
/// <param name="next">Handles a permitted request.</param>
internal sealed class WebTokenScopeMiddleware(RequestDelegate next)
{
    /// <summary>Passes a request to the next middleware if the caller's token permits it, or else refuses the request.</summary>
    public Task InvokeAsync(HttpContext context) =>
        context.Items[typeof(LoginSession)] is LoginSession session && session.Scope < Needed(context)
            ? Refusal(session.Scope).ExecuteAsync(context)
            : next(context);

    /// <summary>Creates the response to a request that the token's scope does not permit.</summary>
    public static IResult Refusal(WebTokenScope scope) =>
        ProblemResponse.Of(
            StatusCodes.Status403Forbidden,
            scope == WebTokenScope.Read ? "This token may only read." : "This token may only answer open questions.",
            "'orchestrate web token create NAME --scope all' creates a token with all permissions."
        );

    private static WebTokenScope Needed(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RequiredWebTokenScope>() is { } named ? named.Scope
        : HttpMethods.IsGet(context.Request.Method) ? WebTokenScope.Read
        : WebTokenScope.All;
}

/// <summary>Scope that a route requires. Routes without this metadata require <see cref="WebTokenScope.Read"/> to read and
/// <see cref="WebTokenScope.All"/> to change something.</summary>
/// <param name="Scope">The scope.</param>
internal sealed record RequiredWebTokenScope(WebTokenScope Scope)
{
    /// <summary>
    /// Metadata of routes that are open to tokens with the answer scope. These routes check for themselves whether a request answers an
    /// open question.
    /// </summary>
    public static RequiredWebTokenScope Answer { get; } = new(WebTokenScope.Answer);

    /// <summary>Metadata of routes that every login session may use, whatever its scope.</summary>
    public static RequiredWebTokenScope Read { get; } = new(WebTokenScope.Read);

    /// <summary>True if a command answers an open question of a run.</summary>
    /// <param name="run">The run, or null if it is unknown.</param>
    /// <param name="command">The command.</param>
    /// <param name="task">Task or question to which the command refers, or null for the whole run.</param>
    public static bool IsAnswer(RunStatus? run, SteeringCommandDefinition command, string? task) =>
        run is not null
        && (
            (command.Targets == SteeringTargetKinds.Question && run.Questions.Any(question => question.Id == task))
            || run.Questions.SelectMany(question => question.Ways)
                .Any(way => AnswerRequest.Of(run.RunId, way, "") is var (offered, request) && offered == command && request.Task == task)
        );
}
