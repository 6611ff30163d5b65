using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Questions about differences are worded in one place, and calls of git go through one door: what one of them forgets, an
/// attribute or a setting of somebody else's decides.</summary>
public sealed class GitPlaceTests
{
    private static readonly string[] Differences =
    [
        "diff",
        "diff-tree",
        "diff-index",
        "diff-files",
        "show",
        "whatchanged",
        "format-patch",
        "range-diff",
        "--patch",
        "--ext-diff",
        "--textconv",
        "--ignore-submodules=none",
    ];

    // A clone is made before there is a repository.
    private static readonly string[] Doors = ["GitRepository", "GitSettingWithScope", "RepositoryCloner"];

    [Fact]
    public void Git_OutsideOfDiffCommands_WordsNoQuestionAboutDifferences()
    {
        var words = (
            from method in Methods()
            from instruction in method.Body.Instructions
            where instruction.OpCode == OpCodes.Ldstr && Differences.Contains((string)instruction.Operand, StringComparer.Ordinal)
            select (Place: Outermost(method.DeclaringType).Name, Word: (string)instruction.Operand)
        ).ToList();

        Assert.True(
            words.Count(word => word.Place == "GitDiffArgumentBuilder") >= 3,
            "The test finds no words any more: has the class another name?"
        );
        Assert.DoesNotContain(words, word => word.Place != "GitDiffArgumentBuilder");
    }

    [Fact]
    public void Git_CallsOfTheProgram_GoThroughTheRepository()
    {
        string[] ways = ["ReadAsync", "AddObjectsAsync", "WriteAsync"];
        var calls = (
            from method in Methods()
            from instruction in method.Body.Instructions
            let called = instruction.Operand as MethodReference
            where called?.DeclaringType.Name == "GitProgram" && ways.Contains(called.Name, StringComparer.Ordinal)
            select Outermost(method.DeclaringType).Name
        ).ToList();

        Assert.Equal(Doors, calls.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    /// <summary>Branches are moved and deleted in one place, which leaves no checkout of the user on another commit than its branch. The
    /// other places change a head alone, or fetch through that place.</summary>
    [Fact]
    public void Git_MovesOfBranches_GoThroughRefStore()
    {
        string[] words = ["update-ref", "branch", "-B", "-D", "--update-refs", "--update-head-ok", "filter-branch", "fast-import"];
        var places = (
            from method in Methods()
            from instruction in method.Body.Instructions
            where instruction.OpCode == OpCodes.Ldstr && words.Contains((string)instruction.Operand, StringComparer.Ordinal)
            select $"{Outermost(method.DeclaringType).Name} {instruction.Operand}"
        ).ToHashSet(StringComparer.Ordinal);
        var withFiles = (
            from method in Methods()
            from instruction in method.Body.Instructions
            where instruction.Operand is MethodReference { Name: "UpdateWithFilesAsync" }
            select Outermost(method.DeclaringType).Name
        ).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(
            [
                "CheckedOutBranchProtector update-ref",
                "ListedGitWorktree branch",
                "RefStore update-ref",
                "RemoteRefs --update-head-ok",
                "WorktreeHead update-ref",
                "WorktreeRestorer update-ref",
            ],
            places.Order(StringComparer.Ordinal)
        );
        Assert.Equal(["LandingReversal", "RefStore", "SharedGitStateProtector"], withFiles.Order(StringComparer.Ordinal));
    }

    private static List<MethodDefinition> Methods()
    {
        var module = ModuleDefinition.ReadModule(Assemblies.Of(ProjectFiles.Product.Single(file => ProjectFiles.NameOf(file) == "Git")));
        return [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)];
    }

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
