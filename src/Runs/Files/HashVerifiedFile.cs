namespace Orchestrator.Runs;

/// <summary>
/// Writes and reads files in a run's folder that affect decisions. Other programs can write to this folder, so a file is used only if its
/// hash equals the one in the run's history. A file with a different hash is renamed and never used.
/// </summary>
public static class HashVerifiedFile
{
    /// <summary>Maximum size of a file in bytes. A larger file is not read, because orchestrate never writes one.</summary>
    private const long LargestFile = 256 * 1024 * 1024;

    /// <summary>Suffix that is appended to the name of a rejected file, followed by a number.</summary>
    public const string ChangedSuffix = ".changed-";

    /// <summary>Returns the hash of a file's content in hexadecimal.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => PlanJson.HashOf(content);

    /// <summary>Writes a file atomically.</summary>
    /// <returns>The hash of the content, with which readers verify the file.</returns>
    public static string Write(string path, ReadOnlySpan<byte> content)
    {
        DurableFile.Write(path, content);
        return HashOf(content);
    }

    /// <summary>Reads a file and verifies its hash.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="path">Absolute path of the file.</param>
    /// <param name="hash">Hash of the file from the run's history.</param>
    /// <exception cref="RunStepFailedException">The file is missing, or has a different content and was moved away.</exception>
    public static byte[] Read(RunFolder folder, string path, string hash)
    {
        var content = RegularFileReader.TryRead(path, LargestFile);
        return content is not null && HashOf(content) == hash ? content : throw Refuse(folder, path);
    }

    /// <summary>Reads a file and verifies it against a hash prefix of at least 32 hexadecimal digits.</summary>
    /// <inheritdoc cref="Read"/>
    public static byte[] ReadBeginning(RunFolder folder, string path, string hash)
    {
        var content = hash.Length < 32 ? null : RegularFileReader.TryRead(path, LargestFile);
        return content is not null && HashOf(content).StartsWith(hash, StringComparison.Ordinal) ? content : throw Refuse(folder, path);
    }

    /// <summary>Verifies a file's hash without returning the content.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Check(RunFolder folder, string path, string hash)
    {
        using (var file = RegularFileReader.TryOpen(path))
        {
            if (file is not null && PlanJson.HashOf(file) == hash)
            {
                return;
            }
        }
        throw Refuse(folder, path);
    }

    private static RunStepFailedException Refuse(RunFolder folder, string path)
    {
        var shown = folder.Relative(path);
        if (RegularFileReader.TryMoveAway(path, ChangedName) is { } moved)
        {
            return new RunStepFailedException(
                $"{shown} was changed since the run {folder.Name} wrote it, so it is not used. The file was renamed to "
                    + $"{folder.Relative(moved)}. {SuggestFix(shown)}",
                "FileChanged"
            );
        }
        // Another step may have found the change first, and its message may be lost.
        var first = ChangedName(1);
        var why = File.Exists(first)
            ? $"is missing, because it was changed since the run {folder.Name} wrote it, and was renamed to {folder.Relative(first)}."
            : $"of the run {folder.Name} is missing.";
        return new RunStepFailedException($"{shown} {why} {SuggestFix(shown)}", "FileGone");

        string ChangedName(int number) => string.Create(CultureInfo.InvariantCulture, $"{path}{ChangedSuffix}{number}");
    }

    private static string SuggestFix(string path) =>
        $"Restore {path}, for example from a backup, and retry. Or cancel the run and start it again; finished tasks are reused.";
}
