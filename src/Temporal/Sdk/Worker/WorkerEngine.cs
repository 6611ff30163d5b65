using Microsoft.Extensions.Logging;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Runtime;
using Temporalio.Worker.Activities;
using Temporalio.Worker.Interceptors;
using Temporalio.Worker.Telemetry;
using Temporalio.Worker.Tuning;
using Temporalio.Worker.Workflows;

namespace Temporalio.Worker;

/// <summary>Puts a worker's parts together, runs them and shuts them down in order.</summary>
internal sealed class WorkerEngine
{
    private const int DefaultSlots = 100;

    // How long open polls are waited for once the server knows that the worker stops.
    private static readonly TimeSpan PollGrace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan UnpromisedPollGrace = TimeSpan.FromSeconds(0.5);

    // How long a server that was not there when the worker began to stop may take to come back, where activities have no longer grace.
    private static readonly TimeSpan ServerGrace = TimeSpan.FromSeconds(1);

    // The server's default limit for a workflow task; after that it hands it out again anyway.
    private static readonly TimeSpan WorkflowTaskGrace = TimeSpan.FromSeconds(10);

    private readonly ResourceMeter _resources;
    private readonly TemporalWorkerOptions _options;
    private readonly ILogger _logger;
    private readonly string _namespace;
    private readonly string _taskQueue;
    private readonly string _identity;
    private readonly string _instanceKey = Guid.NewGuid().ToString();
    private readonly string? _stickyQueue;
    private readonly WorkerVersion _version;
    private readonly CancellationTokenSource _shutdownStarted = new();
    private readonly CancellationTokenSource _abandonWorkflowTasks = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SlotPool _workflowSlots;

    // Each open poll holds a slot: with more polls than slots, those of one queue could keep the other's from being opened.
    private readonly int _workflowPolls;
    private readonly SlotPool _activitySlots;
    private readonly ActivityTaskWorker? _activities;
    private readonly WorkflowTaskWorker? _workflows;
    private readonly IWorkflowTaskHandler? _handler;
    private readonly SlotAhead? _localActivitySlots;
    private readonly WorkerStatistics _statistics;
    private readonly WorkerHeartbeats _heartbeats;
    private readonly TimeSpan? _heartbeatInterval;

    private ITemporalClient _client;
    private WorkerRpc _rpc;
    private bool _answersPollsOnShutdown;
    private bool _takesHeartbeats;
    private PayloadLimits? _payloadLimits;

    public WorkerEngine(IWorkerClient client, TemporalWorkerOptions options)
    {
        _options = options;
        _resources = new(options.Time);
        _client = Full(client);
        _rpc = new(_client, _giveUp.Token, () => _payloadLimits);
        _taskQueue = options.TaskQueue ?? throw new ArgumentException("TaskQueue is required.", nameof(options));
        if (options.Workflows.Count == 0 && options.Activities.Count == 0)
        {
            throw new ArgumentException("Must have at least one workflow and/or activity.", nameof(options));
        }

        _namespace = client.Options.Namespace;
        _identity = options.Identity ?? _client.Connection.Options.Identity ?? string.Empty;
        _version = new(options);
        var loggers = options.LoggerFactory ?? client.Options.LoggerFactory;
        var runtime = _client.Connection.Options.Runtime ?? TemporalRuntime.Default;
        _logger = runtime.Forward(loggers.CreateLogger("Temporalio.Worker"), "temporalio_sdk_core::worker");
        KeyValuePair<string, object>[] tags = [new("namespace", _namespace), new("task_queue", _taskQueue)];
        var tuner = TunerOf(options);
        _statistics = new(runtime.OwnMeter.WithTags(tags), options, tuner);
        _workflowSlots = PoolOf(tuner.WorkflowTaskSlotSupplier, SlotType.Workflow, _statistics.WorkflowSlots);
        var certainSlots = CertainSlots(tuner.WorkflowTaskSlotSupplier);
        _workflowPolls = Math.Min(options.MaxConcurrentWorkflowTaskPolls, certainSlots);
        _activitySlots = PoolOf(tuner.ActivityTaskSlotSupplier, SlotType.Activity, _statistics.ActivitySlots);
        IWorkerInterceptor[] interceptors =
        [
            .. (client.Options.Interceptors ?? []).OfType<IWorkerInterceptor>(),
            .. options.Interceptors ?? [],
        ];
        var registry = new ActivityRegistry(options.Activities);
        var runner = new ActivityRunner(
            new()
            {
                Registry = registry,
                Interceptors = interceptors,
                LoggerFactory = loggers,
                TaskFactory = options.ActivityTaskFactory,
                Meter = runtime.MetricMeter,
                Client = () => _client,
                WorkerShutdownToken = _shutdownStarted.Token,
            }
        );
        if (options.Activities.Count > 0 && !options.LocalActivityWorkerOnly)
        {
            _activities = new(
                new()
                {
                    Runner = runner,
                    Namespace = _namespace,
                    TaskQueue = _taskQueue,
                    Identity = _identity,
                    DataConverter = client.Options.DataConverter,
                    DefaultHeartbeatThrottleInterval = options.DefaultHeartbeatThrottleInterval,
                    MaxHeartbeatThrottleInterval = options.MaxHeartbeatThrottleInterval,
                    Statistics = _statistics,
                    Time = options.Time,
                    Logger = _logger,
                    Rpc = () => _rpc,
                }
            );
        }

        _heartbeatInterval = runtime.WorkerHeartbeatInterval;
        _heartbeats = Heartbeats(_heartbeatInterval ?? Timeout.InfiniteTimeSpan);
        if (options.Workflows.Count == 0)
        {
            return;
        }

        _stickyQueue = options.MaxCachedWorkflows > 0 && certainSlots > 1 ? $"{Environment.MachineName}:{_instanceKey}" : null;
        _localActivitySlots = new(PoolOf(tuner.LocalActivitySlotSupplier, SlotType.LocalActivity, _statistics.LocalActivitySlots));
        _handler = WorkflowTaskHandler.Create(
            new()
            {
                Namespace = _namespace,
                TaskQueue = _taskQueue,
                Identity = _identity,
                Workflows = [.. options.Workflows],
                DataConverter = client.Options.DataConverter,
                LoggerFactory = loggers,
                MetricMeter = runtime.MetricMeter.WithTags(tags),
                Statistics = _statistics,
                MaxCachedWorkflows = options.MaxCachedWorkflows,
                StickyQueue = _stickyQueue,
                StickyScheduleToStartTimeout = options.StickyQueueScheduleToStartTimeout,
                LocalActivities = new LocalActivityExecutor(
                    runner,
                    _localActivitySlots,
                    _namespace,
                    client.Options.DataConverter,
                    _statistics,
                    options.Time
                ),
                MissingLocalActivity = type => registry.TryGet(type, out _) ? null : registry.Missing(type),
                Intercept = inbound =>
                    interceptors.Reverse().Aggregate(inbound, (next, interceptor) => interceptor.InterceptWorkflow(next)),
                FailureExceptionTypes = options.WorkflowFailureExceptionTypes ?? [],
                StackTrace = options.WorkflowStackTrace,
                TracesEvents = !options.DisableWorkflowTracingEventListener,
                DebugMode = options.DebugMode,
                TooManyStuck = error => _failed.TrySetException(error),
                EagerActivities = _activities is not null && !options.DisableEagerActivityExecution,
                DeploymentVersion = options.DeploymentOptions?.Version,
                BuildId = _version.BuildId,
                StampVersion = _version.Stamp,
                PatchActivation = options.PatchActivationCallback,
                TaskStarting = options.OnWorkflowTaskStarting,
                TaskCompleted = options.OnWorkflowTaskCompleted,
                Time = options.Time,
            }
        );
        _workflows = new(
            new()
            {
                Handler = _handler,
                Namespace = _namespace,
                TaskQueue = _taskQueue,
                Identity = _identity,
                Rpc = () => _rpc,
                ActivitySlots = _activities is null ? null : _activitySlots,
                Activities = _activities,
                MaxEagerActivities = options.DisableEagerActivityExecution ? 0 : options.MaxEagerActivityReservationsPerWorkflowTask,
                Statistics = _statistics,
                Time = options.Time,
                Logger = _logger,
            }
        );
    }

    /// <summary>The client; setting it takes effect with the next call.</summary>
    public IWorkerClient Client
    {
        get => _client;
        set
        {
            _client = Full(value);
            _rpc = new(_client, _giveUp.Token, () => _payloadLimits);
        }
    }

    /// <summary>Checks that the namespace is there.</summary>
    /// <exception cref="InvalidOperationException">It is not, or the server cannot be reached.</exception>
    public async Task ValidateAsync(CancellationToken cancellationToken)
    {
        try
        {
            var description = await _rpc.DescribeNamespaceAsync(cancellationToken);
            _takesHeartbeats = _heartbeatInterval is not null && (description.NamespaceInfo?.Capabilities?.WorkerHeartbeats ?? false);
            _payloadLimits =
                !_options.DisablePayloadErrorLimit && description.NamespaceInfo?.Limits is { } limits
                    ? new(limits.BlobSizeLimitError, limits.MemoSizeLimitError)
                    : null;
            _answersPollsOnShutdown = description.NamespaceInfo?.Capabilities?.WorkerPollCompleteOnShutdown ?? false;
        }
        catch (RpcException error) when (error.Code is RpcException.StatusCode.Unimplemented or RpcException.StatusCode.PermissionDenied)
        {
            // A server that does not tell may still give out tasks.
        }
        catch (RpcException error)
        {
            throw new InvalidOperationException(
                $"Worker validation failed: the worker for task queue '{_taskQueue}' cannot use namespace '{_namespace}': "
                    + $"{error.Message} ({error.Code})",
                error
            );
        }
    }

    /// <summary>Runs until told to stop, and then until all tasks have ended.</summary>
    /// <exception cref="RpcException">The server refuses polls for good.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        Log.WorkerStarted(_logger, _taskQueue, _identity);
        using var tracing = _workflows is null || _options.DisableWorkflowTracingEventListener ? null : new WorkflowTracingEventListener();
        _statistics.Metrics.WorkerStart.Add(1);
        using var stopPolling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var abortPolls = new CancellationTokenSource();
        _localActivitySlots?.Begin();
        Task[] pollers = [.. Pollers(stopPolling.Token, abortPolls.Token)];
        var polling = Task.WhenAll(pollers);
        var heartbeats = _takesHeartbeats ? _heartbeats.RunAsync(stopPolling.Token) : Task.CompletedTask;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(() => stopped.TrySetResult()))
        {
            await Task.WhenAny([stopped.Task, _failed.Task, .. pollers]);
        }

        Log.WorkerStopping(_logger, _taskQueue);
        await stopPolling.CancelAsync();
        await _shutdownStarted.CancelAsync();
        var noticed = await NoticeAsync();

        // A server that answers open polls on the notice loses no task, and some do that without saying so. A task in the answer to an
        // aborted poll waits for its time limit.
        abortPolls.CancelAfter(
            !noticed ? TimeSpan.Zero
            : _answersPollsOnShutdown ? PollGrace
            : UnpromisedPollGrace
        );
        await Task.WhenAny(polling);
        await FinishAsync();
        await heartbeats;
        Log.WorkerStopped(_logger, _taskQueue);
        if (_failed.Task.IsFaulted)
        {
            await _failed.Task;
        }

        await polling;
    }

    private static ITemporalClient Full(IWorkerClient client) =>
        client as ITemporalClient ?? throw new ArgumentException("The worker's client must be an ITemporalClient.", nameof(client));

    private static WorkerTuner TunerOf(TemporalWorkerOptions options)
    {
        var numbers = options.MaxConcurrentWorkflowTasks ?? options.MaxConcurrentActivities ?? options.MaxConcurrentLocalActivities;
        if (options.Tuner is { } tuner)
        {
            if (numbers is not null)
            {
                throw new ArgumentException(
                    "Cannot set both Tuner and MaxConcurrentWorkflowTasks, MaxConcurrentActivities or MaxConcurrentLocalActivities.",
                    nameof(options)
                );
            }

            tuner.Check();
            return tuner;
        }

        return WorkerTuner.CreateFixedSize(
            options.MaxConcurrentWorkflowTasks ?? DefaultSlots,
            options.MaxConcurrentActivities ?? DefaultSlots,
            options.MaxConcurrentLocalActivities ?? DefaultSlots
        );
    }

    private static int CertainSlots(SlotSupplier supplier) =>
        supplier switch
        {
            FixedSizeSlotSupplier fixedSize => fixedSize.SlotCount,
            ResourceBasedSlotSupplier resources => Math.Max(1, resources.Options.MinimumSlots ?? SlotPool.DefaultMinimumWorkflowSlots),
            _ => int.MaxValue,
        };

    private SlotPool PoolOf(SlotSupplier supplier, SlotType type, SlotStatistics statistics) =>
        SlotPool.Create(
            supplier,
            new(type, _taskQueue, _identity, _version.BuildId, IsSticky: false),
            statistics,
            _resources,
            _options.Time,
            _logger
        );

    private WorkerHeartbeats Heartbeats(TimeSpan interval) =>
        new(
            new()
            {
                Namespace = _namespace,
                TaskQueue = _taskQueue,
                Identity = _identity,
                InstanceKey = _instanceKey,
                Deployment = _options.DeploymentOptions,
                HasWorkflows = _options.Workflows.Count > 0,
                HasActivities = _activities is not null,
                Statistics = _statistics,
                Interval = interval,
                CachedRuns = () => _handler?.CachedRuns ?? 0,
                Rpc = () => _rpc,
                Time = _options.Time,
                Logger = _logger,
            }
        );

    private IEnumerable<Task> Pollers(CancellationToken stop, CancellationToken abort)
    {
        if (_workflows is not null)
        {
            var common = _stickyQueue is null ? _workflowPolls : Math.Max(1, (int)(_workflowPolls * _options.NonStickyToStickyPollRatio));
            yield return WorkflowPoller(sticky: false, common).RunAsync(stop, abort);
            if (_stickyQueue is not null)
            {
                yield return WorkflowPoller(sticky: true, Math.Max(1, _workflowPolls - common)).RunAsync(stop, abort);
            }
        }

        if (_activities is not null)
        {
            yield return ActivityPoller().RunAsync(stop, abort);
        }
    }

    private TaskPoller<PollWorkflowTaskQueueResponse> WorkflowPoller(bool sticky, int count)
    {
        var request = new PollWorkflowTaskQueueRequest
        {
            Namespace = _namespace,
            Identity = _identity,
            WorkerInstanceKey = _instanceKey,
            TaskQueue = sticky
                ? new()
                {
                    Name = _stickyQueue,
                    Kind = TaskQueueKind.Sticky,
                    NormalName = _taskQueue,
                }
                : new() { Name = _taskQueue, Kind = TaskQueueKind.Normal },
        };
        _version.Stamp(request);
        return new(
            new()
            {
                TaskQueue = request.TaskQueue.Name,
                Behavior = _options.WorkflowTaskPollerBehavior ?? new PollerBehavior.SimpleMaximum(count),
                Slots = _workflowSlots,
                Sticky = sticky,
                Poll = token => _rpc.PollWorkflowTaskAsync(request, token),
                IsEmpty = task => task.TaskToken.IsEmpty,
                ScalingOf = task => task.PollerScalingDecision,
                Statistics = sticky ? _statistics.StickyPolls : _statistics.WorkflowPolls,
                Dispatch = (task, slot) => _workflows!.Start(task, slot, sticky, _abandonWorkflowTasks.Token),
                Time = _options.Time,
                Logger = _logger,
            }
        );
    }

    private TaskPoller<PollActivityTaskQueueResponse> ActivityPoller()
    {
        var request = new PollActivityTaskQueueRequest
        {
            Namespace = _namespace,
            Identity = _identity,
            WorkerInstanceKey = _instanceKey,
            TaskQueue = new() { Name = _taskQueue, Kind = TaskQueueKind.Normal },
            TaskQueueMetadata = _options.MaxTaskQueueActivitiesPerSecond is { } limit
                ? new TaskQueueMetadata { MaxTasksPerSecond = limit }
                : null,
        };
        _version.Stamp(request);
        var rate = _options.MaxActivitiesPerSecond is { } perSecond ? new RateLimit(perSecond, _options.Time) : null;
        return new(
            new()
            {
                TaskQueue = _taskQueue,
                Behavior = _options.ActivityTaskPollerBehavior ?? new PollerBehavior.SimpleMaximum(_options.MaxConcurrentActivityTaskPolls),
                Slots = _activitySlots,
                Throttle = token => rate?.WaitAsync(token) ?? Task.CompletedTask,
                Poll = token => _rpc.PollActivityTaskAsync(request, token),
                IsEmpty = task => task.TaskToken.IsEmpty,
                ScalingOf = task => task.PollerScalingDecision,
                Statistics = _statistics.ActivityPolls,
                Dispatch = (task, slot) => _activities!.Start(task, slot),
                Time = _options.Time,
                Logger = _logger,
            }
        );
    }

    /// <summary>
    /// Tells the server that the worker stops: it gives the tasks of the worker's own queue to others. False when it does not take the
    /// notice.
    /// </summary>
    private async Task<bool> NoticeAsync()
    {
        var request = new ShutdownWorkerRequest
        {
            Namespace = _namespace,
            Identity = _identity,
            Reason = "graceful shutdown",
            StickyTaskQueue = _stickyQueue ?? string.Empty,
            WorkerInstanceKey = _instanceKey,
            TaskQueue = _taskQueue,
            WorkerHeartbeat = _takesHeartbeats ? _heartbeats.Now(WorkerStatus.ShuttingDown) : null,
        };
        if (_workflows is not null)
        {
            request.TaskQueueTypes.Add(TaskQueueType.Workflow);
        }

        if (_activities is not null)
        {
            request.TaskQueueTypes.Add(TaskQueueType.Activity);
        }

        try
        {
            await _rpc.ShutdownAsync(request, PollGrace);
            return true;
        }
        catch (RpcException error)
        {
            Log.ShutdownNoticeFailed(_logger, error);
            if (error.Code is RpcException.StatusCode.Unavailable or RpcException.StatusCode.DeadlineExceeded)
            {
                _giveUp.CancelAfter(_options.GracefulShutdownTimeout > ServerGrace ? _options.GracefulShutdownTimeout : ServerGrace);
            }

            return false;
        }
    }

    /// <summary>
    /// Lets running tasks end. Activities have the options' grace before they are cancelled, workflow tasks a little more, so that none is
    /// dropped.
    /// </summary>
    private async Task FinishAsync()
    {
        var activities = _activities?.WaitAsync() ?? Task.CompletedTask;
        if (!await EndsWithinAsync(activities, _options.GracefulShutdownTimeout))
        {
            _activities!.CancelAll();
        }

        var workflowTasks = _workflows?.WaitAsync() ?? Task.CompletedTask;
        if (!await EndsWithinAsync(workflowTasks, WorkflowTaskGrace))
        {
            await _abandonWorkflowTasks.CancelAsync();
        }

        await Task.WhenAll(activities, workflowTasks);
        _handler?.EvictAll();
        if (_localActivitySlots is { } ahead)
        {
            await ahead.EndAsync();
        }
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit) =>
        task.IsCompleted || await Task.WhenAny(task, Task.Delay(limit, _options.Time)) == task;
}
