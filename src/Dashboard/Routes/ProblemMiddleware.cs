using Orchestrator.Dashboard.Access;
using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Sends the error response of a request, as JSON to programs and as a page to browsers.</summary>
/// <param name="next">Handles the request.</param>
/// <param name="renderer">Renders the page.</param>
internal sealed class ProblemMiddleware(RequestDelegate next, PageRenderer renderer)
{
    /// <summary>Passes a request to the next middleware, and then sends the error response if there is one.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (ProblemResponse.In(context) is not { } problem || context.Response.HasStarted)
        {
            return;
        }
        var status = problem.Status!.Value;
        var answer = IsBrowser(context.Request)
            ? await renderer.RenderAsync<ProblemPage>(
                new()
                {
                    ["Fault"] = problem.Title!,
                    ["Cure"] = problem.Detail ?? "",
                    ["Typed"] = await TypedAsync(context),
                },
                status
            )
            : Results.Json(problem, QueryCoalescer.Json, ProblemResponse.MediaType, status);
        await answer.ExecuteAsync(context);
    }

    // The page contains the submitted text, so that the user does not lose it if the form is refused.
    private static async Task<string> TypedAsync(HttpContext context)
    {
        try
        {
            if (!context.Request.HasFormContentType)
            {
                return "";
            }
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return form["text"].ToString() is { Length: > 0 } text ? text : form["plan"].ToString();
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException)
        {
            return "";
        }
    }

    private static bool IsBrowser(HttpRequest request) =>
        !UnroutedMiddleware.IsOfPrograms(request.Path)
        && request.Headers.Accept.Any(type => type?.Contains("text/html", StringComparison.OrdinalIgnoreCase) is true);
}
