using Temporal.Server.History;
using Temporalio.Api.Activity.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Performs operator actions on pending activities: pause, unpause, reset, and changes to options.</summary>
internal sealed class ActivityControlGrpcHandler(WorkflowEngine engine, NamespaceRegistry namespaces, TimeProvider time)
{
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync(
            async (PauseActivityRequest r) =>
            {
                await ChangeAsync(
                    r.Namespace,
                    r.Execution,
                    r.Id,
                    r.Type,
                    all: false,
                    (run, activity) => Pause(run, activity, r.Identity, r.Reason)
                );
                return new PauseActivityResponse();
            }
        );
        table.AddAsync(
            async (UnpauseActivityRequest r) =>
            {
                await UnpauseAsync(r);
                return new UnpauseActivityResponse();
            }
        );
        table.AddAsync(
            async (ResetActivityRequest r) =>
            {
                await ResetAsync(r);
                return new ResetActivityResponse();
            }
        );
        table.AddAsync((UpdateActivityOptionsRequest r) => UpdateOptionsAsync(r));
    }

    public Task UnpauseAsync(UnpauseActivityRequest request) =>
        ChangeAsync(
            request.Namespace,
            request.Execution,
            request.Id,
            request.Type,
            request.UnpauseAll,
            (run, activity) => Unpause(run, activity, request)
        );

    public Task ResetAsync(ResetActivityRequest request) =>
        ChangeAsync(
            request.Namespace,
            request.Execution,
            request.Id,
            request.Type,
            request.MatchAll,
            (run, activity) => Reset(run, activity, request)
        );

    private Task<PendingActivity> ChangeAsync(
        string namespaceName,
        WorkflowExecution? execution,
        string id,
        string type,
        bool all,
        Action<MutableState, PendingActivity> change
    )
    {
        var ns = namespaces.Resolve(namespaceName);
        GrpcArgumentValidator.Execution(execution);
        if (id.Length == 0 && type.Length == 0 && !all)
        {
            throw GrpcErrorFactory.InvalidArgument("Either Activity.Id or Activity.Type should be set on request.");
        }

        return engine.Store.ChangeAsync(
            ns.Id,
            execution!.WorkflowId,
            w =>
            {
                var run = engine.Store.Require(w, execution.RunId);
                if (!run.IsOpen)
                {
                    throw WorkflowGrpcHandler.Closed();
                }

                var chosen = run
                    .Activities.All.Where(a =>
                        all || (id.Length > 0 ? a.Scheduled.ActivityId == id : a.Scheduled.ActivityType.Name == type)
                    )
                    .ToList();
                if (chosen.Count == 0)
                {
                    throw GrpcErrorFactory.NotFound(
                        "Can't find pending activity with such ID. Invalid activityID or activity already completed"
                    );
                }

                foreach (var activity in chosen)
                {
                    change(run, activity);
                }

                return chosen[0];
            }
        );
    }

    private void Pause(MutableState run, PendingActivity activity, string identity, string reason)
    {
        var record = activity.Record;
        if (record.Paused)
        {
            return;
        }

        record.Paused = true;
        record.PauseTime = time.GetUtcNow().Stamp();
        record.PauseIdentity = identity;
        record.PauseReason = reason;
        if (!activity.IsStarted)
        {
            record.Stamp++;
        }

        ActivityTransitions.MarkChanged(run, activity);
        run.Changes.Visible = true;
    }

    private static void Unpause(MutableState run, PendingActivity activity, UnpauseActivityRequest request)
    {
        var record = activity.Record;
        if (!record.Paused)
        {
            return;
        }

        record.Paused = false;
        record.PauseTime = null;
        record.PauseIdentity = "";
        record.PauseReason = "";
        if (request.ResetHeartbeat)
        {
            record.HeartbeatDetails = null;
            record.LastHeartbeat = null;
        }

        if (request.ResetAttempts)
        {
            record.Attempt = 1;
            record.LastFailure = null;
        }

        if (!activity.IsStarted)
        {
            // A first attempt has no retry interval left to wait for, because the activity was reset while it was paused.
            ReturnToQueue(run, activity, request.ResetAttempts || record.Attempt == 1);
        }

        ActivityTransitions.MarkChanged(run, activity);
        run.Changes.Visible = true;
    }

    private static void Reset(MutableState run, PendingActivity activity, ResetActivityRequest request)
    {
        var record = activity.Record;
        record.Attempt = 1;
        if (activity.IsStarted)
        {
            // The running attempt counts as the first one from now on and stays paused if it was paused.
            record.ResetRequested = true;
            record.ResetHeartbeats |= request.ResetHeartbeat;
        }
        else
        {
            if (!request.KeepPaused && record.Paused)
            {
                record.Paused = false;
                run.Changes.Visible = true;
            }

            record.LastFailure = null;
            if (request.ResetHeartbeat)
            {
                record.HeartbeatDetails = null;
                record.LastHeartbeat = null;
            }

            if (!record.Paused)
            {
                ReturnToQueue(run, activity, atOnce: true);
            }
        }

        ActivityTransitions.MarkChanged(run, activity);
    }

    /// <summary>Returns an unstarted activity to its queue, immediately or when its retry interval has passed.</summary>
    private static void ReturnToQueue(MutableState run, PendingActivity activity, bool atOnce)
    {
        var record = activity.Record;
        record.Stamp++;
        var now = run.Now;
        if (atOnce || record.ScheduledTime.Time() <= now)
        {
            record.ScheduledTime = now.Stamp();
            record.RetryInterval = null;
            record.WaitsForRetry = false;
            ActivityTransitions.Dispatch(run, activity);
        }
    }

    public async Task<UpdateActivityOptionsResponse> UpdateOptionsAsync(UpdateActivityOptionsRequest request)
    {
        if (request.ActivityOptions is null && !request.RestoreOriginal)
        {
            throw GrpcErrorFactory.InvalidArgument("ActivityOptions are not provided");
        }

        if (request.UpdateMask is null && !request.RestoreOriginal)
        {
            throw GrpcErrorFactory.InvalidArgument("UpdateMask is not provided");
        }

        var paths = request.RestoreOriginal ? [] : request.UpdateMask!.Paths.Select(Path).ToList();
        if (request.ActivityOptions is { } asked)
        {
            Check(asked, paths);
        }

        var changed = await ChangeAsync(
            request.Namespace,
            request.Execution,
            request.Id,
            request.Type,
            request.MatchAll,
            (run, activity) => UpdateOptions(run, activity, request, paths)
        );
        return new UpdateActivityOptionsResponse { ActivityOptions = ToOptions(changed) };
    }

    /// <summary>Normalizes a path in a field mask, because clients send both JSON names and descriptor names.</summary>
    private static string Path(string path) =>
        string.Concat(path.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));

    private static void Check(ActivityOptions asked, List<string> paths)
    {
        if (asked.TaskQueue is null && paths.Exists(path => path.StartsWith("task_queue", StringComparison.Ordinal)))
        {
            throw GrpcErrorFactory.InvalidArgument("TaskQueue is not provided");
        }

        if (asked.RetryPolicy is null && paths.Exists(path => path.StartsWith("retry_policy.", StringComparison.Ordinal)))
        {
            throw GrpcErrorFactory.InvalidArgument("RetryPolicy is not provided");
        }

        var timeouts = new[]
        {
            ("ScheduleToCloseTimeout", asked.ScheduleToCloseTimeout),
            ("ScheduleToStartTimeout", asked.ScheduleToStartTimeout),
            ("StartToCloseTimeout", asked.StartToCloseTimeout),
            ("HeartbeatTimeout", asked.HeartbeatTimeout),
        };
        if (timeouts.FirstOrDefault(timeout => timeout.Item2.IsNegative()) is { Item1: { } name })
        {
            throw GrpcErrorFactory.InvalidArgument($"Invalid {name}: negative duration");
        }

        if ((RetryPolicies.Fault(asked.RetryPolicy) ?? PriorityInheritance.Fault(asked.Priority)) is { } fault)
        {
            throw GrpcErrorFactory.InvalidArgument(fault);
        }
    }

    private static void UpdateOptions(
        MutableState run,
        PendingActivity activity,
        UpdateActivityOptionsRequest request,
        IReadOnlyList<string> paths
    )
    {
        if (request.RestoreOriginal)
        {
            activity.Record.Options = null;
        }
        else
        {
            var options = ToOptions(activity);
            foreach (var path in paths)
            {
                Set(options, request.ActivityOptions, path);
            }

            // Refills the defaults of fields that the mask cleared, because a stored policy holds effective values.
            options.RetryPolicy = RetryPolicies.WithDefaults(options.RetryPolicy);

            activity.Record.Options = options;
        }

        if (
            activity is { IsStarted: false, Record.WaitsForRetry: true, Record.LastAttemptComplete: { } last }
            && activity.RetryPolicy is { } policy
        )
        {
            var interval = RetryPolicies.Interval(policy, activity.Record.Attempt);
            activity.Record.RetryInterval = interval.AsDuration();
            activity.Record.ScheduledTime = (last.Time() + interval).Stamp();
        }
        else if (!activity.IsStarted && !activity.Record.Paused && !activity.Record.WaitsForRetry)
        {
            activity.Record.Stamp++;
            ActivityTransitions.Dispatch(run, activity);
        }

        ActivityTransitions.MarkChanged(run, activity);
    }

    private static ActivityOptions ToOptions(PendingActivity activity)
    {
        var options = WorkflowDescriber.Options(activity);
        options.TaskQueue = new TaskQueue { Name = activity.TaskQueue, Kind = Temporalio.Api.Enums.V1.TaskQueueKind.Normal };
        return options;
    }

    private static void Set(ActivityOptions options, ActivityOptions asked, string path)
    {
        switch (path)
        {
            case "task_queue" or "task_queue.name" when asked.TaskQueue is not null:
                options.TaskQueue.Name = asked.TaskQueue.Name;
                break;
            case "schedule_to_close_timeout":
                options.ScheduleToCloseTimeout = asked.ScheduleToCloseTimeout;
                break;
            case "schedule_to_start_timeout":
                options.ScheduleToStartTimeout = asked.ScheduleToStartTimeout;
                break;
            case "start_to_close_timeout":
                options.StartToCloseTimeout = asked.StartToCloseTimeout;
                break;
            case "heartbeat_timeout":
                options.HeartbeatTimeout = asked.HeartbeatTimeout;
                break;
            case var part when part == "priority" || part.StartsWith("priority.", StringComparison.Ordinal):
                options.Priority = PriorityInheritance.Merged(options.Priority, asked.Priority, [part]);
                break;
            case "retry_policy":
                options.RetryPolicy = RetryPolicies.WithDefaults(asked.RetryPolicy);
                break;
            case "retry_policy.initial_interval":
                options.RetryPolicy.InitialInterval = asked.RetryPolicy?.InitialInterval;
                break;
            case "retry_policy.backoff_coefficient":
                options.RetryPolicy.BackoffCoefficient = asked.RetryPolicy?.BackoffCoefficient ?? 0;
                break;
            case "retry_policy.maximum_interval":
                options.RetryPolicy.MaximumInterval = asked.RetryPolicy?.MaximumInterval;
                break;
            case "retry_policy.maximum_attempts":
                options.RetryPolicy.MaximumAttempts = asked.RetryPolicy?.MaximumAttempts ?? 0;
                break;
            default:
                // Like the Temporal server, ignores unknown fields.
                break;
        }
    }
}
