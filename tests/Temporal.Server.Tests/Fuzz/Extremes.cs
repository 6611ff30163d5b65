using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>
/// Puts one value that nobody expects somewhere into a request: whatever comes of it, it must not be a fault of the server.
/// </summary>
internal static class Extremes
{
    private static readonly string Long = new('x', 70_000);

    /// <summary>Changes one field of the request or of a nested message. Returns a description, or null if there is no field.</summary>
    public static string? Apply(IMessage request, Random random)
    {
        var places = Places(request).ToList();
        if (places.Count == 0)
        {
            return null;
        }

        var (message, field) = places[random.Next(places.Count)];
        var value = Value(field, random);
        if (field.IsRepeated)
        {
            var list = (IList)field.Accessor.GetValue(message);
            if (value is null)
            {
                list.Clear();
            }
            else
            {
                list.Add(value);
            }
        }
        else if (value is null)
        {
            field.Accessor.Clear(message);
        }
        else
        {
            field.Accessor.SetValue(message, value);
        }

        return $"{message.Descriptor.Name}.{field.Name} = {(value is string { Length: > 40 } ? "long text" : value ?? "nothing")}";
    }

    private static IEnumerable<(IMessage Message, FieldDescriptor Field)> Places(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            // Of which namespace it is says what is asked; that is spoiled elsewhere. Wrapped numbers are no messages to their owner.
            if (field.IsMap || IsWrapper(field) || field.Name is "namespace" or "wait_new_event")
            {
                continue;
            }

            yield return (message, field);
            var parts = field switch
            {
                { FieldType: not FieldType.Message } => [],
                { IsRepeated: true } => ((IList)field.Accessor.GetValue(message)).Cast<IMessage>(),
                _ => field.Accessor.GetValue(message) is IMessage part ? [part] : [],
            };
            foreach (var place in parts.SelectMany(Places))
            {
                yield return place;
            }
        }
    }

    private static bool IsWrapper(FieldDescriptor field) =>
        field.FieldType == FieldType.Message
        && field.MessageType.File.Name.EndsWith("google/protobuf/wrappers.proto", StringComparison.Ordinal);

    private static object? Value(FieldDescriptor field, Random random) =>
        random.Next(4) == 0
            ? null
            : field.FieldType switch
            {
                FieldType.String => Pick(random, "", Long, "\u0000", "\ud83d\ude00", "a/b?c=%20", "' OR 1=1 --"),
                FieldType.Bytes => Pick(random, ByteString.CopyFrom(new byte[40]), ByteString.CopyFromUtf8("nobody's")),
                FieldType.Bool => random.Next(2) == 0,
                FieldType.Double => Pick(random, double.NaN, double.PositiveInfinity, -1.0, double.MaxValue),
                FieldType.Float => Pick(random, float.NaN, float.NegativeInfinity, float.MaxValue),
                FieldType.Enum => System.Enum.ToObject(field.EnumType.ClrType, Pick(random, 99, 0, 1)),
                FieldType.Int32 or FieldType.SInt32 => Pick(random, int.MinValue, -1, 0, int.MaxValue),
                FieldType.UInt32 => uint.MaxValue,
                FieldType.Int64 or FieldType.SInt64 => Pick(random, long.MinValue, -1L, 0L, long.MaxValue),
                FieldType.UInt64 => ulong.MaxValue,
                FieldType.Message => Message(field.MessageType, random),
                _ => null,
            };

    private static IMessage Message(MessageDescriptor type, Random random) =>
        type.FullName switch
        {
            "google.protobuf.Duration" => new Duration
            {
                Seconds = Pick(random, long.MinValue, -1L, 0L, 315_576_000_000L, long.MaxValue),
                Nanos = Pick(random, 0, -1, 999_999_999, int.MaxValue),
            },
            "google.protobuf.Timestamp" => new Timestamp
            {
                Seconds = Pick(random, long.MinValue, -62_135_596_801L, 0L, 253_402_300_800L, long.MaxValue),
                Nanos = Pick(random, 0, -1, int.MaxValue),
            },
            _ => type.Parser.ParseFrom(ByteString.Empty),
        };

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
