using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Temporalio.Worker.Activities;

/// <summary>What activities of a worker are run with.</summary>
internal sealed record ActivityRunnerOptions
{
    public required ActivityRegistry Registry { get; init; }

    public required IReadOnlyCollection<IWorkerInterceptor> Interceptors { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    public required TaskFactory TaskFactory { get; init; }

    public required MetricMeter Meter { get; init; }

    public required Func<ITemporalClient?> Client { get; init; }

    public required CancellationToken WorkerShutdownToken { get; init; }
}

/// <summary>Runs attempts of activities, local or not: finds the method, converts, calls, and makes an outcome of how it ended.</summary>
internal sealed class ActivityRunner(ActivityRunnerOptions options)
{
    private readonly ILogger _logger = options.LoggerFactory.CreateLogger("Temporalio.Activity");

    /// <summary>Runs one attempt. Never throws.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="info">What the activity knows about itself.</param>
    /// <param name="input">Arguments, decoded by the codec.</param>
    /// <param name="headers">Headers.</param>
    /// <param name="heartbeat">Takes the activity's heartbeats.</param>
    public async Task<ActivityOutcome> RunAsync(
        ActivityAttempt attempt,
        ActivityInfo info,
        IReadOnlyList<Payload> input,
        IReadOnlyDictionary<string, Payload>? headers,
        Action<object?[]> heartbeat
    )
    {
        var converter = info.DataConverter;
        try
        {
            var context = new ActivityExecutionContext(
                info,
                attempt.Token,
                options.WorkerShutdownToken,
                new ScopedLogger(_logger, info),
                converter.PayloadConverter,
                new(() =>
                    options.Meter.WithTags([
                        new("namespace", info.Namespace),
                        new("task_queue", info.TaskQueue),
                        new("activity_type", info.ActivityType),
                    ])
                ),
                options.Client()
            );
            attempt.Context = context;
            var result = await options
                .TaskFactory.StartNew(
                    () => CallAsync(context, info, input, headers, heartbeat),
                    options.TaskFactory.CancellationToken,
                    options.TaskFactory.CreationOptions,
                    options.TaskFactory.Scheduler ?? TaskScheduler.Current
                )
                .Unwrap();
            return new ActivityOutcome.Completed(result);
        }
        catch (CompleteAsyncException)
        {
            return new ActivityOutcome.Asynchronous();
        }
        catch (Exception error)
        {
            return OutcomeOf(error, attempt, converter);
        }
    }

    private async Task<Payloads> CallAsync(
        ActivityExecutionContext context,
        ActivityInfo info,
        IReadOnlyList<Payload> input,
        IReadOnlyDictionary<string, Payload>? headers,
        Action<object?[]> heartbeat
    )
    {
        using var entered = ActivityExecutionContext.Enter(context);
        if (!options.Registry.TryGet(info.ActivityType, out var definition))
        {
            throw new ApplicationFailureException(options.Registry.Missing(info.ActivityType), errorType: "NotFoundError");
        }

        var outbound = new LastOutbound(heartbeat);
        ActivityInboundInterceptor inbound = new LastInbound(first => outbound.First = first);
        foreach (var interceptor in options.Interceptors.Reverse())
        {
            inbound = interceptor.InterceptActivity(inbound);
        }

        inbound.Init(outbound);
        context.Heartbeater = details => outbound.First.Heartbeat(new(details));
        var args = definition.Dynamic
            ? [input.Select(payload => (IRawValue)new RawValue(payload)).ToArray()]
            : Arguments(definition, input, info.DataConverter.PayloadConverter);
        var value = await inbound.ExecuteActivityAsync(new(definition, args, headers));
        var result = new Payloads();
        if (definition.ReturnType != typeof(void))
        {
            result.Payloads_.Add(info.DataConverter.PayloadConverter.ToPayload(value));
        }

        return result;
    }

    private static object?[] Arguments(ActivityDefinition definition, IReadOnlyList<Payload> input, IPayloadConverter converter)
    {
        if (input.Count < definition.RequiredParameterCount)
        {
            throw new ApplicationFailureException(
                $"Activity {definition.Name} given {input.Count} parameter(s), but more than that are required by the signature: "
                    + $"{definition.RequiredParameterCount}"
            );
        }

        var args = new object?[Math.Min(input.Count, definition.ParameterTypes.Count)];
        var index = 0;
        foreach (var type in definition.ParameterTypes.Take(args.Length))
        {
            try
            {
                args[index] = converter.ToValue(input[index], type);
            }
            catch (Exception error)
            {
                throw new ApplicationFailureException(
                    $"Failed decoding parameters: argument {index + 1} of activity {definition.Name} cannot be read as {type}: "
                        + error.Message,
                    error,
                    errorType: error.GetType().Name
                );
            }

            index++;
        }

        return args;
    }

    private static ActivityOutcome OutcomeOf(Exception error, ActivityAttempt attempt, DataConverter converter)
    {
        if (attempt.HeartbeatFailure is { } unconverted)
        {
            error = new ApplicationFailureException($"The details of a heartbeat cannot be sent: {unconverted.Message}", unconverted);
        }
        else if (error is OperationCanceledException or CanceledFailureException)
        {
            switch (attempt.Reason)
            {
                case ActivityCancelReason.CancelRequested:
                    var canceled = error as CanceledFailureException ?? new CanceledFailureException("Canceled");
                    var asFailure = ToFailure(canceled, converter);
                    return asFailure.CanceledFailureInfo is { } info
                        ? new ActivityOutcome.Canceled(info.Details, asFailure)
                        : new ActivityOutcome.Failed(asFailure, canceled);
                case ActivityCancelReason.Paused:
                    error = new ApplicationFailureException("Activity paused", error, errorType: "ActivityPause");
                    break;
                case ActivityCancelReason.Reset:
                    error = new ApplicationFailureException("Activity reset", error, errorType: "ActivityReset");
                    break;
                case ActivityCancelReason.WorkerShutdown:
                    error = new ApplicationFailureException(
                        "The worker shut down before the activity had ended",
                        error,
                        errorType: "WorkerShutdown"
                    );
                    break;
                default:
                    break;
            }
        }

        return new ActivityOutcome.Failed(ToFailure(error, converter), error);
    }

    // A failure converter of the user's may fail: the outcome must be delivered all the same.
    private static Failure ToFailure(Exception error, DataConverter converter)
    {
        try
        {
            return converter.FailureConverter.ToFailure(error, converter.PayloadConverter);
        }
        catch (Exception second)
        {
            return new()
            {
                Message = $"Failed building completion: the failure could not be converted ({second.Message}); it was: {error.Message}",
                StackTrace = error.StackTrace ?? string.Empty,
                ApplicationFailureInfo = new() { Type = error.GetType().Name, Category = ApplicationErrorCategory.Unspecified },
            };
        }
    }

    /// <summary>The end of the inbound chain: calls the method.</summary>
    private sealed class LastInbound(Action<ActivityOutboundInterceptor> setOutbound) : ActivityInboundInterceptor
    {
        public override void Init(ActivityOutboundInterceptor outbound) => setOutbound(outbound);

        public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input) => input.Activity.InvokeAsync(input.Args);
    }

    /// <summary>The end of the outbound chain, which knows its beginning.</summary>
    private sealed class LastOutbound : ActivityOutboundInterceptor
    {
        private readonly Action<object?[]> _heartbeat;

        public LastOutbound(Action<object?[]> heartbeat)
        {
            _heartbeat = heartbeat;
            First = this;
        }

        public ActivityOutboundInterceptor First { get; set; }

        public override void Heartbeat(HeartbeatInput input) => _heartbeat(input.Details);
    }
}
