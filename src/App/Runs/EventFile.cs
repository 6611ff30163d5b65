using System.Text;
using System.Text.Json;

namespace Orchestrator.App.Runs;

/// <summary>Reads the file <c>events.jsonl</c> of a run, even while new events are being appended.</summary>
public static class EventFile
{
    private const int Block = 64 * 1024;

    /// <summary>Returns all complete lines of the file.</summary>
    public static IReadOnlyList<string> ReadLines(string file)
    {
        var offset = 0L;
        return ReadNew(file, ref offset);
    }

    /// <summary>Parses a line as an event.</summary>
    public static RunEvent Parse(string line) =>
        JsonSerializer.Deserialize(line, RunJson.Line.RunEvent) ?? throw new JsonException("An event line contains JSON null.");

    /// <summary>Formats an event as text with the time of day, for live output and for lists that show the date separately.</summary>
    public static string Describe(RunEvent happened) =>
        Describe(happened, happened.Time.ToLocalTime().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Formats an event as text with the date and the time zone.</summary>
    public static string DescribeWithDate(RunEvent happened) => Describe(happened, LocalTimeFormatter.Of(happened.Time));

    private static string Describe(RunEvent happened, string time)
    {
        var text = new StringBuilder(time).Append("  ").Append(happened.Task ?? "run").Append(": ").Append(happened.State);
        if (happened.Reason.Length > 0)
        {
            text.Append("  (").Append(LocalTimeFormatter.In(new UntrustedText(happened.Reason).Line)).Append(')');
        }
        return text.ToString();
    }

    /// <summary>
    /// Returns the complete lines after an offset, and moves the offset past them. An incomplete last line is left for the next call. If
    /// the run's folder was removed and created again, the new file is read from its start.
    /// </summary>
    /// <param name="file">Absolute path of the file, which may not exist.</param>
    /// <param name="offset">Offset in bytes of the first line to read.</param>
    /// <param name="most">Maximum number of lines, counted from the end. Earlier lines are skipped.</param>
    public static IReadOnlyList<string> ReadNew(string file, ref long offset, int most = int.MaxValue)
    {
        if (!File.Exists(file))
        {
            return [];
        }
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!ContinuesAt(stream, offset))
        {
            offset = 0;
        }
        if (stream.Length <= offset)
        {
            return [];
        }
        if (most < int.MaxValue)
        {
            offset = BeginOfLast(stream, offset, most);
        }
        stream.Seek(offset, SeekOrigin.Begin);
        var bytes = new byte[stream.Length - offset];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var whole = Array.LastIndexOf(bytes, (byte)'\n', length - 1) + 1;
        offset += whole;

        // After a power failure, lines that were not written to the disk consist of zero bytes.
        return [.. Encoding.UTF8.GetString(bytes, 0, whole).Split('\n').Select(line => line.Trim('\0')).Where(line => line.Length > 0)];
    }

    // Returns the offset of the last complete lines. It returns at most the given number of lines, and none before the given offset.
    private static long BeginOfLast(FileStream stream, long from, int most)
    {
        var block = new byte[Block];
        var (begin, ends) = (stream.Length, 0);
        while (begin > from)
        {
            var end = begin;
            begin = Math.Max(from, end - Block);
            stream.Seek(begin, SeekOrigin.Begin);
            for (
                var at = stream.ReadAtLeast(block.AsSpan(0, (int)(end - begin)), (int)(end - begin), throwOnEndOfStream: false) - 1;
                at >= 0;
                at--
            )
            {
                // The first line feed that is found ends the last line, so it is not counted.
                if (block[at] == '\n' && ends++ == most)
                {
                    return begin + at + 1;
                }
            }
        }
        return from;
    }

    private static bool ContinuesAt(FileStream stream, long offset)
    {
        if (offset == 0)
        {
            return true;
        }
        stream.Seek(offset - 1, SeekOrigin.Begin);
        return stream.ReadByte() == '\n';
    }
}
