using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Door;

/// <summary>Turns a request that can't be read, and a fault of ours, into an answer that says so. What a fault was is in the log, not in
/// the answer.</summary>
/// <param name="next">What answers.</param>
/// <param name="log">Gets the fault.</param>
internal sealed class FaultMiddleware(RequestDelegate next, ILogger log)
{
    /// <summary>Answers a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
        catch (BadHttpRequestException unreadable) when (!context.Response.HasStarted)
        {
            await Problem.Of(unreadable.StatusCode, "The request can't be read.", unreadable.Message).ExecuteAsync(context);
        }
        catch (InvalidDataException unreadable) when (!context.Response.HasStarted)
        {
            await Problem.Of(StatusCodes.Status400BadRequest, "The form can't be read.", unreadable.Message).ExecuteAsync(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            Log.RequestFailed(log, fault, context.Request.Method, context.Request.Path);
            await Problem
                .Of(
                    StatusCodes.Status500InternalServerError,
                    "The server has failed at this request.",
                    "What it was is in the log of 'orchestrate web'; the command line may do what was asked."
                )
                .ExecuteAsync(context);
        }
    }
}
