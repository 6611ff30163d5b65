using Orchestrator.TestKit;

namespace Orchestrator.House.Tests;

/// <summary>The projects of the product: everything that is neither a test nor a sample.</summary>
internal static class ProjectFiles
{
    /// <summary>Paths of their project files.</summary>
    public static IReadOnlyList<string> Product { get; } =
    [
        .. new[] { "workflows", "activities", "src" }
            .SelectMany(folder => Directory.EnumerateFiles(RepositoryFiles.Path(folder), "*.csproj", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Paths of all sources that people write, tests too.</summary>
    public static IEnumerable<string> Sources() => SourcesIn("workflows", "activities", "src", "tests");

    /// <summary>Paths of the product's sources that people write.</summary>
    public static IEnumerable<string> ProductSources() => SourcesIn("workflows", "activities", "src");

    /// <summary>The project's name in the map: the name of its file, or of its folder if that is in the root.</summary>
    public static string NameOf(string file) =>
        Path.GetFileNameWithoutExtension(file) switch
        {
            "Orchestrator.Workflows" => "workflows",
            "Orchestrator.Activities" => "activities",
            var name => name,
        };

    private static IEnumerable<string> SourcesIn(params string[] folders) =>
        folders
            .SelectMany(folder => Directory.EnumerateFiles(RepositoryFiles.Path(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));
}
