using System.Linq.Expressions;
using Temporalio.Api.Common.V1;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Temporalio.Client;

/// <summary>A start that goes with an update. Each operation is used once.</summary>
public abstract class WithStartWorkflowOperation : ICloneable
{
    private protected WithStartWorkflowOperation(string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        if (options.StartSignal is not null)
        {
            throw new ArgumentException("An update with start cannot carry a start signal.", nameof(options));
        }

        Workflow = workflow;
        Args = args;
        Options = options;
    }

    /// <summary>Workflow type.</summary>
    public string Workflow { get; set; }

    /// <summary>Arguments of the workflow.</summary>
    public IReadOnlyCollection<object?> Args { get; set; }

    /// <summary>How it is started; id, task queue and id conflict policy are required.</summary>
    public WorkflowOptions Options { get; set; }

    /// <summary>Headers, set by interceptors.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2227", Justification = "The official shape.")]
    public IDictionary<string, Payload>? Headers { get; set; }

    /// <summary>From a call of a run method.</summary>
    public static WithStartWorkflowOperation<WorkflowHandle<TWorkflow, TResult>> Create<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        WorkflowOptions options
    )
    {
        var (method, args) = ExpressionCalls.ReadCall(workflowRunCall);
        return new(WorkflowDefinition.NameOf(method, typeof(TWorkflow)), args, options);
    }

    /// <summary>From a call of a run method.</summary>
    public static WithStartWorkflowOperation<WorkflowHandle<TWorkflow>> Create<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall,
        WorkflowOptions options
    )
    {
        var (method, args) = ExpressionCalls.ReadCall(workflowRunCall);
        return new(WorkflowDefinition.NameOf(method, typeof(TWorkflow)), args, options);
    }

    /// <summary>From a type name.</summary>
    public static WithStartWorkflowOperation<WorkflowHandle> Create(
        string workflow,
        IReadOnlyCollection<object?> args,
        WorkflowOptions options
    ) => new(workflow, args, options);

    /// <summary>A copy that has not been used.</summary>
    public abstract object Clone();

    /// <summary>Claims the operation for one call.</summary>
    internal abstract bool TryMarkUsed();

    /// <summary>Publishes the handle of the workflow.</summary>
    internal abstract void SetHandle(ITemporalClient client, string runId);

    /// <summary>Publishes that the start failed.</summary>
    internal abstract void SetFailed(Exception error);
}

/// <summary>A start that goes with an update, with the type of its handle.</summary>
/// <typeparam name="THandle">Type of the handle.</typeparam>
public sealed class WithStartWorkflowOperation<THandle> : WithStartWorkflowOperation
    where THandle : WorkflowHandle
{
    private readonly TaskCompletionSource<THandle> _handle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _used;

    internal WithStartWorkflowOperation(string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
        : base(workflow, args, options) { }

    /// <summary>The workflow's handle, as soon as the server has answered.</summary>
    public Task<THandle> GetHandleAsync() => _handle.Task;

    /// <inheritdoc />
    public override object Clone() =>
        new WithStartWorkflowOperation<THandle>(Workflow, Args, (WorkflowOptions)Options.Clone())
        {
            Headers = Headers is null ? null : new Dictionary<string, Payload>(Headers),
        };

    internal override bool TryMarkUsed() => Interlocked.Exchange(ref _used, 1) == 0;

    internal override void SetHandle(ITemporalClient client, string runId) =>
        _handle.TrySetResult((THandle)Activator.CreateInstance(typeof(THandle), client, Options.Id, null, runId, runId)!);

    internal override void SetFailed(Exception error)
    {
        _handle.TrySetException(error);

        // Nobody need await the handle: the call itself throws the same.
        _ = _handle.Task.Exception;
    }
}
