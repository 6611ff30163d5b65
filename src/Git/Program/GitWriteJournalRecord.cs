namespace Orchestrator.Git.Program;

/// <summary>Record of a git write, made before the write starts.</summary>
/// <param name="Path">Path of the intent file.</param>
/// <param name="Owner">Process that recorded the intent, or null if its identity can't be read.</param>
/// <param name="Mark">Unique text in the environment of the git process, by which the process is found later.</param>
/// <param name="Start">Start time of the write.</param>
internal sealed record GitWriteJournalRecord(string Path, ProcessIdentity? Owner, string Mark, DateTime Start)
{
    /// <summary>File name suffix of an intent whose write or process is known to have ended, for example because git was killed.</summary>
    internal const string Ended = ".ended";

    /// <summary>True if the write may still be running. After git is killed, its child processes may still write.</summary>
    internal bool IsAlive() =>
        (!Path.EndsWith(Ended, StringComparison.Ordinal) && Owner?.IsAlive() == true)
        || ProcessTable.FindByEnvironment(ProcessRunner.ChildVariable, Mark).Count > 0;

    /// <summary>Reads a write intent, or returns null if its file is missing or empty.</summary>
    internal static GitWriteJournalRecord? TryRead(string path)
    {
        try
        {
            // Older versions wrote files without a line for the mark and used the mark as the file name.
            return DurableFile.TryRead(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } lines
                ? new GitWriteJournalRecord(
                    path,
                    ProcessIdentity.TryParse(lines[0]),
                    lines.Length > 2 ? lines[1] : System.IO.Path.GetFileNameWithoutExtension(path),
                    File.GetLastWriteTimeUtc(path)
                )
                : null;
        }
        catch (FileNotFoundException)
        {
            return null; // The write has ended since the file was listed.
        }
    }
}
