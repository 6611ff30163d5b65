using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>Works on workflow tasks: finds or rebuilds the run, has it process the task, and makes the answer.</summary>
internal sealed class WorkflowTaskHandler : IWorkflowTaskHandler
{
    // A workflow task is kept alive for a local activity when so much of its time has passed.
    private const double HeartbeatAt = 0.8;

    private readonly WorkflowTaskHandlerOptions _options;
    private readonly WorkflowRegistry _registry;
    private readonly WorkflowCache _cache;
    private readonly ActivationGuard _guard;
    private readonly ReplyMaker _replies;

    private WorkflowTaskHandler(WorkflowTaskHandlerOptions options)
    {
        _options = options;
        _registry = new(options.Workflows);
        _cache = new(options.MaxCachedWorkflows, options.Statistics?.Metrics ?? Telemetry.TaskMetrics.None);
        _guard = new(options.DeadlockTimeout, options.DebugMode, options.MaxStuckWorkflows, options.TooManyStuck, options.Time);
        _replies = new(options);
    }

    public int CachedRuns => _cache.Count;

    /// <summary>Makes a handler.</summary>
    /// <exception cref="ArgumentException">The workflows cannot be registered together.</exception>
    public static IWorkflowTaskHandler Create(WorkflowTaskHandlerOptions options) => new WorkflowTaskHandler(options);

    public async Task<WorkflowTaskReply> HandleAsync(
        PollWorkflowTaskQueueResponse task,
        HistoryPageFetcher fetchPage,
        CancellationToken cancellationToken
    )
    {
        var received = _options.Time.GetTimestamp();
        var slot = await _cache.EnterAsync(task.WorkflowExecution.RunId, cancellationToken);
        try
        {
            return await HandleAsync(task, slot, fetchPage, received, cancellationToken);
        }
        catch
        {
            Drop(slot);
            throw;
        }
        finally
        {
            _cache.Leave(slot);
        }
    }

    public PollWorkflowTaskQueueResponse? Accepted(WorkflowTaskReply reply, RespondWorkflowTaskCompletedResponse response)
    {
        if (response.ResetHistoryEventId > 0)
        {
            _cache.GoBack(reply.RunId, reply.Origin, response.ResetHistoryEventId);
        }

        return response.WorkflowTask is { TaskToken.Length: > 0 } next ? next : null;
    }

    public void Refused(WorkflowTaskReply reply) => _cache.Evict(reply.RunId, reply.Origin);

    public void EvictAll() => _cache.EvictAll();

    private static void Drop(WorkflowCache.Slot slot)
    {
        slot.Session?.Dispose();
        slot.Session = null;
    }

    private async Task<WorkflowTaskReply> HandleAsync(
        PollWorkflowTaskQueueResponse task,
        WorkflowCache.Slot slot,
        HistoryPageFetcher fetchPage,
        long received,
        CancellationToken cancellationToken
    )
    {
        var live = task.Query is null;
        var events = await EventsOfAsync(task, slot, fetchPage, cancellationToken);
        slot.Session ??= new(new(_options, _registry.DefinitionOf, task.WorkflowExecution.RunId), _options.LocalActivities, _options.Time);
        var session = slot.Session;
        var updates = live ? UpdatesOf(task) : [];
        Exception? error = null;
        try
        {
            await PayloadCodecs.DecodeAsync(
                new(_options.DataConverter, _options.Namespace, task.WorkflowExecution.WorkflowId, session.Run.Instance),
                task,
                events,
                updates
            );
        }
        catch (Exception e)
        {
            error = e;
        }

        var replays = session.Run.Instance is null && task.PreviousStartedEventId > 0;
        var began = _options.Time.GetTimestamp();
        error ??= await _guard.RunAsync(session.Run, () => session.Run.Process(events, live, updates));
        if (replays)
        {
            _options
                .Statistics?.Metrics.Workflow(task.WorkflowType?.Name ?? string.Empty)
                .TaskReplayLatency.Record(_options.Time.GetElapsedTime(began));
        }

        if (error is null && live && session.Run.StartedEventId != task.StartedEventId)
        {
            error = new InvalidOperationException(
                $"The history of the task ends at the start of task {session.Run.StartedEventId}, but the task was started at "
                    + $"event {task.StartedEventId}."
            );
        }

        var heartbeat = false;
        if (error is null && live)
        {
            (error, heartbeat) = await WorkThroughLocalActivitiesAsync(session, received, cancellationToken);
        }

        if (session.Run is { Instance: { } instance, Definition: { } definition } && live)
        {
            _options.TaskCompleted?.Invoke(new(instance.Info, definition, error));
        }

        if (!live)
        {
            var answer = error is null ? await AnswerAsync(session, string.Empty, task.Query!) : ReplyMaker.Failed(error, failure: null);
            if (error is not null || session.Run.Instance is null or { Completion.Completed: true })
            {
                Drop(slot);
            }

            return await _replies.QueryAsync(task, answer);
        }

        if (error is not null)
        {
            Drop(slot);
            return await _replies.FailedAsync(task, session.Run, error);
        }

        var queries = new Dictionary<string, WorkflowQueryResult>(StringComparer.Ordinal);
        foreach (var (id, query) in task.Queries)
        {
            queries[id] = await AnswerAsync(session, id, query);
        }

        var reply = await _replies.CompletedAsync(task, session.Run, queries, heartbeat);

        // A task that is kept alive comes back in the answer to this completion; its local activities go on meanwhile.
        slot.Pinned = heartbeat;
        if (!heartbeat && (session.Run.Instance!.Completion.Completed || _options.MaxCachedWorkflows == 0))
        {
            Drop(slot);
        }

        return reply with
        {
            Origin = session,
            WorkflowStartTime = session.Run.Instance!.Info.WorkflowStartTime,
        };
    }

    // History for the run as it is known here; from the beginning when it is not known or has gone another way.
    private async Task<HistoryEvent[]> EventsOfAsync(
        PollWorkflowTaskQueueResponse task,
        WorkflowCache.Slot slot,
        HistoryPageFetcher fetchPage,
        CancellationToken cancellationToken
    )
    {
        var run = slot.Session?.Run;
        var events = task.History?.Events.ToArray() ?? [];
        var fits =
            run is not null
            && run.StartedEventId == task.PreviousStartedEventId
            && (events.Length == 0 || events[0].EventId <= run.ProcessedEventId + 1);
        if (fits)
        {
            _options.Statistics?.Cache.Found();
        }
        else
        {
            if (task.PreviousStartedEventId > 0)
            {
                _options.Statistics?.Cache.Missed();
            }

            Drop(slot);
        }

        if (!fits && (events.Length == 0 || events[0].EventId != 1))
        {
            var whole = await FetchAsync(task, [], Google.Protobuf.ByteString.Empty, fetchPage, cancellationToken);
            if (whole.Length == 0 || whole[^1].EventId >= task.StartedEventId)
            {
                return whole;
            }

            // The events of a task that may leave no trace (one for an update alone) are in no history that is kept: they came with the
            // task.
            var own = task.NextPageToken.IsEmpty
                ? events
                : await FetchAsync(task, events, task.NextPageToken, fetchPage, cancellationToken);
            return [.. whole, .. own.Where(e => e.EventId > whole[^1].EventId)];
        }

        return task.NextPageToken.IsEmpty ? events : await FetchAsync(task, events, task.NextPageToken, fetchPage, cancellationToken);
    }

    private static async Task<HistoryEvent[]> FetchAsync(
        PollWorkflowTaskQueueResponse task,
        HistoryEvent[] first,
        Google.Protobuf.ByteString token,
        HistoryPageFetcher fetchPage,
        CancellationToken cancellationToken
    )
    {
        var events = new List<HistoryEvent>(first);
        do
        {
            var page = await fetchPage(task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId, token, cancellationToken);
            events.AddRange(page.History?.Events ?? []);
            token = page.NextPageToken;
        } while (!token.IsEmpty);

        // History may have grown past the task that is worked on.
        if (task.StartedEventId > 0)
        {
            events.RemoveAll(e => e.EventId > task.StartedEventId);
        }

        return [.. events];
    }

    private static List<UpdateRequest> UpdatesOf(PollWorkflowTaskQueueResponse task)
    {
        var updates = new List<UpdateRequest>();
        foreach (var message in task.Messages)
        {
            if (message.Body.TypeUrl.EndsWith("/temporal.api.update.v1.Request", StringComparison.Ordinal))
            {
                updates.Add(new(message.ProtocolInstanceId, message.Id, message.EventId, Request.Parser.ParseFrom(message.Body.Value)));
            }
        }

        return updates;
    }

    private async Task<(Exception? Error, bool Heartbeat)> WorkThroughLocalActivitiesAsync(
        RunSession session,
        long received,
        CancellationToken cancellationToken
    )
    {
        if (!session.WaitsForLocalActivities)
        {
            return (null, false);
        }

        var taskTimeout = session.Run.Instance!.Info.TaskTimeout;
        var left = (taskTimeout * HeartbeatAt) - _options.Time.GetElapsedTime(received);
        using var heartbeat = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Token, cancellationToken);
        while (session.WaitsForLocalActivities)
        {
            if (MissingLocalActivity(session) is { } missing)
            {
                return (missing, false);
            }

            session.StartLocalActivities();
            Action end;
            try
            {
                end = await session.NextEndAsync(stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return (null, true);
            }

            if (await _guard.RunAsync(session.Run, () => session.Run.Activate([], [end])) is { } error)
            {
                return (error, false);
            }
        }

        return (null, false);
    }

    private InvalidOperationException? MissingLocalActivity(RunSession session) =>
        _options.MissingLocalActivity is { } missing
        && session
            .Run.Instance!.Commands.LocalActivities.Values.Select(c => missing(c.FirstAttempt.ActivityType))
            .FirstOrDefault(message => message is not null)
            is { } missed
            ? new(missed)
            : null;

    private async Task<WorkflowQueryResult> AnswerAsync(RunSession session, string id, WorkflowQuery query)
    {
        WorkflowQueryResult? result = null;
        var error = await _guard.RunAsync(
            session.Run,
            () =>
            {
                var instance = session.Run.Instance ?? throw new InvalidOperationException("The workflow has not begun.");
                try
                {
                    var answer = instance.Queries.Answer(id, query.QueryType, query.QueryArgs, query.Header?.Fields);
                    result = new()
                    {
                        ResultType = QueryResultType.Answered,
                        Answer = new() { Payloads_ = { answer } },
                    };
                }
                catch (Exception e)
                {
                    result = ReplyMaker.Failed(e, instance.Completion.ToFailure(e));
                }
            }
        );
        return error is null ? result! : ReplyMaker.Failed(error, failure: null);
    }
}
