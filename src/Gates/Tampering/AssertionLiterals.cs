namespace Orchestrator.Gates.Tampering;

/// <summary>An assertion in a test, with the literals that the assertion contains.</summary>
internal sealed partial record AssertionLiterals(string Test, string Assertion, IReadOnlySet<ParsedSourceCodeLiteral> Values, bool IsShell)
{
    /// <summary>
    /// True if code repeats the literals of the assertion. Small numbers count only in code that compares values. For a shell script, two
    /// shared literals are sufficient.
    /// </summary>
    /// <param name="code">The code.</param>
    /// <param name="values">Literals of the code.</param>
    public bool AreIn(string code, IReadOnlySet<ParsedSourceCodeLiteral> values)
    {
        var all = Values.Where(value => !value.IsTrivial).ToList();
        var shared = all.Where(values.Contains).ToList();
        var telling = shared.Count(value => value.IsTelling);
        var isCompared = IsCompared(code);
        // An assertion in a shell also contains other words than literals.
        return IsShell
            ? telling >= 2 || (isCompared && shared.Count(value => value.IsNumber) >= 2)
            : shared.Count == all.Count && shared.Count >= 2 && (telling >= 1 || isCompared);
    }

    /// <summary>True if the assertion calls a function with arguments. A call without arguments may return a constant.</summary>
    public bool Calls(string function) =>
        Regex.IsMatch(Assertion, $@"\b{Regex.Escape(function)}{(IsShell ? @"[ ]+[\w""']" : @"\s*\(\s*[^\s)]")}");

    /// <summary>True if code compares values.</summary>
    public static bool IsCompared(string code) => Comparison().IsMatch(code);

    [GeneratedRegex(@"==|-eq\b|\bcase\b|\bmatch\b", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();
}
