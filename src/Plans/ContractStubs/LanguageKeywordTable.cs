namespace Orchestrator.Plans;

/// <summary>Reserved words of the contract languages, which can't be used as names.</summary>
internal static class LanguageKeywordTable
{
    private static readonly Dictionary<ContractStubLanguage, HashSet<string>> Words = new()
    {
        [ContractStubLanguage.Python] = Of(
            "False None True and as assert async await break class continue def del elif else except finally for from global if "
                + "import in is lambda nonlocal not or pass raise return try while with yield"
        ),
        [ContractStubLanguage.TypeScript] = Of(
            """
            break case catch class const continue debugger default delete do else enum export extends false finally for function if
            import in instanceof new null return super switch this throw true try typeof
            var void while with implements interface let package private protected public static yield
            """
        ),
        [ContractStubLanguage.CSharp] = Of(
            """
            abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum
            event explicit extern false finally fixed float for foreach goto if implicit
            in int interface internal is lock long namespace new null object operator out override params private protected public
            readonly ref return sbyte sealed short sizeof stackalloc static string struct
            switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while
            """
        ),
        [ContractStubLanguage.Go] = Of(
            "break case chan const continue default defer else fallthrough for func go goto if import interface map package range "
                + "return select struct switch type var"
        ),
        [ContractStubLanguage.Java] = Of(
            """
            abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally
            float for goto if implements import instanceof int interface long native new
            package private protected public return short static strictfp super switch synchronized this throw throws transient try
            void volatile while true false null
            """
        ),
    };

    /// <summary>
    /// Returns the first name in a method's signature that is reserved in this language, or null if all names are valid. TypeScript allows
    /// any word as a method name.
    /// </summary>
    public static string? FirstIn(ContractMethodSignature method, ContractStubLanguage language)
    {
        var names = method.Parameters.Select(p => p.Name.TrimStart('*', '.').TrimEnd('?'));
        return (language == ContractStubLanguage.TypeScript ? names : names.Prepend(method.Name)).FirstOrDefault(Words[language].Contains);
    }

    /// <summary>True if the word is reserved in this language.</summary>
    public static bool Has(string word, ContractStubLanguage language) => Words[language].Contains(word);

    private static HashSet<string> Of(string words) => [.. words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
}
