namespace Orchestrator.Dashboard.Access;

/// <summary>
/// Answers HEAD requests like GET requests, but without a body. Responds to requests without a matching route with status 404, or with 405
/// and the allowed methods.
/// </summary>
/// <param name="next">Routes the request.</param>
/// <param name="missing">Returns the page for a path that does not exist.</param>
internal sealed class UnroutedMiddleware(RequestDelegate next, Func<HttpContext, Task<IResult>> missing)
{
    /// <summary>True if the client requested only the headers. Streams then end after their headers.</summary>
    public static bool IsHead(HttpContext context) => context.Items.ContainsKey(typeof(UnroutedMiddleware));

    /// <summary>Routes a request as GET if its method is HEAD, and sends an error response if no route matches.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            // The server still omits the body, because it keeps the method of the request line.
            context.Items[typeof(UnroutedMiddleware)] = true;
            context.Request.Method = HttpMethods.Get;
        }
        await next(context);
        if (context.Response.HasStarted || context.GetEndpoint() is RouteEndpoint)
        {
            return;
        }
        if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            await RefuseMethodAsync(context);
        }
        else if (context.Response.StatusCode == StatusCodes.Status404NotFound)
        {
            await (IsOfPrograms(context.Request.Path) ? Missing(context) : await missing(context)).ExecuteAsync(context);
        }
    }

    /// <summary>True for paths that only programs use. Requests to unknown paths of this kind do not receive an HTML page.</summary>
    public static bool IsOfPrograms(PathString path) =>
        Array.Exists(["/api", "/ws", "/metrics", "/openapi.json"], prefix => path.StartsWithSegments(prefix, StringComparison.Ordinal));

    private static IResult Missing(HttpContext context) =>
        ProblemResponse.Of(
            StatusCodes.Status404NotFound,
            $"The address {new UntrustedText(context.Request.Path).Line} does not exist.",
            "/api/v1/openapi.json lists the addresses."
        );

    private static Task RefuseMethodAsync(HttpContext context)
    {
        var allowed = context.Response.Headers.Allow.ToString();
        if (allowed.Split(", ").Contains(HttpMethods.Get, StringComparer.Ordinal))
        {
            allowed += $", {HttpMethods.Head}";
        }
        context.Response.Headers.Allow = allowed;
        return ProblemResponse
            .Of(
                StatusCodes.Status405MethodNotAllowed,
                $"This address does not support the method {new UntrustedText(context.Request.Method).Line}.",
                $"Supported methods: {allowed}."
            )
            .ExecuteAsync(context);
    }
}
