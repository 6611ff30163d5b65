using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Temporalio.Activities;
using Temporalio.Common;

namespace Temporalio.Workflows;

/// <content>Activities.</content>
public static partial class Workflow
{
    /// <summary>Calls an activity (a static method) and waits for its result.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteActivityAsync<TResult>(Expression<Func<TResult>> activityCall, ActivityOptions options) =>
        ExecuteActivity<TResult>(activityCall, options);

    /// <summary>Calls an activity (a static method) and waits for its end.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteActivityAsync(Expression<Action> activityCall, ActivityOptions options) =>
        ExecuteActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls an activity and waits for its result.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, TResult>> activityCall,
        ActivityOptions options
    ) => ExecuteActivity<TResult>(activityCall, options);

    /// <summary>Calls an activity and waits for its end.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteActivityAsync<TActivityInstance>(
        Expression<Action<TActivityInstance>> activityCall,
        ActivityOptions options
    ) => ExecuteActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls an activity (a static asynchronous method) and waits for its result.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteActivityAsync<TResult>(Expression<Func<Task<TResult>>> activityCall, ActivityOptions options) =>
        ExecuteActivity<TResult>(activityCall, options);

    /// <summary>Calls an activity (a static asynchronous method) and waits for its end.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteActivityAsync(Expression<Func<Task>> activityCall, ActivityOptions options) =>
        ExecuteActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls an asynchronous activity and waits for its result.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, Task<TResult>>> activityCall,
        ActivityOptions options
    ) => ExecuteActivity<TResult>(activityCall, options);

    /// <summary>Calls an asynchronous activity and waits for its end.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteActivityAsync<TActivityInstance>(
        Expression<Func<TActivityInstance, Task>> activityCall,
        ActivityOptions options
    ) => ExecuteActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls an activity by name and waits for its end.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteActivityAsync(string activity, IReadOnlyCollection<object?> args, ActivityOptions options) =>
        ExecuteActivityAsync<ValueTuple>(activity, args, options);

    /// <summary>Calls an activity by name and waits for its result.</summary>
    /// <exception cref="Exceptions.ActivityFailureException">It failed, timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteActivityAsync<TResult>(
        string activity,
        IReadOnlyCollection<object?> args,
        ActivityOptions options
    ) => Context.Outbound.ScheduleActivityAsync<TResult>(new(activity, args, options, Headers: null));

    /// <summary>Calls a local activity (a static method) and waits for its result.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteLocalActivityAsync<TResult>(Expression<Func<TResult>> activityCall, LocalActivityOptions options) =>
        ExecuteLocalActivity<TResult>(activityCall, options);

    /// <summary>Calls a local activity (a static method) and waits for its end.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteLocalActivityAsync(Expression<Action> activityCall, LocalActivityOptions options) =>
        ExecuteLocalActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls a local activity and waits for its result.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteLocalActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, TResult>> activityCall,
        LocalActivityOptions options
    ) => ExecuteLocalActivity<TResult>(activityCall, options);

    /// <summary>Calls a local activity and waits for its end.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteLocalActivityAsync<TActivityInstance>(
        Expression<Action<TActivityInstance>> activityCall,
        LocalActivityOptions options
    ) => ExecuteLocalActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls a local activity (a static asynchronous method) and waits for its result.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteLocalActivityAsync<TResult>(
        Expression<Func<Task<TResult>>> activityCall,
        LocalActivityOptions options
    ) => ExecuteLocalActivity<TResult>(activityCall, options);

    /// <summary>Calls a local activity (a static asynchronous method) and waits for its end.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteLocalActivityAsync(Expression<Func<Task>> activityCall, LocalActivityOptions options) =>
        ExecuteLocalActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls an asynchronous local activity and waits for its result.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteLocalActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, Task<TResult>>> activityCall,
        LocalActivityOptions options
    ) => ExecuteLocalActivity<TResult>(activityCall, options);

    /// <summary>Calls an asynchronous local activity and waits for its end.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteLocalActivityAsync<TActivityInstance>(
        Expression<Func<TActivityInstance, Task>> activityCall,
        LocalActivityOptions options
    ) => ExecuteLocalActivity<ValueTuple>(activityCall, options);

    /// <summary>Calls a local activity by name and waits for its end.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task ExecuteLocalActivityAsync(string activity, IReadOnlyCollection<object?> args, LocalActivityOptions options) =>
        ExecuteLocalActivityAsync<ValueTuple>(activity, args, options);

    /// <summary>Calls a local activity by name and waits for its result.</summary>
    /// <exception cref="Exceptions.ApplicationFailureException">It failed.</exception>
    /// <exception cref="Exceptions.ActivityFailureException">It timed out or was cancelled.</exception>
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public static Task<TResult> ExecuteLocalActivityAsync<TResult>(
        string activity,
        IReadOnlyCollection<object?> args,
        LocalActivityOptions options
    ) => Context.Outbound.ScheduleLocalActivityAsync<TResult>(new(activity, args, options, Headers: null));

    private static Task<TResult> ExecuteActivity<TResult>(LambdaExpression activityCall, ActivityOptions options)
    {
        var call = ExpressionCalls.ReadCall(activityCall);
        return ExecuteActivityAsync<TResult>(ActivityNameOf(call.Method), call.Args, options);
    }

    private static Task<TResult> ExecuteLocalActivity<TResult>(LambdaExpression activityCall, LocalActivityOptions options)
    {
        var call = ExpressionCalls.ReadCall(activityCall);
        return ExecuteLocalActivityAsync<TResult>(ActivityNameOf(call.Method), call.Args, options);
    }

    private static string ActivityNameOf(MethodInfo method) =>
        ActivityMethods.NameOf(method)
        ?? throw new ArgumentException(
            $"{method.DeclaringType}.{method.Name} is a dynamic activity and cannot be called by lambda.",
            nameof(method)
        );
}
