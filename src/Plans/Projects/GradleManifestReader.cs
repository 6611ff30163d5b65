using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Reads the projects of a Gradle build, in Groovy or Kotlin.</summary>
internal static partial class GradleManifestReader
{
    private const string Kind = "gradle";

    // Marks names of generated accessors, such as 'projects.coreApi', to tell them from paths.
    private const char Accessor = '~';

    /// <summary>Reads a Gradle settings file or build file.</summary>
    public static ProjectManifestContent Read(string path, string text)
    {
        var folder = RepositoryPath.FolderOf(path);
        return FileNamePattern.NameOf(path).StartsWith("settings.", StringComparison.Ordinal)
            ? OfSettings(folder, text)
            : OfBuild(folder, text);
    }

    private static ProjectManifestContent OfSettings(string folder, string text)
    {
        var moved = Moved().Matches(text).ToLookup(move => PathOf(move.Groups[1].Value), move => move.Groups[2].Value);
        var included = Include()
            .Matches(text)
            .SelectMany(list => Quoted().Matches(list.Groups[1].Value))
            .Select(item => PathOf(item.Groups[1].Value))
            .Where(project => !project.Contains('$', StringComparison.Ordinal))
            .Select(project => (Path: project, Folder: Locate(project, moved[project].FirstOrDefault())))
            .Where(project => project.Folder is not null)
            .ToList();
        return new ProjectManifestContent(Kind, folder)
        {
            Names = [.. included.SelectMany(project => (string[])[project.Path, AccessorOf(project.Path)], (p, name) => (name, p.Folder!))],
            Folders = [.. included.Select(project => project.Folder!)],
            Paths = ProjectManifestReader.Join(folder, IncludeBuild().Matches(text).Select(build => build.Groups[1].Value)),
        };

        string? Locate(string project, string? elsewhere) =>
            ProjectManifestContent.Join(folder, elsewhere ?? project[1..].Replace(':', '/'));
    }

    private static ProjectManifestContent OfBuild(string folder, string text) =>
        new(Kind, folder)
        {
            // Also includes paths of tasks, such as ':api:jar'.
            References =
            [
                .. ProjectPath().Matches(text).SelectMany(found => WithParent(found.Groups[1].Value)),
                .. ProjectAccessor().Matches(text).SelectMany(found => Prefixes(found.Groups[1].Value)),
            ],
            IsUnclear = ComputedPath().IsMatch(text),
        };

    private static string PathOf(string project) => project.StartsWith(':') ? project : ":" + project;

    private static IEnumerable<string> WithParent(string path) => path.LastIndexOf(':') is > 0 and var last ? [path, path[..last]] : [path];

    private static IEnumerable<string> Prefixes(string accessor)
    {
        var parts = accessor.Split('.');
        return Enumerable.Range(1, parts.Length).Select(count => AccessorOf(string.Join(':', parts.Take(count))));
    }

    private static string AccessorOf(string path) =>
        Accessor + path.Trim(':').Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    [GeneratedRegex("""\binclude\b\s*\(?((?:\s*["'][^"'\n]+["']\s*,?)+)""")]
    private static partial Regex Include();

    [GeneratedRegex("""\bincludeBuild\s*\(?\s*["']([^"'$\n]+)["']""")]
    private static partial Regex IncludeBuild();

    [GeneratedRegex("""\bproject\s*\(\s*["']([^"'\n]+)["']\s*\)\s*\.projectDir\s*=\s*(?:new\s+)?[fF]ile\s*\([^"'\n]*["']([^"'\n]+)["']""")]
    private static partial Regex Moved();

    [GeneratedRegex("""["']([^"'\n]+)["']""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""["'](:[\w:.-]+)["']""")]
    private static partial Regex ProjectPath();

    [GeneratedRegex(@"\bprojects\.([A-Za-z][\w.]*)")]
    private static partial Regex ProjectAccessor();

    [GeneratedRegex("""\bproject\s*\(\s*(?!["')]|path\s*[:=]\s*["'])""")]
    private static partial Regex ComputedPath();
}
