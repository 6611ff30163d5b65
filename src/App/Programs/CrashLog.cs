using System.Globalization;
using Orchestrator.Gates;

namespace Orchestrator.App.Programs;

/// <summary>Logs unexpected errors to a file instead of printing their stack traces.</summary>
public static class CrashLog
{
    /// <summary>Appends an error to the log. Returns the file's path, or null if the file can't be written or is a symbolic link.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="command">Name of the command that failed.</param>
    /// <param name="directory">Folder of the command. If its repository has an .orchestrator folder, the file is there.</param>
    /// <param name="environment">The environment variables, which name the state folder for other files.</param>
    /// <param name="time">The clock.</param>
    public static string? Write(
        Exception exception,
        string command,
        string directory,
        IReadOnlyDictionary<string, string> environment,
        TimeProvider time
    )
    {
        try
        {
            var own = LocalRepositoryPaths.Find(directory)?.OrchestratorFolder;
            var file = Path.Combine(Directory.Exists(own) ? own : UserStateFolder.RootOf(environment), "logs", "orchestrate.log");
            var now = time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture);
            SymlinkSafeFileWriter.Append(file, $"{now} orchestrate {command}\n{exception}\n\n");
            return file;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
