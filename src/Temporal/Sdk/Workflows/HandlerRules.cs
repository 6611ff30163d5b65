using System.Reflection;

namespace Temporalio.Workflows;

/// <summary>What signal, query and update handlers have in common.</summary>
internal static class HandlerRules
{
    /// <summary>Names that begin so are Temporal's own.</summary>
    public const string ReservedPrefix = "__temporal";

    public static TAttribute AttributeOf<TAttribute>(MemberInfo member)
        where TAttribute : Attribute =>
        member.GetCustomAttribute<TAttribute>(inherit: false)
        ?? throw new ArgumentException(
            $"{member.DeclaringType}.{member.Name} missing {typeof(TAttribute).Name[..^"Attribute".Length]} attribute.",
            nameof(member)
        );

    /// <summary>The name that a method handles; null for a dynamic handler.</summary>
    public static string? NameOf(MethodInfo method, string? given, bool dynamic, bool trimAsync = true)
    {
        if (dynamic)
        {
            return given is null
                ? null
                : throw new ArgumentException($"{method} cannot be dynamic with custom name '{given}'", nameof(method));
        }

        const string Suffix = "Async";
        return given
            ?? (
                trimAsync && method.Name.Length > Suffix.Length && method.Name.EndsWith(Suffix, StringComparison.Ordinal)
                    ? method.Name[..^Suffix.Length]
                    : method.Name
            );
    }

    /// <summary>Refuses a handler that cannot work.</summary>
    public static void Check(string? name, string kind, HandlerMethod handler, bool mustReturnTask, bool allowValue)
    {
        var method = handler.Method;
        var reserved = name is null ? null : Reserved(kind).FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        (bool Wrong, string Fault)[] rules =
        [
            (reserved is not null, $"{char.ToUpperInvariant(kind[0])}{kind[1..]} handler name {name} cannot start with {reserved}"),
            (name is null && !handler.HasDynamicParameters, $"Dynamic {kind} {method} must accept string and an array of IRawValue"),
            (
                (mustReturnTask && !handler.ReturnsTask) || (!allowValue && handler.ResultType != typeof(void)),
                $"{method} must return Task{(allowValue ? "" : " without a value")}: it handles a {kind}"
            ),
            (!mustReturnTask && handler.ReturnsTask, $"{method} cannot return a Task: it handles a {kind}"),
            (!mustReturnTask && method.ReturnType == typeof(void), $"{method} must return a value: it handles a {kind}"),
        ];
        if (rules.FirstOrDefault(rule => rule.Wrong) is { Fault: { } fault })
        {
            throw new ArgumentException(fault, nameof(handler));
        }
    }

    private static string[] Reserved(string kind) =>
        kind == "query" ? [ReservedPrefix, "__stack_trace", "__enhanced_stack_trace"] : [ReservedPrefix];
}
