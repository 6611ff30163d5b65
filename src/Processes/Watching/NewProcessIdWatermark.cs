using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>
/// A watermark in the sequence of process ids, used to find processes that started later without reading every process. The kernel assigns
/// ids in ascending order and wraps around after the highest id (<c>/proc/sys/kernel/pid_max</c>).
/// </summary>
public sealed class NewProcessIdWatermark
{
    /// <summary>
    /// Maximum number of new processes for which a wraparound of the ids can be ruled out. This is far below the 32,768 ids of the smallest
    /// system, some of which are in use and skipped.
    /// </summary>
    private const long MostBetween = 8192;

    private readonly int _lastId;
    private readonly long _count;

    /// <summary>Creates a watermark from the last assigned process id and the number of processes created since boot.</summary>
    /// <param name="lastId">Most recently assigned id.</param>
    /// <param name="count">Number of processes and threads created since boot.</param>
    internal NewProcessIdWatermark(int lastId, long count) => (_lastId, _count) = (lastId, count);

    /// <summary>Returns the watermark of the current moment, or null if it can't be read.</summary>
    public static NewProcessIdWatermark? Now() =>
        ReadLastId() is { } last && ReadCount() is { } count ? new NewProcessIdWatermark(last, count) : null;

    /// <summary>
    /// Returns the ids of all processes that started after the watermark, and possibly the ids of some earlier processes.
    /// </summary>
    internal IEnumerable<int> Later()
    {
        // Reads the list before the last id. A process that starts in between is missing in the list, as in an earlier call.
        int[] ids = [.. ProcFiles.ProcessIds()];
        return ReadLastId() is { } last && ReadCount() is { } now ? Among(ids, last, now) : ids;
    }

    /// <summary>
    /// Returns those of the given ids that were assigned after the watermark. <paramref name="last"/> is the last assigned id, and
    /// <paramref name="now"/> is the number of processes created since boot.
    /// </summary>
    internal IEnumerable<int> Among(IEnumerable<int> ids, int last, long now) =>
        now - _count > MostBetween ? ids
        : last >= _lastId ? ids.Where(id => id > _lastId && id <= last)
        : ids.Where(id => id > _lastId || id <= last);

    /// <summary>Reads the last assigned process id from <c>/proc/loadavg</c>.</summary>
    private static int? ReadLastId() =>
        SmallFileReader.ReadIfPossible("/proc/loadavg") is { } bytes
        && int.TryParse(
            Encoding.ASCII.GetString(bytes).TrimEnd().Split(' ')[^1],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var id
        )
            ? id
            : null;

    /// <summary>Reads the number of processes created since boot from <c>/proc/stat</c>.</summary>
    private static long? ReadCount()
    {
        if (SmallFileReader.ReadIfPossible("/proc/stat") is not { } bytes)
        {
            return null;
        }
        var begin = bytes.AsSpan().IndexOf("\nprocesses "u8);
        var rest = begin < 0 ? default : bytes.AsSpan(begin + "\nprocesses "u8.Length);
        return System.Buffers.Text.Utf8Parser.TryParse(rest, out long count, out _) ? count : null;
    }
}
