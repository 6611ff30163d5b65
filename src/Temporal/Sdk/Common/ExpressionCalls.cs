using System.Linq.Expressions;
using System.Reflection;

namespace Temporalio.Common;

/// <summary>Reads which method a lambda calls, and with which arguments, without compiling it.</summary>
internal static class ExpressionCalls
{
    /// <summary>The called method and its arguments.</summary>
    /// <param name="lambda">A lambda whose body is one call, on its parameter, on an instance or static.</param>
    /// <exception cref="ArgumentException">The body is something else.</exception>
    /// <param name="alternative">What else the lambda may be, for the message.</param>
    public static (MethodInfo Method, IReadOnlyCollection<object?> Args) ReadCall(LambdaExpression lambda, string alternative = "")
    {
        // A method without its brackets is, for the compiler, a call that makes a delegate of it.
        if (
            WithoutConversion(lambda.Body) is not MethodCallExpression call
            || (call.Method.Name == nameof(MethodInfo.CreateDelegate) && call.Method.DeclaringType == typeof(MethodInfo))
        )
        {
            throw new ArgumentException($"Expression must be a single method call{alternative}; it is: {lambda}", nameof(lambda));
        }

        RequireReceiver(lambda, call.Object);
        var args = new object?[call.Arguments.Count];
        for (var index = 0; index < args.Length; index++)
        {
            args[index] = Evaluate(call.Arguments[index]);
        }

        return (MethodOf(call), args);
    }

    /// <summary>The property a lambda reads; null when it is no property of its parameter.</summary>
    public static PropertyInfo? ReadProperty(LambdaExpression lambda) =>
        WithoutConversion(lambda.Body) is MemberExpression { Member: PropertyInfo property } access
        && access.Expression is ParameterExpression
            ? property
            : null;

    /// <summary>The value of an expression that does not depend on the lambda's parameter.</summary>
    public static object? Evaluate(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case DefaultExpression { Type.IsValueType: false }:
                return null;
            case MemberExpression { Member: FieldInfo field } access:
                return field.GetValue(access.Expression is null ? null : Evaluate(access.Expression));
            case MemberExpression { Member: PropertyInfo property } access
                when access.Expression is null || Nullable.GetUnderlyingType(access.Expression.Type) is null:
                return property.GetValue(
                    access.Expression is null ? null : Evaluate(access.Expression),
                    BindingFlags.DoNotWrapExceptions,
                    null,
                    null,
                    null
                );
            case UnaryExpression { NodeType: ExpressionType.Convert, Method: null } conversion when IsPlainConversion(conversion):
                return Evaluate(conversion.Operand);
            case NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array:
                var items = Array.CreateInstance(array.Type.GetElementType()!, array.Expressions.Count);
                for (var index = 0; index < items.Length; index++)
                {
                    items.SetValue(Evaluate(array.Expressions[index]), index);
                }

                return items;
            case NewExpression { Constructor: { } constructor } creation:
                return constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [.. creation.Arguments.Select(Evaluate)], null);
            case MethodCallExpression call
                when (call.Object is null || Nullable.GetUnderlyingType(call.Object.Type) is null)
                    && !call.Method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef):
                return call.Method.Invoke(
                    call.Object is null ? null : Evaluate(call.Object),
                    BindingFlags.DoNotWrapExceptions,
                    null,
                    [.. call.Arguments.Select(Evaluate)],
                    null
                );
            default:
                return Interpret(expression);
        }
    }

    private static Expression WithoutConversion(Expression body) =>
        body is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion
            ? WithoutConversion(conversion.Operand)
            : body;

    // Boxing, upcasts and making a value nullable leave a boxed value as it is.
    private static bool IsPlainConversion(UnaryExpression conversion) =>
        conversion.Type.IsAssignableFrom(conversion.Operand.Type) || Nullable.GetUnderlyingType(conversion.Type) == conversion.Operand.Type;

    private static void RequireReceiver(LambdaExpression lambda, Expression? receiver)
    {
        if (receiver is null && lambda.Parameters.Count > 0)
        {
            throw new ArgumentException($"Expression of a static call must not have a lambda parameter; it is: {lambda}", nameof(lambda));
        }

        if (receiver is not null && (lambda.Parameters is not [var parameter] || WithoutConversion(receiver) != parameter))
        {
            throw new ArgumentException(
                $"Expression of an instance call must have a single lambda parameter that is called on; it is: {lambda}",
                nameof(lambda)
            );
        }
    }

    // On an instance of a known class the override is meant, not the base's declaration: its attributes count.
    private static MethodInfo MethodOf(MethodCallExpression call)
    {
        if (
            call.Object is not { } receiver
            || !call.Method.IsVirtual
            || receiver.Type == call.Method.DeclaringType
            || receiver.Type.IsInterface
        )
        {
            return call.Method;
        }

        return receiver
                .Type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                .FirstOrDefault(method => method.GetBaseDefinition() == call.Method.GetBaseDefinition())
            ?? call.Method;
    }

    private static object? Interpret(Expression expression)
    {
        var lambda = Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object)));
        return lambda.Compile(preferInterpretation: true)();
    }
}
