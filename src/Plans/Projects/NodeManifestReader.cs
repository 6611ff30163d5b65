using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Reads the packages of npm, pnpm and yarn workspaces.</summary>
internal static partial class NodeManifestReader
{
    private const string Kind = "npm";
    private static readonly string[] Tables = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    private static readonly string[] PathPrefixes = ["file:", "link:", "portal:"];

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a <c>package.json</c> or <c>pnpm-workspace.yaml</c>.</summary>
    public static ProjectManifestContent Read(string path, string text)
    {
        var manifest = new ProjectManifestContent(Kind, RepositoryPath.FolderOf(path));
        if (path.EndsWith(".yaml", StringComparison.Ordinal))
        {
            return WithMembers(manifest, ListItem().Matches(text).Select(item => item.Groups[1].Value.Trim()));
        }
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? OfPackage(manifest, document.RootElement)
                : manifest with
                {
                    IsUnclear = true,
                };
        }
        catch (JsonException)
        {
            return manifest with { IsUnclear = true };
        }
    }

    private static ProjectManifestContent OfPackage(ProjectManifestContent manifest, JsonElement package)
    {
        var (names, paths) = (new List<string>(), new List<string>());
        foreach (var table in Tables)
        {
            if (package.TryGetProperty(table, out var listed) && listed.ValueKind == JsonValueKind.Object)
            {
                foreach (var dependency in listed.EnumerateObject())
                {
                    var version = dependency.Value.ValueKind == JsonValueKind.String ? dependency.Value.GetString()! : "";
                    names.AddRange([dependency.Name, .. AliasIn(version)]);
                    paths.AddRange(PathIn(version));
                }
            }
        }
        return WithMembers(manifest, NpmWorkspaceGlobReader.GlobsIn(package)) with
        {
            Names =
                package.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                    ? [(name.GetString()!, manifest.Folder)]
                    : [],
            References = names,
            Paths = ProjectManifestReader.Join(manifest.Folder, paths),
        };
    }

    private static ProjectManifestContent WithMembers(ProjectManifestContent manifest, IEnumerable<string> globs)
    {
        var all = globs.ToList();
        return manifest with
        {
            Members = [.. all.Where(glob => !glob.StartsWith('!'))],
            Excluded = [.. all.Where(glob => glob.StartsWith('!')).Select(glob => glob[1..])],
        };
    }

    /// <summary>Returns the package name in a version such as <c>workspace:@x/y@*</c>, which replaces the name in the key.</summary>
    private static IEnumerable<string> AliasIn(string version)
    {
        var alias = version.Split(':', 2) is ["npm" or "workspace", var rest] ? rest : "";
        return alias.LastIndexOf('@') is > 0 and var at ? [alias[..at]] : [];
    }

    private static IEnumerable<string> PathIn(string version) =>
        Array.Find(PathPrefixes, prefix => version.StartsWith(prefix, StringComparison.Ordinal)) is { } found
            ? [version[found.Length..]]
            : [];

    [GeneratedRegex("""^[ \t]*-[ \t]+["']?([^"'#\r\n]+)""", RegexOptions.Multiline)]
    private static partial Regex ListItem();
}
