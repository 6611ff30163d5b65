using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Plans;

/// <summary>
/// A contract method, parsed from the notation of one of the five contract languages, such as <c>login(user: str) -> dict</c> or
/// <c>Task&lt;int> Count(string key)</c>.
/// </summary>
internal sealed record ContractMethodSignature(
    string Name,
    IReadOnlyList<ContractMethodParameter> Parameters,
    string? Returns,
    bool IsAsync
)
{
    private static readonly HashSet<string> Modifiers =
    [
        "def",
        "async",
        "func",
        "public",
        "abstract",
        "static",
        "export",
        "function",
        "override",
        "virtual",
    ];

    private static readonly SearchValues<char> NotInTypes = SearchValues.Create(";#`\\\t@");

    public static bool IsIdentifier(string text) =>
        text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c == '_');

    public static bool TryParse(string text, ContractStubLanguage language, [NotNullWhen(true)] out ContractMethodSignature? method)
    {
        method = null;
        var line = text.ReplaceLineEndings(" ").Trim().TrimEnd(';', ' ');
        if (line.EndsWith(": ...", StringComparison.Ordinal))
        {
            line = line[..^5];
        }
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = open < 0 ? -1 : Closing(line, open);
        if (open >= 0 && close < 0)
        {
            return false;
        }
        List<string> words = [.. (open < 0 ? line : line[..open]).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var isAsync = words.Contains("async");
        words.RemoveAll(Modifiers.Contains);
        if (words.Count == 0 || !IsIdentifier(words[^1]))
        {
            return false;
        }

        // Only C# and Java write the return type before the name.
        if (words.Count > 1 && language is not (ContractStubLanguage.CSharp or ContractStubLanguage.Java))
        {
            return false;
        }
        var before = words.Count > 1 ? string.Join(' ', words.Take(words.Count - 1)) : null;
        var after = open < 0 ? null : ReturnType(line[(close + 1)..]);
        List<ContractMethodParameter> parameters =
            open < 0
                ? []
                : [.. Split(line[(open + 1)..close]).Select(p => Parameter(p, language)).Where(p => p.Name is not ("self" or "this"))];
        var isReadable =
            parameters.TrueForAll(p => IsMarker(p.Name) || IsIdentifier(p.Name.TrimStart('*', '.').TrimEnd('?')))
            && parameters.Select(p => p.Type).Append(after ?? before).All(IsType);
        if (!isReadable)
        {
            return false;
        }
        method = new ContractMethodSignature(words[^1], parameters, after ?? before, isAsync);
        return true;
    }

    /// <summary>True for Python's markers <c>*</c> and <c>/</c>, which separate different kinds of parameters.</summary>
    public static bool IsMarker(string name) => name is "*" or "/";

    private static bool IsType(string? type) => type is null || !type.AsSpan().ContainsAny(NotInTypes);

    private static string? ReturnType(string rest)
    {
        var type = rest.Trim();
        if (type.StartsWith("->", StringComparison.Ordinal) || type.StartsWith("=>", StringComparison.Ordinal))
        {
            type = type[2..];
        }
        else if (type.StartsWith(':'))
        {
            type = type[1..];
        }
        type = type.Trim().TrimEnd(':').Trim();
        return type.Length == 0 ? null : type;
    }

    private static ContractMethodParameter Parameter(string text, ContractStubLanguage language)
    {
        var parameter = text.Trim();
        string? usual = null;
        var value = parameter.IndexOf('=', StringComparison.Ordinal);
        if (value > 0 && (value + 1 == parameter.Length || parameter[value + 1] != '>'))
        {
            usual = parameter[(value + 1)..].Trim();
            parameter = parameter[..value].Trim();
        }
        var colon = parameter.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
        {
            return new ContractMethodParameter(parameter[..colon].Trim(), parameter[(colon + 1)..].Trim(), usual);
        }

        // Go writes the name before the type; C# and Java write the type before the name.
        var space = language == ContractStubLanguage.Go ? parameter.IndexOf(' ', StringComparison.Ordinal) : parameter.LastIndexOf(' ');
        if (space < 0)
        {
            return new ContractMethodParameter(parameter, null, usual);
        }
        var first = parameter[..space].Trim();
        var second = parameter[(space + 1)..].Trim();
        return language == ContractStubLanguage.Go
            ? new ContractMethodParameter(first, second, usual)
            : new ContractMethodParameter(second, first, usual);
    }

    /// <summary>Splits a list at commas outside of brackets.</summary>
    public static IEnumerable<string> Split(string list)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < list.Length; i++)
        {
            depth += Depth(list, i);
            if (list[i] == ',' && depth == 0)
            {
                yield return list[start..i];
                start = i + 1;
            }
        }
        if (list[start..].Trim().Length > 0)
        {
            yield return list[start..];
        }
    }

    /// <summary>Returns the index of the parenthesis that closes the one at <paramref name="open"/>, or -1 if none does.</summary>
    public static int Closing(string line, int open)
    {
        var depth = 0;
        for (var i = open; i < line.Length; i++)
        {
            depth += line[i] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (depth == 0)
            {
                return i;
            }
        }
        return -1;
    }

    private static int Depth(string text, int at) =>
        text[at] switch
        {
            '(' or '[' or '{' or '<' => 1,
            ')' or ']' or '}' => -1,
            '>' when at == 0 || text[at - 1] is not ('-' or '=') => -1,
            _ => 0,
        };
}
