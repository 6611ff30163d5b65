namespace Orchestrator.Git.Program;

/// <summary>A recorded intent of a write.</summary>
/// <param name="Path">The note.</param>
/// <param name="Owner">The process that wrote it; null if that can't be read.</param>
/// <param name="Mark">The mark of the git process.</param>
/// <param name="Start">When.</param>
internal sealed record WriteIntent(string Path, ProcessIdentity? Owner, string Mark, DateTime Start)
{
    /// <summary>File name ending of the intent of a killed write.</summary>
    internal const string Ended = ".ended";

    /// <summary>A killed git may have left children that still write.</summary>
    internal bool IsAlive() =>
        (!Path.EndsWith(Ended, StringComparison.Ordinal) && Owner?.IsAlive() == true)
        || ProcessTable.FindByEnvironment(ProcessRunner.ChildVariable, Mark).Count > 0;

    /// <summary>Reads an intent; null where there is none, or an empty one.</summary>
    internal static WriteIntent? TryRead(string path)
    {
        try
        {
            // The third line was added later: where it is missing, the file name is the mark.
            return DurableFile.TryRead(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } lines
                ? new WriteIntent(
                    path,
                    ProcessIdentity.TryParse(lines[0]),
                    lines.Length > 2 ? lines[1] : System.IO.Path.GetFileNameWithoutExtension(path),
                    File.GetLastWriteTimeUtc(path)
                )
                : null;
        }
        catch (FileNotFoundException)
        {
            return null; // Its write ended meanwhile.
        }
    }
}
