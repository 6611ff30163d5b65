using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>
/// A type's public face: what it is, what it derives from, and its members, in the words of the list of the official SDK.
/// </summary>
internal sealed record TypeSurface(string Kind, string Name, IReadOnlyList<string> Bases, IReadOnlyList<string> Members);

/// <summary>Writes the public face of types in the words of the list of the official SDK.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static TypeSurface Of(Type type) =>
        new(
            KindOf(type),
            FullNameOf(type),
            BasesOf(type),
            type.IsEnum ? [EnumValues(type)] : [.. MembersOf(type).Distinct(StringComparer.Ordinal)]
        );

    /// <summary>A type's name with its namespace, as the list writes it.</summary>
    public static string FullNameOf(Type type) => $"{type.Namespace}.{NameOf(type)}";

    private static string KindOf(Type type)
    {
        if (type.IsEnum)
        {
            return "enum";
        }

        if (type.IsInterface)
        {
            return "interface";
        }

        return type.IsValueType ? "struct"
            : type.IsAbstract && type.IsSealed ? "static class"
            : "class";
    }

    private static string[] BasesOf(Type type)
    {
        // What enums implement is the runtime's business and changes with it.
        if (type.IsEnum)
        {
            return [];
        }

        var interfaces = type.GetInterfaces().Where(candidate => candidate.IsVisible).Select(NameOf);
        return type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType)
            ? [NameOf(parent), .. interfaces]
            : [.. interfaces];
    }

    private static string EnumValues(Type type) =>
        string.Join(
            ", ",
            Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}")
        );

    private static IEnumerable<string> MembersOf(Type type)
    {
        foreach (var constructor in type.GetConstructors(Declared).Where(IsOpen))
        {
            yield return $".ctor({Parameters(constructor)})";
        }

        foreach (var property in type.GetProperties(Declared))
        {
            var accessors = new[] { property.GetMethod, property.SetMethod }
                .Where(accessor => accessor is not null && IsOpen(accessor))
                .ToArray();
            if (accessors.Length > 0 && !IsOverrideOfForeignMember(accessors[0]!))
            {
                yield return $"{(accessors[0]!.IsStatic ? "static " : string.Empty)}{NameOf(property.PropertyType)} {property.Name} "
                    + $"{{ {Accessors(property)}}}";
            }
        }

        foreach (
            var method in type.GetMethods(Declared).Where(method => IsOpen(method) && !method.IsSpecialName && !IsMadeByCompiler(method))
        )
        {
            var generics = method.IsGenericMethodDefinition
                ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>"
                : string.Empty;
            yield return $"{(method.IsStatic ? "static " : string.Empty)}{NameOf(method.ReturnType)} "
                + $"{method.Name}{generics}({Parameters(method)})";
        }

        foreach (
            var field in type.GetFields(Declared)
                .Where(field => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsSpecialName)
        )
        {
            yield return $"field {(field.IsStatic ? "static " : string.Empty)}{NameOf(field.FieldType)} {field.Name}";
        }

        foreach (var added in type.GetEvents(Declared).Where(candidate => candidate.AddMethod is { } add && IsOpen(add)))
        {
            yield return $"event {NameOf(added.EventHandlerType!)} {added.Name}";
        }
    }

    private static string Accessors(PropertyInfo property)
    {
        var text = new StringBuilder();
        if (property.GetMethod is { } get && IsOpen(get))
        {
            text.Append("get; ");
        }

        if (property.SetMethod is { } set && IsOpen(set))
        {
            text.Append(set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ");
        }

        return text.ToString();
    }

    public static bool IsOpen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    // Records' equality, printing, taking apart and cloning; overrides of object's members.
    public static bool IsMadeByCompiler(MethodInfo method) =>
        method.Name is "ToString" or "Equals" or "GetHashCode" or "PrintMembers" or "Deconstruct" or "<Clone>$";

    private static bool IsOverrideOfForeignMember(MethodInfo method) =>
        method.GetBaseDefinition() is { } root
        && root != method
        && root.DeclaringType!.Assembly != method.DeclaringType!.Assembly
        && root.DeclaringType == typeof(Attribute);

    private static string Parameters(MethodBase method) =>
        string.Join(
            ", ",
            method
                .GetParameters()
                .Select(parameter =>
                    $"{(parameter.IsOut ? "out " : string.Empty)}{NameOf(parameter.ParameterType)} {parameter.Name}{DefaultOf(parameter)}"
                )
        );

    public static string DefaultOf(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue)
        {
            return string.Empty;
        }

        return parameter.DefaultValue is { } value ? $" = {Convert.ToString(value, CultureInfo.InvariantCulture)}" : " = default";
    }

    public static string NameOf(Type type)
    {
        if (type.IsByRef)
        {
            return $"ref {NameOf(type.GetElementType()!)}";
        }

        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!)}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{NameOf(underlying)}?";
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        var name = type.Name;
        var own = type.IsGenericType ? type.GetGenericArguments() : [];
        if (type.DeclaringType is { } outer && !type.IsGenericParameter)
        {
            own = own[outer.GetGenericArguments().Length..];
            name = $"{NameOf(outer)}.{name}";
        }

        var tick = name.LastIndexOf('`');
        if (tick >= 0)
        {
            name = name[..tick];
        }

        return own.Length == 0 ? name : $"{name}<{string.Join(", ", own.Select(NameOf))}>";
    }
}
