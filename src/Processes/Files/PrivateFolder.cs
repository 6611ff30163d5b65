namespace Orchestrator.Processes;

/// <summary>Folders that their owner alone may look into.</summary>
public static class PrivateFolder
{
    /// <summary>Their mode.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder, with those above it. One that is there stays as it is. On systems without such modes, where the program
    /// refuses to run anyway, it is an ordinary one.</summary>
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
