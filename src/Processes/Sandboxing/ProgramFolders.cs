namespace Orchestrator.Processes;

/// <summary>Finds the folders without which programs of a user do not start: the tool chains of PATH, and the packages that links in them
/// lead to.</summary>
/// <param name="wide">Absolute paths that a sandbox never shows as a whole, nor a folder around them, such as the home.</param>
public sealed class ProgramFolders(IReadOnlyCollection<string> wide)
{
    private const int DeepestPackage = 4;
    private const string Modules = "/node_modules/";
    private static readonly string[] s_binFolders = ["bin", "sbin", "shims", ".bin"];
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>Absolute paths, with the folders of all programs so far. Those of the system are not among them.</summary>
    public IReadOnlyCollection<string> Found => _found;

    /// <summary>Adds the folders of PATH: for <c>X/bin</c> the folder X, else the folder itself with the packages of its links.</summary>
    /// <param name="path">The variable's value.</param>
    public ProgramFolders AddPath(string path)
    {
        foreach (var folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted))
        {
            if (Directory.Exists(folder))
            {
                AddBinFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), 0);
            }
        }
        return this;
    }

    /// <summary>Adds a program with the package that it belongs to.</summary>
    /// <param name="program">Absolute path; a missing file adds nothing.</param>
    public ProgramFolders AddProgram(string program)
    {
        AddProgram(program, 0);
        return this;
    }

    /// <summary>Adds a file or folder, unless it is too wide.</summary>
    /// <param name="path">Absolute path; a missing one adds nothing.</param>
    public ProgramFolders Add(string path)
    {
        if (Path.Exists(path) && !IsTooWide(path))
        {
            _found.Add(path);
        }
        return this;
    }

    private bool IsTooWide(string folder) =>
        SandboxPath.Follow(folder) is not { } followed || wide.Any(path => SandboxPath.IsAtOrBelow(path, followed.Real));

    private void AddBinFolder(string folder, int depth)
    {
        if (SandboxPath.Follow(folder) is not { } followed || SystemFolders.Contain(followed.Real))
        {
            return;
        }
        var package = s_binFolders.Contains(Path.GetFileName(folder)) ? Path.GetDirectoryName(folder)! : folder;
        if (!IsTooWide(package))
        {
            AddPackage(package, depth);
        }
        else if (!IsTooWide(folder) && _found.Add(folder))
        {
            FollowLinks(folder, depth);
        }
    }

    private void AddPackage(string folder, int depth)
    {
        if (_found.Add(folder))
        {
            foreach (var bin in s_binFolders.Select(name => Path.Combine(folder, name)).Where(Directory.Exists))
            {
                FollowLinks(bin, depth);
            }
        }
    }

    // Tools of one package lie beside each other, so that most links lead to folders that are known.
    private void FollowLinks(string folder, int depth)
    {
        if (depth >= DeepestPackage)
        {
            return;
        }
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is not null))
        {
            AddProgram(entry.FullName, depth + 1);
        }
    }

    private void AddProgram(string program, int depth)
    {
        if (SandboxPath.Follow(program) is not { } followed || !Path.Exists(followed.Real))
        {
            return;
        }
        if (followed.Links.Count > 0 && !SystemFolders.Contain(followed.Links[0].Path) && !IsKnown(program))
        {
            _found.Add(program);
        }
        var real = followed.Real;
        if (SystemFolders.Contain(real) || IsKnown(real))
        {
            return;
        }
        var modules = real.IndexOf(Modules, StringComparison.Ordinal);
        var folder = modules >= 0 ? real[..(modules + Modules.Length - 1)] : Path.GetDirectoryName(real)!;
        var package = s_binFolders.Contains(Path.GetFileName(folder)) ? Path.GetDirectoryName(folder)! : folder;
        if (!IsTooWide(package))
        {
            AddPackage(package, depth);
        }
        else
        {
            _found.Add(real);
        }
    }

    private bool IsKnown(string path) => _found.Any(folder => SandboxPath.IsAtOrBelow(path, folder));
}
