using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Access;

/// <summary>Converts unreadable requests and internal errors to error responses. The details of an internal error are written only to the
/// log.</summary>
/// <param name="next">Handles the request.</param>
/// <param name="log">Receives the error.</param>
internal sealed class FaultMiddleware(RequestDelegate next, ILogger log)
{
    /// <summary>Passes a request to the next middleware, and sends an error response if that middleware throws an exception.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected, so no response is needed.
        }
        catch (BadHttpRequestException unreadable) when (!context.Response.HasStarted)
        {
            await ProblemResponse.Of(unreadable.StatusCode, "The request can't be read.", unreadable.Message).ExecuteAsync(context);
        }
        catch (InvalidDataException unreadable) when (!context.Response.HasStarted)
        {
            await ProblemResponse.Of(StatusCodes.Status400BadRequest, "The form can't be read.", unreadable.Message).ExecuteAsync(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            Log.RequestFailed(log, fault, context.Request.Method, context.Request.Path);
            await ProblemResponse
                .Of(
                    StatusCodes.Status500InternalServerError,
                    "The server failed to answer this request.",
                    "The log of 'orchestrate web' has details. Alternatively, use the command line."
                )
                .ExecuteAsync(context);
        }
    }
}
