using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>The end of the chain of outbound interceptors: turns calls of workflow code into commands.</summary>
internal sealed class WorkflowOutbound(WorkflowInstance instance) : WorkflowOutboundInterceptor
{
    private WorkflowCommands Commands => instance.Commands;

    private DataConverter Converter => instance.Converter;

    public override ContinueAsNewException CreateContinueAsNewException(CreateContinueAsNewExceptionInput input) => new(input);

    public override Task DelayAsync(DelayAsyncInput input)
    {
        var token = input.CancellationToken ?? instance.CancellationToken;
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled(token);
        }

        var source = new TaskCompletionSource();
        var registration = default(CancellationTokenRegistration);
        if (input.Delay == Timeout.InfiniteTimeSpan)
        {
            token.UnsafeRegister(_ => source.TrySetCanceled(token), state: null);
            return instance.StackTraces.Traced(source.Task);
        }

        var timer = TimerCall.Start(
            instance.Commands,
            Converter.PayloadConverter,
            input.Delay,
            input.Summary,
            () =>
            {
                registration.Dispose();
                source.TrySetResult();
            }
        );
        registration = token.UnsafeRegister(
            _ =>
            {
                timer.Cancel();
                source.TrySetCanceled(token);
            },
            state: null
        );
        return instance.StackTraces.Traced(source.Task);
    }

    public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
    {
        var options = input.Options;
        if (options.StartToCloseTimeout is null && options.ScheduleToCloseTimeout is null)
        {
            throw new ArgumentException(
                $"Activity options must have StartToCloseTimeout or ScheduleToCloseTimeout (activity {input.Activity}).",
                nameof(input)
            );
        }

        var token = options.CancellationToken ?? instance.CancellationToken;
        if (token.IsCancellationRequested)
        {
            return Task.FromException<TResult>(new CanceledFailureException("Activity cancelled before scheduled"));
        }

        var number = Commands.NextActivity();
        var id = options.ActivityId ?? IdOf(number);
        var taskQueue = options.TaskQueue ?? instance.Info.TaskQueue;
        var converter = Converter.ForActivity(instance.Info, id, input.Activity, taskQueue, isLocal: false);
        var attributes = new ScheduleActivityTaskCommandAttributes
        {
            ActivityId = id,
            ActivityType = new() { Name = input.Activity },
            TaskQueue = new() { Name = taskQueue, Kind = TaskQueueKind.Normal },
            Header = HeaderOf(input.Headers),
            Input = PayloadsOf(converter, input.Args),
            ScheduleToCloseTimeout = DurationOf(options.ScheduleToCloseTimeout),
            ScheduleToStartTimeout = DurationOf(options.ScheduleToStartTimeout),
            StartToCloseTimeout = DurationOf(options.StartToCloseTimeout),
            HeartbeatTimeout = DurationOf(options.HeartbeatTimeout),
            RetryPolicy = options.RetryPolicy?.ToProto(),
            Priority = options.Priority?.ToProto(),
            UseWorkflowBuildId = UsesBuildId(instance.Info, options.VersioningIntent, options.TaskQueue),
            RequestEagerExecution = options.TaskQueue is null && instance.Options.EagerActivities && !options.DisableEagerActivityExecution,
        };
        var call = new ActivityCall<TResult>(Commands, attributes, options.CancellationType, converter);
        call.Start = new(
            new()
            {
                CommandType = CommandType.ScheduleActivityTask,
                ScheduleActivityTaskCommandAttributes = attributes,
                UserMetadata = Metadata(options.Summary, details: null, converter.PayloadConverter),
            },
            e => Commands.Track(call, e)
        );
        Commands.Issue(call.Start);
        CancelWith(token, call);
        return instance.StackTraces.Traced(call.Task);
    }

    public override async Task<TResult> ScheduleLocalActivityAsync<TResult>(ScheduleLocalActivityInput input)
    {
        var options = input.Options;
        if (options.StartToCloseTimeout is null && options.ScheduleToCloseTimeout is null)
        {
            throw new ArgumentException(
                $"Activity options must have StartToCloseTimeout or ScheduleToCloseTimeout (local activity {input.Activity}).",
                nameof(input)
            );
        }

        var token = options.CancellationToken ?? instance.CancellationToken;
        var attempt = 1;
        var firstScheduled = instance.Options.Time.GetUtcNow().UtcDateTime;
        while (true)
        {
            if (token.IsCancellationRequested)
            {
                throw new CanceledFailureException("Activity cancelled before scheduled");
            }

            var call = NewLocalActivity(input, attempt, firstScheduled);
            var converter = Converter.ForActivity(
                instance.Info,
                call.FirstAttempt.ActivityId,
                input.Activity,
                instance.Info.TaskQueue,
                isLocal: true
            );
            CancelWith(token, call);
            var end = await instance.StackTraces.Traced(call.Task);
            if (end.Failure is null)
            {
                return Results.Convert<TResult>(end.Result, converter.PayloadConverter);
            }

            if (end.Marker.Backoff is not { } backoff)
            {
                throw LocalFailure(end.Failure, call.FirstAttempt, converter);
            }

            await DelayAsync(new(backoff.ToTimeSpan(), token, options.Summary));
            attempt = (int)end.Marker.Attempt + 1;
            firstScheduled = end.Marker.OriginalScheduleTime?.ToDateTime() ?? firstScheduled;
        }
    }

    public override Task SignalChildWorkflowAsync(SignalChildWorkflowInput input) =>
        SignalAsync(input.Id, runId: null, input.Signal, input.Args, input.Headers, input.Options?.CancellationToken, childOnly: true);

    public override Task SignalExternalWorkflowAsync(SignalExternalWorkflowInput input) =>
        SignalAsync(input.Id, input.RunId, input.Signal, input.Args, input.Headers, input.Options?.CancellationToken, childOnly: false);

    public override Task CancelExternalWorkflowAsync(CancelExternalWorkflowInput input)
    {
        var call = new ExternalCall(Commands, $"Cancellation of workflow {input.Id}");
        call.Start = new(
            WorkflowCommands.Of(
                CommandType.RequestCancelExternalWorkflowExecution,
                c =>
                    c.RequestCancelExternalWorkflowExecutionCommandAttributes = new()
                    {
                        Namespace = instance.Info.Namespace,
                        WorkflowId = input.Id,
                        RunId = input.RunId ?? string.Empty,
                        Reason = $"Cancel requested by workflow with run id {instance.Info.RunId} with reason: ",
                    }
            ),
            e => Commands.TrackCancellation(call, e)
        );
        Commands.Issue(call.Start);
        return instance.StackTraces.Traced(call.Task);
    }

    /// <summary>Summary and details for people; null when there are none.</summary>
    public static UserMetadata? Metadata(string? summary, string? details, IPayloadConverter converter) =>
        summary is null && details is null
            ? null
            : new()
            {
                Summary = summary is null ? null : converter.ToPayload(summary),
                Details = details is null ? null : converter.ToPayload(details),
            };

    /// <summary>The command that ends this run and starts the next.</summary>
    public static Command ContinueAsNew(WorkflowInstance instance, ContinueAsNewException exception)
    {
        var (input, info, converter) = (exception.Input, instance.Info, instance.Converter);
        var options = input.Options;
        return WorkflowCommands.Of(
            CommandType.ContinueAsNewWorkflowExecution,
            c =>
                c.ContinueAsNewWorkflowExecutionCommandAttributes = new()
                {
                    WorkflowType = new() { Name = input.Workflow },
                    TaskQueue = new() { Name = options?.TaskQueue ?? info.TaskQueue, Kind = TaskQueueKind.Normal },
                    Input = PayloadsOf(converter, input.Args),
                    WorkflowRunTimeout = DurationOf(options?.RunTimeout),
                    WorkflowTaskTimeout = DurationOf(options?.TaskTimeout),
                    BackoffStartInterval = DurationOf(options?.BackoffStartInterval),

                    // A real server takes what the command says, and no command without a policy stands for the old one.
                    RetryPolicy = (options?.RetryPolicy ?? info.RetryPolicy)?.ToProto(),
                    Header = HeaderOf(input.Headers),

                    // Without a word, the next run begins with the memo that this one began with, and with the search attributes of now.
                    Memo = MemoOf(options?.Memo, converter.PayloadConverter) ?? instance.Properties.StartMemo,
                    SearchAttributes = options?.TypedSearchAttributes?.ToProto() ?? instance.Properties.SearchAttributes,
                    InheritBuildId = UsesBuildId(info, options?.VersioningIntent ?? default, options?.TaskQueue),
                    InitialVersioningBehavior = (ContinueAsNewVersioningBehavior)(int)(options?.InitialVersioningBehavior ?? default),
                }
        );
    }

    private static string IdOf(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Duration? DurationOf(TimeSpan? time) => time is { } value ? Duration.FromTimeSpan(value) : null;

    private static Header HeaderOf(IDictionary<string, Payload>? headers)
    {
        var header = new Header();
        if (headers is not null)
        {
            header.Fields.Add(headers);
        }

        return header;
    }

    private static Memo? MemoOf(IReadOnlyDictionary<string, object>? memo, IPayloadConverter converter)
    {
        if (memo is null)
        {
            return null;
        }

        var proto = new Memo();
        foreach (var (key, value) in memo)
        {
            proto.Fields[key] = converter.ToPayload(value);
        }

        return proto;
    }

    private static Payloads PayloadsOf(DataConverter converter, IReadOnlyCollection<object?> values)
    {
        var payloads = new Payloads();
        payloads.Payloads_.AddRange(converter.PayloadConverter.ToPayloads(values));
        return payloads;
    }

    private static bool UsesBuildId(WorkflowInfo info, VersioningIntent intent, string? taskQueue) =>
        intent switch
        {
            VersioningIntent.Compatible => true,
            VersioningIntent.CurrentDefault => false,
            _ => taskQueue is null || taskQueue == info.TaskQueue,
        };

    private static void CancelWith(CancellationToken token, CancellableCall call)
    {
        if (token.CanBeCanceled)
        {
            call.Registration = token.UnsafeRegister(static state => ((CancellableCall)state!).Cancel(), call);
        }
    }

    private static Exception LocalFailure(Api.Failure.V1.Failure failure, LocalActivityAttempt attempt, DataConverter converter)
    {
        // The activity's own failure comes as it is; time-outs and cancellations say which activity it was.
        if (failure.ApplicationFailureInfo is null)
        {
            failure = new()
            {
                Message = failure.CanceledFailureInfo is null ? "Local activity timed out" : "Local activity cancelled",
                Cause = failure,
                ActivityFailureInfo = new()
                {
                    ActivityId = attempt.ActivityId,
                    ActivityType = new() { Name = attempt.ActivityType },
                    RetryState = failure.CanceledFailureInfo is null ? RetryState.Timeout : RetryState.CancelRequested,
                },
            };
        }

        return converter.FailureConverter.ToException(failure, converter.PayloadConverter);
    }

    private LocalActivityCall NewLocalActivity(ScheduleLocalActivityInput input, int attempt, DateTime firstScheduled)
    {
        var options = input.Options;
        var number = Commands.NextActivity();
        var id = options.ActivityId ?? IdOf(number);
        var converter = Converter.ForActivity(instance.Info, id, input.Activity, instance.Info.TaskQueue, isLocal: true);
        var call = new LocalActivityCall(
            Commands,
            (uint)number,
            new()
            {
                ActivityId = id,
                ActivityType = input.Activity,
                Arguments = converter.PayloadConverter.ToPayloads(input.Args),
                Headers = input.Headers is null ? new Dictionary<string, Payload>() : new(input.Headers),
                Attempt = attempt,
                WorkflowId = instance.Info.WorkflowId,
                RunId = instance.Info.RunId,
                WorkflowType = instance.Info.WorkflowType,
                TaskQueue = instance.Info.TaskQueue,
                OriginalScheduleTime = firstScheduled,
                CurrentAttemptScheduledTime = instance.Options.Time.GetUtcNow().UtcDateTime,
                ScheduleToCloseTimeout = options.ScheduleToCloseTimeout,
                ScheduleToStartTimeout = options.ScheduleToStartTimeout,
                StartToCloseTimeout = options.StartToCloseTimeout,
                RetryPolicy = (options.RetryPolicy ?? new()).ToProto(),
            },
            options,
            Metadata(options.Summary, details: null, converter.PayloadConverter)
        );
        instance.Guard.MayAct();
        Commands.LocalActivities.Add((uint)number, call);
        return call;
    }

    public override Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(StartChildWorkflowInput input)
    {
        var (options, info) = (input.Options, instance.Info);
        var token = options.CancellationToken ?? instance.CancellationToken;
        if (token.IsCancellationRequested)
        {
            return Task.FromException<ChildWorkflowHandle<TWorkflow, TResult>>(
                new CanceledFailureException("Child cancelled before scheduled")
            );
        }

        var id = options.Id ?? instance.Random.NewGuid().ToString();
        var converter = Converter.ForWorkflow(info.Namespace, id);
        var attributes = new StartChildWorkflowExecutionCommandAttributes
        {
            Namespace = info.Namespace,
            WorkflowId = id,
            WorkflowType = new() { Name = input.Workflow },
            TaskQueue = new() { Name = options.TaskQueue ?? info.TaskQueue, Kind = TaskQueueKind.Normal },
            Input = PayloadsOf(converter, input.Args),
            WorkflowExecutionTimeout = DurationOf(options.ExecutionTimeout),
            WorkflowRunTimeout = DurationOf(options.RunTimeout),
            WorkflowTaskTimeout = DurationOf(options.TaskTimeout),
            ParentClosePolicy = (Api.Enums.V1.ParentClosePolicy)(int)options.ParentClosePolicy,
            WorkflowIdReusePolicy = options.IdReusePolicy,
            RetryPolicy = options.RetryPolicy?.ToProto(),
            CronSchedule = options.CronSchedule ?? string.Empty,
            Header = HeaderOf(input.Headers),
            Memo = MemoOf(options.Memo, converter.PayloadConverter),
            SearchAttributes = options.TypedSearchAttributes?.ToProto(),
            InheritBuildId = UsesBuildId(instance.Info, options.VersioningIntent, options.TaskQueue),
            Priority = options.Priority?.ToProto(),
        };
        var call = new ChildCall(Commands, attributes, options.CancellationType, converter) { Trace = instance.StackTraces.Here() };
        var source = new TaskCompletionSource<ChildWorkflowHandle<TWorkflow, TResult>>();
        call.WhenStarted(c => source.TrySetResult(new ChildHandle<TWorkflow, TResult>(instance, c)), e => source.TrySetException(e));
        call.Start = new(
            new()
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                StartChildWorkflowExecutionCommandAttributes = attributes,
                UserMetadata = Metadata(options.StaticSummary, options.StaticDetails, converter.PayloadConverter),
            },
            e => Commands.Track(call, e)
        );
        Commands.Issue(call.Start);
        CancelWith(token, call);
        return instance.StackTraces.Traced(source.Task, call.Trace);
    }

    private Task SignalAsync(
        string id,
        string? runId,
        string signal,
        IReadOnlyCollection<object?> args,
        IDictionary<string, Payload>? headers,
        CancellationToken? cancellationToken,
        bool childOnly
    )
    {
        var token = cancellationToken ?? instance.CancellationToken;
        if (token.IsCancellationRequested)
        {
            return Task.FromException(new CanceledFailureException($"Signal {signal} cancelled before scheduled"));
        }

        var call = new ExternalCall(Commands, $"Signal {signal}");
        call.Start = new(
            WorkflowCommands.Of(
                CommandType.SignalExternalWorkflowExecution,
                c =>
                    c.SignalExternalWorkflowExecutionCommandAttributes = new()
                    {
                        Namespace = instance.Info.Namespace,
                        Execution = new() { WorkflowId = id, RunId = runId ?? string.Empty },
                        SignalName = signal,
                        Input = PayloadsOf(Converter.ForWorkflow(instance.Info.Namespace, id), args),
                        Header = HeaderOf(headers),
                        ChildWorkflowOnly = childOnly,
                    }
            ),
            e => Commands.TrackSignal(call, e)
        );
        Commands.Issue(call.Start);
        CancelWith(token, call);
        return instance.StackTraces.Traced(call.Task);
    }
}
