using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// Texts for people are never read back as data, because decisions rest on facts of their own. Types that search text for words are listed
/// here with the author of that text; these tests find all others.
/// </summary>
public sealed class SentenceTests
{
    /// <summary>Members that hold sentences of ours.</summary>
    private static readonly string[] Sentences =
    [
        "Reason",
        "Question",
        "Command",
        "Commands",
        "Warnings",
        "Left",
        "What",
        "DroppedMessages",
    ];

    /// <summary>Records whose members these are; other types have members of these names that are data.</summary>
    private static readonly string[] Records =
    [
        "RunStatus",
        "RunTaskStatus",
        "RunEvent",
        "RunQuestion",
        "SuggestedCommand",
        "RequiredUserAction",
        "SteeringUpdateResult",
    ];

    private static readonly string[] Readers =
    [
        "Contains",
        "StartsWith",
        "EndsWith",
        "IndexOf",
        "LastIndexOf",
        "Split",
        "IsMatch",
        "Match",
    ];

    /// <summary>Look for words in text of others, or in forms that are written to be read.</summary>
    private static readonly string[] ReadersOfOthers =
    [
        "ClaudeFailureClassifier: what the Claude CLI prints",
        "CliCommandExecutor: messages of System.CommandLine",
        "DiffCommand: git's diff",
        "NodeGateDetector: what npm writes into package.json",
        "GateProgramProbe: commands of the user",
        "LostConnectionDetector: what the client's core says of its transport",
        "ContractMethodSignature: source code",
        "DiffLineParser: git's diff",
        "FileDiff: git's diff",
        "PythonTypeTranslator: source code",
        "ServiceUnit: a unit's file, which the user may have changed",
        "SteeringCommandAuthor: a mark in names that senders give, of which our own are no claims",
        "RefStore: what git prints",
        "RemoteRefs: what git push prints",
        "SecretFileName: keys in files",
        "SecretSearch: pointers of git LFS",
        "SecretMatch: names of kinds in the table beside it",
        "TargetBranchLander: what git prints",
        "UserCheckoutFastForwarder: what git prints",
        "GitErrorCauses: what git prints",
        "WorktreeDiffReader: what git prints",
        "WorktreeHead: files of git",
        "ReviewRemarks: a mark in comments on GitHub, of which our own are no remarks",
        "WorktreeStatus: what git prints",
    ];

    [Fact]
    public void Product_SentencesForPeople_AreNotReadAsData() =>
        Assert.Empty(
            Calls(call =>
                Readers.Contains(call.Method.Name)
                && Before(call.At, 6)
                    .Any(step =>
                        step.Operand is MethodReference getter
                        && getter.Name.StartsWith("get_", StringComparison.Ordinal)
                        && Sentences.Contains(getter.Name[4..])
                        && Records.Contains(getter.DeclaringType.Name)
                    )
            )
        );

    [Fact]
    public void Product_WordsThatAreLookedFor_AreOfOthers()
    {
        var named = ReadersOfOthers.Select(entry => entry[..entry.IndexOf(':', StringComparison.Ordinal)]).ToList();

        var found = Calls(call =>
            Readers.Contains(call.Method.Name)
            && call.Method.DeclaringType.Name is "String" or "MemoryExtensions"
            && Before(call.At, 2).Any(step => step.Operand is string words && words.Trim().Contains(' ', StringComparison.Ordinal))
        );

        Assert.Equal("", string.Join(", ", found.Except(named)));
        Assert.Equal("", string.Join(", ", named.Except(found)));
    }

    private static IEnumerable<Instruction> Before(Instruction at, int count)
    {
        for (var step = at.Previous; step is not null && count-- > 0; step = step.Previous)
        {
            yield return step;
        }
    }

    /// <summary>The product's types with a call that a condition holds for, by the name of the outermost one.</summary>
    private static List<string> Calls(Func<(MethodReference Method, Instruction At), bool> holds)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in ProjectFiles.Product.Where(file => ProjectFiles.NameOf(file) != "Temporal.Server"))
        {
            using var module = ModuleDefinition.ReadModule(Assemblies.Of(file));
            found.UnionWith(
                from type in module.GetTypes()
                // The compiler's code for regular expressions.
                where !Outer(type).Name.StartsWith('<')
                from body in type.Methods.Where(method => method.HasBody)
                from step in body.Body.Instructions
                where step.Operand is MethodReference called && holds((called, step))
                select Outer(type).Name
            );
        }
        return [.. found];
    }

    private static TypeDefinition Outer(TypeDefinition type) => type.DeclaringType is { } outer ? Outer(outer) : type;
}
