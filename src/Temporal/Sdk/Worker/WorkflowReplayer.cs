using System.Runtime.CompilerServices;
using Temporalio.Common;
using Temporalio.Runtime;
using Temporalio.Worker.Workflows;

namespace Temporalio.Worker;

/// <summary>Runs workflow code over recorded histories, without a server, to see whether it still does what it did.</summary>
public class WorkflowReplayer
{
    private readonly WorkflowTaskHandlerOptions _options;
    private readonly WorkflowRegistry _registry;
    private readonly ActivationGuard _guard;

    /// <summary>Makes a replayer.</summary>
    /// <exception cref="ArgumentException">There is no workflow, or some cannot be registered together.</exception>
    public WorkflowReplayer(WorkflowReplayerOptions options)
    {
        Options = (WorkflowReplayerOptions)options.Clone();
        if (Options.Workflows.Count == 0)
        {
            throw new ArgumentException("A replayer needs at least one workflow.", nameof(options));
        }

        _registry = new(Options.Workflows);
        _options = new()
        {
            Namespace = Options.Namespace,
            TaskQueue = Options.TaskQueue,
            Identity = Options.Identity ?? string.Empty,
            Workflows = [.. Options.Workflows],
            DataConverter = Options.DataConverter,
            LoggerFactory = Options.LoggerFactory,
            MetricMeter = (Options.Runtime ?? TemporalRuntime.Default).MetricMeter,
            MaxCachedWorkflows = 0,
            Intercept = inbound =>
                (Options.Interceptors ?? []).Reverse().Aggregate(inbound, (next, interceptor) => interceptor.InterceptWorkflow(next)),
            FailureExceptionTypes = Options.WorkflowFailureExceptionTypes ?? [],
            DebugMode = Options.DebugMode,
            TracesEvents = !Options.DisableWorkflowTracingEventListener,
            TaskStarting = Options.OnTaskStarting,
            TaskCompleted = Options.OnTaskCompleted,
        };
        _guard = new(_options.DeadlockTimeout, _options.DebugMode, int.MaxValue, tooManyStuck: null, _options.Time);
    }

    /// <summary>The options, as they were when the replayer was made.</summary>
    public WorkflowReplayerOptions Options { get; }

    /// <summary>Replays one history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="throwOnReplayFailure">Whether a failure is thrown, not only told.</param>
    /// <param name="cancellationToken">Ends the replay between histories.</param>
    public async Task<WorkflowReplayResult> ReplayWorkflowAsync(
        WorkflowHistory history,
        bool throwOnReplayFailure = true,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var failure = await ReplayAsync(history);
        if (failure is not null && throwOnReplayFailure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return new(history, failure);
    }

    /// <summary>Replays histories, one after the other.</summary>
    /// <param name="histories">The histories.</param>
    /// <param name="throwOnReplayFailure">Whether the first failure is thrown.</param>
    /// <param name="cancellationToken">Ends the replay between histories.</param>
    public async Task<IEnumerable<WorkflowReplayResult>> ReplayWorkflowsAsync(
        IEnumerable<WorkflowHistory> histories,
        bool throwOnReplayFailure = false,
        CancellationToken cancellationToken = default
    )
    {
        var results = new List<WorkflowReplayResult>();
        foreach (var history in histories)
        {
            results.Add(await ReplayWorkflowAsync(history, throwOnReplayFailure, cancellationToken));
        }

        return results;
    }

    /// <summary>Replays histories as they come.</summary>
    /// <param name="histories">The histories.</param>
    /// <param name="throwOnReplayFailure">Whether the first failure is thrown.</param>
    /// <param name="cancellationToken">Ends the replay between histories.</param>
    public async IAsyncEnumerable<WorkflowReplayResult> ReplayWorkflowsAsync(
        IAsyncEnumerable<WorkflowHistory> histories,
        bool throwOnReplayFailure = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var history in histories.WithCancellation(cancellationToken))
        {
            yield return await ReplayWorkflowAsync(history, throwOnReplayFailure, cancellationToken);
        }
    }

    private async Task<Exception?> ReplayAsync(WorkflowHistory history)
    {
        var events = history.Events.ToArray();
        if (events.Length == 0 || events[0].WorkflowExecutionStartedEventAttributes is not { } started)
        {
            return new ArgumentException(
                $"The history of workflow {history.Id} does not begin with the start of a workflow.",
                nameof(history)
            );
        }

        try
        {
            if (_options.DataConverter.PayloadCodec is not null)
            {
                // The codec changes events in place, and these belong to the caller.
                events = [.. events.Select(e => e.Clone())];
                await PayloadCodecs.DecodeAsync(new(_options.DataConverter, _options.Namespace, history.Id), new(), events, []);
            }
        }
        catch (Exception e)
        {
            return e;
        }

        var run = new WorkflowRun(_options, _registry.DefinitionOf, started.OriginalExecutionRunId);
        using var tracing = Options.DisableWorkflowTracingEventListener ? null : new WorkflowTracingEventListener();
        return await _guard.RunAsync(run, () => run.Process(events, live: false, []));
    }
}
