using System.Reflection;
using System.Text;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>
/// Our public types and members with what the list of the official SDK leaves out: who may see and override them, and where null may be.
/// </summary>
internal static class WrittenSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Writes types and their members, each on a line of its own, in the order of their names.</summary>
    public static string Write(IEnumerable<Type> types)
    {
        var text = new StringBuilder();
        foreach (var type in types.OrderBy(PublicSurface.FullNameOf, StringComparer.Ordinal))
        {
            text.Append(HeadOf(type)).Append('\n');
            foreach (var member in MembersOf(type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Whether a method can be replaced in a class that derives from its own.</summary>
    public static bool IsOpen(MethodBase method) => method is { IsVirtual: true, IsFinal: false };

    private static string HeadOf(Type type)
    {
        var shape =
            type.IsInterface || type.IsValueType ? ""
            : type is { IsAbstract: true, IsSealed: true } ? "static "
            : type.IsAbstract ? "abstract "
            : type.IsSealed ? "sealed "
            : "";
        var kind =
            type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : "class";
        return $"{shape}{kind} {PublicSurface.FullNameOf(type)}";
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
        {
            yield break;
        }

        foreach (var constructor in type.GetConstructors(Declared).Where(PublicSurface.IsOpen))
        {
            yield return $"{SightOf(constructor)}.ctor({Parameters(constructor)})";
        }

        foreach (var property in type.GetProperties(Declared))
        {
            var accessors = new[] { property.GetMethod, property.SetMethod }
                .Where(accessor => accessor is not null && PublicSurface.IsOpen(accessor))
                .ToArray();
            if (accessors.Length > 0)
            {
                var parts = accessors.Select(accessor => $"{SightOf(accessor!)}{(accessor == property.GetMethod ? "get" : "set")};");
                yield return $"{ModifiersOf(accessors[0]!)}{NullableOf(property)} {property.Name} {{ {string.Join(' ', parts)} }}";
            }
        }

        foreach (
            var method in type.GetMethods(Declared)
                .Where(method => PublicSurface.IsOpen(method) && !method.IsSpecialName && !PublicSurface.IsMadeByCompiler(method))
        )
        {
            var generics = method.IsGenericMethodDefinition
                ? $"<{string.Join(", ", method.GetGenericArguments().Select(PublicSurface.NameOf))}>"
                : "";
            yield return $"{SightOf(method)}{ModifiersOf(method)}{NullableOf(method.ReturnParameter)} "
                + $"{method.Name}{generics}({Parameters(method)})";
        }
    }

    private static string SightOf(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string ModifiersOf(MethodInfo method)
    {
        if (method.IsStatic)
        {
            return "static ";
        }

        if (!method.IsVirtual || method.DeclaringType!.IsInterface)
        {
            return method is { IsAbstract: false, DeclaringType.IsInterface: true } ? "default " : "";
        }

        if (method.IsFinal && method.GetBaseDefinition() == method)
        {
            // An interface's member: virtual to the runtime alone.
            return "";
        }

        var overrides = method.GetBaseDefinition() != method;
        return method.IsAbstract ? "abstract "
            : method.IsFinal ? "sealed override "
            : overrides ? "override "
            : "virtual ";
    }

    private static string Parameters(MethodBase method) =>
        string.Join(
            ", ",
            method.GetParameters().Select(parameter => $"{NullableOf(parameter)} {parameter.Name}{PublicSurface.DefaultOf(parameter)}")
        );

    private static string NullableOf(ParameterInfo parameter) =>
        Name(new NullabilityInfoContext().Create(parameter), parameter.ParameterType);

    private static string NullableOf(PropertyInfo property)
    {
        var known = new NullabilityInfoContext().Create(property);
        return Name(known, property.PropertyType);
    }

    private static string Name(NullabilityInfo known, Type type)
    {
        var mark =
            !type.IsValueType && (known.ReadState == NullabilityState.Nullable || known.WriteState == NullabilityState.Nullable) ? "?" : "";
        if (known.ElementType is { } element && type.IsArray)
        {
            return $"{Name(element, type.GetElementType()!)}[]{mark}";
        }

        if (!type.IsGenericType || Nullable.GetUnderlyingType(type) is not null || known.GenericTypeArguments.Length == 0)
        {
            return PublicSurface.NameOf(type) + mark;
        }

        var arguments = type.GetGenericArguments();
        var own = arguments.Select((argument, index) => Name(known.GenericTypeArguments[index], argument));
        var outer = PublicSurface.NameOf(type);
        return $"{outer[..outer.IndexOf('<', StringComparison.Ordinal)]}<{string.Join(", ", own)}>{mark}";
    }
}
