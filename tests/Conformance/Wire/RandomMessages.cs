using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Orchestrator.Conformance.Wire;

/// <summary>Requests that no client would send: random fields with extreme values, names that exist and names that do not.</summary>
/// <param name="names">Texts that mean something to the server; the first is the namespace.</param>
/// <param name="tokens">Tokens that the server gave to others.</param>
internal sealed class RandomMessages(Random random, IReadOnlyList<string> names, IReadOnlyList<byte[]> tokens)
{
    private const int DeepestNesting = 6;
    private const int Huge = 300_000;

    /// <summary>A request of a type: mostly a message of it, sometimes one that was damaged on its way, or no message at all.</summary>
    public byte[] Request(MessageDescriptor type)
    {
        switch (random.Next(20))
        {
            case 0:
                return Bytes(random.Next(200));
            case 1 or 2:
                return Damaged(Encode(type));
            default:
                return Encode(type);
        }
    }

    /// <summary>A random message of a type, encoded.</summary>
    public byte[] Encode(MessageDescriptor type)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            Write(type, output, 0);
        }

        return stream.ToArray();
    }

    private void Write(MessageDescriptor type, CodedOutputStream output, int depth)
    {
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            // Names of namespaces and workflows are there more often: without them hardly anything is looked at.
            var wanted = field.Name is "namespace" or "workflow_id" or "task_queue" or "execution" or "workflow_execution" or "schedule_id"
                ? 0.9
                : 0.35;
            var times =
                random.NextDouble() > wanted ? 0
                : field.IsRepeated ? random.Next(1, 4)
                : 1;
            for (; times > 0; times--)
            {
                Write(field, output, depth);
            }
        }
    }

    private void Write(FieldDescriptor field, CodedOutputStream output, int depth)
    {
        if (field.FieldType == FieldType.Message)
        {
            if (depth < DeepestNesting)
            {
                using var stream = new MemoryStream();
                using (var inner = new CodedOutputStream(stream, leaveOpen: true))
                {
                    Write(field.MessageType, inner, depth + 1);
                }

                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(stream.ToArray()));
            }

            return;
        }

        switch (field.FieldType)
        {
            case FieldType.String:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteString(field.Name == "namespace" && random.Next(10) > 0 ? names[0] : Text());
                break;
            case FieldType.Bytes:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Token()));
                break;
            case FieldType.Double:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed64);
                output.WriteDouble(Pick(0, -1, double.NaN, double.MaxValue, 1.5));
                break;
            case FieldType.Float:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed32);
                output.WriteFloat(Pick(0f, -1f, float.NaN, float.MaxValue, 1.5f));
                break;
            default:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Varint);
                output.WriteInt64(
                    Pick(0L, 1L, -1L, 2L, 3L, 10L, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 99L, 1_000_000_000L)
                );
                break;
        }
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Some bytes changed, or the end missing.</summary>
    private byte[] Damaged(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var damaged = (byte[])bytes.Clone();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }

        return random.Next(2) == 0 ? damaged : damaged[..random.Next(damaged.Length)];
    }

    private byte[] Token() =>
        random.Next(4) switch
        {
            0 => Bytes(random.Next(40)),
            1 when tokens.Count > 0 => Damaged(tokens[random.Next(tokens.Count)]),
            _ when tokens.Count > 0 => tokens[random.Next(tokens.Count)],
            _ => [],
        };

    private string Text() =>
        random.Next(2000) == 0
            ? new string('x', Huge)
            : random.Next(8) switch
            {
                0 => "",
                1 => new string('x', 1001),
                2 => Pick("\0", "é\u0301", "'; DROP TABLE runs; --", "* * * * *", "CRON_TZ=Mars/Base * * * * *", "2050-01-01T00:00:00Z"),
                3 => Guid.NewGuid().ToString(),
                _ => names[random.Next(names.Count)],
            };

    private T Pick<T>(params T[] values) => values[random.Next(values.Length)];
}
