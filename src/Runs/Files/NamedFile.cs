namespace Orchestrator.Runs;

/// <summary>A file that has the hash of its content in its name, so that its path in the run's history is enough to know what was in
/// it.</summary>
public static class NamedFile
{
    /// <summary>32 hexadecimal digits: nobody finds another content with the same.</summary>
    private const int HashLength = 32;

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its path without the hash, which is put before the extension.</param>
    /// <param name="text">Its content.</param>
    /// <returns>Its path.</returns>
    public static string Write(string path, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var named = $"{path[..^Path.GetExtension(path).Length]}-{BoundFile.HashOf(content)[..HashLength]}{Path.GetExtension(path)}";
        DurableFile.Write(named, content);
        return named;
    }

    /// <summary>The content of a file.</summary>
    /// <param name="path">As the run's history has it, relative to the repository; empty: there is none.</param>
    /// <returns>Empty where there is none.</returns>
    /// <exception cref="StepException">It is gone or was changed.</exception>
    public static string Read(RunFolder folder, string path)
    {
        if (path.Length == 0)
        {
            return "";
        }
        var name = Path.GetFileNameWithoutExtension(path);
        return Encoding.UTF8.GetString(
            BoundFile.ReadBeginning(folder, Path.Combine(folder.Repository, path), name[(name.LastIndexOf('-') + 1)..])
        );
    }
}
