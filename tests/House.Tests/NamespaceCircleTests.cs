using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>The namespaces of a project form no circle: one that another builds on does not build on that one.</summary>
public sealed class NamespaceCircleTests
{
    public static TheoryData<string> Projects { get; } = new(ProjectFiles.Product.Select(ProjectFiles.NameOf));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_OfAProject_FormNoCircle(string project)
    {
        var uses = Read(Assemblies.Of(ProjectFiles.Product.Single(f => ProjectFiles.NameOf(f) == project)));
        var circles = uses.Keys.Where(from => Reachable(uses, from).Contains(from)).ToHashSet(StringComparer.Ordinal);
        var inCircle = circles.SelectMany(from =>
            uses[from]
                .Where(use => circles.Contains(use.Key) && Reachable(uses, use.Key).Contains(from))
                .Select(use =>
                    $"{from} -> {use.Key}: "
                    + $"{string.Join(", ", use.Value.Take(6))}{(use.Value.Count > 6 ? $" and {use.Value.Count - 6} more" : "")}"
                )
        );

        Assert.True(
            circles.Count == 0,
            $"{project}: namespaces that use each other\n{string.Join('\n', inCircle.Order(StringComparer.Ordinal))}"
        );
    }

    /// <summary>For each namespace the others that it uses, and by which types.</summary>
    private static Dictionary<string, Dictionary<string, SortedSet<string>>> Read(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        Dictionary<string, Dictionary<string, SortedSet<string>>> uses = new(StringComparer.Ordinal);
        foreach (var type in module.GetTypes())
        {
            var from = Outermost(type);
            if (IsGenerated(from))
            {
                continue;
            }
            foreach (var used in UsedBy(type).SelectMany(Parts).OfType<TypeDefinition>().Select(Outermost))
            {
                if (used.Namespace == from.Namespace || IsGenerated(used))
                {
                    continue;
                }
                if (!uses.TryGetValue(from.Namespace, out var targets))
                {
                    uses[from.Namespace] = targets = new(StringComparer.Ordinal);
                }
                if (!targets.TryGetValue(used.Namespace, out var names))
                {
                    targets[used.Namespace] = names = new(StringComparer.Ordinal);
                }
                names.Add($"{from.Name} uses {used.Name}");
            }
        }
        return uses;
    }

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsGenerated(TypeDefinition type) =>
        type.Namespace.Length == 0 || type.Name.StartsWith('<') || type.Namespace.StartsWith("System.", StringComparison.Ordinal);

    private static IEnumerable<TypeReference?> UsedBy(TypeDefinition type) =>
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.Fields.Select(f => f.FieldType),
            .. type.CustomAttributes.Select(a => a.AttributeType),
            .. type.Methods.SelectMany(UsedBy),
        ];

    private static IEnumerable<TypeReference?> UsedBy(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters)
        {
            yield return parameter.ParameterType;
        }
        if (!method.HasBody)
        {
            yield break;
        }
        foreach (var variable in method.Body.Variables)
        {
            yield return variable.VariableType;
        }
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    yield return type;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    yield return called.ReturnType;
                    foreach (var argument in (called as GenericInstanceMethod)?.GenericArguments ?? [])
                    {
                        yield return argument;
                    }
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>A type without its array, and the arguments of a generic one.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) =>
        type switch
        {
            null or GenericParameter => [],
            GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
            TypeSpecification specified => Parts(specified.ElementType),
            _ => [type],
        };

    private static HashSet<string> Reachable(Dictionary<string, Dictionary<string, SortedSet<string>>> uses, string from)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<string> open = new([from]);
        while (open.TryPop(out var at))
        {
            foreach (var next in uses.GetValueOrDefault(at)?.Keys ?? Enumerable.Empty<string>())
            {
                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }
        return seen;
    }
}
