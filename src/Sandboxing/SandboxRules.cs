using Orchestrator.Packages;

namespace Orchestrator.Sandboxing;

/// <summary>The lists of files that confined programs can reach: agents, and programs that run their work (gates, set-up, measurements,
/// package managers). They read the system, the tool chains of PATH and of the ecosystem table, and the paths of <c>permissions.read</c>.
/// They change their own tree, temporary files, and what <c>permissions.paths</c> names. Everything else does not exist for them.</summary>
/// <param name="program">Absolute path of bubblewrap.</param>
/// <param name="environment">The variables of those programs.</param>
/// <param name="permissions">The lists of the settings.</param>
/// <param name="repository">Absolute path of the repository's main checkout.</param>
public sealed class SandboxRules(
    string program,
    IReadOnlyDictionary<string, string> environment,
    PermissionSettings permissions,
    string repository
)
{
    private static readonly string[] s_credentialWords = ["credential", "secret", "token", "auth.json", ".netrc", ".npmrc", ".pypirc"];

    private static readonly string[] s_toolChains =
    [
        "BUN_INSTALL",
        "DOTNET_ROOT",
        "GOROOT",
        "JAVA_HOME",
        "NVM_DIR",
        "PNPM_HOME",
        "PYENV_ROOT",
        "RUSTUP_HOME",
        "VOLTA_HOME",
    ];

    private readonly string? _home =
        environment.GetValueOrDefault("HOME") is { Length: > 1 } home && Path.IsPathRooted(home) ? GitRepository.RealPath(home) : null;

    // Folders of tools that variables place outside of the home.
    private readonly IReadOnlyList<string> _moved =
    [
        .. Ecosystems
            .Homes.Where(home => environment.GetValueOrDefault(home.Variable) is { Length: > 0 })
            .Select(home => Path.TrimEndingDirectorySeparator(DownloadFolders.PlaceOf(home.Folder, environment)))
            .Where(path =>
                Path.IsPathRooted(path) && !path.StartsWith(environment.GetValueOrDefault("HOME") + "/", StringComparison.Ordinal)
            ),
    ];

    /// <summary>Absolute path of bubblewrap, or of the runner in its place.</summary>
    public string Program => program;

    /// <summary>True if bubblewrap makes the sandboxes; another runner can't show overlays.</summary>
    public bool IsOfBubblewrap => permissions.Runner.Count == 0;

    /// <summary>The list that all of them share; each adds the files that it works on.</summary>
    /// <param name="more">Absolute paths that it reads.</param>
    public Sandbox Common(params IEnumerable<string> more)
    {
        var folders = ProgramsOf(more);
        return new Sandbox(program)
        {
            Runner = permissions.Runner.Count > 0 ? [program, .. permissions.Runner.Skip(1)] : [],
            Visible = [.. folders.Found, .. permissions.Read.Select(Absolute)],
            Masked = [.. folders.Found.SelectMany(Credentials)],
            Empty = [.. OwnFolders(), .. MovedHomes(folders.Found)],
            Closed = [repository],
            Filter = SystemCallFilter.FileIn(Path.Combine(UserState.RootOf(environment), "sandbox")),
            Writable = [.. permissions.Paths.Select(Absolute)],
        };
    }

    /// <summary>The list for a program that works on a tree of ours, or the user's folder.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="temporary">Absolute path of its temporary folder.</param>
    /// <param name="configuration">The copies of git's configuration.</param>
    public Sandbox OfTree(Worktree tree, string temporary, ConfinedConfiguration configuration)
    {
        var common = tree.Repository.CommonDirectory;
        var sandbox = WithGit(Common(common), configuration);
        return sandbox with
        {
            Writable = [.. sandbox.Writable, tree.Path, temporary],
            ReadOnly = [Path.Combine(tree.Path, ".git"), common],
        };
    }

    /// <summary>The list for an agent, without the tree and the common folder of git.</summary>
    /// <param name="state">The state that its program keeps in the home.</param>
    /// <param name="folder">Absolute path of a folder of our own for the changes to that state.</param>
    /// <param name="logins">The copies of its login files.</param>
    /// <param name="more">Absolute paths that it reads.</param>
    public Sandbox OfAgent(AgentState state, string folder, IEnumerable<Substitute> logins, IEnumerable<string> more)
    {
        var sandbox = Common(more.Concat(state.Programs.Select(Locate).OfType<string>()));
        return sandbox with
        {
            Visible = [.. sandbox.Visible, .. state.Folders.SelectMany(own => Settings(own, state))],
            Empty = [.. sandbox.Empty, .. state.Folders.Where(Directory.Exists)],
            Writable = [.. sandbox.Writable, .. state.Shared],
            Substitutes =
            [
                .. sandbox.Substitutes,
                .. state.Private.Select(path => new Substitute(
                    path,
                    OwnFolder.Ensure(Path.Combine(folder, state.NameOf(path))),
                    IsWritable: true
                )),
                .. logins,
            ],
        };
    }

    /// <summary>Adds the copies of git's configuration to a list that shows the repository's common folder.</summary>
    public Sandbox WithGit(Sandbox sandbox, ConfinedConfiguration configuration) =>
        WithPersons(sandbox, configuration.Persons) with
        {
            Substitutes =
            [
                .. WithPersons(sandbox, configuration.Persons).Substitutes,
                new Substitute(Path.Combine(configuration.CommonDirectory, "config"), configuration.Repository, IsWritable: false),
            ],
        };

    /// <summary>Adds the copy of the user's settings of git.</summary>
    public Sandbox WithPersons(Sandbox sandbox, string copy) =>
        _home is null
            ? sandbox
            : sandbox with
            {
                Substitutes = [.. sandbox.Substitutes, new Substitute(Path.Combine(_home, ".gitconfig"), copy, IsWritable: false)],
            };

    /// <summary>Adds the downloads of package managers, whose changes stay private.</summary>
    /// <param name="layers">The private changes of the worktree; null: the downloads can only be read.</param>
    /// <param name="role">The kind of program.</param>
    /// <param name="canOverlay">True if overlays work here; else a variable names an empty folder where the manager knows one.</param>
    public Sandbox WithDownloads(Sandbox sandbox, PrivateLayers? layers, SandboxRole role, bool canOverlay)
    {
        var downloads = DownloadFolders.Of(environment).Where(download => CanBeMounted(download.Path, sandbox.Visible)).ToList();
        if (layers is null)
        {
            return sandbox with { Visible = [.. sandbox.Visible, .. downloads.Select(download => download.Path)] };
        }
        var own = layers.FolderOf(role);
        var layered = downloads.Where(download => canOverlay && OverlayTable.CanHold(download.Path)).ToList();
        List<string> renamed = [];
        Dictionary<string, string> variables = [];
        foreach (var download in downloads)
        {
            var isRenamed = !layered.Contains(download) && download.NamedAt("") is not null;
            var place = isRenamed ? OwnFolder.Ensure(Path.Combine(own, download.Cache.Folder)) : download.Path;
            renamed.AddRange(isRenamed ? [place] : []);
            // Settings of the user are not shown.
            if ((isRenamed || download.IsSet) && download.NamedAt(place) is var (variable, value))
            {
                variables[variable] = value;
            }
        }
        return sandbox with
        {
            Visible = [.. sandbox.Visible, .. downloads.Except(layered).Select(download => download.Path)],
            Writable = [.. sandbox.Writable, .. renamed],
            Variables = variables,
            Overlays = OverlayTable.Make(own, [.. layered.Select(download => download.Path)], layers.Below(role)),
        };
    }

    // A folder that is shown read-only, such as ~/.cargo, takes no mount where it has no folder. A file takes none either, and would stop
    // each start.
    private static bool CanBeMounted(string path, IEnumerable<string> visible)
    {
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(at))
            {
                return false;
            }
        }
        var isShown = SystemFolders.Contain(path) || visible.Any(shown => path.StartsWith(shown + "/", StringComparison.Ordinal));
        if (Directory.Exists(path) || !isShown)
        {
            return true;
        }
        try
        {
            return Directory.Exists(OwnFolder.Ensure(path));
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return false; // The package manager fails there outside as well.
        }
    }

    private ProgramFolders ProgramsOf(IEnumerable<string> more)
    {
        string[] wide =
        [
            repository,
            // The engine and the runs are there, so that an agent's program in this folder is shown alone.
            Path.Combine(repository, OwnFolder.Name, "runs"),
            .. _home is null ? [] : ((string[])["", ".local", ".local/share", ".config", ".cache"]).Select(InHome),
            UserState.RootOf(environment),
            "/tmp",
            "/var",
        ];
        var folders = new ProgramFolders(wide).AddPath(environment.GetValueOrDefault("PATH") ?? "");
        foreach (var path in Ecosystems.Home.Select(path => DownloadFolders.PlaceOf(path, environment)).Where(Path.IsPathRooted))
        {
            folders.Add(path);
        }
        foreach (var path in s_toolChains.Select(environment.GetValueOrDefault).OfType<string>().Where(Path.IsPathRooted))
        {
            folders.Add(path);
        }
        foreach (var path in more)
        {
            if (Directory.Exists(path))
            {
                folders.Add(path);
            }
            else
            {
                folders.AddProgram(path);
            }
        }
        return folders;
    }

    // As runners look for it: a relative path in the repository, a plain name in PATH.
    private string? Locate(string name) =>
        Path.IsPathRooted(name)
            ? name
            : ProgramLocator.Find("./" + name, workingDirectory: repository)
                ?? ProgramLocator.Find(name, environment.GetValueOrDefault("PATH"), repository);

    // Such as GRADLE_USER_HOME: programs make files beside the listed ones there, as they do in the home.
    private IEnumerable<string> MovedHomes(IReadOnlyCollection<string> shown) =>
        _moved.Where(path => !shown.Contains(path) && !Directory.Exists(Path.Combine(path, "bin")) && CanBeMounted(path, shown));

    // A tool chain's folder of the user can hold keys, too.
    private IEnumerable<string> Credentials(string folder) =>
        (_moved.Contains(folder) || (_home is not null && folder.StartsWith(_home + "/", StringComparison.Ordinal)))
        && Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder)
                .Where(file => s_credentialWords.Any(word => Path.GetFileName(file).Contains(word, StringComparison.OrdinalIgnoreCase)))
            : [];

    private IEnumerable<string> OwnFolders()
    {
        string?[] named =
        [
            _home,
            .. ((string[])["XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"]).Select(
                environment.GetValueOrDefault
            ),
        ];
        return named.OfType<string>().Where(path => path.Length > 1 && Path.IsPathRooted(path)).Distinct(StringComparer.Ordinal);
    }

    // Settings, instructions and extensions of the user; conversations and logs are private.
    private static IEnumerable<string> Settings(string folder, AgentState state) =>
        Directory.Exists(folder)
            ? Directory
                .EnumerateFileSystemEntries(folder)
                .Except([.. state.Private, .. state.Shared, .. state.Hidden, .. state.Logins.Select(login => login.Path)])
            : [];

    private string InHome(string path) => Path.Combine(_home!, path).TrimEnd('/');

    private string Absolute(string path) =>
        path == "~" ? _home ?? path
        : path.StartsWith("~/", StringComparison.Ordinal) && _home is not null ? Path.Combine(_home, path[2..])
        : Path.GetFullPath(path, repository);
}
