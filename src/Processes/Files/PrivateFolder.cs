namespace Orchestrator.Processes;

/// <summary>Creates folders to which only their owner has access.</summary>
public static class PrivateFolder
{
    /// <summary>Permissions of a private folder (0700).</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Creates a folder and its parents. An existing folder is not changed. On systems without Unix permissions, an ordinary folder is
    /// created.
    /// </summary>
    /// <param name="path">Absolute path.</param>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Mode);
        }
    }
}
