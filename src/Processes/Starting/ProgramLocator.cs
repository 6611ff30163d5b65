namespace Orchestrator.Processes;

/// <summary>Finds programs as a shell does.</summary>
public static class ProgramLocator
{
    /// <summary>Returns the path of a program, or null if it is not found.</summary>
    /// <param name="fileName">Name to search in the folders of <paramref name="path"/>, or a path.</param>
    /// <param name="path">Folders to search, in the form of PATH, or null for the PATH of this process.</param>
    /// <param name="workingDirectory">Folder against which relative paths are resolved, or null for the working directory of this
    /// process.</param>
    public static string? Find(string fileName, string? path = null, string? workingDirectory = null) =>
        Candidates(fileName, path, workingDirectory).FirstOrDefault(IsExecutable);

    /// <summary>Finds a program as <see cref="Find"/> does, but throws with the reason if it is not found.</summary>
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
                ? $"The program '{fileName}' does not exist (searched at "
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
        // Relative folders are skipped, because they could find programs in a worktree.
        return path.Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, fileName));
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != UnixFileMode.None);
    }
}
