namespace Orchestrator.Runs;

/// <summary>A file of a run's folder that something is decided by. The folder is a record for people, and others can write to it: such a
/// file counts only with the content whose hash the run's history has. Any other content is put aside and never used.</summary>
public static class BoundFile
{
    /// <summary>A file that somebody made larger than anything of ours is not read.</summary>
    private const long LargestFile = 256 * 1024 * 1024;

    /// <summary>The end of the name of a file that was set aside, before a number.</summary>
    public const string Aside = ".changed-";

    /// <summary>The hash of a content, in hexadecimal.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => PlanJson.HashOf(content);

    /// <summary>Writes a file.</summary>
    /// <returns>The hash that its readers need.</returns>
    public static string Write(string path, ReadOnlySpan<byte> content)
    {
        DurableFile.Write(path, content);
        return HashOf(content);
    }

    /// <summary>The content of a file.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="path">The file in it.</param>
    /// <param name="hash">Its hash in the run's history.</param>
    /// <exception cref="StepException">The file is gone, or has another content, which was put aside.</exception>
    public static byte[] Read(RunFolder folder, string path, string hash)
    {
        var content = RegularFile.TryRead(path, LargestFile);
        return content is not null && HashOf(content) == hash ? content : throw Refuse(folder, path);
    }

    /// <summary>Reads a file that is bound by the beginning of a hash, at least 32 digits of it.</summary>
    /// <inheritdoc cref="Read"/>
    public static byte[] ReadBeginning(RunFolder folder, string path, string hash)
    {
        var content = hash.Length < 32 ? null : RegularFile.TryRead(path, LargestFile);
        return content is not null && HashOf(content).StartsWith(hash, StringComparison.Ordinal) ? content : throw Refuse(folder, path);
    }

    /// <summary>Refuses a file that is not as it was, without having its content in memory.</summary>
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
        return RegularFile.TryPutAside(path, number => string.Create(CultureInfo.InvariantCulture, $"{path}{Aside}{number}")) is { } aside
            ? new StepException(
                $"Somebody changed {shown}: it is not what the run {folder.Name} had written there, so it is not used. It was put aside as "
                    + $"{folder.Relative(aside)}. {Cure(shown)}",
                "FileChanged"
            )
            : new StepException($"{shown} of the run {folder.Name} is gone. {Cure(shown)}", "FileGone");
    }

    private static string Cure(string path) =>
        $"Put {path} back as it was and retry (a backup has it), or cancel the run and start it again: finished tasks are taken up.";
}
