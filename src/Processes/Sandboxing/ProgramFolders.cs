namespace Orchestrator.Processes;

/// <summary>
/// Finds the folders that the user's programs need to start. These are the toolchains in PATH, and the packages to which links in their
/// folders point.
/// </summary>
/// <param name="wide">Absolute paths, such as the home folder, that a sandbox never shows as a whole. Their parents are not shown as a
/// whole either.</param>
public sealed class ProgramFolders(IReadOnlyCollection<string> wide)
{
    private const int DeepestPackage = 4;
    private const string Modules = "/node_modules/";
    private static readonly string[] s_binFolders = ["bin", "sbin", "shims", ".bin"];
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>Absolute paths of the folders of all programs added so far, except system folders.</summary>
    public IReadOnlyCollection<string> Found => _found;

    /// <summary>
    /// Adds the folders in a PATH value, and the packages to which links in their bin folders point. For <c>X/bin</c>, adds the whole
    /// folder X, unless X must not be shown as a whole in a sandbox.
    /// </summary>
    /// <param name="path">Value of the variable.</param>
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

    /// <summary>Adds a program with the package that contains it.</summary>
    /// <param name="program">Absolute path. A missing file adds no folder.</param>
    public ProgramFolders AddProgram(string program)
    {
        AddProgram(program, 0);
        return this;
    }

    /// <summary>
    /// Adds a file or folder, unless it is or contains a folder that a sandbox never shows as a whole, such as the home folder.
    /// </summary>
    /// <param name="path">Absolute path. A missing path adds no folder.</param>
    public ProgramFolders Add(string path)
    {
        if (Path.Exists(path) && !IsTooWide(path))
        {
            _found.Add(path);
        }
        return this;
    }

    private bool IsTooWide(string folder) =>
        ResolvedSymlinkPath.Follow(folder) is not { } followed || wide.Any(path => ResolvedSymlinkPath.IsAtOrBelow(path, followed.Real));

    private void AddBinFolder(string folder, int depth)
    {
        if (ResolvedSymlinkPath.Follow(folder) is not { } followed || SystemFolders.Contain(followed.Real))
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

    // The tools of a package are in one folder, so most links lead to known folders.
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
        if (ResolvedSymlinkPath.Follow(program) is not { } followed || !Path.Exists(followed.Real))
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

    private bool IsKnown(string path) => _found.Any(folder => ResolvedSymlinkPath.IsAtOrBelow(path, folder));
}
