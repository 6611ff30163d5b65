namespace Orchestrator.Plans;

/// <summary>Reads the manifests of one ecosystem.</summary>
/// <param name="Files">File names of the manifests, in which <c>*</c> is a wildcard.</param>
/// <param name="Read">Reads a manifest from its path and text.</param>
internal sealed record ProjectManifestReader(IReadOnlyList<string> Files, Func<string, string, ProjectManifestContent> Read)
{
    private static readonly ProjectManifestReader[] All =
    [
        new(["package.json", "pnpm-workspace.yaml"], NodeManifestReader.Read),
        new(["Cargo.toml"], CargoManifestReader.Read),
        new(["go.mod", "go.work"], GoManifestReader.Read),
        new(["*.csproj", "*.fsproj", "*.vbproj", "Directory.Build.props", "Directory.Build.targets"], DotNetManifestReader.Read),
        new(["settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts"], GradleManifestReader.Read),
    ];

    /// <summary>Returns the reader for a file. Null if the file is not a manifest, or belongs to an installed package.</summary>
    public static ProjectManifestReader? Of(string path) =>
        $"/{path}".Contains("/node_modules/", StringComparison.Ordinal)
            ? null
            : Array.Find(All, reader => FileNamePattern.IsAny(reader.Files, FileNamePattern.NameOf(path)));

    /// <summary>Resolves the paths that a manifest names, except those outside of the repository.</summary>
    public static IReadOnlyList<string> Join(string folder, IEnumerable<string> paths) =>
        [.. paths.Select(path => ProjectManifestContent.Join(folder, path)).OfType<string>()];
}
