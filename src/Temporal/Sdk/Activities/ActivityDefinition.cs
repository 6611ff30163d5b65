using System.Reflection;
using Temporalio.Converters;

namespace Temporalio.Activities;

/// <summary>An activity that a worker can run: a name, parameter types and what to invoke.</summary>
public class ActivityDefinition
{
    private readonly string? _name;
    private readonly Func<object?[], object?> _invoker;
    private readonly object?[] _defaults;

    private ActivityDefinition(
        string? name,
        Type returnType,
        IReadOnlyCollection<Type> parameterTypes,
        int requiredParameterCount,
        Func<object?[], object?> invoker,
        MethodInfo? methodInfo,
        object?[] defaults
    )
    {
        _name = name;
        _invoker = invoker;
        _defaults = defaults;
        ReturnType = returnType;
        ParameterTypes = parameterTypes;
        RequiredParameterCount = requiredParameterCount;
        MethodInfo = methodInfo;
    }

    /// <summary>Name; null for a dynamic activity.</summary>
    public string? Name => _name;

    /// <summary>Whether it takes all names that have no definition of their own.</summary>
    public bool Dynamic => _name is null;

    /// <summary>Type of the result, without the task around it; <c>void</c> for none.</summary>
    public Type ReturnType { get; }

    /// <summary>Types of the parameters.</summary>
    public IReadOnlyCollection<Type> ParameterTypes { get; }

    /// <summary>Parameters without a default value.</summary>
    public int RequiredParameterCount { get; }

    /// <summary>The method behind it, if there is one.</summary>
    public MethodInfo? MethodInfo { get; }

    /// <summary>From a delegate of a method with <see cref="ActivityAttribute" />.</summary>
    /// <exception cref="ArgumentException">The method is no activity.</exception>
    public static ActivityDefinition Create(Delegate del) =>
        del.GetInvocationList().Length == 1
            ? Create(del.Method, ActivityMethods.InvokerOf(del))
            : throw new ArgumentException("A delegate of several methods cannot be an activity.", nameof(del));

    /// <summary>From a method with <see cref="ActivityAttribute" />.</summary>
    /// <exception cref="ArgumentException">The method is no activity.</exception>
    public static ActivityDefinition Create(MethodInfo method, Func<object?[], object?> invoker) =>
        From(ActivityMethods.NameOf(method), method, invoker);

    /// <summary>From a method, under any name; the method needs no attribute. A null name makes it dynamic.</summary>
    /// <exception cref="ArgumentException">The method cannot be an activity.</exception>
    public static ActivityDefinition CreateWithoutAttribute(string? name, MethodInfo method, Func<object?[], object?> invoker) =>
        From(name, method, invoker);

    /// <summary>From anything that can be invoked.</summary>
    /// <param name="name">Name; null makes it dynamic.</param>
    /// <param name="returnType">Type of the result; a task's result type is taken.</param>
    /// <param name="parameterTypes">Types of the parameters.</param>
    /// <param name="requiredParameterCount">How many parameters a call must have at least.</param>
    /// <param name="invoker">Takes the arguments, returns the result or a task of it.</param>
    /// <exception cref="ArgumentException">More parameters are required than there are, or a dynamic activity has other ones than an array
    /// of raw values.</exception>
    public static ActivityDefinition Create(
        string? name,
        Type returnType,
        IReadOnlyCollection<Type> parameterTypes,
        int requiredParameterCount,
        Func<object?[], object?> invoker
    )
    {
        if (requiredParameterCount > parameterTypes.Count)
        {
            throw new ArgumentException(
                $"Activity '{name}' requires {requiredParameterCount} parameters but has {parameterTypes.Count}.",
                nameof(requiredParameterCount)
            );
        }

        RequireRawValuesIfDynamic(name, parameterTypes, requiredParameterCount, "the dynamic activity");
        return new(
            name,
            ActivityMethods.ResultOf(returnType),
            parameterTypes,
            requiredParameterCount,
            invoker,
            methodInfo: null,
            new object?[parameterTypes.Count]
        );
    }

    /// <summary>From all methods of a type with <see cref="ActivityAttribute" />.</summary>
    public static IReadOnlyCollection<ActivityDefinition> CreateAll<T>(T? instance) => CreateAll(typeof(T), instance);

    /// <summary>From all methods of a type with <see cref="ActivityAttribute" />.</summary>
    /// <param name="type">The type.</param>
    /// <param name="instance">What instance methods are invoked on; may be null when all are static.</param>
    /// <exception cref="ArgumentException">There is no activity.</exception>
    /// <exception cref="InvalidOperationException">A method is not static and there is no instance.</exception>
    public static IReadOnlyCollection<ActivityDefinition> CreateAll(Type type, object? instance)
    {
        var methods = ActivityMethods.Of(type);
        if (methods.Count == 0)
        {
            throw new ArgumentException($"No activities on {type}: no method has the attribute Activity.", nameof(type));
        }

        return
        [
            .. methods.Select(method =>
                method.IsStatic || instance is not null
                    ? Create(method, ActivityMethods.InvokerOf(method, method.IsStatic ? null : instance))
                    : throw new InvalidOperationException(
                        $"Instance not provided for activity method {type}.{method.Name}, which is not static."
                    )
            ),
        ];
    }

    /// <summary>Runs the activity; missing optional parameters get their default values.</summary>
    /// <exception cref="ArgumentException">There are fewer arguments than required parameters.</exception>
    public async Task<object?> InvokeAsync(object?[] parameters)
    {
        if (parameters.Length < RequiredParameterCount)
        {
            throw new ArgumentException(
                $"Activity '{Name}' needs {RequiredParameterCount} arguments, {parameters.Length} were given.",
                nameof(parameters)
            );
        }

        var arguments = parameters;
        if (parameters.Length != _defaults.Length)
        {
            arguments = [.. parameters.Take(_defaults.Length), .. _defaults.Skip(parameters.Length)];
        }

        return await ActivityMethods.UnwrapAsync(_invoker(arguments));
    }

    private static ActivityDefinition From(string? name, MethodInfo method, Func<object?[], object?> invoker)
    {
        var place = $"{method.DeclaringType}.{method.Name}";
        if (method.ContainsGenericParameters)
        {
            throw new ArgumentException($"Activity method {place} contains generic parameters.", nameof(method));
        }

        var parameters = method.GetParameters();
        if (parameters.Any(parameter => parameter.ParameterType.IsByRef))
        {
            throw new ArgumentException($"Activity method {place} has disallowed ref/out parameter.", nameof(method));
        }

        var types = parameters.Select(parameter => parameter.ParameterType).ToArray();
        var required = parameters.Count(parameter => !parameter.HasDefaultValue);
        RequireRawValuesIfDynamic(name, types, required, place);
        return new(
            name,
            ActivityMethods.ResultOf(method.ReturnType),
            types,
            required,
            invoker,
            method,
            [.. parameters.Select(parameter => parameter.HasDefaultValue ? parameter.DefaultValue : null)]
        );
    }

    private static void RequireRawValuesIfDynamic(string? name, IReadOnlyCollection<Type> types, int required, string place)
    {
        if (name is null && (types.Count != 1 || required != 1 || types.First() != typeof(IRawValue[])))
        {
            throw new ArgumentException($"Dynamic activity {place} must accept a required array of IRawValue.");
        }
    }
}
