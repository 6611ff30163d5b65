using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Reads the crates of a Cargo workspace and their dependencies.</summary>
internal static partial class CargoManifestReader
{
    private const string Kind = "cargo";

    /// <summary>Reads a <c>Cargo.toml</c>.</summary>
    public static ProjectManifestContent Read(string path, string text)
    {
        var folder = RepositoryPath.FolderOf(path);
        var (names, references, paths) = (new List<(string, string)>(), new List<string>(), new List<string>());
        var section = "";
        foreach (var line in text.Split('\n'))
        {
            if (Section().Match(line) is { Success: true } header)
            {
                section = header.Groups[1].Value;
                references.AddRange(Table().Match(section).Groups["name"] is { Success: true } named ? [named.Value] : []);
            }
            else if (section == "package" && Name().Match(line) is { Success: true } name)
            {
                names.Add((name.Groups[1].Value, folder));
            }
            else if (Key().Match(line) is { Success: true } key)
            {
                var at = ProjectManifestReader.Join(folder, Path().Matches(line).Select(found => found.Groups[1].Value));
                if (Table().IsMatch(section))
                {
                    references.AddRange([key.Groups[1].Value, .. Package().Matches(line).Select(package => package.Groups[1].Value)]);
                    paths.AddRange(at);
                }
                else if (SharedTable().Match(section) is { Success: true } shared)
                {
                    // Workspace members refer to this entry by its key.
                    names.AddRange(
                        at.Select(target => (shared.Groups["name"] is { Success: true } own ? own.Value : key.Groups[1].Value, target))
                    );
                }
            }
        }
        var isWorkspace = Workspace().IsMatch(text);
        return new ProjectManifestContent(Kind, folder)
        {
            Names = names,
            References = references,
            Paths = paths,
            Members = isWorkspace ? ListOf(text, "members") : [],
            Excluded = isWorkspace ? ListOf(text, "exclude") : [],
            Folders = [.. names.Select(name => name.Item2).Where(other => other != folder)],
        };
    }

    private static IReadOnlyList<string> ListOf(string text, string key) =>
        Regex.Match(text, $@"^\s*{key}\s*=\s*\[([^\]]*)\]", RegexOptions.Multiline) is { Success: true } list
            ? [.. Quoted().Matches(list.Groups[1].Value).Select(item => item.Groups[1].Value)]
            : [];

    [GeneratedRegex(@"^\s*\[\[?\s*([^\]\r]+?)\s*\]")]
    private static partial Regex Section();

    [GeneratedRegex("""^(?:target\..+\.)?(?:dev-|build-)?dependencies(?:\."?(?<name>[\w-]+)"?)?$""")]
    private static partial Regex Table();

    [GeneratedRegex("""^workspace\.dependencies(?:\."?(?<name>[\w-]+)"?)?$""")]
    private static partial Regex SharedTable();

    [GeneratedRegex("""^\s*name\s*=\s*["']([^"']+)["']""")]
    private static partial Regex Name();

    [GeneratedRegex("""^\s*"?([\w-]+)"?(?:\.\w+)?\s*=""")]
    private static partial Regex Key();

    [GeneratedRegex("""\bpackage\s*=\s*["']([^"']+)["']""")]
    private static partial Regex Package();

    [GeneratedRegex("""\bpath\s*=\s*["']([^"']+)["']""")]
    private static partial Regex Path();

    [GeneratedRegex("""["']([^"']+)["']""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\s*\[workspace\b", RegexOptions.Multiline)]
    private static partial Regex Workspace();
}
