namespace Orchestrator.App.Programs;

/// <summary>
/// Registers standby processes, which use an engine that another process serves, and take over the engine when that process ends. Each
/// standby process has an entry in a folder next to the engine's database file. While such a process is alive, short-lived commands do not
/// serve the engine themselves.
/// </summary>
public static class EngineStandbyProcessRegistry
{
    private const string FolderName = "engine.standby";

    /// <summary>Registers this process as a standby for the engine until the returned object is disposed.</summary>
    /// <param name="folder">Folder of the engine.</param>
    public static IDisposable Register(string folder)
    {
        var standby = OrchestratorFolderCreator.Ensure(Path.Combine(folder, FolderName));
        var self = ProcessIdentity.Current;
        var file = Path.Combine(standby, $"{self.ProcessId}-{Guid.NewGuid():n}");
        SymlinkSafeFileWriter.Write(file, self.ToString());
        return new EngineStandbyRegistrationHandle(file);
    }

    /// <summary>True if the process is registered as a standby for the engine.</summary>
    internal static bool Has(string folder, ProcessIdentity process) =>
        Directory.Exists(Path.Combine(folder, FolderName))
        && Directory.EnumerateFiles(Path.Combine(folder, FolderName), $"{process.ProcessId}-*").Any(file => TryRead(file) == process);

    /// <summary>True if a registered process is alive. Also removes the entries of dead processes.</summary>
    /// <param name="folder">Folder of the engine.</param>
    public static bool AnyLiving(string folder)
    {
        var standby = Path.Combine(folder, FolderName);
        if (!Directory.Exists(standby))
        {
            return false;
        }
        var living = false;
        foreach (var file in Directory.GetFiles(standby).Where(file => Path.GetExtension(file) != ".tmp"))
        {
            if (TryRead(file)?.IsAlive() == true)
            {
                living = true;
            }
            else
            {
                File.Delete(file);
            }
        }

        return living;
    }

    private static ProcessIdentity? TryRead(string file)
    {
        try
        {
            return ProcessIdentity.TryParse(File.ReadAllText(file));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private sealed class EngineStandbyRegistrationHandle(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
