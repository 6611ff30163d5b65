namespace Orchestrator.Plans;

/// <summary>
/// Properties of projects in one programming language, or of a tool that runs programs in other languages. Each instance is a row of the
/// table in <see cref="Ecosystems"/>. File names have no folder and may contain the wildcard <c>*</c>.
/// </summary>
/// <param name="Name">Usual name of the language or tool.</param>
public sealed record Ecosystem(string Name)
{
    /// <summary>Words that identify this ecosystem in a gate's command, or in a script that the command runs.</summary>
    public required IReadOnlyList<string> Programs { get; init; }

    /// <summary>Command prefixes, each with its gate type. If one prefix extends another, the longer one comes first.</summary>
    public IReadOnlyList<GateTypeByCommandRule> Commands { get; init; } = [];

    /// <summary>
    /// Package managers of the ecosystem. If a project has lock files from several of them, the first one in this list applies.
    /// </summary>
    public IReadOnlyList<PackageManager> Managers { get; init; } = [];

    /// <summary>Prefix with which agents name the package registry, such as <c>npm</c>; empty if there is none.</summary>
    public string Registry { get; init; } = "";

    /// <summary>Hosts from which the package managers download, unless a project configures other hosts.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Files in which developers declare a project's packages.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>Files in which developers declare tool versions and package sources.</summary>
    public IReadOnlyList<string> Toolchain { get; init; } = [];

    /// <summary>
    /// Extensions of source files. A configuration file that is added to a folder with such files counts as a change to the gates of these
    /// files.
    /// </summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Name patterns of test files, without the extension. The extension must be one of the <see cref="Sources"/>.</summary>
    public IReadOnlyList<string> Tests { get; init; } = [];

    /// <summary>True if source files of the product may contain tests.</summary>
    /// <value>Default: false.</value>
    public bool HasTestsInSources { get; init; }

    /// <summary>Regular expression for lines of product code that check whether a test is running; empty if there is none.</summary>
    public string TestRuns { get; init; } = "";

    /// <summary>Files that configure the ecosystem's programs.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    /// <summary>
    /// Names of files that programs read automatically, either before the project's own files or without being named in a command. A gate
    /// that creates such a file changes the result of the next gate, even if git ignores the file.
    /// </summary>
    public IReadOnlyList<string> ReadFirst { get; init; } = [];

    /// <summary>
    /// Files that contain commands or file names, and that a program reads even though the command line does not name them.
    /// </summary>
    public IReadOnlyList<ImplicitProgramInputFiles> Scripts { get; init; } = [];

    /// <summary>Folders with installed packages or build output.</summary>
    public IReadOnlyList<string> OutputFolders { get; init; } = [];

    /// <summary>
    /// Build output folders with names that other projects use for source folders. Such a folder counts as output only if certain files are
    /// next to it.
    /// </summary>
    public IReadOnlyList<EcosystemOutputFolder> OutputBeside { get; init; } = [];

    /// <summary>Extensions of build output files.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>Gates for projects that do not configure any. For each gate type, the first gate that applies is used.</summary>
    public IReadOnlyList<EcosystemGate> Gates { get; init; } = [];

    /// <summary>True if a nested project has its own gates because the commands of the outer project do not cover it.</summary>
    public bool HasNestedProjects { get; init; }

    /// <summary>
    /// Alternative lists of file names. The first list with a file in a project's root applies. The root must contain exactly one file of
    /// that list, because the gates would otherwise be ambiguous. Empty if there is no such requirement.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Roots { get; init; } = [];

    /// <summary>True if a file defines a project's environment, that is, its packages or tool versions.</summary>
    public bool DefinesEnvironment(string path) => IsAboutPackages(path) || FileNamePattern.IsAny(Toolchain, FileNamePattern.NameOf(path));

    /// <summary>Lock files of all package managers.</summary>
    public IEnumerable<string> LockFiles => Managers.SelectMany(manager => manager.LockFiles);

    /// <summary>Returns the package managers whose lock file or other identifying file is among the given file names.</summary>
    public IEnumerable<PackageManager> ManagersOf(IReadOnlyCollection<string> names) =>
        Managers.Where(manager => manager.LockFiles.Concat(manager.OwnFiles).Any(names.Contains));

    /// <summary>
    /// Returns the first package manager whose lock file is among the names of the files in a project's root, or null if there is none.
    /// </summary>
    public PackageManager? ManagerOf(IReadOnlyCollection<string> names) =>
        Managers.FirstOrDefault(manager => manager.LockFiles.Any(names.Contains));

    /// <summary>
    /// True if a project's root contains exactly one file of the applicable list in <see cref="Roots"/>, which makes commands there
    /// unambiguous. Also true if there are no lists.
    /// </summary>
    public bool HasOneRoot(IReadOnlyCollection<string> names) =>
        Roots.Count == 0
        || Roots.Select(root => names.Count(name => FileNamePattern.IsAny(root, name))).FirstOrDefault(count => count > 0) == 1;

    /// <summary>True if the file at this path configures the ecosystem's programs.</summary>
    public bool IsDecidedBy(string path) => FileNamePattern.IsAny(Configuration, FileNamePattern.NameOf(path));

    /// <summary>
    /// Returns the folder name or file extension that marks a path as build output or as an installed package, or null if there is none.
    /// </summary>
    public string? OutputIn(string path)
    {
        foreach (var part in path.Split('/'))
        {
            if (FileNamePattern.IsAny(OutputFolders, part))
            {
                return part;
            }
        }
        return Output.FirstOrDefault(ending => path.EndsWith(ending, StringComparison.Ordinal));
    }

    /// <summary>True if any file is a source or configuration file of this ecosystem.</summary>
    public bool IsIn(IEnumerable<string> files) => files.Any(file => IsDecidedBy(file) || IsSource(file));

    /// <summary>True if a file is a source file of this ecosystem.</summary>
    public bool IsSource(string path)
    {
        foreach (var ending in Sources)
        {
            if (path.EndsWith(ending, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True if a file determines a project's packages, that is, if it is a lock file or a manifest.</summary>
    public bool IsAboutPackages(string path)
    {
        var name = FileNamePattern.NameOf(path);
        return FileNamePattern.IsAny(Manifests, name) || LockFiles.Contains(name);
    }

    /// <summary>
    /// Paths, relative to the home folder, of files and folders that the ecosystem's programs read, such as toolchains that the user
    /// installed.
    /// </summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> Home { get; init; } = [];

    /// <summary>
    /// Folders in the home folder that contain tools or downloads, and the environment variables that relocate them. Default: none.
    /// </summary>
    public IReadOnlyList<EcosystemHome> Homes { get; init; } = [];

    /// <summary>True if this ecosystem's test runners recognize a file as a test by its name.</summary>
    public bool IsTest(string path)
    {
        var name = FileNamePattern.NameOf(path);
        foreach (var ending in Sources)
        {
            var stem = name.Length - ending.Length;
            if (name.EndsWith(ending, StringComparison.Ordinal) && FileNamePattern.IsAny(Tests, name.AsSpan(0, stem)))
            {
                return true;
            }
        }
        return false;
    }
}

/// <summary>
/// A command or command prefix with its gate type. The type is a class because a list of structs would need a generic instantiation.
/// Compiling it takes longer than reading a plan.
/// </summary>
/// <param name="Command">Text of the command.</param>
/// <param name="Type">Kind of check that the command performs.</param>
public sealed record GateTypeByCommandRule(string Command, GateType Type);

/// <summary>A gate for projects that contain certain files.</summary>
/// <param name="Command">Text of the command.</param>
/// <param name="Type">Kind of check that the command performs.</param>
/// <param name="Files">Names of files and folders, one of which must be in the project's folder. If empty, <see cref="Ecosystem.Roots"/>
/// decides.</param>
public sealed record EcosystemGate(string Command, GateType Type, params IReadOnlyList<string> Files)
{
    /// <summary>Multiline regular expression that one of the files must match, or null if the file name suffices. Default: null.</summary>
    public string? Says { get; init; }

    /// <summary>Additional files, one of which the project must contain. Default: empty, meaning no additional file is required.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>True if the command also covers projects nested in the project's folder.</summary>
    public bool CoversNested { get; init; }

    /// <summary>
    /// True if the command is a Python module, which is started with the package manager's <see cref="PackageManager.Run"/> prefix.
    /// </summary>
    public bool IsModule { get; init; }
}

/// <summary>Files that a program reads even though its command line does not name them.</summary>
/// <param name="Program">Name of the program.</param>
/// <param name="Files">Names of the files.</param>
public sealed record ImplicitProgramInputFiles(string Program, IReadOnlyList<string> Files);

/// <summary>A package manager of an ecosystem.</summary>
/// <param name="Name">Usual name, which is normally the name of its program.</param>
public sealed record PackageManager(string Name)
{
    /// <summary>Names of the package manager's programs in PATH.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [Name];

    /// <summary>Files in which the package manager records exact versions or checksums.</summary>
    public IReadOnlyList<string> LockFiles { get; init; } = [];

    /// <summary>Files that identify this package manager, in addition to its lock files.</summary>
    public IReadOnlyList<string> OwnFiles { get; init; } = [];

    /// <summary>Shell command that installs exactly the locked packages, or null if the programs install packages on demand.</summary>
    public string? SetUp { get; init; }

    /// <summary>
    /// Set-up command for lock files in the format of an earlier release of the package manager, or null if the usual command applies.
    /// Default: null.
    /// </summary>
    public PackageLockFormat? Earlier { get; init; }

    /// <summary>
    /// Files that mark a project whose gates need the packages. One of them must be beside the lock file. Default: empty, meaning every
    /// project needs the packages.
    /// </summary>
    public IReadOnlyList<string> SetUpBeside { get; init; } = [];

    /// <summary>
    /// Folder that set-up creates, and that can be copied to another worktree if lock files and other set-up inputs are the same. Null if
    /// the folder can't be copied.
    /// </summary>
    /// <value>Default: null, because the folder contains absolute paths (virtual environments, <c>dotnet restore</c>), or can quickly be
    /// rebuilt from the package manager's own cache (pnpm).</value>
    public string? Makes { get; init; }

    /// <summary>
    /// Build folder in the root that can be copied to another worktree, so that the build there is incremental. Null if the folder can't be
    /// copied.
    /// </summary>
    public string? Builds { get; init; }

    /// <summary>Files in the root folder that affect the result of set-up or builds, in addition to the lock file.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>Command prefix that runs a program or script with the project's packages.</summary>
    public string Run { get; init; } = "";

    /// <summary>Commands for a project with several packages, or null if the usual commands apply. Default: null.</summary>
    public PackageWorkspace? Workspace { get; init; }

    /// <summary>Folders in which the package manager caches downloads.</summary>
    public IReadOnlyList<PackageCache> Caches { get; init; } = [];

    /// <summary>True if the orchestrator can use the package manager to install packages that agents request.</summary>
    public bool Installs { get; init; }
}

/// <summary>A lock file format that requires a different install command.</summary>
/// <param name="Says">Text that every lock file in this format contains.</param>
/// <param name="SetUp">Shell command that installs exactly the locked packages.</param>
public sealed record PackageLockFormat(string Says, string SetUp);

/// <summary>A download folder of a package manager.</summary>
/// <param name="Folder">Default path, relative to the home folder.</param>
/// <param name="Variable">Environment variable that overrides the path, or null if none does.</param>
public sealed record PackageCache(string Folder, string? Variable = null)
{
    /// <summary>
    /// Command-line option that overrides the folder, or null if there is none. To set the option, append it to the first of the
    /// environment variables that contain options for the package manager.
    /// </summary>
    public PackageCacheOption? Option { get; init; }

    /// <summary>Lines in users' settings files that override the folder. Default: none.</summary>
    public IReadOnlyList<PackageCacheSetting> Settings { get; init; } = [];
}

/// <summary>A command-line option that sets a download folder.</summary>
/// <param name="Text">Text of the option before the path.</param>
/// <param name="Variables">Environment variables that contain command-line options.</param>
public sealed record PackageCacheOption(string Text, params IReadOnlyList<string> Variables);

/// <summary>A line in a user's settings file that sets a download folder.</summary>
/// <param name="File">Path of the settings file, relative to the home folder.</param>
/// <param name="Line">Multiline regular expression with the group <c>path</c>.</param>
/// <param name="Below">Path of the download folder below the configured folder. Default: empty, meaning the configured folder
/// itself.</param>
public sealed record PackageCacheSetting(string File, string Line, string Below = "");

/// <summary>A folder in the home folder that an environment variable can relocate.</summary>
/// <param name="Folder">Default path, relative to the home folder.</param>
/// <param name="Variable">Environment variable that overrides the path.</param>
public sealed record EcosystemHome(string Folder, string Variable);
