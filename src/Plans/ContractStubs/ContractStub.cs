using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Plans;

/// <summary>Languages in which stubs are written.</summary>
public enum ContractLanguage
{
    /// <summary>A <c>typing.Protocol</c> class.</summary>
    Python,

    /// <summary>An exported interface.</summary>
    TypeScript,

    /// <summary>A public interface.</summary>
    CSharp,

    /// <summary>An interface type.</summary>
    Go,

    /// <summary>A public interface.</summary>
    Java,
}

/// <summary>A contract as source code.</summary>
/// <param name="Name">Name of the interface.</param>
/// <param name="FilePath">Where it goes, relative to the repository.</param>
/// <param name="Language">Language of the code.</param>
/// <param name="Version">Seven hexadecimal digits of the content's hash: the same methods have the same version everywhere.</param>
/// <param name="Content">The whole file, with its version in the heading.</param>
/// <param name="Consumers">Ids of the tasks that code against it.</param>
public sealed record ContractStub(string Name, string FilePath, ContractLanguage Language, string Version, string Content, IReadOnlyList<string> Consumers)
{
    /// <summary>How often a contract may change while tasks rely on it; after that a person decides.</summary>
    public const int MaxRenegotiations = 2;

    private static readonly Dictionary<string, ContractLanguage> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".py"] = ContractLanguage.Python,
        [".pyi"] = ContractLanguage.Python,
        [".ts"] = ContractLanguage.TypeScript,
        [".tsx"] = ContractLanguage.TypeScript,
        [".mts"] = ContractLanguage.TypeScript,
        [".cs"] = ContractLanguage.CSharp,
        [".go"] = ContractLanguage.Go,
        [".java"] = ContractLanguage.Java,
    };

    /// <summary>The stub of a contract, or null when it names no file to put it in or its methods can't be understood.</summary>
    public static ContractStub? Of(ContractSpec contract) => TryCreate(contract, out ContractStub? stub, out _) ? stub : null;

    /// <summary>Writes the stub of a contract.</summary>
    /// <param name="contract">Name, file and methods.</param>
    /// <param name="stub">The source code.</param>
    /// <param name="fault">Why there is none, as a sentence.</param>
    public static bool TryCreate(ContractSpec contract, [NotNullWhen(true)] out ContractStub? stub, [NotNullWhen(false)] out string? fault)
    {
        stub = null;
        fault = null;
        if (contract.FilePath is null)
        {
            fault = $"The contract '{contract.Name}' names no file.";
        }
        else if (LanguageOf(contract.FilePath) is not { } language)
        {
            fault = $"The ending of '{contract.FilePath}' is none of {string.Join(", ", Endings.Keys)}.";
        }
        else if (!MethodSignature.IsIdentifier(contract.Name))
        {
            fault = $"'{contract.Name}' can't be the name of an interface: use letters, digits and '_'.";
        }
        else
        {
            var methods = new List<MethodSignature>();
            foreach (string text in contract.Methods)
            {
                if (!MethodSignature.TryParse(text, language, out MethodSignature? method))
                {
                    fault = $"The method '{text}' can't be understood; write a name, or a signature such as 'login(username: str) -> dict'.";
                    return false;
                }

                methods.Add(method);
            }

            string unversioned = StubWriter.Write(contract, language, methods, version: "");
            string version = ContractFile.HashOf(unversioned);
            stub = new ContractStub(contract.Name, contract.FilePath, language, version, StubWriter.Write(contract, language, methods, version), contract.Consumers);
        }

        return stub is not null;
    }

    /// <summary>The language that a file's ending stands for, or null.</summary>
    public static ContractLanguage? LanguageOf(string filePath)
    {
        int dot = filePath.LastIndexOf('.');
        return dot >= 0 && Endings.TryGetValue(filePath[dot..], out ContractLanguage language) ? language : null;
    }
}

/// <summary>Which version of a contract a task was given when it started.</summary>
/// <param name="Contract">Name of the contract.</param>
/// <param name="TaskId">The task that codes against it.</param>
/// <param name="Version">The version it was given.</param>
public sealed record ContractPin(string Contract, string TaskId, string Version)
{
    /// <summary>The pins of tasks whose contract is no longer the one they were given; they must be told, and their work checked again.</summary>
    public static IReadOnlyList<ContractPin> Stale(IEnumerable<ContractPin> pins, IEnumerable<ContractStub> current)
    {
        Dictionary<string, string> versions = current.ToDictionary(c => c.Name, c => c.Version, StringComparer.Ordinal);
        return [.. pins.Where(p => versions.TryGetValue(p.Contract, out string? version) && !string.Equals(version, p.Version, StringComparison.Ordinal))];
    }
}
