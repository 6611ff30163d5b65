using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Detection;

/// <summary>A folder that may hold a project: the names in it and their texts.</summary>
/// <param name="files">Reads the checkout and follows no link.</param>
/// <param name="path">The folder, relative to the checkout; empty for its root.</param>
/// <param name="around">The folder that holds it; null for the root.</param>
internal sealed partial class ProjectFolder(WorktreeFiles files, string path = "", ProjectFolder? around = null)
{
    /// <summary>Projects lie at most this deep below the root, such as <c>services/api</c>.</summary>
    private const int Deepest = 2;

    // What lies there belongs to somebody else, or only shows something.
    private static readonly string[] Foreign =
    [
        "vendor",
        "third_party",
        "fuzz",
        "examples",
        "example",
        "samples",
        "fixtures",
        "testdata",
        "docs",
    ];

    /// <summary>The folder, relative to the checkout; empty for its root.</summary>
    public string Path => path;

    /// <summary>Names of files and folders in it.</summary>
    public IReadOnlyCollection<string> Names { get; } = files.List(path).ToHashSet(StringComparer.Ordinal);

    /// <summary>The text of a file in it; empty if it is not there.</summary>
    public string Read(string name) => files.TryReadText(PathOf(name)) ?? "";

    /// <summary>The folder of a name or relative path in it.</summary>
    public ProjectFolder Open(string name) => new(files, PathOf(name), this);

    /// <summary>The package manager of a project in it: members of a workspace have no lock file of their own.</summary>
    public PackageManager? ManagerOf(Ecosystem row) => row.ManagerOf(Names) ?? around?.ManagerOf(row);

    /// <summary>The folders below it, down to the depth in which projects are looked for.</summary>
    public IEnumerable<ProjectFolder> Below(int depth = Deepest) =>
        from name in Names.Order(StringComparer.Ordinal)
        where Name().IsMatch(name) && !Foreign.Contains(name) && !Ecosystems.All.Any(row => row.OutputFolders.Contains(name))
        let folder = Open(name)
        where folder.Names.Count > 0
        from found in (IEnumerable<ProjectFolder>)[folder, .. depth > 1 ? folder.Below(depth - 1) : []]
        select found;

    /// <summary>The path of a folder below it, relative to it.</summary>
    public string NameOf(ProjectFolder below) => path.Length == 0 ? below.Path : below.Path[(path.Length + 1)..];

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}/{name}";

    /// <summary>Names that need no quotes in a shell and are not hidden.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_][\w.-]*$")]
    private static partial Regex Name();
}
