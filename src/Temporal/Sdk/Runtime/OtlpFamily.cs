using System.Collections.Concurrent;
using System.Globalization;

namespace Temporalio.Runtime;

/// <summary>Tags of a series: equal when they say the same, in whichever order they were given.</summary>
internal sealed class OtlpTags : IEquatable<OtlpTags>
{
    private readonly SortedDictionary<string, object> _tags;
    private readonly string _text;

    public OtlpTags(OtlpTags? before, IReadOnlyCollection<KeyValuePair<string, object>> more)
    {
        _tags = before is null ? new(StringComparer.Ordinal) : new(before._tags, StringComparer.Ordinal);
        foreach (var (name, value) in more)
        {
            _tags[name] = value;
        }

        _text = string.Join('\n', _tags.Select(tag => string.Create(CultureInfo.InvariantCulture, $"{tag.Key}\t{tag.Value}")));
    }

    /// <summary>A KeyValue for each.</summary>
    public IEnumerable<OtlpWriter> Attributes => _tags.Select(tag => Attribute(tag.Key, tag.Value));

    public static OtlpWriter Attribute(string name, object value)
    {
        var any = value switch
        {
            bool flag => new OtlpWriter().Flag(2, flag),
            long number => new OtlpWriter().Number(3, (ulong)number),
            double number => new OtlpWriter().Real(4, number),
            _ => new OtlpWriter().Text(1, Convert.ToString(value, CultureInfo.InvariantCulture)),
        };
        return new OtlpWriter().Text(1, name).Message(2, any);
    }

    public bool Equals(OtlpTags? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as OtlpTags);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
}

/// <summary>The series of one metric.</summary>
internal sealed class OtlpFamily(OtlpFamily.MetricKind kind, string name, string? unit, string? description, bool whole, double[] bounds)
{
    private readonly ConcurrentDictionary<OtlpTags, Series> _series = new();

    public enum MetricKind
    {
        Counter,
        Histogram,
        Gauge,
    }

    public void Record(double value, OtlpTags tags)
    {
        var series = _series.GetOrAdd(tags, static (_, count) => new Series(new ulong[count]), bounds.Length + 1);
        lock (series)
        {
            series.Count++;
            series.Sum = kind == MetricKind.Gauge ? value : series.Sum + value;
            if (kind == MetricKind.Histogram)
            {
                var bucket = Array.FindIndex(bounds, bound => value <= bound);
                series.Buckets[bucket < 0 ? bounds.Length : bucket]++;
            }
        }
    }

    /// <summary>A Metric; null where there is nothing to say.</summary>
    /// <param name="from">Since when sums are, in nanoseconds since 1970.</param>
    /// <param name="now">The time of the values.</param>
    /// <param name="delta">Whether sums begin again.</param>
    public OtlpWriter? Write(ulong from, ulong now, bool delta)
    {
        List<OtlpWriter> points = [];
        foreach (var (tags, series) in _series)
        {
            lock (series)
            {
                if (series.Count == 0)
                {
                    continue;
                }

                points.Add(kind == MetricKind.Histogram ? Distribution(series, tags, from, now) : Number(series, tags, from, now));
                if (delta && kind != MetricKind.Gauge)
                {
                    (series.Count, series.Sum) = (0, 0);
                    Array.Clear(series.Buckets);
                }
            }
        }

        if (points.Count == 0)
        {
            return null;
        }

        var data = new OtlpWriter().Messages(1, points);
        var temporality = delta ? 1UL : 2UL;
        return new OtlpWriter()
            .Text(1, name)
            .Text(2, description)
            .Text(3, unit)
            .Message(
                kind switch
                {
                    MetricKind.Gauge => 5,
                    MetricKind.Counter => 7,
                    _ => 9,
                },
                kind switch
                {
                    MetricKind.Gauge => data,
                    MetricKind.Counter => data.Number(2, temporality).Flag(3, true),
                    _ => data.Number(2, temporality),
                }
            );
    }

    private OtlpWriter Number(Series series, OtlpTags tags, ulong from, ulong now)
    {
        var point = new OtlpWriter().Messages(7, tags.Attributes).Fixed(2, from).Fixed(3, now);
        return whole ? point.Fixed(6, (ulong)(long)series.Sum) : point.Real(4, series.Sum);
    }

    private OtlpWriter Distribution(Series series, OtlpTags tags, ulong from, ulong now) =>
        new OtlpWriter()
            .Messages(9, tags.Attributes)
            .Fixed(2, from)
            .Fixed(3, now)
            .Fixed(4, series.Count)
            .Real(5, series.Sum)
            .Packed(6, series.Buckets)
            .Packed(7, [.. bounds.Select(BitConverter.DoubleToUInt64Bits)]);

    private sealed class Series(ulong[] buckets)
    {
        public ulong[] Buckets { get; } = buckets;

        public ulong Count { get; set; }

        public double Sum { get; set; }
    }
}
