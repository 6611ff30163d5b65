using System.Reflection;

namespace Temporalio.Activities;

/// <summary>Reads activities from methods and invokes them.</summary>
internal static class ActivityMethods
{
    private const string AsyncSuffix = "Async";

    /// <summary>All methods of a type that are activities, inherited ones included.</summary>
    public static IReadOnlyList<MethodInfo> Of(Type type) =>
        [
            .. type.GetMethods(
                    BindingFlags.Public
                        | BindingFlags.NonPublic
                        | BindingFlags.Static
                        | BindingFlags.Instance
                        | BindingFlags.FlattenHierarchy
                )
                .Where(method => method.IsDefined(typeof(ActivityAttribute), inherit: true)),
        ];

    /// <summary>Name of an activity method; null when it is dynamic.</summary>
    public static string? NameOf(MethodInfo method)
    {
        var attribute =
            AttributeOf(method)
            ?? throw new ArgumentException($"{method.DeclaringType}.{method.Name} missing Activity attribute.", nameof(method));
        return attribute.Dynamic
            ? attribute.Name is null
                ? null
                : throw new ArgumentException(
                    $"{method.DeclaringType}.{method.Name} cannot be dynamic and have custom name.",
                    nameof(method)
                )
            : attribute.Name ?? DefaultNameOf(method);
    }

    public static Func<object?[], object?> InvokerOf(MethodInfo method, object? instance)
    {
        var invoker = MethodInvoker.Create(method);
        return arguments => invoker.Invoke(instance, arguments.AsSpan());
    }

    public static Func<object?[], object?> InvokerOf(Delegate del) =>
        IsPlain(del) ? InvokerOf(del.Method, del.Target) : arguments => Unwrapped(() => del.DynamicInvoke(arguments));

    /// <summary>Type of the result without the task around it.</summary>
    public static Type ResultOf(Type returnType)
    {
        if (returnType == typeof(Task) || returnType == typeof(ValueTask))
        {
            return typeof(void);
        }

        return
            returnType.IsGenericType
            && (returnType.GetGenericTypeDefinition() == typeof(Task<>) || returnType.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? returnType.GetGenericArguments()[0]
            : returnType;
    }

    /// <summary>Awaits a result that is a task.</summary>
    public static async Task<object?> UnwrapAsync(object? result)
    {
        if (result is ValueTask valueTask)
        {
            await valueTask;
            return null;
        }

        if (result?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            result = type.GetMethod(nameof(ValueTask<int>.AsTask))!.Invoke(result, null);
        }

        if (result is not Task task)
        {
            return result;
        }

        await task;
        var declared = task.GetType();
        var property = declared.GetProperty(nameof(Task<int>.Result));
        // An async method without a result returns a Task of an internal type that says so.
        return property is null || property.PropertyType.Name == "VoidTaskResult" ? null : property.GetValue(task);
    }

    private static ActivityAttribute? AttributeOf(MethodInfo method)
    {
        for (var current = method; ; )
        {
            if (current.GetCustomAttribute<ActivityAttribute>(inherit: false) is { } attribute)
            {
                return attribute;
            }

            var parent = current.GetBaseDefinition();
            if (parent == current)
            {
                return null;
            }

            current = parent;
        }
    }

    private static string DefaultNameOf(MethodInfo method)
    {
        var name = method.Name;

        // The compiler names local functions <Outer>g__Name|0_0.
        var local = name.IndexOf(">g__", StringComparison.Ordinal);
        if (local >= 0)
        {
            name = name[(local + 4)..];
            name = name[..name.IndexOf('|', StringComparison.Ordinal)];
        }
        else if (name.StartsWith('<'))
        {
            throw new ArgumentException(
                $"{method.DeclaringType}.{method.Name} appears to be a lambda, which needs a name in its attribute Activity.",
                nameof(method)
            );
        }

        var returnsTask = ResultOf(method.ReturnType) != method.ReturnType;
        return returnsTask && name.Length > AsyncSuffix.Length && name.EndsWith(AsyncSuffix, StringComparison.Ordinal)
            ? name[..^AsyncSuffix.Length]
            : name;
    }

    // A static lambda's delegate has a hidden first argument; those go the slower way.
    private static bool IsPlain(Delegate del) => (del.Target is null) == del.Method.IsStatic;

    private static object? Unwrapped(Func<object?> call)
    {
        try
        {
            return call();
        }
        catch (TargetInvocationException error) when (error.InnerException is { } inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}
