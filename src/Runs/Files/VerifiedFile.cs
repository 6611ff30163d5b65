namespace Orchestrator.Runs;

/// <summary>A file in a run's folder that affects decisions. Other programs can write to the folder, so the file counts only if its hash
/// equals the one in the run's history. Any other content is moved away and never used.</summary>
public static class VerifiedFile
{
    /// <summary>Maximum size in bytes. Larger files are not read, because no file of ours is that large.</summary>
    private const long LargestFile = 256 * 1024 * 1024;

    /// <summary>Suffix of rejected files that were moved away, followed by a number.</summary>
    public const string ChangedSuffix = ".changed-";

    /// <summary>Returns the hash of a content in hexadecimal.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => PlanJson.HashOf(content);

    /// <summary>Writes a file.</summary>
    /// <returns>The hash that readers need.</returns>
    public static string Write(string path, ReadOnlySpan<byte> content)
    {
        DurableFile.Write(path, content);
        return HashOf(content);
    }

    /// <summary>Reads a file and verifies its hash.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="path">Path of the file.</param>
    /// <param name="hash">Hash of the file in the run's history.</param>
    /// <exception cref="StepException">The file is missing, or has a different content and was moved away.</exception>
    public static byte[] Read(RunFolder folder, string path, string hash)
    {
        var content = RegularFile.TryRead(path, LargestFile);
        return content is not null && HashOf(content) == hash ? content : throw Refuse(folder, path);
    }

    /// <summary>Reads a file whose hash is known by a prefix of at least 32 digits.</summary>
    /// <inheritdoc cref="Read"/>
    public static byte[] ReadBeginning(RunFolder folder, string path, string hash)
    {
        var content = hash.Length < 32 ? null : RegularFile.TryRead(path, LargestFile);
        return content is not null && HashOf(content).StartsWith(hash, StringComparison.Ordinal) ? content : throw Refuse(folder, path);
    }

    /// <summary>Verifies the hash of a file without loading its content.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Check(RunFolder folder, string path, string hash)
    {
        using (var file = RegularFile.TryOpen(path))
        {
            if (file is not null && PlanJson.HashOf(file) == hash)
            {
                return;
            }
        }
        throw Refuse(folder, path);
    }

    private static StepException Refuse(RunFolder folder, string path)
    {
        var shown = folder.Relative(path);
        return
            RegularFile.TryMoveAway(path, number => string.Create(CultureInfo.InvariantCulture, $"{path}{ChangedSuffix}{number}"))
                is { } moved
            ? new StepException(
                $"{shown} was changed since the run {folder.Name} wrote it, so it is not used. It was renamed to "
                    + $"{folder.Relative(moved)}. {Cure(shown)}",
                "FileChanged"
            )
            : new StepException($"{shown} of the run {folder.Name} is missing. {Cure(shown)}", "FileGone");
    }

    private static string Cure(string path) =>
        $"Restore {path}, for example from a backup, and retry. Or cancel the run and start it again; finished tasks are reused.";
}
