using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>A build output folder that is recognized by a file beside it.</summary>
/// <param name="Folder">Name of the folder, or a relative path with forward slashes.</param>
/// <param name="Files">Name patterns of files, one of which must be in the parent folder.</param>
public sealed record EcosystemOutputFolder(string Folder, params IReadOnlyList<string> Files)
{
    /// <summary>Multiline regular expression that one of the files must match, or null if the file name suffices. Default: null.</summary>
    public string? Says { get; init; }

    /// <summary>True if a file beside the folder marks the folder as build output.</summary>
    /// <param name="names">Names of files in the parent folder.</param>
    /// <param name="read">Returns the text of a named file, or null if it can't be read.</param>
    public bool IsMadeBy(IEnumerable<string> names, Func<string, string?> read) =>
        names.Any(name => FileNamePattern.IsAny(Files, name) && (Says is null || (read(name) is { } text && Matches(text, Says))));

    private static bool Matches(string text, string says) => Regex.IsMatch(text, says, RegexOptions.Multiline | RegexOptions.IgnoreCase);

    /// <summary>Returns the part of a path up to and including the build output folder, or null if the path is not inside one.</summary>
    /// <param name="path">A relative path with forward slashes.</param>
    /// <param name="isBeside">True if a parent folder (empty for the root) contains a file that marks this folder as output.</param>
    public string? In(string path, Func<string, EcosystemOutputFolder, bool> isBeside)
    {
        var (parts, own) = (path.Split('/'), Folder.Split('/'));
        for (var at = 0; at + own.Length <= parts.Length; at++)
        {
            if (
                !own.Where((name, i) => !FileNamePattern.IsAny([name], parts[at + i])).Any()
                && isBeside(string.Join('/', parts[..at]), this)
            )
            {
                return string.Join('/', parts[..(at + own.Length)]);
            }
        }
        return null;
    }
}
