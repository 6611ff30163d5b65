namespace Orchestrator.Processes;

/// <summary>Creates folders that only their owner can read.</summary>
public static class PrivateFolder
{
    /// <summary>Mode of a private folder.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Creates a folder and its parents. An existing folder is not changed. On systems without such modes, where the program
    /// refuses to run anyway, an ordinary folder is created.</summary>
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
