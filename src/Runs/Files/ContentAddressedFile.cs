namespace Orchestrator.Runs;

/// <summary>
/// Writes and reads files whose names contain the hash of their content. The path in the run's history is therefore sufficient to verify
/// the content.
/// </summary>
public static class ContentAddressedFile
{
    /// <summary>
    /// Number of hexadecimal digits of the hash in the file name. With 32 digits, it is infeasible to construct different content with the
    /// same hash.
    /// </summary>
    private const int HashLength = 32;

    /// <summary>Writes a file whose name contains the hash of its content.</summary>
    /// <param name="path">Path without the hash. The hash is inserted before the extension.</param>
    /// <param name="text">Content of the file.</param>
    /// <returns>Path of the file, including the hash.</returns>
    public static string Write(string path, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var named = $"{path[..^Path.GetExtension(path).Length]}-{HashVerifiedFile.HashOf(content)[..HashLength]}{Path.GetExtension(path)}";
        DurableFile.Write(named, content);
        return named;
    }

    /// <summary>Reads a file and verifies its content.</summary>
    /// <param name="path">Path from the run's history, relative to the repository, or empty if there is no file.</param>
    /// <returns>The content, or empty if there is no file.</returns>
    /// <exception cref="RunStepFailedException">The file is missing or was changed.</exception>
    public static string Read(RunFolder folder, string path)
    {
        if (path.Length == 0)
        {
            return "";
        }
        var name = Path.GetFileNameWithoutExtension(path);
        return Encoding.UTF8.GetString(
            HashVerifiedFile.ReadBeginning(folder, Path.Combine(folder.Repository, path), name[(name.LastIndexOf('-') + 1)..])
        );
    }
}
