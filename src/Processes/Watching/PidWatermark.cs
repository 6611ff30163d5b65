using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>A moment in the order of process ids, by which later processes are found without reading each: the kernel assigns ids in order,
/// from the lowest again after the highest (<c>/proc/sys/kernel/pid_max</c>).</summary>
public sealed class PidWatermark
{
    /// <summary>Far fewer than the 32768 ids of the smallest system, some of which are in use and skipped: ids have not wrapped
    /// around.</summary>
    private const long MostBetween = 8192;

    private readonly int _lastId;
    private readonly long _count;

    /// <summary>A moment.</summary>
    /// <param name="lastId">The id that was given last.</param>
    /// <param name="count">Number of processes and threads since boot.</param>
    internal PidWatermark(int lastId, long count) => (_lastId, _count) = (lastId, count);

    /// <summary>Now; null where it is unknown.</summary>
    public static PidWatermark? Now() => ReadLastId() is { } last && ReadCount() is { } count ? new PidWatermark(last, count) : null;

    /// <summary>The ids of all processes that began since then, and perhaps of others.</summary>
    internal IEnumerable<int> Later()
    {
        // The list first, then the last id: a process that begins in between is in neither, as if we had asked earlier.
        int[] ids = [.. ProcFiles.ProcessIds()];
        return ReadLastId() is { } last && ReadCount() is { } now ? Among(ids, last, now) : ids;
    }

    /// <summary>The process ids among those given that were assigned since the watermark, if the last one is <paramref name="last"/> and
    /// there have been <paramref name="now"/> processes.</summary>
    internal IEnumerable<int> Among(IEnumerable<int> ids, int last, long now) =>
        now - _count > MostBetween ? ids
        : last >= _lastId ? ids.Where(id => id > _lastId && id <= last)
        : ids.Where(id => id > _lastId || id <= last);

    /// <summary>The last word of <c>/proc/loadavg</c>.</summary>
    private static int? ReadLastId() =>
        SmallFile.ReadIfPossible("/proc/loadavg") is { } bytes
        && int.TryParse(
            Encoding.ASCII.GetString(bytes).TrimEnd().Split(' ')[^1],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var id
        )
            ? id
            : null;

    /// <summary>The line <c>processes</c> of <c>/proc/stat</c>.</summary>
    private static long? ReadCount()
    {
        if (SmallFile.ReadIfPossible("/proc/stat") is not { } bytes)
        {
            return null;
        }
        var begin = bytes.AsSpan().IndexOf("\nprocesses "u8);
        var rest = begin < 0 ? default : bytes.AsSpan(begin + "\nprocesses "u8.Length);
        return System.Buffers.Text.Utf8Parser.TryParse(rest, out long count, out _) ? count : null;
    }
}
