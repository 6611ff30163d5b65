using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Reads .NET projects, and the build files that MSBuild applies to all projects below them.</summary>
internal static partial class DotNetManifestReader
{
    /// <summary>Reads a project file, <c>Directory.Build.props</c> or <c>Directory.Build.targets</c>.</summary>
    public static ProjectManifestContent Read(string path, string text)
    {
        var folder = RepositoryPath.FolderOf(path);
        var kind = FileNamePattern.NameOf(path).StartsWith("Directory.", StringComparison.Ordinal) ? "msbuild" : "dotnet";
        var items = Item()
            .Matches(text)
            .SelectMany(item =>
                item.Groups["path"]
                    .Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(target => (Item: item.Groups["item"].Value, Path: FixedPartOf(target)))
            )
            .ToList();
        return new ProjectManifestContent(kind, folder)
        {
            // A linked file, an import or a referenced project in another folder.
            Paths = ProjectManifestReader.Join(folder, items.Where(item => !IsComputed(item.Path)).Select(item => item.Path)),
            IsUnclear = items.Exists(item => item.Item == "ProjectReference" && IsComputed(item.Path)),
        };
    }

    private static bool IsComputed(string path) =>
        path.Contains("$(", StringComparison.Ordinal) || path.Contains("@(", StringComparison.Ordinal);

    /// <summary>Returns the part of a path before its first wildcard.</summary>
    private static string FixedPartOf(string path)
    {
        var slashed = OwnFolder().Replace(path, "./").Replace('\\', '/');
        return slashed.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star
            ? "./" + slashed[..(slashed.LastIndexOf('/', star) + 1)]
            : slashed;
    }

    [GeneratedRegex("""<(?<item>\w+)\s[^>]*?\b(?:Include|Project)\s*=\s*["'](?<path>[^"']+)["']""")]
    private static partial Regex Item();

    [GeneratedRegex(@"\$\(MSBuild(?:ThisFile|Project)Directory\)[/\\]?")]
    private static partial Regex OwnFolder();
}
