using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// <c>File.Move</c> without overwriting looks whether the name is free and renames then: of two that look at the same moment both rename,
/// and one's file is lost. What must be written once goes through <c>DurableFile.TryCreate</c>.
/// </summary>
public sealed class FileMoveTests
{
    /// <summary>Places where no other process can take the file name, such as a note of one call or a user's own command.</summary>
    private static readonly string[] Allowed =
    [
        "Orchestrator.Git.Program.GitWriteJournal.RunNotedAsync",
        "Temporal.Server.EngineBackupWriter.Create",
    ];

    [Fact]
    public void MoveWithoutOverwriting_OnlyWhereTheNameIsNobodyElses()
    {
        var places = (
            from module in ProjectFiles.Product.Select(file => ModuleDefinition.ReadModule(Assemblies.Of(file)))
            from type in module.GetTypes()
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            where
                instruction.Operand is MethodReference { Name: "Move", DeclaringType.FullName: "System.IO.File" } called
                && (called.Parameters.Count == 2 || instruction.Previous.OpCode == OpCodes.Ldc_I4_0)
            select Place(type, method)
        ).Distinct(StringComparer.Ordinal);

        Assert.Equal(Allowed, places.Order(StringComparer.Ordinal));
    }

    // An async method's code is in a nested type with the method's name in angle brackets.
    private static string Place(TypeDefinition type, MethodDefinition method) =>
        type.DeclaringType is { } outer && type.Name.StartsWith('<')
            ? $"{outer.FullName}.{type.Name[1..type.Name.IndexOf('>', StringComparison.Ordinal)]}"
            : $"{type.FullName}.{method.Name}";
}
