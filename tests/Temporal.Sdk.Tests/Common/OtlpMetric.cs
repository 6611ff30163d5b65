using Google.Protobuf;

namespace Orchestrator.Temporal.Sdk.Tests.Common;

/// <summary>The first point of a metric, read from an ExportMetricsServiceRequest by the field numbers of opentelemetry-proto 1.</summary>
internal sealed record OtlpMetric
{
    public string Name { get; private set; } = "";

    public string Description { get; private set; } = "";

    public string Unit { get; private set; } = "";

    public ulong Temporality { get; private set; }

    public bool IsMonotonic { get; private set; }

    public long Whole { get; private set; }

    public double Real { get; private set; }

    public ulong Count { get; private set; }

    public List<ulong> Buckets { get; } = [];

    public List<double> Bounds { get; } = [];

    public Dictionary<string, object> Tags { get; } = [];

    public static IEnumerable<OtlpMetric> Read(byte[] request) =>
        from resource in Parts(request, 1)
        from scope in Parts(resource, 2)
        from metric in Parts(scope, 2)
        select OfMetric(metric);

    private static OtlpMetric OfMetric(byte[] bytes)
    {
        var metric = new OtlpMetric();
        Each(
            bytes,
            (field, input) =>
            {
                switch (field)
                {
                    case 1:
                        metric.Name = input.ReadString();
                        break;
                    case 2:
                        metric.Description = input.ReadString();
                        break;
                    case 3:
                        metric.Unit = input.ReadString();
                        break;
                    case 5 or 7 or 9:
                        metric.ReadData(input.ReadBytes().ToByteArray(), field == 9);
                        break;
                    default:
                        throw new InvalidDataException($"a metric has no field {field}");
                }
            }
        );
        return metric;
    }

    private void ReadData(byte[] bytes, bool histogram) =>
        Each(
            bytes,
            (field, input) =>
            {
                switch (field)
                {
                    case 1 when histogram:
                        Each(input.ReadBytes().ToByteArray(), ReadHistogramPoint);
                        break;
                    case 1:
                        Each(input.ReadBytes().ToByteArray(), ReadNumberPoint);
                        break;
                    case 2:
                        Temporality = input.ReadUInt64();
                        break;
                    case 3:
                        IsMonotonic = input.ReadBool();
                        break;
                    default:
                        throw new InvalidDataException($"data have no field {field}");
                }
            }
        );

    private void ReadNumberPoint(int field, CodedInputStream input)
    {
        switch (field)
        {
            case 2 or 3:
                Assert.InRange(input.ReadFixed64(), 1UL, ulong.MaxValue);
                break;
            case 4:
                Real = input.ReadDouble();
                break;
            case 6:
                Whole = input.ReadSFixed64();
                break;
            case 7:
                ReadTag(input.ReadBytes().ToByteArray());
                break;
            default:
                throw new InvalidDataException($"a point of numbers has no field {field}");
        }
    }

    private void ReadHistogramPoint(int field, CodedInputStream input)
    {
        switch (field)
        {
            case 2 or 3:
                Assert.InRange(input.ReadFixed64(), 1UL, ulong.MaxValue);
                break;
            case 4:
                Count = input.ReadFixed64();
                break;
            case 5:
                Real = input.ReadDouble();
                break;
            case 6:
                Packed(input.ReadBytes(), packed => Buckets.Add(packed.ReadFixed64()));
                break;
            case 7:
                Packed(input.ReadBytes(), packed => Bounds.Add(packed.ReadDouble()));
                break;
            case 9:
                ReadTag(input.ReadBytes().ToByteArray());
                break;
            default:
                throw new InvalidDataException($"a point of a histogram has no field {field}");
        }
    }

    private void ReadTag(byte[] bytes)
    {
        var name = "";
        object value = "";
        Each(
            bytes,
            (field, input) =>
            {
                if (field == 1)
                {
                    name = input.ReadString();
                    return;
                }

                Each(
                    input.ReadBytes().ToByteArray(),
                    (kind, any) =>
                        value = kind switch
                        {
                            1 => any.ReadString(),
                            2 => any.ReadBool(),
                            3 => any.ReadInt64(),
                            4 => any.ReadDouble(),
                            _ => throw new InvalidDataException($"a value has no field {kind}"),
                        }
                );
            }
        );
        Tags[name] = value;
    }

    private static void Packed(ByteString bytes, Action<CodedInputStream> read)
    {
        using var input = bytes.CreateCodedInput();
        while (!input.IsAtEnd)
        {
            read(input);
        }
    }

    private static IEnumerable<byte[]> Parts(byte[] bytes, int wanted)
    {
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagFieldNumber(tag) == wanted)
            {
                yield return input.ReadBytes().ToByteArray();
            }
            else
            {
                input.SkipLastField();
            }
        }
    }

    private static void Each(byte[] bytes, Action<int, CodedInputStream> read)
    {
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            read(WireFormat.GetTagFieldNumber(tag), input);
        }
    }
}
