using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Temporalio.Common;
using Temporalio.Worker.Interceptors;
using Temporalio.Worker.Workflows;

namespace Temporalio.Workflows;

/// <content>Other workflows: children, external ones, and the next run of this one.</content>
public static partial class Workflow
{
    /// <summary>Makes the exception that ends this run and starts the next: <c>throw</c> it.</summary>
    /// <typeparam name="TWorkflow">Workflow of the next run.</typeparam>
    /// <typeparam name="TResult">Type of its result.</typeparam>
    public static ContinueAsNewException CreateContinueAsNewException<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        ContinueAsNewOptions? options = null
    )
    {
        var call = ExpressionCalls.ReadCall(workflowRunCall);
        return CreateContinueAsNewException(WorkflowDefinition.NameOf(call.Method, typeof(TWorkflow)), call.Args, options);
    }

    /// <summary>Makes the exception that ends this run and starts the next: <c>throw</c> it.</summary>
    /// <typeparam name="TWorkflow">Workflow of the next run.</typeparam>
    public static ContinueAsNewException CreateContinueAsNewException<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall,
        ContinueAsNewOptions? options = null
    )
    {
        var call = ExpressionCalls.ReadCall(workflowRunCall);
        return CreateContinueAsNewException(WorkflowDefinition.NameOf(call.Method, typeof(TWorkflow)), call.Args, options);
    }

    /// <summary>Makes the exception that ends this run and starts the next: <c>throw</c> it.</summary>
    public static ContinueAsNewException CreateContinueAsNewException(
        string workflow,
        IReadOnlyCollection<object?> args,
        ContinueAsNewOptions? options = null
    ) => Context.Outbound.CreateContinueAsNewException(new(workflow, args, options, Headers: null));

    /// <summary>Starts a child and waits for its result.</summary>
    /// <exception cref="Exceptions.ChildWorkflowFailureException">It failed, timed out, or was cancelled or terminated.</exception>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">Its id is in use.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task<TResult> ExecuteChildWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        ChildWorkflowOptions? options = null
    )
    {
        var handle = await StartChildWorkflowAsync(workflowRunCall, options);
        return await handle.GetResultAsync();
    }

    /// <summary>Starts a child and waits for its end.</summary>
    /// <exception cref="Exceptions.ChildWorkflowFailureException">It failed, timed out, or was cancelled or terminated.</exception>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">Its id is in use.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task ExecuteChildWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall,
        ChildWorkflowOptions? options = null
    )
    {
        var handle = await StartChildWorkflowAsync(workflowRunCall, options);
        await handle.GetResultAsync();
    }

    /// <summary>Starts a child by name and waits for its end.</summary>
    /// <exception cref="Exceptions.ChildWorkflowFailureException">It failed, timed out, or was cancelled or terminated.</exception>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">Its id is in use.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task ExecuteChildWorkflowAsync(
        string workflow,
        IReadOnlyCollection<object?> args,
        ChildWorkflowOptions? options = null
    )
    {
        var handle = await StartChildWorkflowAsync(workflow, args, options);
        await handle.GetResultAsync();
    }

    /// <summary>Starts a child by name and waits for its result.</summary>
    /// <exception cref="Exceptions.ChildWorkflowFailureException">It failed, timed out, or was cancelled or terminated.</exception>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">Its id is in use.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task<TResult> ExecuteChildWorkflowAsync<TResult>(
        string workflow,
        IReadOnlyCollection<object?> args,
        ChildWorkflowOptions? options = null
    )
    {
        var handle = await StartChildWorkflowAsync(workflow, args, options);
        return await handle.GetResultAsync<TResult>();
    }

    /// <summary>Starts a child and waits until it has started.</summary>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">Its id is in use.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        ChildWorkflowOptions? options = null
    )
    {
        var call = ExpressionCalls.ReadCall(workflowRunCall);
        return Context.Outbound.StartChildWorkflowAsync<TWorkflow, TResult>(
            ChildInput(WorkflowDefinition.NameOf(call.Method, typeof(TWorkflow)), call.Args, options)
        );
    }

    /// <summary>Starts a child and waits until it has started.</summary>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">Its id is in use.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task<ChildWorkflowHandle<TWorkflow>> StartChildWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall,
        ChildWorkflowOptions? options = null
    )
    {
        var call = ExpressionCalls.ReadCall(workflowRunCall);
        return await Context.Outbound.StartChildWorkflowAsync<TWorkflow, ValueTuple>(
            ChildInput(WorkflowDefinition.NameOf(call.Method, typeof(TWorkflow)), call.Args, options)
        );
    }

    /// <summary>Starts a child by name and waits until it has started.</summary>
    /// <exception cref="Exceptions.WorkflowAlreadyStartedException">Its id is in use.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static async Task<ChildWorkflowHandle> StartChildWorkflowAsync(
        string workflow,
        IReadOnlyCollection<object?> args,
        ChildWorkflowOptions? options = null
    ) => await Context.Outbound.StartChildWorkflowAsync<ValueTuple, ValueTuple>(ChildInput(workflow, args, options));

    /// <summary>A handle of another workflow; nothing is sent yet.</summary>
    public static ExternalWorkflowHandle GetExternalWorkflowHandle(string id, string? runId = null) =>
        GetExternalWorkflowHandle<ValueTuple>(id, runId);

    /// <summary>A handle of another workflow; nothing is sent yet.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    public static ExternalWorkflowHandle<TWorkflow> GetExternalWorkflowHandle<TWorkflow>(string id, string? runId = null) =>
        new ExternalHandle<TWorkflow>(Context, id, runId);

    private static StartChildWorkflowInput ChildInput(string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions? options) =>
        new(workflow, args, options ?? new(), Headers: null);
}
