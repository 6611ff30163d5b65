using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>
/// Checks Python classes that derive from a contract. Such a class inherits the stub's empty methods, so neither Python nor its type
/// checkers notice a missing method. In the other languages, the compiler reports missing methods. Types are not checked here.
/// </summary>
public static partial class PythonContractImplementationChecker
{
    // Base classes that can't provide a missing method.
    private static readonly HashSet<string> Empty = ["object", "ABC", "Generic"];

    /// <summary>
    /// Returns one sentence for each contract method that a class in a source file lacks or declares differently. Ambiguous code is not
    /// reported.
    /// </summary>
    public static IEnumerable<string> Problems(InterfaceContractDefinition contract, string path, string source)
    {
        if (
            contract.FilePath is null
            || InterfaceContractStub.LanguageOf(contract.FilePath) != ContractStubLanguage.Python
            || !source.Contains(contract.Name, StringComparison.Ordinal)
        )
        {
            yield break;
        }
        var lines = PythonStringAndCommentRemover.WithoutTexts(source).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var heading = ClassHeading().Match(lines[i]);
            string[] bases = heading.Success
                ? [.. heading.Groups["bases"].Value.Split(',').Select(b => b.Trim().Split('[')[0].Split('.')[^1])]
                : [];
            if (!bases.Contains(contract.Name) || bases.Contains("Protocol"))
            {
                continue;
            }
            var indent = heading.Groups["indent"].Length;
            var body = string.Join(
                '\n',
                lines.Skip(i + 1).TakeWhile(line => line.Trim().Length == 0 || line.Length - line.TrimStart().Length > indent)
            );
            var inheritsMore = bases.Any(b => b != contract.Name && !Empty.Contains(b));
            foreach (var method in contract.Methods)
            {
                if (Fault(method, body, inheritsMore) is { } fault)
                {
                    yield return $"'{path}': class {heading.Groups["name"].Value} declares that it implements {contract.Name}, but {fault}";
                }
            }
        }
    }

    private static string? Fault(string text, string body, bool inheritsMore)
    {
        if (!ContractMethodSignature.TryParse(text, ContractStubLanguage.Python, out var wanted))
        {
            return null;
        }
        List<Match> found = [.. Definition().Matches(body).Where(m => m.Groups["name"].Value == wanted.Name)];
        if (found.Count == 0)
        {
            var isAssigned = Regex.IsMatch(
                body,
                $@"^\s*{wanted.Name}\s*[:=]",
                RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
            );
            return inheritsMore || isAssigned ? null : $"it has no method {wanted.Name}. The contract has: {text.Trim()}";
        }

        // A bare name in the plan has no parameters to compare. Overloads match if any overload does.
        return !text.Contains('(', StringComparison.Ordinal) || found.Exists(m => Accepts(m, body, wanted))
            ? null
            : $"its method {wanted.Name} can't be called with the contract's signature: {text.Trim()}";
    }

    private static bool Accepts(Match definition, string body, ContractMethodSignature wanted)
    {
        var open = definition.Index + definition.Length - 1;
        var close = ContractMethodSignature.Closing(body, open);
        if (close < 0 || (definition.Groups["async"].Success && !wanted.IsAsync && !MayBeAwaited(wanted.Returns)))
        {
            return close < 0;
        }
        List<string> parameters = [.. ContractMethodSignature.Split(body[(open + 1)..close]).Select(p => p.Trim())];
        List<string> names = [.. parameters.Select(NameOf)];
        if (names.Count > 0 && names[0] is "self" or "cls")
        {
            parameters.RemoveAt(0);
            names.RemoveAt(0);
        }

        // *args and **kwargs accept anything.
        if (names.Exists(n => n.Length > 1 && n[0] == '*'))
        {
            return true;
        }
        List<string> asked = [.. wanted.Parameters.Select(p => p.Name.TrimEnd('?')).Where(n => !ContractMethodSignature.IsMarker(n))];
        List<string> optional = [.. wanted.Parameters.Where(p => p.Default is not null).Select(p => p.Name)];
        var byPosition = wanted.Parameters.TakeWhile(p => p.Name != "*").Count(p => !ContractMethodSignature.IsMarker(p.Name));
        List<string> given = [.. names.Where(n => !ContractMethodSignature.IsMarker(n))];
        return asked.TrueForAll(given.Contains)
            && given.Take(byPosition).SequenceEqual(asked.Take(byPosition), StringComparer.Ordinal)
            && parameters.TrueForAll(p =>
                p.Contains('=', StringComparison.Ordinal)
                || ContractMethodSignature.IsMarker(p)
                || (asked.Contains(NameOf(p)) && !optional.Contains(NameOf(p)))
            );
    }

    // An async generator, or a contract that returns an explicit awaitable, may be implemented without 'async'.
    private static bool MayBeAwaited(string? returns) => returns is null || AsyncType().IsMatch(returns);

    private static string NameOf(string parameter) => parameter.Split([':', '=', ' ', '\n'], 2)[0];

    [GeneratedRegex(@"^(?<indent>\s*)class\s+(?<name>\w+)\s*\((?<bases>[^)]*)\)\s*:", RegexOptions.CultureInvariant)]
    private static partial Regex ClassHeading();

    [GeneratedRegex(
        @"^[ \t]+(?<async>async\s+)?def\s+(?<name>\w+)\s*(?:\[[^\]]*\])?\(",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Definition();

    [GeneratedRegex("Async|Await|Corout", RegexOptions.CultureInvariant)]
    private static partial Regex AsyncType();
}
