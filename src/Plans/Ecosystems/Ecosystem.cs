namespace Orchestrator.Plans;

/// <summary>The facts about the projects of one language, or of one tool that runs others: a row of <see cref="Ecosystems"/>. Names of
/// files have no folder, and <c>*</c> stands for any text in them.</summary>
/// <param name="Name">What people call it.</param>
public sealed record Ecosystem(string Name)
{
    /// <summary>Words of a gate's command, or of a script that it calls, by which its programs are known.</summary>
    public required IReadOnlyList<string> Programs { get; init; }

    /// <summary>Beginnings of commands with the type of gate that they are, the longer of two first.</summary>
    public IReadOnlyList<EcosystemCommand> Commands { get; init; } = [];

    /// <summary>Package managers; where a project has the lock files of several, the first one is meant.</summary>
    public IReadOnlyList<PackageManager> Managers { get; init; } = [];

    /// <summary>Prefix by which an agent names the registry of its packages, such as <c>npm</c>; empty: it has none.</summary>
    public string Registry { get; init; } = "";

    /// <summary>Hosts that its package managers fetch from, unless a project names others.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Files in which people write which packages a project needs.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>Files in which they write versions of tools, and where packages come from.</summary>
    public IReadOnlyList<string> Toolchain { get; init; } = [];

    /// <summary>Endings of its sources: a project that has any is older than a new configuration of it.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Names of tests that runners look for, without the ending, which is that of a source.</summary>
    public IReadOnlyList<string> Tests { get; init; } = [];

    /// <summary>True if tests stand among the sources of the product, too.</summary>
    /// <value>Default: false.</value>
    public bool HasTestsInSources { get; init; }

    /// <summary>Files that decide what its programs do.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    /// <summary>Names that programs read before those of a project, or without being told: a gate that makes one changes what the next one
    /// checks, also where git ignores it.</summary>
    public IReadOnlyList<string> ReadFirst { get; init; } = [];

    /// <summary>Files with commands, or with names of files, that a program reads without being told their names.</summary>
    public IReadOnlyList<EcosystemScripts> Scripts { get; init; } = [];

    /// <summary>Folders with installed packages and build output.</summary>
    public IReadOnlyList<string> OutputFolders { get; init; } = [];

    /// <summary>Folders with build output whose names other projects give to sources: they hold output only beside a certain
    /// file.</summary>
    public IReadOnlyList<EcosystemOutput> OutputBeside { get; init; } = [];

    /// <summary>Endings of build output.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>Gates of projects without configured ones; the first line that holds for a type is taken.</summary>
    public IReadOnlyList<EcosystemGate> Gates { get; init; } = [];

    /// <summary>True if a project inside another one has gates of its own, because the outer commands leave it out.</summary>
    public bool HasNestedProjects { get; init; }

    /// <summary>Files of which a project has exactly one in its root, or its gates would be ambiguous; the first list counts of which there
    /// is any. Empty: no such condition.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Roots { get; init; } = [];

    /// <summary>True if a file defines the environment of a project: it is about packages, or about versions of tools.</summary>
    public bool DefinesEnvironment(string path) => IsAboutPackages(path) || FileNamePattern.IsAny(Toolchain, FileNamePattern.NameOf(path));

    /// <summary>Lock files of all its package managers.</summary>
    public IEnumerable<string> LockFiles => Managers.SelectMany(manager => manager.LockFiles);

    /// <summary>The package managers of which files are among names.</summary>
    public IEnumerable<PackageManager> ManagersOf(IReadOnlyCollection<string> names) =>
        Managers.Where(manager => manager.LockFiles.Concat(manager.OwnFiles).Any(names.Contains));

    /// <summary>The package manager whose lock file is among the names of a project's root; null: none.</summary>
    public PackageManager? ManagerOf(IReadOnlyCollection<string> names) =>
        Managers.FirstOrDefault(manager => manager.LockFiles.Any(names.Contains));

    /// <summary>True if a project's root has exactly one of <see cref="Roots"/>, so that a command there is not ambiguous.</summary>
    public bool HasOneRoot(IReadOnlyCollection<string> names) =>
        Roots.Count == 0
        || Roots.Select(root => names.Count(name => FileNamePattern.IsAny(root, name))).FirstOrDefault(count => count > 0) == 1;

    /// <summary>True if a file of this path decides what the programs do.</summary>
    public bool IsDecidedBy(string path) => FileNamePattern.IsAny(Configuration, FileNamePattern.NameOf(path));

    /// <summary>The part of a path that is build output or installed packages: a folder's name, or the ending of a file's; null: none
    /// is.</summary>
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

    /// <summary>True if a project has anything that the programs work on.</summary>
    public bool IsIn(IEnumerable<string> files) => files.Any(file => IsDecidedBy(file) || IsSource(file));

    /// <summary>True if a file is one of its sources.</summary>
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

    /// <summary>True if a file is about the packages of a project: a lock file, or one in which people write.</summary>
    public bool IsAboutPackages(string path)
    {
        var name = FileNamePattern.NameOf(path);
        return FileNamePattern.IsAny(Manifests, name) || LockFiles.Contains(name);
    }

    /// <summary>Files and folders, relative to the home folder, that its programs read: tool chains and tools that a user
    /// installed.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> Home { get; init; } = [];

    /// <summary>Folders in the home that hold such files or downloads, and the variables that move them. Default: none.</summary>
    public IReadOnlyList<EcosystemHome> Homes { get; init; } = [];

    /// <summary>True if its runners find a test of this name.</summary>
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

/// <summary>A command, or the words that it begins with. A class, because lists of it need no generic instantiation: compiling that would
/// take longer than the command that reads a plan has.</summary>
/// <param name="Command">Its text.</param>
/// <param name="Type">The type of gate that it is.</param>
public sealed record EcosystemCommand(string Command, GateType Type);

/// <summary>A gate of projects that have a certain file.</summary>
/// <param name="Command">Its text.</param>
/// <param name="Type">The type of gate that it is.</param>
/// <param name="Files">Names of files and folders in the project's folder, one of which it has. Empty: the row's <see
/// cref="Ecosystem.Roots"/> decide.</param>
public sealed record EcosystemGate(string Command, GateType Type, params IReadOnlyList<string> Files)
{
    /// <summary>Regular expression, by lines, that one of the files matches. Default: null, the file's name is enough.</summary>
    public string? Says { get; init; }

    /// <summary>Further files, one of which the project must have. Default: empty, none.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>True if the command is about projects inside the project's folder, too.</summary>
    public bool CoversNested { get; init; }

    /// <summary>True if the command is a Python module, run with the package manager's <see cref="PackageManager.Run"/>.</summary>
    public bool IsModule { get; init; }
}

/// <summary>Files that a program reads without being told their names.</summary>
/// <param name="Program">The program.</param>
/// <param name="Files">Names of the files.</param>
public sealed record EcosystemScripts(string Program, IReadOnlyList<string> Files);

/// <summary>A program that installs packages.</summary>
/// <param name="Name">What people call it; mostly its program.</param>
public sealed record PackageManager(string Name)
{
    /// <summary>Names of the program in PATH.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [Name];

    /// <summary>The files in which it writes exact versions, or checksums.</summary>
    public IReadOnlyList<string> LockFiles { get; init; } = [];

    /// <summary>Files that no other package manager has, beside the lock files.</summary>
    public IReadOnlyList<string> OwnFiles { get; init; } = [];

    /// <summary>Shell command that installs exactly what a lock file names; null: its programs do that by themselves.</summary>
    public string? SetUp { get; init; }

    /// <summary>The command for lock files of an earlier release. Default: null, it is the same.</summary>
    public PackageLockFormat? Earlier { get; init; }

    /// <summary>Files, one of which lies beside the lock file of a project whose gates need the packages. Default: empty, all projects
    /// do.</summary>
    public IReadOnlyList<string> SetUpBeside { get; init; } = [];

    /// <summary>Folder that set-up makes, if a copy of it serves as well in another worktree with the same files.</summary>
    /// <value>Default: null, because what it makes has absolute paths in it (virtual environments, what <c>dotnet restore</c> writes), or
    /// is quickly made of the package manager's own cache (pnpm).</value>
    public string? Makes { get; init; }

    /// <summary>Folder in the root that its builds make, if builds of another worktree can begin with a copy of it and build only what
    /// differs; null: they can't.</summary>
    public string? Builds { get; init; }

    /// <summary>Files in the root folder, beside the lock file, that determine what set-up or builds make.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>The words before a program, or before the name of a script, that run it with the project's packages.</summary>
    public string Run { get; init; } = "";

    /// <summary>The commands for a project of several packages. Default: null, they are the same.</summary>
    public PackageWorkspace? Workspace { get; init; }

    /// <summary>The folders in which the package manager keeps downloads.</summary>
    public IReadOnlyList<PackageCache> Caches { get; init; } = [];

    /// <summary>True if packages that agents ask for can be installed with it.</summary>
    public bool Installs { get; init; }
}

/// <summary>A format of a lock file whose releases of the package manager install with another command.</summary>
/// <param name="Says">Text in each such lock file.</param>
/// <param name="SetUp">Shell command that installs exactly what it names.</param>
public sealed record PackageLockFormat(string Says, string SetUp);

/// <summary>A folder of downloads of a package manager.</summary>
/// <param name="Folder">Its path relative to the home folder.</param>
/// <param name="Variable">The variable that names another folder in place of it; null: none does.</param>
public sealed record PackageCache(string Folder, string? Variable = null)
{
    /// <summary>An option that names another folder, and the variables that hold options, the first of which can be extended; null: none
    /// does.</summary>
    public PackageCacheOption? Option { get; init; }

    /// <summary>The user's settings that name another folder. Default: none.</summary>
    public IReadOnlyList<PackageCacheSetting> Settings { get; init; } = [];
}

/// <summary>An option that names a folder of downloads.</summary>
/// <param name="Text">Its text before the path.</param>
/// <param name="Variables">The variables that hold options.</param>
public sealed record PackageCacheOption(string Text, params IReadOnlyList<string> Variables);

/// <summary>A line of a user's settings that names a folder of downloads.</summary>
/// <param name="File">Path of the settings, relative to the home folder.</param>
/// <param name="Line">Regular expression with the group <c>path</c>, by lines.</param>
/// <param name="Below">The folder's path in the named one. Default: empty, the named one itself.</param>
public sealed record PackageCacheSetting(string File, string Line, string Below = "");

/// <summary>A folder in the home that a variable moves.</summary>
/// <param name="Folder">Its path relative to the home folder.</param>
/// <param name="Variable">The variable that names another folder in place of it.</param>
public sealed record EcosystemHome(string Folder, string Variable);
