using System.Buffers.Binary;
using System.Text;

namespace Temporal.Server.Schedules.Specs;

/// <summary>
/// A time zone that a client sent as the content of a TZif file (RFC 9636). The file lists individual offset changes, and a rule for the
/// time after the last change.
/// </summary>
internal sealed class TzifZone : ScheduleTimeZone
{
    private const int HeaderLength = 44;
    private const int TypeLength = 6;

    private readonly long[] _changes;
    private readonly TimeSpan[] _offsets;
    private readonly TimeSpan _first;
    private readonly PosixZoneRule? _rule;

    private TzifZone(long[] changes, TimeSpan[] offsets, TimeSpan first, PosixZoneRule? rule)
    {
        _changes = changes;
        _offsets = offsets;
        _first = first;
        _rule = rule;
    }

    public override bool IsFixed => _changes.Length == 0 && _rule is null or { IsFixed: true };

    /// <summary>Parses the content of a TZif file.</summary>
    /// <exception cref="ScheduleSpecException">The content is not a valid TZif file.</exception>
    public static TzifZone Read(ReadOnlySpan<byte> file)
    {
        try
        {
            var (counts, version) = Header(file);
            var body = file[HeaderLength..];
            if (version == 0)
            {
                return Body(body, counts, timeLength: 4, rule: null);
            }

            // The second block repeats the data with 64-bit times; the rule follows it.
            var second = body[counts.Length(4)..];
            (counts, _) = Header(second);
            body = second[HeaderLength..];
            return Body(body, counts, timeLength: 8, Rule(body[counts.Length(8)..]));
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or OverflowException or FormatException)
        {
            throw new ScheduleSpecException($"the time zone's data cannot be read: {error.Message}");
        }
    }

    public override TimeSpan OffsetAt(DateTime utc)
    {
        var seconds = (long)Math.Floor((utc - DateTime.UnixEpoch).TotalSeconds);
        var found = Array.BinarySearch(_changes, seconds);
        var at = found >= 0 ? found : ~found - 1;
        return at == _changes.Length - 1 && _rule is not null ? _rule.OffsetAt(utc)
            : at < 0 ? _first
            : _offsets[at];
    }

    private static (TzifCounts Counts, int Version) Header(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength || !file.StartsWith("TZif"u8))
        {
            throw new FormatException("it does not start like a TZif file");
        }

        var counts = new int[6];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = checked((int)BinaryPrimitives.ReadUInt32BigEndian(file[(20 + (4 * i))..]));
        }

        return (
            new TzifCounts(
                UtcMarks: counts[0],
                StandardMarks: counts[1],
                Leaps: counts[2],
                Times: counts[3],
                Types: counts[4],
                Names: counts[5]
            ),
            file[4]
        );
    }

    private static TzifZone Body(ReadOnlySpan<byte> body, TzifCounts counts, int timeLength, PosixZoneRule? rule)
    {
        if (counts.Types == 0)
        {
            throw new FormatException("it has no offset");
        }

        var numbers = body[(counts.Times * timeLength)..];
        var types = numbers[counts.Times..];
        var changes = new long[counts.Times];
        var offsets = new TimeSpan[counts.Times];
        for (var i = 0; i < counts.Times; i++)
        {
            changes[i] =
                timeLength == 8
                    ? BinaryPrimitives.ReadInt64BigEndian(body[(i * 8)..])
                    : BinaryPrimitives.ReadInt32BigEndian(body[(i * 4)..]);
            if (i > 0 && changes[i] <= changes[i - 1])
            {
                throw new FormatException("its times are not in order");
            }

            offsets[i] = numbers[i] < counts.Types ? Offset(types, numbers[i]) : throw new FormatException("it refers to a missing offset");
        }

        return new TzifZone(changes, offsets, Offset(types, 0), rule);
    }

    private static TimeSpan Offset(ReadOnlySpan<byte> types, int number)
    {
        var seconds = BinaryPrimitives.ReadInt32BigEndian(types[(number * TypeLength)..]);
        return Math.Abs((long)seconds) < 26 * 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException("an offset is longer than a day");
    }

    private static PosixZoneRule? Rule(ReadOnlySpan<byte> footer)
    {
        var text = Encoding.ASCII.GetString(footer);
        var end = text.IndexOf('\n', 1);
        return text.StartsWith('\n') && end > 0
            ? end == 1
                ? null
                : PosixZoneRule.Parse(text[1..end])
            : throw new FormatException("its end is missing");
    }

    /// <summary>Entry counts, by kind, of a TZif data block.</summary>
    private sealed record TzifCounts(int UtcMarks, int StandardMarks, int Leaps, int Times, int Types, int Names)
    {
        public int Length(int timeLength) =>
            checked((Times * (timeLength + 1)) + (Types * TypeLength) + Names + (Leaps * (timeLength + 4)) + StandardMarks + UtcMarks);
    }
}
