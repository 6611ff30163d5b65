using Orchestrator.Processes;

namespace Orchestrator.Cli.Engine;

/// <summary>
/// Processes that use an engine another one serves and take it over when that one ends. Each leaves its identity in a folder beside the engine file, so that
/// a command that is over in a moment leaves the engine to them.
/// </summary>
internal static class EngineSuccessors
{
    private const string FolderName = "engine.successors";

    /// <summary>Writes this process down until the result is disposed.</summary>
    /// <param name="folder">The engine's folder.</param>
    public static IDisposable Register(string folder)
    {
        var successors = Directory.CreateDirectory(Path.Combine(folder, FolderName)).FullName;
        var self = ProcessIdentity.Current;
        var file = Path.Combine(successors, $"{self.ProcessId}-{Guid.NewGuid():n}");
        var aside = file + ".new";
        File.WriteAllText(aside, self.ToString());
        File.Move(aside, file, overwrite: true);
        return new Registration(file);
    }

    /// <summary>True while one of them lives; what dead ones left is removed.</summary>
    public static bool AnyLiving(string folder)
    {
        var successors = Path.Combine(folder, FolderName);
        if (!Directory.Exists(successors))
            return false;
        var living = false;
        foreach (var file in Directory.GetFiles(successors).Where(file => Path.GetExtension(file) != ".new"))
        {
            if (TryRead(file)?.IsAlive() == true)
                living = true;
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
