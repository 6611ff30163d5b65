using Google.Protobuf;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Splits encoded history events into pages, and inserts the pages into responses without parsing the events.</summary>
internal static class EventHistoryPageBuilder
{
    public const int MaxPageEvents = 1000;
    public const int MaxPageBytes = 2 * 1024 * 1024;

    /// <summary>
    /// Returns one page of the encoded events from <paramref name="from"/> through <paramref name="to"/>, and the id at which the next
    /// page starts.
    /// </summary>
    public static (byte[] Bytes, long Next) Page(
        IEnumerable<EventBatch> batches,
        long from,
        long to,
        int maxEvents = MaxPageEvents,
        int maxBatches = int.MaxValue
    )
    {
        using var page = new MemoryStream();
        var next = from;
        foreach (var batch in batches)
        {
            if (batch.Last < from)
            {
                continue;
            }

            if (batch.First > to || next - from >= maxEvents || page.Length >= MaxPageBytes || maxBatches-- == 0)
            {
                break;
            }

            if (
                batch.First == next
                && batch.Last <= to
                && batch.Last - batch.First < MaxPageEvents
                && (page.Length == 0 || page.Length + batch.Bytes.Length <= MaxPageBytes)
            )
            {
                page.Write(batch.Bytes);
                next = batch.Last + 1;
                continue;
            }

            foreach (var (id, bytes) in CachedEventHistory.Split(batch))
            {
                if (id < next)
                {
                    continue;
                }

                if (id > to || id - from >= maxEvents || (page.Length > 0 && page.Length + bytes.Length > MaxPageBytes))
                {
                    return (page.ToArray(), next);
                }

                page.Write(bytes.Span);
                next = id + 1;
            }
        }

        return (page.ToArray(), next);
    }

    /// <summary>
    /// Returns the last page of the encoded events from <paramref name="from"/> through <paramref name="to"/>, and the id of the page's
    /// first event.
    /// </summary>
    public static (byte[] Bytes, long First) PageBack(IEnumerable<EventBatch> batches, long from, long to)
    {
        var events = batches
            .TakeWhile(batch => batch.First <= to)
            .SelectMany(CachedEventHistory.Split)
            .Where(e => e.EventId >= from && e.EventId <= to)
            .ToList();
        var (first, size) = (events.Count, 0);
        while (first > 0 && events.Count - first < MaxPageEvents && (size == 0 || size + events[first - 1].Bytes.Length <= MaxPageBytes))
        {
            size += events[--first].Bytes.Length;
        }

        using var page = new MemoryStream(size);
        foreach (var (_, bytes) in events.Skip(first))
        {
            page.Write(bytes.Span);
        }

        return (page.ToArray(), first < events.Count ? events[first].EventId : from);
    }

    /// <summary>Appends a length-delimited field to an encoded message.</summary>
    public static byte[] AppendField(IMessage message, int fieldNumber, ReadOnlySpan<byte> value)
    {
        var size = message.CalculateSize();
        var tag = (uint)((fieldNumber << 3) | 2);
        var header = CodedOutputStream.ComputeUInt32Size(tag) + CodedOutputStream.ComputeLengthSize(value.Length);
        var bytes = new byte[size + header + value.Length];
        message.WriteTo(bytes.AsSpan(0, size));
        var at = size;
        at += WriteVarint(bytes.AsSpan(at), tag);
        at += WriteVarint(bytes.AsSpan(at), (uint)value.Length);
        value.CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Encodes single events as a page of history.</summary>
    public static byte[] Encode(IEnumerable<HistoryEvent> events)
    {
        var history = new Temporalio.Api.History.V1.History();
        history.Events.AddRange(events);
        return history.ToByteArray();
    }

    private static int WriteVarint(Span<byte> to, uint value)
    {
        var i = 0;
        while (value >= 0x80)
        {
            to[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[i++] = (byte)value;
        return i;
    }
}
