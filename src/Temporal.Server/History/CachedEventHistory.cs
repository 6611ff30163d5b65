using Google.Protobuf;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>
/// Consecutive events, encoded as a <c>History</c> message. The concatenation of several batches is also a valid message.
/// </summary>
internal sealed record EventBatch(long First, long Last, byte[] Bytes);

/// <summary>The encoded events of a run that are held in memory. If the run is long, these are only its newest events.</summary>
internal sealed class CachedEventHistory
{
    private const int KeptBytes = 8 * 1024;

    private readonly List<EventBatch> _batches = [];
    private int _bytes;

    /// <summary>Id of the first event in memory. If there are no events in memory, the id that follows the last event.</summary>
    public long First => _batches.Count > 0 ? _batches[0].First : Last + 1;

    public long Last { get; private set; }

    public void Append(EventBatch batch)
    {
        _batches.Add(batch);
        _bytes += batch.Bytes.Length;
        Last = batch.Last;
    }

    /// <summary>Drops the oldest events from memory if there are many. Only events that are already stored can be dropped.</summary>
    public void Trim(long committedEventId)
    {
        var drop = 0;
        while (_bytes > KeptBytes && drop < _batches.Count - 1 && _batches[drop].Last <= committedEventId)
        {
            _bytes -= _batches[drop].Bytes.Length;
            drop++;
        }

        _batches.RemoveRange(0, drop);
    }

    /// <summary>Returns the in-memory batches that contain events with ids of at least <paramref name="from"/>.</summary>
    public IEnumerable<EventBatch> From(long from)
    {
        // Binary search for the batch that contains the event.
        int low = 0,
            high = _batches.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_batches[middle].Last < from)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return _batches.Skip(low);
    }

    public static EventBatch Encode(IReadOnlyList<HistoryEvent> events)
    {
        var history = new Temporalio.Api.History.V1.History();
        history.Events.AddRange(events);
        return new EventBatch(events[0].EventId, events[^1].EventId, history.ToByteArray());
    }

    public static IEnumerable<HistoryEvent> Decode(EventBatch batch) =>
        Temporalio.Api.History.V1.History.Parser.ParseFrom(batch.Bytes).Events;

    /// <summary>Splits a batch into its encoded events, each including the field tag that precedes it.</summary>
    public static IEnumerable<(long EventId, ReadOnlyMemory<byte> Bytes)> Split(EventBatch batch)
    {
        var id = batch.First;
        for (var at = 0; at < batch.Bytes.Length; )
        {
            var end = EntryEnd(batch.Bytes, at);
            yield return (id++, batch.Bytes.AsMemory(at, end - at));
            at = end;
        }
    }

    /// <summary>Counts the events of an encoded batch.</summary>
    public static int Count(byte[] bytes)
    {
        var count = 0;
        for (var at = 0; at < bytes.Length; at = EntryEnd(bytes, at))
        {
            count++;
        }

        return count;
    }

    private static int EntryEnd(byte[] bytes, int at)
    {
        // One byte for the tag, then the length as a varint.
        var length = 0;
        var shift = 0;
        var i = at + 1;
        byte b;
        do
        {
            b = bytes[i++];
            length |= (b & 0x7f) << shift;
            shift += 7;
        } while (b >= 0x80);

        return i + length;
    }
}
