using Orchestrator.Processes;

namespace Orchestrator.Cli.Engine;

/// <summary>
/// Processes that use an engine another one serves. Each leaves its identity in a folder beside the engine file, so that the owner
/// can stay until the last of them has ended, however it ends.
/// </summary>
internal static class EngineClients
{
    private const string FolderName = "engine.clients";

    /// <summary>Writes this process down until the result is disposed.</summary>
    /// <param name="folder">The engine's folder.</param>
    public static IDisposable Register(string folder)
    {
        var clients = Directory.CreateDirectory(Path.Combine(folder, FolderName)).FullName;
        var self = ProcessIdentity.Current;
        var file = Path.Combine(clients, $"{self.ProcessId}");
        var aside = file + ".new";
        File.WriteAllText(aside, self.ToString());
        File.Move(aside, file, overwrite: true);
        return new Registration(file);
    }

    /// <summary>Clients that live; what dead ones left is removed.</summary>
    public static int CountLiving(string folder)
    {
        var clients = Path.Combine(folder, FolderName);
        if (!Directory.Exists(clients))
            return 0;
        var living = 0;
        foreach (var file in Directory.GetFiles(clients))
        {
            if (Path.GetExtension(file) == ".new")
                continue;
            if (TryRead(file)?.IsAlive() == true)
                living++;
            else
                File.Delete(file);
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
