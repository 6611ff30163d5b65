namespace Orchestrator.Plans;

/// <summary>Matches file names with the wildcard <c>*</c>. Avoids regular expressions because compiling them would slow down commands that
/// only read a plan.</summary>
internal static class FileNamePattern
{
    /// <summary>True if a name matches one of the patterns.</summary>
    public static bool IsAny(IReadOnlyList<string> patterns, ReadOnlySpan<char> name)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (Matches(patterns[i], name))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Returns the last part of a path with forward slashes.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
        {
            return pattern.SequenceEqual(name);
        }
        if (!name.StartsWith(pattern[..star], StringComparison.Ordinal))
        {
            return false;
        }
        var rest = pattern[(star + 1)..];
        for (var at = star; at <= name.Length; at++)
        {
            if (Matches(rest, name[at..]))
            {
                return true;
            }
        }
        return false;
    }
}
