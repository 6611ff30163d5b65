using Mono.Cecil;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// A folder of ours in a checkout is made by <c>OrchestratorFolderCreator</c> or <c>WorktreeFolders</c>, which have git ignore it first
/// and refuse links there: <c>.worktrees</c> and the engine were committed by users, and a committed link had sibling folders removed.
/// </summary>
public sealed class OrchestratorFolderCreatorTests
{
    /// <summary>
    /// Code that creates no folder of a checkout: the types that guard folders, the user's own folders, temporary folders.
    /// </summary>
    private static readonly string[] Allowed =
    [
        "Orchestrator.App.Engine.EngineAddress",
        "Orchestrator.Cli.Commands.ManCommand",
        "Orchestrator.Processes.Bubblewrap",
        "Orchestrator.Processes.OrchestratorFolderCreator",
        "Orchestrator.Processes.PrivateFolder",
        "Orchestrator.Settings.RepositoryTrustStore",
    ];

    [Fact]
    public void Folders_AreMadeThroughOneDoor()
    {
        var places = (
            from module in ProjectFiles.Product.Where(IsOfProduct).Select(file => ModuleDefinition.ReadModule(Assemblies.Of(file)))
            from type in module.GetTypes()
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            where
                instruction.Operand is MethodReference called
                && (called.Name, called.DeclaringType.FullName)
                    is
                        ("CreateDirectory", "System.IO.Directory")
                        or
                        ("Create" or "CreateSubdirectory", "System.IO.DirectoryInfo")
            select Outermost(type).FullName
        ).Distinct(StringComparer.Ordinal);

        Assert.Equal(Allowed, places.Order(StringComparer.Ordinal));
    }

    // It knows nothing of checkouts: its callers make the folder of an engine first.
    private static bool IsOfProduct(string file) => ProjectFiles.NameOf(file) != "Temporal.Server";

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
