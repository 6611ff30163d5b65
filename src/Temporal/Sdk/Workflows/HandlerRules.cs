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
            $"{member.DeclaringType}.{member.Name} has no [{typeof(TAttribute).Name[..^"Attribute".Length]}] attribute.",
            nameof(member)
        );

    /// <summary>The name that a method handles; null for a dynamic handler.</summary>
    public static string? NameOf(MethodInfo method, string? given, bool dynamic, bool trimAsync = true)
    {
        if (dynamic)
        {
            return given is null
                ? null
                : throw new ArgumentException(
                    $"{method.DeclaringType}.{method.Name} cannot be dynamic and have the name '{given}'.",
                    nameof(method)
                );
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
        var where = $"{method.DeclaringType}.{method.Name}";
        if (name is not null && name.StartsWith(ReservedPrefix, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"{where} handles the {kind} '{name}': names that begin with {ReservedPrefix} are reserved.",
                nameof(name)
            );
        }

        if (name is null && !handler.HasDynamicParameters)
        {
            throw new ArgumentException(
                $"{where} is a dynamic {kind} handler: its parameters must be the name (string) and the arguments (IRawValue[]).",
                nameof(handler)
            );
        }

        if (mustReturnTask && !handler.ReturnsTask)
        {
            throw new ArgumentException($"{where} handles a {kind}: it must return a Task.", nameof(handler));
        }

        if (!mustReturnTask && (handler.ReturnsTask || method.ReturnType == typeof(void)))
        {
            throw new ArgumentException($"{where} handles a {kind}: it must return a value, not a Task.", nameof(handler));
        }

        if (!allowValue && handler.ResultType != typeof(void))
        {
            throw new ArgumentException($"{where} handles a {kind}: it must return Task without a value.", nameof(handler));
        }
    }
}
