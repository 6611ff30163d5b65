using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Detection;

/// <summary>A folder that may contain a project. Gives access to the folder's entries and to the text of its files.</summary>
/// <param name="files">Reads the checkout and follows no links.</param>
/// <param name="path">Path relative to the checkout; empty for its root.</param>
/// <param name="around">Parent folder, or null for the root.</param>
internal sealed partial class ProjectFolderContentReader(
    WorktreeFileReaderAndWriter files,
    string path = "",
    ProjectFolderContentReader? around = null
)
{
    /// <summary>Maximum depth of projects below the root, such as 2 for <c>services/api</c>.</summary>
    private const int Deepest = 2;

    // These folders are skipped, because they contain third-party code or examples.
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

    /// <summary>Path of the folder relative to the checkout. Empty for the root.</summary>
    public string Path => path;

    /// <summary>Names of the files and folders in this folder.</summary>
    public IReadOnlyCollection<string> Names { get; } = files.List(path).ToHashSet(StringComparer.Ordinal);

    /// <summary>Returns the text of a file in this folder. Empty if the file does not exist.</summary>
    public string Read(string name) => files.TryReadText(PathOf(name)) ?? "";

    /// <summary>Returns the subfolder with the given name or relative path.</summary>
    public ProjectFolderContentReader Open(string name) => new(files, PathOf(name), this);

    /// <summary>
    /// Returns the package manager of this folder's project, or null if there is none. A workspace member without a lock file uses the
    /// package manager of a parent folder.
    /// </summary>
    public PackageManager? ManagerOf(Ecosystem row) => row.ManagerOf(Names) ?? around?.ManagerOf(row);

    /// <summary>Enumerates subfolders down to the maximum search depth.</summary>
    public IEnumerable<ProjectFolderContentReader> Below(int depth = Deepest) =>
        from name in Names.Order(StringComparer.Ordinal)
        where Name().IsMatch(name) && !Foreign.Contains(name) && !Ecosystems.All.Any(row => row.OutputFolders.Contains(name))
        let folder = Open(name)
        where folder.Names.Count > 0
        from found in (IEnumerable<ProjectFolderContentReader>)[folder, .. depth > 1 ? folder.Below(depth - 1) : []]
        select found;

    /// <summary>Returns the path of a subfolder relative to this folder.</summary>
    public string NameOf(ProjectFolderContentReader below) => path.Length == 0 ? below.Path : below.Path[(path.Length + 1)..];

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}/{name}";

    /// <summary>Matches names that are not hidden and need no quoting in a shell.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_][\w.-]*$")]
    private static partial Regex Name();
}
