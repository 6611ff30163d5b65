namespace Orchestrator.Processes;

/// <summary>Finds programs the way a shell does.</summary>
public static class ProgramLocator
{
    /// <summary>The path of a program, or null.</summary>
    /// <param name="fileName">A name to search in the folders of <paramref name="path"/>, or a path.</param>
    /// <param name="path">Folders, as in PATH. Default: our PATH.</param>
    /// <param name="workingDirectory">Where relative paths start. Default: ours.</param>
    public static string? Find(string fileName, string? path = null, string? workingDirectory = null) =>
        Candidates(fileName, path, workingDirectory).FirstOrDefault(IsExecutable);

    /// <summary>As <see cref="Find"/>, but throws with the reason.</summary>
    internal static string Locate(string fileName, string? path, string? workingDirectory)
    {
        if (Find(fileName, path, workingDirectory) is { } found)
        {
            return found;
        }
        var notExecutable = Candidates(fileName, path, workingDirectory).FirstOrDefault(File.Exists);
        if (notExecutable is not null)
        {
            throw new ProcessStartException(
                ProcessStartFailure.NotExecutable,
                $"The program '{notExecutable}' is not executable. Make it so with: chmod +x '{notExecutable}'"
            );
        }
        throw new ProcessStartException(
            ProcessStartFailure.ProgramNotFound,
            fileName.Contains('/', StringComparison.Ordinal)
                ? $"There is no program '{fileName}' (looked for at "
                    + $"'{Path.GetFullPath(fileName, workingDirectory ?? Directory.GetCurrentDirectory())}')."
                : $"The program '{fileName}' was not found in PATH. Install it, or give its full path."
        );
    }

    private static IEnumerable<string> Candidates(string fileName, string? path, string? workingDirectory)
    {
        var start = workingDirectory is null ? Directory.GetCurrentDirectory() : Path.GetFullPath(workingDirectory);
        if (fileName.Length == 0)
        {
            return [];
        }
        if (fileName.Contains('/', StringComparison.Ordinal))
        {
            return [Path.GetFullPath(fileName, start)];
        }
        path ??= Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        // A relative folder would find programs of a worktree.
        return path.Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, fileName));
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != UnixFileMode.None);
    }
}
