using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>A folder with build output, known by a file beside it.</summary>
/// <param name="Folder">Its name, or a relative path with forward slashes.</param>
/// <param name="Files">Names of files, one of which lies in the folder that holds it.</param>
public sealed record EcosystemOutput(string Folder, params IReadOnlyList<string> Files)
{
    /// <summary>Regular expression, by lines, that one of the files matches. Default: null, the file's name is enough.</summary>
    public string? Says { get; init; }

    /// <summary>True if one of the names beside the folder makes it output.</summary>
    /// <param name="names">The names in the folder that holds it.</param>
    /// <param name="read">Returns the text of the file of a name; null if it can't be read.</param>
    public bool IsMadeBy(IEnumerable<string> names, Func<string, string?> read) =>
        names.Any(name => FileNamePattern.IsAny(Files, name) && (Says is null || (read(name) is { } text && Matches(text, Says))));

    private static bool Matches(string text, string says) => Regex.IsMatch(text, says, RegexOptions.Multiline | RegexOptions.IgnoreCase);

    /// <summary>The path of such a folder within a path; null: it lies in none.</summary>
    /// <param name="path">A relative path with forward slashes.</param>
    /// <param name="isBeside">True if a folder, empty for the root, holds a file that makes this one output.</param>
    public string? In(string path, Func<string, EcosystemOutput, bool> isBeside)
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
