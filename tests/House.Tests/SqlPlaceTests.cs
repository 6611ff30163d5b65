using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>SQL stands in one namespace of the server: the others know tables by what can be asked of them.</summary>
public sealed class SqlPlaceTests
{
    private const string Storage = "Temporal.Server.Storage";
    private static readonly string[] Statements = ["Prepare", "PrepareOnce", "Execute", "ExecuteScript"];

    [Fact]
    public void TemporalServer_OutsideOfStorage_PreparesNoStatement()
    {
        using var module = ModuleDefinition.ReadModule(
            Assemblies.Of(ProjectFiles.Product.Single(file => ProjectFiles.NameOf(file) == "Temporal.Server"))
        );
        var calls = (
            from type in module.GetTypes()
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            let called = instruction.Operand as MethodReference
            where
                called?.DeclaringType.FullName == $"{Storage}.SqliteConnection" && Statements.Contains(called.Name, StringComparer.Ordinal)
            select (Inside: IsStorage(type), Where: $"{type.FullName}.{method.Name}")
        ).ToList();
        Assert.True(calls.Count(call => call.Inside) > 20, "the test finds no statements any more: has the connection another name?");
        Assert.Empty(calls.Where(call => !call.Inside).Select(call => call.Where).Distinct(StringComparer.Ordinal));
    }

    private static bool IsStorage(TypeDefinition type) => type.DeclaringType is { } outer ? IsStorage(outer) : type.Namespace == Storage;
}
