using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Plans;

/// <summary>Languages in which contract stubs are generated.</summary>
public enum ContractStubLanguage
{
    /// <summary>The stub is a class that derives from <c>typing.Protocol</c>.</summary>
    Python,

    /// <summary>The stub is an exported interface.</summary>
    TypeScript,

    /// <summary>The stub is a public interface.</summary>
    CSharp,

    /// <summary>The stub is an interface type.</summary>
    Go,

    /// <summary>The stub is a public interface.</summary>
    Java,
}

/// <summary>The source code that is generated for a contract.</summary>
/// <param name="Name">Name of the interface.</param>
/// <param name="FilePath">Path of the file, relative to the repository.</param>
/// <param name="Language">Programming language of the code.</param>
/// <param name="Version">Seven hexadecimal digits of the content hash. The same methods always have the same version.</param>
/// <param name="Content">Complete file content, including the version in the header.</param>
/// <param name="Consumers">Ids of the tasks that use the contract.</param>
public sealed record InterfaceContractStub(
    string Name,
    string FilePath,
    ContractStubLanguage Language,
    string Version,
    string Content,
    IReadOnlyList<string> Consumers
)
{
    /// <summary>Maximum number of changes to a contract while tasks are using it. A user must decide on further changes.</summary>
    public const int MaxRenegotiations = 2;

    private static readonly Dictionary<string, ContractStubLanguage> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".py"] = ContractStubLanguage.Python,
        [".pyi"] = ContractStubLanguage.Python,
        [".ts"] = ContractStubLanguage.TypeScript,
        [".tsx"] = ContractStubLanguage.TypeScript,
        [".mts"] = ContractStubLanguage.TypeScript,
        [".cs"] = ContractStubLanguage.CSharp,
        [".go"] = ContractStubLanguage.Go,
        [".java"] = ContractStubLanguage.Java,
    };

    /// <summary>Creates the stub of a contract, or returns null if the contract has no file path or its methods can't be parsed.</summary>
    public static InterfaceContractStub? Of(InterfaceContractDefinition contract) => TryCreate(contract, out var stub, out _) ? stub : null;

    /// <summary>Creates the stub of a contract. Returns false if the contract has an error.</summary>
    /// <param name="contract">Name, file path and methods.</param>
    /// <param name="stub">The stub with its source code.</param>
    /// <param name="fault">The first fault that prevents a stub.</param>
    public static bool TryCreate(
        InterfaceContractDefinition contract,
        [NotNullWhen(true)] out InterfaceContractStub? stub,
        [NotNullWhen(false)] out ContractFault? fault
    )
    {
        var methods = new List<ContractMethodSignature>();
        fault = Faults(contract, methods).FirstOrDefault();
        if (fault is not null)
        {
            stub = null;
            return false;
        }
        var language = LanguageOf(contract.FilePath!)!.Value;
        var version = ContractFileVersionCalculator.HashOf(ContractStubCodeWriter.Write(contract, language, methods, version: ""));
        stub = new InterfaceContractStub(
            contract.Name,
            contract.FilePath!,
            language,
            version,
            ContractStubCodeWriter.Write(contract, language, methods, version),
            contract.Consumers
        );
        return true;
    }

    /// <summary>Returns all errors in a contract that prevent the creation of its stub.</summary>
    public static IReadOnlyList<ContractFault> FaultsOf(InterfaceContractDefinition contract) => [.. Faults(contract, [])];

    private static IEnumerable<ContractFault> Faults(InterfaceContractDefinition contract, List<ContractMethodSignature> methods)
    {
        if (!ContractMethodSignature.IsIdentifier(contract.Name))
        {
            yield return new ContractFault(
                "name",
                -1,
                $"'{contract.Name}' is not a valid name for an interface.",
                "Use letters, digits and '_'."
            );
        }
        if (contract.FilePath is null)
        {
            yield return new ContractFault(
                "file_path",
                -1,
                $"The contract '{contract.Name}' does not name a file.",
                "Add file_path with the path of its source file, such as contracts/auth.py."
            );
            yield break;
        }
        if (LanguageOf(contract.FilePath) is not { } language)
        {
            yield return new ContractFault(
                "file_path",
                -1,
                $"The file extension of '{contract.FilePath}' is not one of {string.Join(", ", Endings.Keys)}.",
                "Use a file_path that ends in .py, .ts, .cs, .go or .java."
            );
            yield break;
        }
        if (LanguageKeywordTable.Has(contract.Name, language))
        {
            yield return new ContractFault(
                "name",
                -1,
                $"'{contract.Name}' is a reserved word of {language} and can't be the name of an interface.",
                "Choose another name."
            );
        }
        foreach (var fault in MethodFaults(contract, language, methods))
        {
            yield return fault;
        }
    }

    private static IEnumerable<ContractFault> MethodFaults(
        InterfaceContractDefinition contract,
        ContractStubLanguage language,
        List<ContractMethodSignature> methods
    )
    {
        for (var i = 0; i < contract.Methods.Count; i++)
        {
            if (!ContractMethodSignature.TryParse(contract.Methods[i], language, out var method))
            {
                yield return new ContractFault(
                    "methods",
                    i,
                    $"The method '{contract.Methods[i]}' can't be parsed.",
                    "Write a name, or a signature such as 'login(username: str) -> dict'."
                );
            }
            else if (LanguageKeywordTable.FirstIn(method, language) is { } word)
            {
                yield return new ContractFault(
                    "methods",
                    i,
                    $"The method '{contract.Methods[i]}' uses the name '{word}', which is a reserved word of {language}.",
                    $"Choose another name, such as '{word}_'."
                );
            }
            else if (methods.Exists(other => IsSame(method, other, language)))
            {
                yield return new ContractFault("methods", i, $"The method '{method.Name}' is declared twice.", "Remove one of them.");
            }
            else
            {
                methods.Add(method);
            }
        }
    }

    // Python and Go identify a method by its name alone; the other languages allow overloads.
    private static bool IsSame(ContractMethodSignature one, ContractMethodSignature other, ContractStubLanguage language) =>
        one.Name == other.Name
        && (
            language is ContractStubLanguage.Python or ContractStubLanguage.Go
            || one.Parameters.Select(p => p.Type).SequenceEqual(other.Parameters.Select(p => p.Type))
        );

    /// <summary>Returns the contract language for a file's extension, or null if the extension is unknown.</summary>
    public static ContractStubLanguage? LanguageOf(string filePath)
    {
        var dot = filePath.LastIndexOf('.');
        return dot >= 0 && Endings.TryGetValue(filePath[dot..], out var language) ? language : null;
    }
}

/// <summary>An error in a contract that prevents the creation of its stub.</summary>
/// <param name="Field">Key of the faulty field in the plan.</param>
/// <param name="Index">Index in the list that the field contains, or a negative number for the field as a whole.</param>
/// <param name="Message">Sentence that describes the fault.</param>
/// <param name="Cure">Sentence that suggests a fix.</param>
public sealed record ContractFault(string Field, int Index, string Message, string Cure);

/// <summary>The version of a contract that a task received when the task started.</summary>
/// <param name="Contract">Name of the contract.</param>
/// <param name="TaskId">Id of the task that uses the contract.</param>
/// <param name="Version">Version that the task received.</param>
public sealed record TaskContractVersion(string Contract, string TaskId, string Version)
{
    /// <summary>
    /// Returns the entries of tasks that started with a contract version that is now outdated. These tasks must be notified, and their work
    /// must be verified again.
    /// </summary>
    public static IReadOnlyList<TaskContractVersion> Stale(
        IEnumerable<TaskContractVersion> pins,
        IEnumerable<InterfaceContractStub> current
    )
    {
        var versions = current.ToDictionary(c => c.Name, c => c.Version, StringComparer.Ordinal);
        return
        [
            .. pins.Where(p =>
                versions.TryGetValue(p.Contract, out var version) && !string.Equals(version, p.Version, StringComparison.Ordinal)
            ),
        ];
    }
}
