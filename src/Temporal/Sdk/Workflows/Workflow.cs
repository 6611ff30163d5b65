using Microsoft.Extensions.Logging;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Worker.Workflows;

namespace Temporalio.Workflows;

/// <summary>What workflow code may use of the world: everything here is deterministic and works only inside a workflow.</summary>
/// <remarks>
/// Members that wait are not optimized: one that ends with another call would leave no frame, and the stack trace of a workflow would
/// not begin with what it waits for.
/// </remarks>
public static partial class Workflow
{
    /// <summary>Whether no signal or update handler is running. Good to wait for before the workflow ends.</summary>
    public static bool AllHandlersFinished => Context.RunningHandlers.None;

    /// <summary>Cancelled when cancellation of the workflow is requested.</summary>
    public static CancellationToken CancellationToken => Context.CancellationToken;

    /// <summary>Whether the server suggests to continue as new because the history grows long.</summary>
    public static bool ContinueAsNewSuggested => Context.CurrentTask.ContinueAsNewSuggested;

    /// <summary>Why the server suggests to continue as new.</summary>
    public static IReadOnlyCollection<SuggestContinueAsNewReason> SuggestedContinueAsNewReasons =>
        Context.CurrentTask.SuggestedContinueAsNewReasons;

    /// <summary>Build id of the worker that worked, or works, on the current task; empty when unknown.</summary>
    public static string CurrentBuildId => Context.CurrentTask.BuildId;

    /// <summary>Deployment version of the worker that worked, or works, on the current task.</summary>
    public static WorkerDeploymentVersion? CurrentDeploymentVersion => Context.CurrentTask.DeploymentVersion;

    /// <summary>Whether the deployment has another target version than the one that runs this workflow.</summary>
    public static bool TargetWorkerDeploymentVersionChanged => Context.CurrentTask.TargetWorkerDeploymentVersionChanged;

    /// <summary>Text about what the workflow does now, for people; shown by tools, kept by no event.</summary>
    public static string CurrentDetails
    {
        get => Context.CurrentDetails;
        set => Context.CurrentDetails = value;
    }

    /// <summary>Number of events in history at the start of the current task.</summary>
    public static int CurrentHistoryLength => Context.CurrentTask.HistoryLength;

    /// <summary>Size of the history in bytes at the start of the current task.</summary>
    public static int CurrentHistorySize => Context.CurrentTask.HistorySize;

    /// <summary>The update whose handler or validator runs; null anywhere else.</summary>
    public static WorkflowUpdateInfo? CurrentUpdateInfo => Context.Updates.Current;

    /// <summary>Handler of queries without handler of their own.</summary>
    public static WorkflowQueryDefinition? DynamicQuery
    {
        get => Context.Handlers.DynamicQuery;
        set => Context.Handlers.DynamicQuery = value;
    }

    /// <summary>Handler of signals without handler of their own. Setting it delivers the signals that wait for one.</summary>
    public static WorkflowSignalDefinition? DynamicSignal
    {
        get => Context.Handlers.DynamicSignal;
        set => Context.Handlers.DynamicSignal = value;
    }

    /// <summary>Handler of updates without handler of their own.</summary>
    public static WorkflowUpdateDefinition? DynamicUpdate
    {
        get => Context.Handlers.DynamicUpdate;
        set => Context.Handlers.DynamicUpdate = value;
    }

    /// <summary>What does not change during the run.</summary>
    public static WorkflowInfo Info => Context.Info;

    /// <summary>The workflow object.</summary>
    public static object? Instance => Context.Instance;

    /// <summary>Whether this code runs inside a workflow.</summary>
    public static bool InWorkflow => TaskScheduler.Current is WorkflowTaskScheduler;

    /// <summary>Logger that is silent while history is replayed.</summary>
    public static ILogger Logger => Context.Logger;

    /// <summary>The memo, with this run's changes.</summary>
    public static IReadOnlyDictionary<string, IRawValue> Memo => Context.Properties.Memo;

    /// <summary>Meter that counts nothing while history is replayed.</summary>
    public static MetricMeter MetricMeter => Context.MetricMeter;

    /// <summary>Converter of values and payloads.</summary>
    public static IPayloadConverter PayloadConverter => Context.PayloadConverter;

    /// <summary>Query handlers by name; handlers may be added while the workflow runs.</summary>
    public static IDictionary<string, WorkflowQueryDefinition> Queries => Context.Handlers.Queries;

    /// <summary>Signal handlers by name; adding one delivers the signals that wait for it.</summary>
    public static IDictionary<string, WorkflowSignalDefinition> Signals => Context.Handlers.Signals;

    /// <summary>Update handlers by name; handlers may be added while the workflow runs.</summary>
    public static IDictionary<string, WorkflowUpdateDefinition> Updates => Context.Handlers.Updates;

    /// <summary>Random numbers that come out the same on replay.</summary>
    public static DeterministicRandom Random => Context.Random.Current;

    /// <summary>Search attributes, with this run's changes.</summary>
    public static SearchAttributeCollection TypedSearchAttributes => Context.Properties.TypedSearchAttributes;

    /// <summary>Workflow time: when the current task started.</summary>
    public static DateTime UtcNow => Context.UtcNow;

    private static WorkflowInstance Context =>
        (TaskScheduler.Current as WorkflowTaskScheduler)?.Instance
        ?? throw new InvalidOperationException(
            "Not in workflow: this member works only in code that a workflow runs on its own scheduler (no Task.Run, no "
                + "ConfigureAwait(false))."
        );

    /// <summary>A GUID that comes out the same on replay.</summary>
    public static Guid NewGuid() => Context.Random.NewGuid();

    /// <summary>
    /// Whether changed code may run: true for new runs, and on replay if the run took this way before. The first call writes a marker.
    /// </summary>
    /// <param name="patchId">Name of the change.</param>
    public static bool Patched(string patchId) => Context.Patches.IsActive(patchId);

    /// <summary>Says that the code before a patch is gone; runs with the patch's marker still replay.</summary>
    /// <param name="patchId">Name of the change.</param>
    public static void DeprecatePatch(string patchId) => Context.Patches.Deprecate(patchId);

    /// <summary>Changes the memo.</summary>
    /// <param name="updates">At least one change.</param>
    public static void UpsertMemo(params MemoUpdate[] updates) => Context.Properties.UpsertMemo(updates);

    /// <summary>Changes search attributes.</summary>
    /// <param name="updates">At least one change.</param>
    public static void UpsertTypedSearchAttributes(params SearchAttributeUpdate[] updates) =>
        Context.Properties.UpsertSearchAttributes(updates);

    /// <summary>What only infrastructure needs.</summary>
    public static class Unsafe
    {
        /// <summary>Whether the code runs to rebuild its state, also for a query. Logic must not depend on it.</summary>
        public static bool IsReplaying => Context.IsReplaying;

        /// <summary>Whether history events are replayed; false in query handlers and validators of a run that is up to date.</summary>
        public static bool IsReplayingHistoryEvents => Context.IsReplayingHistoryEvents;

        /// <summary>
        /// Runs code that may start timers and tasks of other schedulers; what it starts must not come back into the workflow.
        /// </summary>
        public static void WithTracingEventListenerDisabled(Action fn) =>
            WithTracingEventListenerDisabled(() =>
            {
                fn();
                return true;
            });

        /// <summary>
        /// Runs code that may start timers and tasks of other schedulers; what it starts must not come back into the workflow.
        /// </summary>
        /// <typeparam name="T">Type of the value.</typeparam>
        public static T WithTracingEventListenerDisabled<T>(Func<T> fn)
        {
            var issued = Context.Commands.Issued;
            var result = Context.Scheduler.WithoutTracing(fn);
            return Context.Commands.Issued == issued
                ? result
                : throw new InvalidOperationException(
                    "Function during tracing event listener disabling created workflow commands: what acts on the workflow belongs outside "
                        + "of it, where leaving the workflow is noticed."
                );
        }
    }
}
