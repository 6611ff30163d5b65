namespace Orchestrator.Plans;

/// <summary>Declarations about projects in one manifest.</summary>
/// <param name="Kind">Name of the ecosystem. Project names are unique within an ecosystem.</param>
/// <param name="Folder">Folder that contains the manifest; empty for the root.</param>
internal sealed record ProjectManifestContent(string Kind, string Folder)
{
    /// <summary>Names by which other manifests refer to projects, with each project's folder.</summary>
    public IReadOnlyList<(string Name, string Folder)> Names { get; init; } = [];

    /// <summary>Names of the projects that this project depends on. Excludes packages from registries.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Folders and files of the projects that this project depends on.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Globs that match the folders of a workspace's member projects.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Globs of folders that <see cref="Members"/> matches but that are not members of the workspace.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Folders of projects, including those without a manifest.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>True if the manifest defines a project even if no manifest in a folder above lists it.</summary>
    public bool IsAlwaysProject { get; init; }

    /// <summary>True if the project's references could not be read, so that the project may depend on any other project.</summary>
    public bool IsUnclear { get; init; }

    /// <summary>True if a folder is a member of this workspace.</summary>
    public bool HasMember(string folder) => Members.Any(glob => Matches(glob, folder)) && !Excluded.Any(glob => Matches(glob, folder));

    /// <summary>
    /// Resolves a path that the manifest in the given folder contains. Returns null if the path leads out of the repository.
    /// </summary>
    public static string? Join(string folder, string path)
    {
        var joined = folder.Length == 0 || path.StartsWith('/') ? path : $"{folder}/{path}";
        return RepositoryPath.TryNormalize(joined.TrimEnd('/', '\\'), out var normal, out _) ? (normal == "**" ? "" : normal) : null;
    }

    private bool Matches(string glob, string folder) =>
        Join(Folder, glob) is { } text
        && PathPattern.Parse(text) is var pattern
        && (pattern.IsLiteral ? pattern.Text == folder : pattern.Matches(folder));
}
