namespace Orchestrator.Plans;

/// <summary>Projects of a repository and the dependencies between them, as declared in their manifests. A project is a folder.</summary>
/// <remarks>
/// If the manifests are unclear, more dependencies are assumed. A reference that can't be resolved depends on every project. A nested
/// project depends on the project around it. A manifest that no workspace lists belongs to the project around it.
/// </remarks>
public sealed class ProjectGraph
{
    private readonly SortedSet<string> _folders;
    private readonly Dictionary<string, IReadOnlyList<string>> _parts = new(StringComparer.Ordinal);

    private ProjectGraph(SortedSet<string> folders, ILookup<string, string> dependents)
    {
        _folders = folders;
        foreach (var folder in folders)
        {
            _parts[folder] = [.. WithDependents(folder, dependents)];
        }
    }

    /// <summary>True if a file with this name is a manifest that describes projects.</summary>
    public static bool IsRead(string path) => ProjectManifestReader.Of(path) is not null;

    /// <summary>Reads the graph from manifests.</summary>
    /// <param name="manifests">Texts of all files for which <see cref="IsRead"/> is true, by path.</param>
    public static ProjectGraph Of(IReadOnlyDictionary<string, string> manifests)
    {
        ProjectManifestContent[] read =
        [
            .. manifests
                .OrderBy(file => file.Key, StringComparer.Ordinal)
                .Where(file => IsRead(file.Key))
                .Select(file => ProjectManifestReader.Of(file.Key)!.Read(file.Key, file.Value)),
        ];
        var folders = new SortedSet<string>(read.SelectMany(manifest => manifest.Folders), StringComparer.Ordinal);
        var listed = read.SelectMany(manifest => manifest.Folders.Concat(manifest.Paths), (manifest, folder) => (manifest.Kind, folder))
            .ToHashSet();
        foreach (var kind in read.GroupBy(manifest => manifest.Kind))
        {
            folders.UnionWith(kind.Where(manifest => IsProject(manifest, [.. kind], listed)).Select(manifest => manifest.Folder));
        }
        return new ProjectGraph(folders, Edges(read, folders).ToLookup(edge => edge.On, edge => edge.Project, StringComparer.Ordinal));
    }

    /// <summary>
    /// Returns the projects that a change to a file can affect: the innermost project that contains the file, and that project's
    /// dependents. Empty if the file belongs to no project, or is a manifest or lock file.
    /// </summary>
    /// <param name="path">Path of the file, relative to the repository.</param>
    public IReadOnlyList<string> PartsOf(string path) =>
        IsRead(path) || Ecosystems.IsManifest(path) || Ecosystems.IsLockFile(path) || InnermostFolderOf(_folders, path) is not { } folder
            ? []
            : _parts[folder];

    /// <summary>
    /// True if a manifest defines a project of its own. False if a folder above it has a manifest of the same kind and no such manifest
    /// lists this one.
    /// </summary>
    private static bool IsProject(
        ProjectManifestContent manifest,
        IReadOnlyList<ProjectManifestContent> ofKind,
        HashSet<(string Kind, string Folder)> listed
    ) =>
        manifest.IsAlwaysProject
        || listed.Contains((manifest.Kind, manifest.Folder))
        || !ofKind.Any(other => IsAbove(other.Folder, manifest.Folder))
        || ofKind.Any(other => other.HasMember(manifest.Folder));

    private static IEnumerable<(string Project, string On)> Edges(IReadOnlyList<ProjectManifestContent> all, SortedSet<string> folders)
    {
        var named = all.SelectMany(manifest => manifest.Names.Select(name => (Name: (manifest.Kind, name.Name), name.Folder)))
            .ToLookup(name => name.Name, name => name.Folder);
        foreach (var folder in folders)
        {
            if (InnermostFolderOf(folders, folder) is { } around)
            {
                yield return (folder, around);
            }
        }
        foreach (var manifest in all)
        {
            if (InnermostFolderOf(folders, manifest.Folder + "/") is not { } project)
            {
                continue;
            }
            var on = manifest.IsUnclear
                ? folders
                : manifest
                    .References.SelectMany(name => named[(manifest.Kind, name)])
                    .Concat(manifest.Paths)
                    .Select(path => InnermostFolderOf(folders, path + "/"))
                    .OfType<string>();
            foreach (var other in on.Where(other => other != project))
            {
                yield return (project, other);
            }
        }
    }

    /// <summary>
    /// Returns the innermost project folder that contains a path, or null if there is none. A path that ends with a slash may be that
    /// folder itself.
    /// </summary>
    private static string? InnermostFolderOf(SortedSet<string> folders, string path)
    {
        for (var at = path.TrimStart('/'); at.Length > 0; )
        {
            at = RepositoryPath.FolderOf(at);
            if (folders.Contains(at))
            {
                return at;
            }
        }
        return path == "/" && folders.Contains("") ? "" : null;
    }

    private static bool IsAbove(string folder, string other) =>
        folder != other && (folder.Length == 0 || other.StartsWith(folder + "/", StringComparison.Ordinal));

    private static SortedSet<string> WithDependents(string folder, ILookup<string, string> dependents)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var at))
        {
            if (found.Add(NameOf(at)))
            {
                foreach (var dependent in dependents[at])
                {
                    open.Push(dependent);
                }
            }
        }
        return found;
    }

    /// <summary>Returns the name of the project in a folder: the folder's path, or <c>.</c> for the repository root.</summary>
    private static string NameOf(string folder) => folder.Length == 0 ? "." : folder;
}
