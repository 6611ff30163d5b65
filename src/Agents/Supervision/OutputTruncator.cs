using System.Globalization;
using System.Text;

namespace Orchestrator.Agents.Supervision;

/// <summary>
/// Truncates the output of an agent run whose outcome is already recorded. Keeps the beginning and the end, and inserts a note between
/// them.
/// </summary>
public static class OutputTruncator
{
    /// <summary>Maximum number of bytes to keep of each output stream.</summary>
    public const long Most = 64L * 1024 * 1024;

    /// <summary>Truncates the output of an ended agent run with a recorded outcome.</summary>
    /// <param name="folder">Folder of the agent run.</param>
    /// <param name="most">Maximum number of bytes to keep per stream.</param>
    /// <exception cref="IOException">The output can't be read or written. Nothing was truncated.</exception>
    public static void Cut(string folder, long most = Most)
    {
        AgentRunFileStore start = new(folder);
        if (start.State() is not (AgentRunStatus.Ended or AgentRunStatus.Died))
        {
            return;
        }
        CutFile(start.StandardOutput, most);
        CutFile(start.StandardError, most);
    }

    private static void CutFile(string path, long most)
    {
        using var output = RegularFileReader.TryOpen(path);
        // The note makes a truncated output slightly longer than the limit.
        if (output is null || output.Length <= most + (64 * 1024))
        {
            return;
        }
        var half = most / 2;
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"\n[orchestrate: {Plural.Of(output.Length - (2 * half), "byte is", "bytes are")} left out here, because at most "
                + $"{Plural.Of(most, "byte")} of an agent's output {Plural.Form(most, "is", "are")} kept]\n"
        );
        var temporary = path + ".kept";
        using (var kept = SymlinkSafeFileWriter.Create(temporary))
        {
            CopyPart(output, 0, half, kept);
            kept.Write(Encoding.UTF8.GetBytes(note));
            CopyPart(output, output.Length - half, half, kept);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static void CopyPart(FileStream from, long offset, long length, Stream to)
    {
        from.Seek(offset, SeekOrigin.Begin);
        var chunk = new byte[64 * 1024];
        while (length > 0 && from.Read(chunk, 0, (int)Math.Min(chunk.Length, length)) is > 0 and var read)
        {
            to.Write(chunk, 0, read);
            length -= read;
        }
    }
}
