namespace Orchestrator.Gates.Tampering;

/// <summary>An assertion with its literals.</summary>
internal sealed partial record TestValues(string Test, string Assertion, IReadOnlySet<SourceLiteral> Values, bool IsShell)
{
    /// <summary>True if code contains all literals of the assertion. Small numbers count only beside a comparison.</summary>
    /// <param name="code">The code.</param>
    /// <param name="values">Literals of the code.</param>
    public bool AreIn(string code, IReadOnlySet<SourceLiteral> values)
    {
        var all = Values.Where(value => !value.IsTrivial).ToList();
        var shared = all.Count(values.Contains);
        var telling = all.Count(value => value.IsTelling && values.Contains(value));
        // An assertion in a shell also contains the names of commands, which are words.
        return IsShell
            ? telling >= 2 || (shared >= 3 && Comparison().IsMatch(code))
            : shared == all.Count && shared >= 2 && (telling >= 1 || Comparison().IsMatch(code));
    }

    /// <summary>True if the assertion calls a function with arguments. A call without arguments may return a constant.</summary>
    public bool Calls(string function) =>
        Regex.IsMatch(Assertion, $@"\b{Regex.Escape(function)}{(IsShell ? @"[ ]+[\w""']" : @"\s*\(\s*[^\s)]")}");

    [GeneratedRegex(@"==|-eq\b|\bcase\b|\bmatch\b", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();
}
