using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Orchestrator.Client;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The public members of the client, on which programs of others depend. <c>APPROVE_CLIENT=1</c> writes <c>ClientApi.txt</c>
/// anew.</summary>
public sealed class ClientApiTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly NullabilityInfoContext _nullability = new();

    [Fact]
    public void Client_PublicMembers_AreThoseApproved()
    {
        var file = RepositoryFiles.Path("tests/EndToEnd.Tests/ClientApi.txt");
        var members = Describe();
        if (Environment.GetEnvironmentVariable("APPROVE_CLIENT") == "1")
        {
            File.WriteAllText(file, members);
        }

        Assert.Equal(File.ReadAllText(file), members);
    }

    private string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(RunClient).Assembly.GetExportedTypes().OrderBy(NameOf, StringComparer.Ordinal))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append($"{KindOf(type)} {NameOf(type)}\n");
            foreach (var line in MembersOf(type).Order(StringComparer.Ordinal))
            {
                text.Append($"  {line}\n");
            }
        }
        return text.ToString();
    }

    private IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type);
        }
        var written = type.GetMembers(Declared).Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute)));
        return written.Select(DescribeMember).OfType<string>();
    }

    private string? DescribeMember(MemberInfo member) =>
        member switch
        {
            ConstructorInfo made => $"new({Parameters(made)})",
            FieldInfo { IsLiteral: true } constant =>
                $"const {NameOf(constant.FieldType)} {constant.Name} = {constant.GetRawConstantValue()}",
            FieldInfo field => $"{Static(field.IsStatic)}{NameOf(_nullability.Create(field))} {field.Name}",
            PropertyInfo property =>
                $"{Static((property.GetMethod ?? property.SetMethod)!.IsStatic)}{NameOf(_nullability.Create(property))} {property.Name} "
                    + $"{{ {Accessors(property)} }}",
            MethodInfo { IsSpecialName: false } method =>
                $"{Static(method.IsStatic)}{NameOf(_nullability.Create(method.ReturnParameter))} {method.Name}({Parameters(method)})",
            _ => null,
        };

    private string Parameters(MethodBase method) =>
        string.Join(
            ", ",
            method
                .GetParameters()
                .Select(parameter =>
                    $"{NameOf(_nullability.Create(parameter))} {parameter.Name}"
                    + (parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")
                )
        );

    private static string Accessors(PropertyInfo property)
    {
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var read = property.GetMethod is { IsPublic: true } ? "get;" : "";
        var write =
            property.SetMethod is not { IsPublic: true } ? ""
            : isInit ? "init;"
            : "set;";
        return $"{read} {write}".Trim();
    }

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string KindOf(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsSealed ? "sealed class"
        : "class";

    private static string NameOf(NullabilityInfo info)
    {
        var name =
            info.ElementType is { } element ? $"{NameOf(element)}[]"
            : Nullable.GetUnderlyingType(info.Type) is { } value ? NameOf(value)
            : info.GenericTypeArguments is { Length: > 0 } arguments
                ? $"{info.Type.Name.Split('`')[0]}<{string.Join(", ", arguments.Select(NameOf))}>"
            : NameOf(info.Type);
        return info.ReadState == NullabilityState.Nullable ? $"{name}?" : name;
    }

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.DeclaringType is { } outer && !type.IsGenericParameter ? $"{NameOf(outer)}.{type.Name}"
        : type.Namespace?.StartsWith("Orchestrator.Client", StringComparison.Ordinal) == true ? type.FullName!
        : type.Name;
}
