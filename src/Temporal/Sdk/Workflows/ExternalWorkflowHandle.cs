using System.Linq.Expressions;
using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>Another workflow, running or not.</summary>
public abstract class ExternalWorkflowHandle
{
    /// <summary>Workflow id.</summary>
    public abstract string Id { get; }

    /// <summary>Run id; null addresses whichever run is current.</summary>
    public abstract string? RunId { get; }

    /// <summary>Requests its cancellation and waits until the request is delivered.</summary>
    public abstract Task CancelAsync();

    /// <summary>Signals it and waits until the signal is delivered.</summary>
    /// <typeparam name="TWorkflow">Type with the signal method.</typeparam>
    public Task SignalAsync<TWorkflow>(Expression<Func<TWorkflow, Task>> signalCall, ExternalWorkflowSignalOptions? options = null)
    {
        var call = ExpressionCalls.ReadCall(signalCall);
        return SignalAsync(WorkflowSignalDefinition.NameOf(call.Method), call.Args, options);
    }

    /// <summary>Signals it and waits until the signal is delivered.</summary>
    public abstract Task SignalAsync(string signal, IReadOnlyCollection<object?> args, ExternalWorkflowSignalOptions? options = null);
}

/// <summary>Another workflow of a known type.</summary>
/// <typeparam name="TWorkflow">Workflow type.</typeparam>
public abstract class ExternalWorkflowHandle<TWorkflow> : ExternalWorkflowHandle
{
    /// <summary>Signals it and waits until the signal is delivered.</summary>
    public Task SignalAsync(Expression<Func<TWorkflow, Task>> signalCall, ExternalWorkflowSignalOptions? options = null) =>
        SignalAsync<TWorkflow>(signalCall, options);
}
