namespace Orchestrator.Gates.Packages;

/// <summary>Checks that a change to a makefile only adds targets that no existing command calls. Has no side effects.</summary>
internal static partial class MakefileChangeCheck
{
    private const string Phony = ".PHONY:";

    /// <summary>True if the change to the makefile affects no existing target or command.</summary>
    /// <param name="words">All words of commands and of the scripts that they call, including those of this makefile.</param>
    public static bool IsHarmless(string before, string after, IReadOnlySet<string> words)
    {
        var old = before.Split('\n');
        var (read, isInRule, hasGoal) = (0, false, false);

        // A new line inside a definition would become part of the definition.
        if (Definition().IsMatch(before))
        {
            return false;
        }
        foreach (var line in after.Split('\n'))
        {
            if (read < old.Length && (line == old[read] || IsLongerList(old[read], line)))
            {
                (read, isInRule, hasGoal) = (read + 1, false, hasGoal || Goal().IsMatch(line));
                continue;
            }

            // New lines may not precede the first target, because that target is the default. They may not separate a recipe from the line
            // above it.
            var isBetween = hasGoal && (read == old.Length || !old[read].StartsWith('\t')) && (read == 0 || !old[read - 1].EndsWith('\\'));
            var rule = Rule().Match(line);
            var isNew = rule.Success && rule.Groups["name"].Captures.All(name => !words.Contains(name.Value) && !IsFileOfMake(name.Value));
            if (!isBetween || !(isNew || (isInRule && line.StartsWith('\t')) || Silent().IsMatch(line)))
            {
                return false;
            }
            isInRule |= isNew;
        }
        return read == old.Length;
    }

    private static bool IsLongerList(string before, string after) =>
        before.StartsWith(Phony, StringComparison.Ordinal) && PlainList().IsMatch(after) && Names(before).All(Names(after).Contains);

    private static string[] Names(string list) => list.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Make rebuilds its own makefile if a rule for it exists.
    private static bool IsFileOfMake(string name) => name is "Makefile" or "makefile" or "GNUmakefile";

    [GeneratedRegex(@"^\s*(define|override|export|unexport)\b|^\.\w*(ONESHELL|SECONDEXPANSION|DEFAULT)", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"^[^\s.#:=][^:=]*:(?![:=])", RegexOptions.CultureInvariant)]
    private static partial Regex Goal();

    [GeneratedRegex(@"^((?<name>[A-Za-z][\w-]*) *)+:(?![:=])[\w ./-]*(#[^\\]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();

    [GeneratedRegex(@"^(#.*[^\\]|\s*|\.PHONY:[\w -]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Silent();

    [GeneratedRegex(@"^\.PHONY:[\w -]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainList();
}
