using Orchestrator.Gates.Packages;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>
/// Builds the sandboxes for agents, gates, set-up, measurements and package managers. The programs can read the system, the toolchains in
/// PATH and in the standard folders of supported ecosystems, and the paths in <c>permissions.read</c>. They can write to their own
/// worktree, to temporary files and to the paths in <c>permissions.paths</c>. No other files are visible to them.
/// </summary>
/// <param name="program">Absolute path of bubblewrap, or of the runner that replaces it.</param>
/// <param name="environment">Environment variables of the programs.</param>
/// <param name="permissions">Settings that contain the path lists.</param>
/// <param name="repository">Absolute path of the repository's main checkout.</param>
public sealed class SandboxBuilder(
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

    // Tool folders that a variable moves from the home folder to another location.
    private readonly IReadOnlyList<string> _moved =
    [
        .. Ecosystems
            .Homes.Where(home => environment.GetValueOrDefault(home.Variable) is { Length: > 0 })
            .Select(home => Path.TrimEndingDirectorySeparator(PackageDownloadFolders.AbsolutePathOf(home.Folder, environment)))
            .Where(path =>
                Path.IsPathRooted(path) && !path.StartsWith(environment.GetValueOrDefault("HOME") + "/", StringComparison.Ordinal)
            ),
    ];

    /// <summary>Absolute path of bubblewrap, or of the runner that replaces it.</summary>
    public string Program => program;

    /// <summary>True if bubblewrap creates the sandboxes. Another runner can't create overlays.</summary>
    public bool IsOfBubblewrap => permissions.Runner.Count == 0;

    /// <summary>Creates a sandbox with the paths that all sandboxes share. Callers add the files that the program works on.</summary>
    /// <param name="more">Absolute paths that the program can also read.</param>
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
            Filter = SystemCallFilter.FileIn(Path.Combine(UserStateFolder.RootOf(environment), "sandbox")),
            Writable = [.. permissions.Paths.Select(Absolute)],
        };
    }

    /// <summary>Creates the sandbox for a program that runs in a worktree, such as a gate.</summary>
    /// <param name="tree">The tree in which the program works.</param>
    /// <param name="temporary">Absolute path of the program's temporary folder.</param>
    /// <param name="configuration">Copies of git's configuration that the program can read.</param>
    public Sandbox OfTree(Worktree tree, string temporary, SandboxGitConfigCopies configuration)
    {
        var common = tree.Repository.CommonDirectory;
        var sandbox = WithGit(Common(common), configuration);
        return sandbox with
        {
            Writable = [.. sandbox.Writable, tree.Path, temporary],
            ReadOnly = [Path.Combine(tree.Path, ".git"), common],
        };
    }

    /// <summary>Creates the sandbox of an agent. The caller adds the agent's worktree and the common git directory.</summary>
    /// <param name="state">Files and folders that the agent's program uses in the home folder.</param>
    /// <param name="folder">Absolute path of the private folder for the agent's changes to that state.</param>
    /// <param name="logins">Copies of the program's login files.</param>
    /// <param name="more">Absolute paths that the agent can also read.</param>
    public Sandbox OfAgent(AgentProgramFilePaths state, string folder, IEnumerable<SandboxBindMount> logins, IEnumerable<string> more)
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
                .. state.Private.Select(path => new SandboxBindMount(
                    path,
                    OrchestratorFolderCreator.Ensure(Path.Combine(folder, state.NameOf(path))),
                    IsWritable: true
                )),
                .. logins,
            ],
        };
    }

    /// <summary>Adds the copies of git's configuration to a sandbox that can see the repository's common git directory.</summary>
    public Sandbox WithGit(Sandbox sandbox, SandboxGitConfigCopies configuration) =>
        WithPersons(sandbox, configuration.Persons) with
        {
            Substitutes =
            [
                .. WithPersons(sandbox, configuration.Persons).Substitutes,
                new SandboxBindMount(Path.Combine(configuration.CommonDirectory, "config"), configuration.Repository, IsWritable: false),
            ],
        };

    /// <summary>Adds the copy of the user's git configuration to a sandbox.</summary>
    public Sandbox WithPersons(Sandbox sandbox, string copy) =>
        _home is null
            ? sandbox
            : sandbox with
            {
                Substitutes = [.. sandbox.Substitutes, new SandboxBindMount(Path.Combine(_home, ".gitconfig"), copy, IsWritable: false)],
            };

    /// <summary>Adds the download folders of package managers to a sandbox. Changes to them are visible to this sandbox only.</summary>
    /// <param name="layers">Private changes of the worktree, or null to make the downloads read-only.</param>
    /// <param name="role">The kind of program.</param>
    /// <param name="canOverlay">True if overlays work on this host. If false, variables name an empty folder for the package managers that
    /// support it.</param>
    public Sandbox WithDownloads(Sandbox sandbox, WorktreeSharedFolderOverlayStore? layers, SandboxedProgramKind role, bool canOverlay)
    {
        var downloads = PackageDownloadFolders.Of(environment).Where(download => CanBeMounted(download.Path, sandbox.Visible)).ToList();
        if (layers is null)
        {
            return sandbox with { Visible = [.. sandbox.Visible, .. downloads.Select(download => download.Path)] };
        }
        var own = layers.FolderOf(role);
        var layered = downloads.Where(download => canOverlay && OverlayMounts.CanHold(download.Path)).ToList();
        List<string> renamed = [];
        Dictionary<string, string> variables = [];
        foreach (var download in downloads)
        {
            var isRenamed = !layered.Contains(download) && download.NamedAt("") is not null;
            var place = isRenamed ? OrchestratorFolderCreator.Ensure(Path.Combine(own, download.Cache.Folder)) : download.Path;
            renamed.AddRange(isRenamed ? [place] : []);
            // The user's settings may name another download folder, but the sandbox can't read those settings.
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
            Overlays = OverlayMounts.Make(own, [.. layered.Select(download => download.Path)], layers.Below(role)),
        };
    }

    // Bubblewrap can't create a mount point inside a read-only folder, such as ~/.cargo, so it must already exist. If a file occupied the
    // path, each start would fail.
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
            return Directory.Exists(OrchestratorFolderCreator.Ensure(path));
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return false; // The package manager would fail there without a sandbox, too.
        }
    }

    private ProgramFolders ProgramsOf(IEnumerable<string> more)
    {
        string[] wide =
        [
            repository,
            // The .orchestrator folder contains the engine and the runs. If it contains the agent's program, only that program is visible.
            Path.Combine(repository, OrchestratorFolderCreator.Name, "runs"),
            .. _home is null ? [] : ((string[])["", ".local", ".local/share", ".config", ".cache"]).Select(InHome),
            UserStateFolder.RootOf(environment),
            "/tmp",
            "/var",
        ];
        var folders = new ProgramFolders(wide).AddPath(environment.GetValueOrDefault("PATH") ?? "");
        foreach (
            var path in Ecosystems.Home.Select(path => PackageDownloadFolders.AbsolutePathOf(path, environment)).Where(Path.IsPathRooted)
        )
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

    // Agent runners resolve paths in the same way: a relative path in the repository, and a plain name in PATH.
    private string? Locate(string name) =>
        Path.IsPathRooted(name)
            ? name
            : ProgramLocator.Find("./" + name, workingDirectory: repository)
                ?? ProgramLocator.Find(name, environment.GetValueOrDefault("PATH"), repository);

    // In a folder such as GRADLE_USER_HOME, programs create files next to the listed ones, as they do in the home folder.
    private IEnumerable<string> MovedHomes(IReadOnlyCollection<string> shown) =>
        _moved.Where(path => !shown.Contains(path) && !Directory.Exists(Path.Combine(path, "bin")) && CanBeMounted(path, shown));

    // The folder of a tool chain may contain keys if it is in the home folder.
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

    // The user's settings, instructions and extensions are visible. Conversations and logs are not, because they are private.
    private static IEnumerable<string> Settings(string folder, AgentProgramFilePaths state) =>
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
