namespace Orchestrator.Plans;

/// <summary>Declarations in one manifest about projects.</summary>
/// <param name="Kind">Name of the ecosystem, in which names are unique.</param>
/// <param name="Folder">Folder of the manifest; empty for the root.</param>
internal sealed record ProjectManifest(string Kind, string Folder)
{
    /// <summary>Names by which other manifests refer to projects, with the folder of each project.</summary>
    public IReadOnlyList<(string Name, string Folder)> Names { get; init; } = [];

    /// <summary>Names of projects that this one depends on. Names of packages from registries are ignored.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Folders or files of projects that this one depends on.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Globs of the folders of a workspace's projects.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Globs of folders that <see cref="Members"/> matches and that are not projects of the workspace.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Folders of projects, also of those without a manifest of their own.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>True if a manifest above this one does not have to list it.</summary>
    public bool IsAlwaysProject { get; init; }

    /// <summary>True if this project may depend on any other, because its references could not be read.</summary>
    public bool IsUnclear { get; init; }

    /// <summary>True if a folder is a project of this workspace.</summary>
    public bool HasMember(string folder) => Members.Any(glob => Matches(glob, folder)) && !Excluded.Any(glob => Matches(glob, folder));

    /// <summary>Returns the path of a file or folder that a manifest in a folder names, or null if the path leaves the
    /// repository.</summary>
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
