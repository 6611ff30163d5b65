using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>
/// Writes C# for a reference assembly from the list of the official SDK's public types: every type and member with its shape, no body. What
/// the list does not say
/// (virtual or not, nullable or not, where an attribute may stand) is left open.
/// </summary>
internal sealed partial class ReferenceSource
{
    /// <summary>
    /// Types whose constructors are for the SDK itself, as a build against its real code shows; the list counts them among what derived
    /// types may see.
    /// </summary>
    private static readonly string[] OwnOnly = ["Temporalio.Exceptions.CanceledFailureException"];

    /// <summary>
    /// Interfaces whose members have bodies on .NET, so that who implements them names only what it changes; the list does not say so.
    /// </summary>
    private static readonly string[] WithBodies =
    [
        "Temporalio.Worker.Interceptors.IWorkerInterceptor",
        "Temporalio.Client.Interceptors.IClientInterceptor",
    ];
    private readonly IReadOnlyDictionary<string, TypeSurface> _types;
    private readonly ILookup<string, TypeSurface> _nested;
    private readonly HashSet<string> _interfaces;
    private readonly StringBuilder _text = new();

    private ReferenceSource(IReadOnlyDictionary<string, TypeSurface> types)
    {
        _types = types;
        _nested = types.Values.Where(type => OuterOf(type.Name) is not null).ToLookup(type => OuterOf(type.Name)!, StringComparer.Ordinal);
        _interfaces = [.. types.Values.Where(type => type.Kind == "interface").Select(type => ShortNameOf(type.Name))];
    }

    /// <summary>The whole source, one namespace after the other.</summary>
    /// <param name="types">The list.</param>
    /// <param name="leftOut">Types and members that mention this are not written.</param>
    public static string Write(IReadOnlyDictionary<string, TypeSurface> types, Regex leftOut)
    {
        var kept = types
            .Values.Where(type => !leftOut.IsMatch(type.Name))
            .Select(type =>
                type with
                {
                    Bases = [.. type.Bases.Where(parent => !leftOut.IsMatch(parent))],
                    Members = type.Kind == "enum" ? type.Members : [.. type.Members.Where(member => !leftOut.IsMatch(member))],
                }
            )
            .ToDictionary(type => type.Name, StringComparer.Ordinal);
        return new ReferenceSource(kept).Write();
    }

    private string Write()
    {
        _text.AppendLine("#nullable disable");
        foreach (var name in _types.Values.Select(type => NamespaceOf(type.Name)).Distinct(StringComparer.Ordinal))
        {
            _text.AppendLine($"global using {name};");
        }

        _text.AppendLine("internal sealed class ReferenceOnly;");
        foreach (var type in _types.Values.Where(type => OuterOf(type.Name) is null))
        {
            _text.AppendLine($"namespace {NamespaceOf(type.Name)}\n{{");
            WriteType(type);
            _text.AppendLine("}");
        }

        return _text.ToString();
    }

    private void WriteType(TypeSurface type)
    {
        var name = OwnNameOf(type.Name);
        switch (type.Kind)
        {
            case "enum":
                _text.AppendLine($"public enum {name} {{ {type.Members[0]} }}");
                return;
            case "interface":
                _text.AppendLine($"public interface {name}{Bases(type.Bases)}\n{{");
                break;
            case "static class":
                _text.AppendLine($"public static class {name}\n{{");
                break;
            default:
                WriteClassHeader(type, name);
                break;
        }

        foreach (var member in type.Members)
        {
            WriteMember(type, name, member);
        }

        foreach (var nested in _nested[type.Name])
        {
            WriteType(nested);
        }

        _text.AppendLine("}");
    }

    private void WriteClassHeader(TypeSurface type, string name)
    {
        if (type.Bases is ["Attribute", ..])
        {
            _text.AppendLine("[System.AttributeUsage(System.AttributeTargets.All)]");
        }

        // Of interfaces only those whose members stand in the list: others are implemented in ways that it does not show.
        var bases = type.Bases.Where(parent => !IsInterface(parent) || IsImplemented(type, parent)).ToList();
        _text.AppendLine($"public {(IsRecord(type) ? "record" : "class")} {name}{Bases(bases)}\n{{");
        _text.AppendLine($"internal {ConstructorName(name)}(ReferenceOnly _){BaseCall(type)} {{ }}");
    }

    private void WriteMember(TypeSurface type, string name, string member)
    {
        var isInterface = type.Kind == "interface";
        var open = isInterface ? string.Empty : "public ";
        if (member.StartsWith(".ctor(", StringComparison.Ordinal))
        {
            if (!IsRecord(type) || !CopyConstructor().IsMatch(member))
            {
                _text.AppendLine(
                    $"{(OwnOnly.Contains(type.Name) ? "protected internal" : "public")} "
                        + $"{ConstructorName(name)}({Parameters(member[6..^1])}){BaseCall(type)} {{ }}"
                );
            }
        }
        else if (member.StartsWith("field ", StringComparison.Ordinal))
        {
            _text.AppendLine($"public {member[6..]};");
        }
        else if (member.StartsWith("event ", StringComparison.Ordinal))
        {
            _text.AppendLine(isInterface ? $"{member};" : $"public {member} {{ add {{ }} remove {{ }} }}");
        }
        else if (member.EndsWith('}'))
        {
            WriteProperty(type, member, open, isInterface);
        }
        else if (!member.StartsWith("object Clone()", StringComparison.Ordinal) || !IsRecord(type))
        {
            var start = member.IndexOf('(', StringComparison.Ordinal);
            var isExtension = type.Kind == "static class" && type.Name.EndsWith("Extensions", StringComparison.Ordinal);
            var parameters = Parameters(member[(start + 1)..^1]);
            var constraint = parameters.Contains("MessageParser<T>", StringComparison.Ordinal)
                ? " where T : Google.Protobuf.IMessage<T>"
                : string.Empty;
            _text.AppendLine(
                $"{open}{Virtual(type, member)}{member[..start]}({(isExtension ? "this " : string.Empty)}{parameters}){constraint}"
                    + $"{(isInterface && !WithBodies.Contains(type.Name) ? ";" : " => throw null;")}"
            );
        }
    }

    private void WriteProperty(TypeSurface type, string member, string open, bool isInterface)
    {
        var brace = member.IndexOf(" { ", StringComparison.Ordinal);
        var head = member[..brace];
        if (head == "Type EqualityContract")
        {
            return;
        }

        var accessors = isInterface
            ? member[brace..]
            : member[brace..]
                .Replace("get;", "get => throw null;", StringComparison.Ordinal)
                .Replace("set;", "set { }", StringComparison.Ordinal)
                .Replace("init;", "init { }", StringComparison.Ordinal);
        _text.AppendLine($"{open}{Virtual(type, member)}{head}{accessors}");
    }

    private static string Virtual(TypeSurface type, string member) =>
        type.Kind == "class" && !member.StartsWith("static ", StringComparison.Ordinal) ? "virtual " : string.Empty;

    private string BaseCall(TypeSurface type) =>
        type.Bases is [var parent, ..] && _types.Values.Any(known => known.Kind == "class" && ShortNameOf(known.Name) == parent)
            ? " : base(default(ReferenceOnly))"
            : string.Empty;

    private bool IsInterface(string name) => _interfaces.Contains(name) || InterfaceName().IsMatch(name);

    private bool IsImplemented(TypeSurface type, string parent)
    {
        var known = _types.Values.FirstOrDefault(candidate => candidate.Kind == "interface" && ShortNameOf(candidate.Name) == parent);
        return known is not null
            && known.Members.All(member => type.Members.Any(own => WithoutDefaults(own) == WithoutDefaults(member)))
            && known.Bases.All(further => IsImplemented(type, further));
    }

    // The default of a parameter may be another in the class than in its interface.
    private static string WithoutDefaults(string member) => DefaultValue().Replace(member, string.Empty);

    private static bool IsRecord(TypeSurface type) => type.Members.Contains("Type EqualityContract { get; }");

    private static string Bases(IReadOnlyCollection<string> bases) => bases.Count == 0 ? string.Empty : " : " + string.Join(", ", bases);

    private static string ConstructorName(string name) => name.Split('<')[0];

    /// <summary>
    /// Parameters as C# has them: keywords for truth values, the type before an enum's default, <c>params</c> for an array that comes last.
    /// </summary>
    private static string Parameters(string list)
    {
        var parts = OfficialSurface
            .Split(list)
            .Where(part => part.Length > 0)
            .Select(part => part.Replace("out ref ", "out ", StringComparison.Ordinal))
            .ToList();
        for (var index = 0; index < parts.Count; index++)
        {
            var (declaration, value) = parts[index].Split(" = ") is [var left, var right] ? (left, right) : (parts[index], null);
            var space = declaration.LastIndexOf(' ');
            var (kind, name) = (declaration[..space], declaration[(space + 1)..]);
            var text = value switch
            {
                null => string.Empty,
                "default" => " = default",
                "True" or "False" => value == "True" ? " = true" : " = false",
                _ when char.IsAsciiDigit(value[0]) || value[0] == '-' => $" = {value}",
                _ => $" = {kind}.{value}",
            };
            var array =
                index == parts.Count - 1 && kind.EndsWith("[]", StringComparison.Ordinal) && kind != "byte[]" ? "params " : string.Empty;
            parts[index] = $"{array}{kind} @{name}{text}";
        }

        return string.Join(", ", parts);
    }

    private string? OuterOf(string name) => Cut(name) is { } outer && _types.ContainsKey(outer) ? outer : null;

    private string NamespaceOf(string name)
    {
        while (OuterOf(name) is { } outer)
        {
            name = outer;
        }

        return Cut(name)!;
    }

    private string ShortNameOf(string name) => name[(NamespaceOf(name).Length + 1)..];

    private static string OwnNameOf(string name) => name[(Cut(name)!.Length + 1)..];

    // Dots within angle brackets belong to a type argument.
    private static string? Cut(string name)
    {
        var end = name.IndexOf('<', StringComparison.Ordinal);
        var dot = name.LastIndexOf('.', (end < 0 ? name.Length : end) - 1);
        return dot < 0 ? null : name[..dot];
    }

    [GeneratedRegex(@"^\.ctor\([^()]+ original\)$", RegexOptions.CultureInvariant)]
    private static partial Regex CopyConstructor();

    [GeneratedRegex(" = [^,)]+", RegexOptions.CultureInvariant)]
    private static partial Regex DefaultValue();

    [GeneratedRegex("^I[A-Z]", RegexOptions.CultureInvariant)]
    private static partial Regex InterfaceName();
}
