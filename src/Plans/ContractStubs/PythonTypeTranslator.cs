namespace Orchestrator.Plans;

/// <summary>
/// Translates composite Python types, such as <c>dict[str, User]</c>, to other languages, in which the Python notation would not compile.
/// </summary>
internal static class PythonTypeTranslator
{
    /// <summary>Translates a type. Returns null if it is not a composite type.</summary>
    /// <param name="type">Type as written in the plan.</param>
    /// <param name="language">Target language; not Python.</param>
    /// <param name="spell">Translates the inner types.</param>
    public static string? TrySpell(string type, ContractStubLanguage language, Func<string, string> spell)
    {
        if (type.EndsWith("| None", StringComparison.Ordinal) && !type[..^6].Contains('|', StringComparison.Ordinal))
        {
            return Optional(type[..^6].Trim(), language, spell);
        }
        var open = type.IndexOf('[', StringComparison.Ordinal);
        if (open <= 0 || !type.EndsWith(']'))
        {
            return null;
        }
        string[] inner = [.. ContractMethodSignature.Split(type[(open + 1)..^1]).Select(t => t.Trim())];
        return (type[..open], inner) switch
        {
            ("Optional", [var value]) => Optional(value, language, spell),
            ("List" or "list" or "Sequence" or "Iterable", [{ Length: > 0 } item]) => List(item, language, spell),
            ("Dict" or "dict" or "Mapping", [var key, var value]) => Map(key, value, language, spell),
            _ => null,
        };
    }

    private static string Optional(string type, ContractStubLanguage language, Func<string, string> spell) =>
        language switch
        {
            ContractStubLanguage.TypeScript => $"{spell(type)} | null",
            ContractStubLanguage.CSharp => $"{spell(type)}?",
            ContractStubLanguage.Go => $"*{spell(type)}",
            _ => Boxed(spell(type)),
        };

    private static string List(string type, ContractStubLanguage language, Func<string, string> spell) =>
        language switch
        {
            ContractStubLanguage.TypeScript => $"Array<{spell(type)}>",
            ContractStubLanguage.CSharp => $"IReadOnlyList<{spell(type)}>",
            ContractStubLanguage.Go => $"[]{spell(type)}",
            _ => $"java.util.List<{Boxed(spell(type))}>",
        };

    private static string Map(string key, string value, ContractStubLanguage language, Func<string, string> spell) =>
        language switch
        {
            ContractStubLanguage.TypeScript => $"Record<{spell(key)}, {spell(value)}>",
            ContractStubLanguage.CSharp => $"IReadOnlyDictionary<{spell(key)}, {spell(value)}>",
            ContractStubLanguage.Go => $"map[{spell(key)}]{spell(value)}",
            _ => $"java.util.Map<{Boxed(spell(key))}, {Boxed(spell(value))}>",
        };

    // Java's primitive types can be neither null nor type arguments.
    private static string Boxed(string type) =>
        type switch
        {
            "int" => "Integer",
            "double" => "Double",
            "boolean" => "Boolean",
            _ => type,
        };
}
