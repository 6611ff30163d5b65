using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Commands of a package manager for a workspace, that is, for a project with several member packages.</summary>
/// <param name="File">Name of the manifest in the root.</param>
/// <param name="Says">Multiline regular expression that matches the manifest of a workspace.</param>
/// <param name="SetUp">Shell command that installs the locked packages of all members.</param>
/// <param name="Run">Command prefix that runs a program with the packages of all members.</param>
public sealed partial record PackageWorkspace(string File, string Says, string SetUp, string Run)
{
    /// <summary>Workspaces of the package manager uv.</summary>
    internal static PackageWorkspace OfUv { get; } =
        new("pyproject.toml", @"^\s*\[tool\.uv\.workspace\]", "uv sync --frozen --all-packages", "uv run --all-packages ");

    /// <summary>True if the root's manifest declares a workspace.</summary>
    /// <param name="read">Returns the text of a file in the root, or null if it does not exist.</param>
    public bool IsIn(Func<string, string?> read) => read(File) is { } text && Regex.IsMatch(text, Says, RegexOptions.Multiline);

    /// <summary>True if a folder is a member of the workspace.</summary>
    /// <param name="manifest">Text of the root's manifest.</param>
    /// <param name="folder">Path of the folder, relative to the root.</param>
    public bool HasMember(string manifest, string folder) =>
        Regex.Match(manifest, Says, RegexOptions.Multiline) is { Success: true } found
        && Matches(manifest[found.Index..], "members", folder)
        && !Matches(manifest[found.Index..], "exclude", folder);

    private static bool Matches(string table, string key, string folder) =>
        List()
            .Matches(table)
            .FirstOrDefault(list => list.Groups["key"].Value == key)
            ?.Groups["item"]
            .Captures.Any(item => FileSystemName.MatchesSimpleExpression(item.Value.TrimEnd('/'), folder, ignoreCase: false))
            is true;

    [GeneratedRegex("""^\s*(?<key>\w+)\s*=\s*\[(?:[^\]"']*["'](?<item>[^"'\n]*)["'])*[^\]"']*\]""", RegexOptions.Multiline)]
    private static partial Regex List();
}
