using System.Linq.Expressions;
using System.Reflection;

namespace Temporalio.Workflows;

/// <summary>The one method call that a lambda consists of, with its arguments' values. Nothing is compiled: values are read from the expression tree.</summary>
/// <param name="Method">Called method.</param>
/// <param name="Arguments">Values of the arguments.</param>
internal sealed record CallExpression(MethodInfo Method, IReadOnlyCollection<object?> Arguments)
{
    /// <summary>Reads a lambda.</summary>
    /// <exception cref="ArgumentException">It is anything but one call on its parameter or on a type.</exception>
    public static CallExpression Of(LambdaExpression lambda)
    {
        var body = lambda.Body;
        while (body is UnaryExpression { NodeType: ExpressionType.Convert } convert)
        {
            body = convert.Operand;
        }

        if (body is not MethodCallExpression call)
        {
            throw new ArgumentException($"The lambda '{lambda}' must be a single method call.", nameof(lambda));
        }

        if (lambda.Parameters.Count > 0 ? call.Object != lambda.Parameters[0] : call.Object is not null and not (ConstantExpression or MemberExpression))
        {
            throw new ArgumentException($"The lambda '{lambda}' must call a method of its parameter.", nameof(lambda));
        }

        var arguments = new object?[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(call.Arguments[i]);
        }

        return new(call.Method, arguments);
    }

    private static object? Evaluate(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : Evaluate(member.Expression)),
        MemberExpression { Member: PropertyInfo property } member => property.GetMethod!.Invoke(
            member.Expression is null ? null : Evaluate(member.Expression), BindingFlags.DoNotWrapExceptions, binder: null, parameters: null, culture: null),
        UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert
            when !convert.Type.IsValueType || Nullable.GetUnderlyingType(convert.Type) == convert.Operand.Type => Evaluate(convert.Operand),
        NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array => EvaluateArray(array),
        DefaultExpression { Type.IsValueType: false } => null,
        _ => Expression.Lambda(expression).Compile(preferInterpretation: true).DynamicInvoke(),
    };

    private static Array EvaluateArray(NewArrayExpression expression)
    {
        var array = Array.CreateInstance(expression.Type.GetElementType()!, expression.Expressions.Count);
        for (var i = 0; i < array.Length; i++)
        {
            array.SetValue(Evaluate(expression.Expressions[i]), i);
        }

        return array;
    }
}
