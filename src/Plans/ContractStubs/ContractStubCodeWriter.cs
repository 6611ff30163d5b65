namespace Orchestrator.Plans;

/// <summary>Writes the source code of a contract's stub.</summary>
internal static class ContractStubCodeWriter
{
    // Simple types of the five languages, in the order of ContractStubLanguage.
    private static readonly string[][] Types =
    [
        ["str", "string", "string", "string", "String"],
        ["int", "number", "int", "int", "int"],
        ["float", "number", "double", "float64", "double"],
        ["bool", "boolean", "bool", "bool", "boolean"],
        ["bytes", "Uint8Array", "byte[]", "[]byte", "byte[]"],
        ["None", "void", "void", "", "void"],
        ["Any", "unknown", "object", "any", "Object"],
        ["dict", "Record<string, unknown>", "IReadOnlyDictionary<string, object>", "map[string]any", "java.util.Map<String, Object>"],
        ["list", "unknown[]", "IReadOnlyList<object>", "[]any", "java.util.List<Object>"],
    ];

    public static string Write(
        InterfaceContractDefinition contract,
        ContractStubLanguage language,
        IReadOnlyList<ContractMethodSignature> methods,
        string version
    )
    {
        var text = new StringBuilder();
        switch (language)
        {
            case ContractStubLanguage.Python:
                Python(text, contract, methods, version);
                break;
            case ContractStubLanguage.TypeScript:
                Heading(text, contract, version);
                Block(
                    text,
                    $"export interface {contract.Name} {{",
                    "  ",
                    methods.Select(m => $"{m.Name}({Parameters(m, language, (n, t) => $"{n}: {t}")}): {Returns(m, language)};")
                );
                break;
            case ContractStubLanguage.CSharp:
                Heading(text, contract, version);
                Block(
                    text,
                    $"public interface {contract.Name}\n{{",
                    "    ",
                    methods.Select(m => $"{Returns(m, language)} {m.Name}({Parameters(m, language, (n, t) => $"{t} {n}")});")
                );
                break;
            case ContractStubLanguage.Java:
                Heading(text, contract, version);
                Block(
                    text,
                    $"public interface {contract.Name} {{",
                    "    ",
                    methods.Select(m => $"{Returns(m, language)} {m.Name}({Parameters(m, language, (n, t) => $"{t} {n}")});")
                );
                break;
            case ContractStubLanguage.Go:
                Heading(text, contract, version);
                text.Append("package ").Append(GoPackage(contract.FilePath!)).Append("\n\n");
                Block(
                    text,
                    $"type {contract.Name} interface {{",
                    "\t",
                    methods.Select(m => $"{m.Name}({Parameters(m, language, (n, t) => $"{n} {t}")}) {Returns(m, language)}".TrimEnd())
                );
                break;
        }
        return text.ToString();
    }

    private static void Heading(StringBuilder text, InterfaceContractDefinition contract, string version) =>
        text.Append("// Contract: ").Append(contract.Name).Append("\n// Version: ").Append(version).Append("\n\n");

    private static void Block(StringBuilder text, string opening, string indent, IEnumerable<string> lines)
    {
        text.Append(opening).Append('\n');
        foreach (var line in lines)
        {
            text.Append(indent).Append(line).Append('\n');
        }
        text.Append("}\n");
    }

    private static void Python(
        StringBuilder text,
        InterfaceContractDefinition contract,
        IReadOnlyList<ContractMethodSignature> methods,
        string version
    )
    {
        var body = new StringBuilder();
        foreach (var method in methods)
        {
            var parameters = Parameters(method, ContractStubLanguage.Python, (n, t) => $"{n}: {t}");
            body.Append("    ")
                .Append(method.IsAsync ? "async def " : "def ")
                .Append(method.Name)
                .Append("(self")
                .Append(parameters.Length == 0 ? "" : ", ")
                .Append(parameters)
                .Append(") -> ")
                .Append(Returns(method, ContractStubLanguage.Python))
                .Append(":\n        ...\n\n");
        }
        var any = body.ToString().Contains("Any", StringComparison.Ordinal) ? "Any, " : "";
        text.Append("\"\"\"\nContract: ").Append(contract.Name).Append("\nVersion: ").Append(version).Append("\n\"\"\"\n");
        text.Append("from typing import ").Append(any).Append("Protocol\n\n\n");
        text.Append("class ")
            .Append(contract.Name)
            .Append("(Protocol):\n")
            .Append(body.Length == 0 ? "    ...\n" : body.ToString().TrimEnd('\n') + "\n");
    }

    private static string Parameters(ContractMethodSignature method, ContractStubLanguage language, Func<string, string, string> spell) =>
        string.Join(
            ", ",
            method
                .Parameters.Where(p => language == ContractStubLanguage.Python || !ContractMethodSignature.IsMarker(p.Name))
                .Select(p =>
                    ContractMethodSignature.IsMarker(p.Name)
                        ? p.Name
                        : spell(NameIn(p, language), Spell(p.Type ?? "Any", language)) + p.DefaultIn(language)
                )
        );

    // Rest and optional parameters keep their marker if the language supports it.
    private static string NameIn(ContractMethodParameter parameter, ContractStubLanguage language)
    {
        var name = parameter.Name;
        var plain = name.TrimStart('*', '.').TrimEnd('?');
        var isRest = plain.Length < name.TrimEnd('?').Length;
        return language switch
        {
            ContractStubLanguage.Python when isRest => name.StartsWith("**", StringComparison.Ordinal) ? $"**{plain}" : $"*{plain}",
            ContractStubLanguage.TypeScript when isRest => $"...{plain}",
            ContractStubLanguage.TypeScript when name.EndsWith('?') || parameter.Default is not null => $"{plain}?",
            _ => plain,
        };
    }

    private static string Returns(ContractMethodSignature method, ContractStubLanguage language)
    {
        var type = Spell(method.Returns ?? (language == ContractStubLanguage.Python ? "Any" : "None"), language);
        return (language, method.IsAsync) switch
        {
            (ContractStubLanguage.TypeScript, true) when !type.StartsWith("Promise<", StringComparison.Ordinal) => $"Promise<{type}>",
            (ContractStubLanguage.CSharp, true) when !type.StartsWith("Task", StringComparison.Ordinal) => type == "void"
                ? "Task"
                : $"Task<{type}>",
            _ => type,
        };
    }

    // Simple types of another language and composite Python types are mapped to their equivalents. Other types stay as written in the
    // plan.
    private static string Spell(string type, ContractStubLanguage language)
    {
        if (
            language != ContractStubLanguage.Python
            && PythonTypeTranslator.TrySpell(type, language, inner => Spell(inner, language)) is { } composed
        )
        {
            return composed;
        }
        var same = Array.Find(Types, t => t.Contains(type, StringComparer.Ordinal));
        return same is null || string.Equals(same[(int)language], type, StringComparison.Ordinal) || IsOwn(type, language)
            ? type
            : same[(int)language];
    }

    private static bool IsOwn(string type, ContractStubLanguage language) =>
        Array.Exists(Types, t => string.Equals(t[(int)language], type, StringComparison.Ordinal));

    private static string GoPackage(string filePath)
    {
        var parts = filePath.Split('/');
        var folder = parts.Length > 1 ? new string([.. parts[^2].Where(char.IsAsciiLetterOrDigit)]).ToLowerInvariant() : "";
        return folder.Length == 0 || char.IsAsciiDigit(folder[0]) ? "contracts" : folder;
    }
}
