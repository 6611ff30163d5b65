using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>A parameter of a contract's method.</summary>
/// <param name="Name">With the marks of rest and optional parameters: <c>*args</c>, <c>...parts</c>, <c>options?</c>.</param>
/// <param name="Type">As the plan has it; null where it has none.</param>
/// <param name="Default">Its default value; null: it is required.</param>
internal sealed partial record MethodParameter(string Name, string? Type, string? Default = null)
{
    /// <summary>The default for source code: only a plain literal, because anything else would be code that runs.</summary>
    /// <returns>Empty where there is none, or the language's interfaces have no defaults.</returns>
    public string DefaultIn(ContractLanguage language) =>
        (language, Default) switch
        {
            (_, null) => "",
            (ContractLanguage.Python, _) => $" = {(Literal().IsMatch(Default) ? InPython(Default) : "...")}",
            (ContractLanguage.CSharp, _) =>
                $" = {(Literal().IsMatch(Default) && Default[0] is not ('\'' or '[' or '{') ? InCSharp(Default) : "default")}",
            _ => "",
        };

    private static string InPython(string literal) =>
        literal switch
        {
            "true" => "True",
            "false" => "False",
            "null" => "None",
            _ => literal,
        };

    private static string InCSharp(string literal) =>
        literal switch
        {
            "True" => "true",
            "False" => "false",
            "None" => "null",
            _ => literal,
        };

    [GeneratedRegex(
        """^(?:[Tt]rue|[Ff]alse|None|null|-?\d{1,18}(?:\.\d{1,18})?|"[^"\\\p{C}]*"|'[^'\\\p{C}]*'|\[\]|\{\})$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Literal();
}
