using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace Temporalio.Runtime;

/// <summary>Writes the fields of a message of OTLP (opentelemetry.proto.metrics.v1), whose messages lie within each other.</summary>
internal sealed class OtlpWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;

    private readonly MemoryStream _bytes = new();

    public OtlpWriter Text(int field, string? value) => string.IsNullOrEmpty(value) ? this : Bytes(field, Encoding.UTF8.GetBytes(value));

    public OtlpWriter Number(int field, ulong value)
    {
        Tag(field, Varint);
        Plain(value);
        return this;
    }

    public OtlpWriter Flag(int field, bool value) => Number(field, value ? 1UL : 0UL);

    public OtlpWriter Fixed(int field, ulong value)
    {
        Tag(field, Fixed64);
        Raw(value);
        return this;
    }

    public OtlpWriter Real(int field, double value) => Fixed(field, BitConverter.DoubleToUInt64Bits(value));

    public OtlpWriter Message(int field, OtlpWriter message) => Bytes(field, message._bytes.ToArray());

    public OtlpWriter Messages(int field, IEnumerable<OtlpWriter> messages)
    {
        foreach (var message in messages)
        {
            Message(field, message);
        }

        return this;
    }

    /// <summary>A list of numbers of eight bytes each.</summary>
    public OtlpWriter Packed(int field, IReadOnlyCollection<ulong> values)
    {
        Tag(field, Delimited);
        Plain((ulong)values.Count * sizeof(ulong));
        foreach (var value in values)
        {
            Raw(value);
        }

        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();

    private OtlpWriter Bytes(int field, byte[] value)
    {
        Tag(field, Delimited);
        Plain((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Tag(int field, int kind) => Plain((ulong)((field << 3) | kind));

    private void Plain(ulong value)
    {
        using var output = new CodedOutputStream(_bytes, leaveOpen: true);
        output.WriteUInt64(value);
    }

    private void Raw(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }
}
