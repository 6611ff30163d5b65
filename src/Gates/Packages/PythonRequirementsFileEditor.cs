namespace Orchestrator.Gates.Packages;

/// <summary>Edits and reads a <c>requirements.txt</c>, which has one requirement per line among options and comments.</summary>
public static partial class PythonRequirementsFileEditor
{
    /// <summary>
    /// Returns the text of a <c>requirements.txt</c> with a requirement added. It replaces an existing requirement for the same package.
    /// </summary>
    /// <param name="text">Text of the file.</param>
    /// <param name="tool">Package manager, which normalizes names.</param>
    /// <param name="name">Name of the package.</param>
    /// <param name="line">Requirement to write.</param>
    public static string With(string text, PackageManagerCommandSyntax tool, string name, string line)
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

    /// <summary>Returns the version requirement of a package, or null if the file does not contain the package.</summary>
    /// <param name="text">Text of the file.</param>
    /// <param name="tool">Package manager, which normalizes names.</param>
    /// <param name="name">Name of the package.</param>
    public static string? VersionOf(string text, PackageManagerCommandSyntax tool, string name) =>
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
