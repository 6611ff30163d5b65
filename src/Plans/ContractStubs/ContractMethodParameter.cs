using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>A parameter of a contract method.</summary>
/// <param name="Name">Name, including the markers for rest and optional parameters: <c>*args</c>, <c>...parts</c>, <c>options?</c>.</param>
/// <param name="Type">Type as written in the plan, or null if the plan gives none.</param>
/// <param name="Default">Default value, or null if the parameter is required.</param>
internal sealed partial record ContractMethodParameter(string Name, string? Type, string? Default = null)
{
    /// <summary>
    /// Returns the default value as source code. Emits only plain literals, because any other expression would be executed.
    /// </summary>
    /// <returns>The default value, or an empty string if there is none or if the language's interfaces do not support defaults.</returns>
    public string DefaultIn(ContractStubLanguage language) =>
        (language, Default) switch
        {
            (_, null) => "",
            (ContractStubLanguage.Python, _) => $" = {(Literal().IsMatch(Default) ? InPython(Default) : "...")}",
            (ContractStubLanguage.CSharp, _) =>
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
