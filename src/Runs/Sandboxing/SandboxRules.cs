using Orchestrator.Packages;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>What code that is not the person's can reach: agents, and what runs their work (gates, set-up, measurements, package
/// managers). It changes the tree that it works on, temporary files, package caches, and what <c>permissions.paths</c> names; nothing that
/// decides about it: not <c>.git</c>, not <c>.orchestrator</c>, no other worktree, no settings in the home, and no engine.</summary>
/// <param name="program">Absolute path of bubblewrap.</param>
/// <param name="environment">The variables of those programs.</param>
/// <param name="paths"><c>permissions.paths</c>.</param>
/// <param name="repository">Absolute path of the repository's main checkout.</param>
public sealed class SandboxRules(
    string program,
    IReadOnlyDictionary<string, string> environment,
    IReadOnlyList<string> paths,
    string repository
)
{
    /// <summary>Folders of a home in which programs make folders of their own.</summary>
    private static readonly string[] SharedFolders =
    [
        "",
        ".cache",
        ".config",
        ".local",
        ".local/share",
        ".local/state",
        ".nuget",
        ".cargo",
        ".dotnet",
        ".m2",
        ".gradle",
        ".yarn",
        ".bun",
        "go",
    ];

    private readonly string? _home =
        environment.GetValueOrDefault("HOME") is { Length: > 1 } home && Path.IsPathRooted(home) ? GitRepository.RealPath(home) : null;

    /// <summary>For what all of them share; each adds what it works on.</summary>
    /// <param name="more">Absolute paths that it needs beside the repository; only those in private folders count.</param>
    public Sandbox Common(params IEnumerable<string> more)
    {
        var ours = Path.Combine(repository, ".orchestrator");
        IEnumerable<string> named =
        [
            repository,
            .. _home is null ? (string[])[] : [_home],
            .. (environment.GetValueOrDefault("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
            .. more,
        ];
        return new Sandbox(program)
        {
            Visible = [.. named.Where(Sandbox.IsPrivate).Distinct(StringComparer.Ordinal)],
            Layers = [.. HomeLayers(), new LayeredFolder(ours, EngineFiles(ours)), .. StateLayers()],
            Writable = [.. PackageCaches.Of(environment), .. paths.Select(Absolute)],
            RuntimeFolder =
                environment.GetValueOrDefault("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Sandbox.IsPrivate(runtime) ? runtime : null,
        };
    }

    /// <summary>For a program that works on a tree of ours, or the person's folder.</summary>
    /// <param name="tree">Absolute path of the tree.</param>
    /// <param name="common">The repository's common folder.</param>
    /// <param name="temporary">Its temporary folder.</param>
    public Sandbox OfTree(string tree, string common, string temporary)
    {
        var sandbox = Common(common, tree);
        return sandbox with { Writable = [.. sandbox.Writable, tree, temporary], ReadOnly = [Path.Combine(tree, ".git"), common] };
    }

    /// <summary>For an agent, without what it works on: see <see cref="Git.Worktrees.ConfinedCommits"/>.</summary>
    /// <param name="state">What its program keeps in the home.</param>
    /// <param name="common">The repository's common folder.</param>
    /// <param name="more">Other paths that it reads.</param>
    public Sandbox OfAgent(AgentState state, string common, IEnumerable<string> more)
    {
        var sandbox = Common([common, .. more, .. state.Folders]);
        return sandbox with
        {
            Layers =
            [
                .. sandbox.Layers,
                .. state.Folders.Select(folder => new LayeredFolder(
                    GitRepository.RealPath(folder),
                    [.. state.Hidden.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path))]
                )),
            ],
            Writable = [.. sandbox.Writable, .. state.Make().Writable.Concat(state.Files).Select(GitRepository.RealPath)],
            ReadOnly = [.. sandbox.ReadOnly, common],
        };
    }

    /// <summary>With access to the engine one can approve, promote and cancel.</summary>
    private static IReadOnlyList<string> EngineFiles(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFileSystemEntries(folder, "engine*").Select(path => Path.GetFileName(path)!)]
            : [];

    /// <summary>Who has the token of the page can answer whatever a run asks.</summary>
    private IEnumerable<LayeredFolder> StateLayers() =>
        UserState.RootOf(environment) is var state && Directory.Exists(Path.Combine(state, UserState.WebFolder))
            ? [new LayeredFolder(state, [UserState.WebFolder])]
            : [];

    private IEnumerable<LayeredFolder> HomeLayers() =>
        _home is null
            ? []
            : SharedFolders
                .Select(name => Path.Combine(_home, name).TrimEnd('/'))
                .Where(path => new FileInfo(path).LinkTarget is null)
                .Select(path => new LayeredFolder(path));

    private string Absolute(string path) =>
        path == "~" ? _home ?? path
        : path.StartsWith("~/", StringComparison.Ordinal) && _home is not null ? Path.Combine(_home, path[2..])
        : Path.GetFullPath(path, repository);
}
