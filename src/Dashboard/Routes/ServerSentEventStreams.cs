using Orchestrator.Dashboard.Access;
using Orchestrator.Dashboard.Api;

namespace Orchestrator.Dashboard.Routes;

/// <summary>
/// Serves server-sent events. Pages are notified about changes. Programs receive each numbered state transition from the record of the run,
/// so that a listener that reconnects misses no transition.
/// </summary>
/// <param name="reader">Repositories and queries.</param>
/// <param name="source">Records of runs.</param>
/// <param name="all">Transitions of all runs.</param>
/// <param name="time">Clock.</param>
/// <param name="ends">Cancelled if the server is stopping.</param>
internal sealed class ServerSentEventStreams(
    QueryCoalescer reader,
    IDashboardBackend source,
    AllRunsEvents all,
    TimeProvider time,
    CancellationToken ends
)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(12);

    /// <summary>Maximum interval between messages on a stream. Regular messages ensure that a lost connection is detected.</summary>
    private static readonly TimeSpan Sign = TimeSpan.FromSeconds(15);

    /// <summary>Adds the routes of the streams.</summary>
    public void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/changes", ChangesAsync);
        routes
            .MapGet(ApiRoutes.Root + "/repositories/{repository}/runs/{run}/stream", EventsAsync)
            .Describe(
                Stream(
                    "streamRun",
                    "A run's transitions as server-sent events",
                    new("transition", typeof(RunEvent)),
                    new("resync", typeof(RunStatus)),
                    new("end", null)
                )
            );
        routes
            .MapGet(ApiRoutes.Root + "/events", (Delegate)AllEventsAsync)
            .Describe(
                Stream(
                    "streamEvents",
                    "The transitions of all runs as server-sent events",
                    new("resync", typeof(RunsSnapshot)),
                    new("transition", typeof(RunEventWithRepository))
                )
            );
    }

    private static ApiOperation Stream(string name, string summary, params ApiEvent[] events) =>
        new(HttpMethods.Get, name, summary) { Answer = typeof(string), Events = events };

    private async Task<IResult> ChangesAsync(HttpContext context, string? repository, string? run)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ends);
        // The state is read before the client is notified that it is subscribed, so that any later change differs from this state.
        var (seen, sent) = (Fingerprint(), time.GetTimestamp());
        if (!await BeginAsync(context, stop.Token))
        {
            return Results.Empty;
        }
        try
        {
            while (true)
            {
                await Task.Delay(Look, time, stop.Token);
                var now = Fingerprint();
                if (now != seen)
                {
                    (seen, sent) = (now, time.GetTimestamp());
                    await SendAsync(context, "event: changed\ndata: \n\n", stop.Token);
                }
                else if (time.GetElapsedTime(sent) > Sign)
                {
                    sent = time.GetTimestamp();
                    await SendAsync(context, ": still here\n\n", stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client has disconnected, or the server is stopping.
        }
        return Results.Empty;

        string Fingerprint() =>
            repository is null ? reader.State()
            : reader.Find(repository) is { } home ? reader.State(home, run)
            : "";
    }

    private async Task<IResult> EventsAsync(HttpContext context, string repository, string run)
    {
        if (reader.Find(repository) is not { } home)
        {
            return ProblemResponse.Of(
                StatusCodes.Status404NotFound,
                "The repository does not exist.",
                "GET /api/v1/repositories lists them."
            );
        }
        if (await new AbbreviatedIdRejector(reader).RefusalAsync(context, home, run, task: null) is { } refusal)
        {
            return refusal;
        }
        var last = long.TryParse(context.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var number) ? number : 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ends);
        if (source.FollowAsync(home, run, last, stop.Token) is not { } events)
        {
            return ProblemResponse.Of(
                StatusCodes.Status404NotFound,
                $"The run {run} does not exist.",
                "The runs of a repository are at .../runs."
            );
        }
        var now = (await reader.RunAsync(home, run, stop.Token)).Document;
        if (!await BeginAsync(context, stop.Token))
        {
            return Results.Empty;
        }
        try
        {
            // The client's number is higher than any in the record. The record was therefore reset, so the client's state is obsolete.
            if (now is not null && last > now.Sequence)
            {
                var snapshot = JsonSerializer.Serialize(now, QueryCoalescer.Json);
                await SendAsync(
                    context,
                    string.Create(CultureInfo.InvariantCulture, $"id: {now.Sequence}\nevent: resync\ndata: {snapshot}\n\n"),
                    stop.Token
                );
            }
            await foreach (var happened in events)
            {
                await SendAsync(
                    context,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"id: {happened.Sequence}\nevent: transition\ndata: {JsonSerializer.Serialize(happened, QueryCoalescer.Json)}\n\n"
                    ),
                    stop.Token
                );
            }
            await SendAsync(context, "event: end\ndata: \n\n", stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has disconnected, or the server is stopping.
        }
        return Results.Empty;
    }

    private async Task<IResult> AllEventsAsync(HttpContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ends);
        var id = context.Request.Headers["Last-Event-ID"].FirstOrDefault();
        var cursor = EventCursor.Read(id);
        try
        {
            if (!await BeginAsync(context, stop.Token))
            {
                return Results.Empty;
            }
            if (cursor is null)
            {
                // A client without a known event id first receives all runs in their current state, and then their events.
                cursor = await all.BeginAsync(stop.Token);
                var runs = (await all.RunsAsync(stop.Token)).Select(one => new RunWithRepository(one.Repository, one.Run));
                var snapshot = JsonSerializer.Serialize(new RunsSnapshot([.. runs]), QueryCoalescer.Json);
                await SendAsync(context, $"id: {cursor.Write()}\nevent: resync\ndata: {snapshot}\n\n", stop.Token);
            }
            await foreach (var (after, repository, run, happened) in all.FollowAsync(cursor, stop.Token))
            {
                var data = JsonSerializer.Serialize(new RunEventWithRepository(repository.Id, run, happened), QueryCoalescer.Json);
                await SendAsync(context, $"id: {after.Write()}\nevent: transition\ndata: {data}\n\n", stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has disconnected, or the server is stopping.
        }
        return Results.Empty;
    }

    /// <summary>Sends the headers of a stream. Returns false if the client requested only the headers.</summary>
    private static async Task<bool> BeginAsync(HttpContext context, CancellationToken stop)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        if (UnroutedMiddleware.IsHead(context))
        {
            return false;
        }
        await SendAsync(context, "retry: 1000\n\n", stop);
        return true;
    }

    private static async Task SendAsync(HttpContext context, string text, CancellationToken stop)
    {
        await context.Response.WriteAsync(text, stop);
        await context.Response.Body.FlushAsync(stop);
    }
}
