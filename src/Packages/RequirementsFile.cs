namespace Orchestrator.Packages;

/// <summary>A <c>requirements.txt</c>: a requirement per line, between options and comments.</summary>
public static partial class RequirementsFile
{
    /// <summary>The file with a requirement: it replaces the one for that package, or is a new line.</summary>
    /// <param name="text">The file.</param>
    /// <param name="tool">Knows which names mean the same package.</param>
    /// <param name="name">The package.</param>
    /// <param name="line">The requirement.</param>
    public static string With(string text, PackageTool tool, string name, string line)
    {
        var end = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').ToList();
        if (lines is [""])
        {
            lines.Clear();
        }
        var at = lines.FindIndex(l => NameOf(l) is { } other && tool.Normalize(other) == tool.Normalize(name));
        if (at >= 0)
        {
            lines[at] = line;
        }
        else
        {
            lines.Add(line);
        }
        return string.Join(end, lines) + end;
    }

    /// <summary>The versions in the file; null: it does not have the package.</summary>
    /// <param name="text">The file.</param>
    /// <param name="tool">Knows which names mean the same package.</param>
    /// <param name="name">The package.</param>
    public static string? VersionOf(string text, PackageTool tool, string name) =>
        text.ReplaceLineEndings("\n")
            .Split('\n')
            .Select(line => Requirement().Match(line))
            .Where(match => match.Success && tool.Normalize(match.Groups["name"].Value) == tool.Normalize(name))
            .Select(match => match.Groups["version"].Value.Trim())
            .FirstOrDefault();

    private static string? NameOf(string line) => Requirement().Match(line) is { Success: true } match ? match.Groups["name"].Value : null;

    [GeneratedRegex(
        @"^\s*(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*(?<version>[=<>!~][^;#]*)?\s*([;#].*)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Requirement();
}
