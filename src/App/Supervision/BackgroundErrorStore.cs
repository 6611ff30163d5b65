using System.Globalization;

namespace Orchestrator.App.Supervision;

/// <summary>Last error of a background service inside a process of this program.</summary>
/// <param name="Unit">Name of the unit.</param>
/// <param name="Error">Error message for users.</param>
/// <param name="Failures">Number of failed passes since the last success.</param>
/// <param name="At">Time of the last failure in UTC.</param>
public sealed record BackgroundError(string Unit, string Error, int Failures, DateTimeOffset At);

/// <summary>
/// Publishes the last error of a background service in this process, so that commands in other processes can show it. The error is stored
/// in a file in each repository. Files of dead processes are ignored and removed.
/// </summary>
/// <param name="folders">Our own folders in the repositories.</param>
public sealed class BackgroundErrorStore(IReadOnlyList<string> folders)
{
    private const string FolderName = "background";
    private readonly string _name = $"{ProcessIdentity.Current.ProcessId}-{Guid.NewGuid():n}";

    /// <summary>Replaces the error that this process has published.</summary>
    /// <param name="fault">Error, or null to clear it.</param>
    public void Write(BackgroundError? fault)
    {
        // The folder of a repository may have been removed while the unit is running, and must not be recreated here.
        foreach (var folder in folders.Where(Directory.Exists))
        {
            var file = Path.Combine(folder, FolderName, _name);
            try
            {
                if (fault is not null)
                {
                    OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(file)!);
                    SymlinkSafeFileWriter.Write(file, Text(fault));
                }
                else if (File.Exists(file))
                {
                    File.Delete(file);
                }
            }
            catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
            {
                // The failure is ignored, because the log also contains the error.
            }
        }
    }

    /// <summary>Returns the errors published by all living processes, sorted by background service.</summary>
    /// <param name="folder">Our own folder in the repository.</param>
    public static IReadOnlyList<BackgroundError> Read(string folder)
    {
        var notes = Path.Combine(folder, FolderName);
        return !Directory.Exists(notes)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(notes)
                    .Where(file => Path.GetExtension(file) != ".tmp")
                    .Select(TryRead)
                    .OfType<BackgroundError>()
                    .OrderBy(fault => fault.Unit, StringComparer.Ordinal),
            ];
    }

    private static string Text(BackgroundError fault) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{ProcessIdentity.Current}\n{fault.Unit}\n{fault.Failures}\n{fault.At.UtcTicks}\n{fault.Error}"
        );

    private static BackgroundError? TryRead(string file)
    {
        try
        {
            if (
                File.ReadAllText(file).Split('\n', 5) is not [var process, var unit, var failures, var at, var error]
                || ProcessIdentity.TryParse(process)?.IsAlive() != true
                || !int.TryParse(failures, CultureInfo.InvariantCulture, out var count)
                || !long.TryParse(at, CultureInfo.InvariantCulture, out var ticks)
            )
            {
                File.Delete(file);
                return null;
            }
            return new BackgroundError(unit, error, count, new DateTimeOffset(ticks, TimeSpan.Zero));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
