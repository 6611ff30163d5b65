namespace Orchestrator.Machine.Hosting;

/// <summary>Processes that use another one's engine and take it over when that one ends. Each registers its identity in a folder beside the
/// engine file, so that a short command leaves the engine to them.</summary>
public static class StandbyProcesses
{
    private const string FolderName = "engine.standby";

    /// <summary>Registers this process until the result is disposed.</summary>
    /// <param name="folder">The engine's folder.</param>
    public static IDisposable Register(string folder)
    {
        var standby = OwnFolder.Ensure(Path.Combine(folder, FolderName));
        var self = ProcessIdentity.Current;
        var file = Path.Combine(standby, $"{self.ProcessId}-{Guid.NewGuid():n}");
        OwnFile.Write(file, self.ToString());
        return new Registration(file);
    }

    /// <summary>True if a process is registered.</summary>
    internal static bool Has(string folder, ProcessIdentity process) =>
        Directory.Exists(Path.Combine(folder, FolderName))
        && Directory.EnumerateFiles(Path.Combine(folder, FolderName), $"{process.ProcessId}-*").Any(file => TryRead(file) == process);

    /// <summary>True while one of them lives; entries of dead ones are removed.</summary>
    /// <param name="folder">The engine's folder.</param>
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

    private sealed class Registration(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
