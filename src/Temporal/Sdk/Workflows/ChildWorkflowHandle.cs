using System.Linq.Expressions;
using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>A child workflow that has started.</summary>
public abstract class ChildWorkflowHandle
{
    /// <summary>Workflow id.</summary>
    public abstract string Id { get; }

    /// <summary>First run of the child.</summary>
    public abstract string FirstExecutionRunId { get; }

    /// <summary>Waits until the child has closed.</summary>
    /// <exception cref="Exceptions.ChildWorkflowFailureException">It failed, timed out, or was cancelled or terminated.</exception>
    public Task GetResultAsync() => GetResultAsync<ValueTuple>();

    /// <summary>Waits for the child's result.</summary>
    /// <typeparam name="TResult">Type of the result.</typeparam>
    /// <exception cref="Exceptions.ChildWorkflowFailureException">It failed, timed out, or was cancelled or terminated.</exception>
    public abstract Task<TResult> GetResultAsync<TResult>();

    /// <summary>Signals the child and waits until the signal is delivered.</summary>
    /// <typeparam name="TWorkflow">Type with the signal method.</typeparam>
    public Task SignalAsync<TWorkflow>(Expression<Func<TWorkflow, Task>> signalCall, ChildWorkflowSignalOptions? options = null)
    {
        var call = ExpressionCalls.ReadCall(signalCall);
        return SignalAsync(WorkflowSignalDefinition.NameOf(call.Method), call.Args, options);
    }

    /// <summary>Signals the child and waits until the signal is delivered.</summary>
    public abstract Task SignalAsync(string signal, IReadOnlyCollection<object?> args, ChildWorkflowSignalOptions? options = null);
}

/// <summary>A child workflow of a known type.</summary>
/// <typeparam name="TWorkflow">Workflow type.</typeparam>
public abstract class ChildWorkflowHandle<TWorkflow> : ChildWorkflowHandle
{
    /// <summary>Signals the child and waits until the signal is delivered.</summary>
    public Task SignalAsync(Expression<Func<TWorkflow, Task>> signalCall, ChildWorkflowSignalOptions? options = null) =>
        SignalAsync<TWorkflow>(signalCall, options);
}

/// <summary>A child workflow of a known type and result.</summary>
/// <typeparam name="TWorkflow">Workflow type.</typeparam>
/// <typeparam name="TResult">Type of the result.</typeparam>
public abstract class ChildWorkflowHandle<TWorkflow, TResult> : ChildWorkflowHandle<TWorkflow>
{
    /// <summary>Waits for the child's result.</summary>
    /// <exception cref="Exceptions.ChildWorkflowFailureException">It failed, timed out, or was cancelled or terminated.</exception>
    public new Task<TResult> GetResultAsync() => GetResultAsync<TResult>();
}
