using Microsoft.Extensions.Logging;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>What a worker tells its workflow side.</summary>
internal sealed record WorkflowTaskHandlerOptions
{
    public required string Namespace { get; init; }

    public required string TaskQueue { get; init; }

    public required string Identity { get; init; }

    public required IReadOnlyCollection<WorkflowDefinition> Workflows { get; init; }

    public DataConverter DataConverter { get; init; } = DataConverter.Default;

    public required ILoggerFactory LoggerFactory { get; init; }

    public required MetricMeter MetricMeter { get; init; }

    /// <summary>Counts what is done; null: nobody counts.</summary>
    public Telemetry.WorkerStatistics? Statistics { get; init; }

    /// <summary>Runs kept between tasks; 0: every task replays the whole history, and no sticky queue is asked for.</summary>
    public int MaxCachedWorkflows { get; init; } = 10_000;

    /// <summary>This worker's sticky queue; null: none.</summary>
    public string? StickyQueue { get; init; }

    public TimeSpan StickyScheduleToStartTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where local activities run; null: nowhere (a replayer).</summary>
    public ILocalActivityExecutor? LocalActivities { get; init; }

    /// <summary>Says of a type that this worker cannot run it as a local activity; null: not checked.</summary>
    public Func<string, string?>? MissingLocalActivity { get; init; }

    /// <summary>Wraps the worker's interceptors around a new run.</summary>
    public Func<WorkflowInboundInterceptor, WorkflowInboundInterceptor> Intercept { get; init; } = inbound => inbound;

    public IReadOnlyCollection<Type> FailureExceptionTypes { get; init; } = [];

    public WorkflowStackTrace StackTrace { get; init; }

    /// <summary>Whether a <see cref="WorkflowTracingEventListener"/> of the worker looks after its runs.</summary>
    public bool TracesEvents { get; init; }

    /// <summary>Turns deadlock detection off.</summary>
    public bool DebugMode { get; init; }

    /// <summary>Longest time for one activation.</summary>
    public TimeSpan DeadlockTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Runs that may be stuck before <see cref="TooManyStuck"/> is called.</summary>
    public int MaxStuckWorkflows { get; init; } = 10;

    /// <summary>Called when too many threads are stuck in workflow code: the worker should stop with this error.</summary>
    public Action<Exception>? TooManyStuck { get; init; }

    /// <summary>Whether activities may be handed back at once in the answer to a completion.</summary>
    public bool EagerActivities { get; init; }

    public WorkerDeploymentVersion? DeploymentVersion { get; init; }

    /// <summary>Build id of the worker, with or without a deployment.</summary>
    public string BuildId { get; init; } = string.Empty;

    /// <summary>Fields about build id and deployment for completions.</summary>
    public Action<Api.WorkflowService.V1.RespondWorkflowTaskCompletedRequest>? StampVersion { get; init; }

    public Func<PatchActivationInput, bool>? PatchActivation { get; init; }

    public Action<WorkflowTaskStartingEventArgs>? TaskStarting { get; init; }

    public Action<WorkflowTaskCompletedEventArgs>? TaskCompleted { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
