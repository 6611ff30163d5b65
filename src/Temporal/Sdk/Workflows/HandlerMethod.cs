using System.Reflection;
using System.Runtime.ExceptionServices;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Temporalio.Workflows;

/// <summary>A method or delegate that workflow input is handed to: its parameters, and how to call it.</summary>
internal sealed class HandlerMethod
{
    private static readonly MethodInfo ResultGetter = typeof(HandlerMethod).GetMethod(
        nameof(ResultOf),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;
    private readonly MethodInfo _method;
    private readonly Delegate? _delegate;
    private readonly ParameterInfo[] _parameters;
    private readonly Func<Task, object?>? _taskResult;

    private HandlerMethod(MethodInfo method, Delegate? del)
    {
        _method = method;
        _delegate = del;
        _parameters = ParametersOf(method, del);
        if (method.ReturnType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Task<>))
        {
            ResultType = type.GetGenericArguments()[0];
            _taskResult = ResultGetter.MakeGenericMethod(ResultType).CreateDelegate<Func<Task, object?>>();
        }
        else
        {
            ResultType = typeof(Task).IsAssignableFrom(method.ReturnType) ? typeof(void) : method.ReturnType;
        }
    }

    /// <summary>The method behind it.</summary>
    public MethodInfo Method => _method;

    /// <summary>Type of the value, unwrapped from its task.</summary>
    public Type ResultType { get; }

    /// <summary>Whether it returns a task.</summary>
    public bool ReturnsTask => typeof(Task).IsAssignableFrom(_method.ReturnType);

    /// <summary>Whether its parameters are those of a dynamic handler: the name and the raw arguments.</summary>
    public bool HasDynamicParameters =>
        _parameters is [{ ParameterType: var name }, { ParameterType: var values }]
        && name == typeof(string)
        && values == typeof(IRawValue[]);

    /// <summary>Types of the parameters.</summary>
    public IEnumerable<Type> ParameterTypes => _parameters.Select(p => p.ParameterType);

    /// <summary>Wraps a method of the workflow class.</summary>
    public static HandlerMethod Of(MethodInfo method) => new(method, del: null);

    /// <summary>Wraps a delegate.</summary>
    public static HandlerMethod Of(Delegate del) => new(del.Method, del);

    /// <summary>Arguments for the parameters; values past the last parameter are passed over.</summary>
    /// <param name="handled">What is handled, for messages, such as <c>Signal NAME</c>.</param>
    /// <param name="payloads">The values.</param>
    /// <param name="converter">Reads them.</param>
    /// <exception cref="InvalidOperationException">There are too few values, or one cannot be read as its parameter.</exception>
    public object?[] Decode(string handled, IReadOnlyList<Payload> payloads, IPayloadConverter converter)
    {
        var arguments = new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var parameter = _parameters[i];
            arguments[i] =
                i < payloads.Count ? Read(handled, payloads[i], parameter, converter)
                : parameter.HasDefaultValue ? parameter.DefaultValue
                : throw new InvalidOperationException(
                    $"{handled} given {payloads.Count} parameter(s), but more than that are required by the signature: "
                        + $"'{parameter.Name}' of {_method.Name} has no value."
                );
        }

        return arguments;
    }

    private static object? Read(string handled, Payload payload, ParameterInfo parameter, IPayloadConverter converter)
    {
        try
        {
            return converter.ToValue(payload, parameter.ParameterType);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"{handled} had failure decoding parameters: '{parameter.Name}' cannot be read as {parameter.ParameterType}: {e.Message}",
                e
            );
        }
    }

    /// <summary>Arguments of a dynamic handler.</summary>
    public static object?[] DecodeDynamic(string name, IReadOnlyList<Payload> payloads) => [name, RawValues(payloads)];

    /// <summary>Payloads as they are.</summary>
    public static IRawValue[] RawValues(IReadOnlyList<Payload> payloads) => [.. payloads.Select(p => (IRawValue)new RawValue(p))];

    /// <summary>Calls it; what it throws is thrown as it is.</summary>
    public object? Invoke(object? instance, object?[] arguments)
    {
        if (_delegate is null)
        {
            return _method.Invoke(instance, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        }

        try
        {
            return _delegate.DynamicInvoke(arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    /// <summary>Calls it and waits for its value.</summary>
    public async Task<object?> InvokeAsync(object? instance, object?[] arguments)
    {
        if (Invoke(instance, arguments) is not Task task)
        {
            throw new InvalidOperationException($"{_method.DeclaringType}.{_method.Name} returned null instead of a task.");
        }

        await task;
        return _taskResult?.Invoke(task);
    }

    private static object? ResultOf<T>(Task task) => ((Task<T>)task).Result;

    // A delegate over a static method with a bound first argument takes one parameter less than its method.
    private static ParameterInfo[] ParametersOf(MethodInfo method, Delegate? del)
    {
        var parameters = method.GetParameters();
        var taken = del?.GetType().GetMethod("Invoke")!.GetParameters().Length ?? parameters.Length;
        return parameters[^taken..];
    }
}
