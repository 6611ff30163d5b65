using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;

namespace Temporalio.Converters;

/// <summary>Encoding <c>binary/null</c>: no value.</summary>
public class BinaryNullConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("binary/null");

    /// <inheritdoc />
    public string Encoding => "binary/null";

    /// <inheritdoc />
    public virtual bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = value is null ? PayloadFactory.Create(EncodingBytes, ByteString.Empty) : null;
        return payload is not null;
    }

    /// <inheritdoc />
    public virtual object? ToValue(Payload payload, Type type)
    {
        if (payload.Data.Length > 0)
        {
            throw new ArgumentException("A payload of encoding binary/null holds data.", nameof(payload));
        }

        return type.IsValueType && Nullable.GetUnderlyingType(type) is null && type != typeof(void)
            ? throw new ArgumentException($"The payload holds null, which {type} cannot be.", nameof(type))
            : null;
    }
}

/// <summary>Encoding <c>binary/plain</c>: a byte array as it is.</summary>
public class BinaryPlainConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("binary/plain");

    /// <inheritdoc />
    public string Encoding => "binary/plain";

    /// <inheritdoc />
    public virtual bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = value is byte[] bytes ? PayloadFactory.Create(EncodingBytes, ByteString.CopyFrom(bytes)) : null;
        return payload is not null;
    }

    /// <inheritdoc />
    public virtual object? ToValue(Payload payload, Type type) =>
        type.IsAssignableFrom(typeof(byte[]))
            ? payload.Data.ToByteArray()
            : throw new ArgumentException($"The payload holds bytes, not {type}.", nameof(type));
}

/// <summary>Encoding <c>json/protobuf</c>: a protobuf message as proto3 JSON, with its full name in the metadata.</summary>
public class JsonProtoConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("json/protobuf");

    /// <summary>Reads and writes with protobuf's defaults; unknown fields are ignored.</summary>
    public JsonProtoConverter()
        : this(JsonFormatter.Default, new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true))) { }

    /// <summary>Reads and writes as told.</summary>
    public JsonProtoConverter(JsonFormatter formatter, JsonParser parser)
    {
        Formatter = formatter;
        Parser = parser;
    }

    /// <inheritdoc />
    public string Encoding => "json/protobuf";

    /// <summary>Writes messages.</summary>
    protected JsonFormatter Formatter { get; }

    /// <summary>Reads messages.</summary>
    protected JsonParser Parser { get; }

    /// <inheritdoc />
    public virtual bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = null;
        if (value is IMessage message)
        {
            payload = PayloadFactory.Create(EncodingBytes, ByteString.CopyFromUtf8(Formatter.Format(message)));
            PayloadFactory.SetMessageType(payload, message);
        }

        return payload is not null;
    }

    /// <inheritdoc />
    public virtual object? ToValue(Payload payload, Type type) =>
        Parser.Parse(payload.Data.ToStringUtf8(), PayloadFactory.DescriptorOf(payload, type));
}

/// <summary>Encoding <c>binary/protobuf</c>: a protobuf message in wire format, with its full name in the metadata.</summary>
public class BinaryProtoConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("binary/protobuf");

    /// <inheritdoc />
    public string Encoding => "binary/protobuf";

    /// <inheritdoc />
    public virtual bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = null;
        if (value is IMessage message)
        {
            payload = PayloadFactory.Create(EncodingBytes, message.ToByteString());
            PayloadFactory.SetMessageType(payload, message);
        }

        return payload is not null;
    }

    /// <inheritdoc />
    public virtual object? ToValue(Payload payload, Type type) => PayloadFactory.DescriptorOf(payload, type).Parser.ParseFrom(payload.Data);
}

/// <summary>Encoding <c>json/plain</c>: anything System.Text.Json takes.</summary>
public class JsonPlainConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("json/plain");

    /// <summary>Reads and writes with the given options.</summary>
    public JsonPlainConverter(JsonSerializerOptions serializerOptions) => SerializerOptions = serializerOptions;

    /// <inheritdoc />
    public string Encoding => "json/plain";

    /// <summary>The options.</summary>
    protected JsonSerializerOptions SerializerOptions { get; }

    /// <inheritdoc />
    public virtual bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, value?.GetType() ?? typeof(object), SerializerOptions);
        payload = PayloadFactory.Create(EncodingBytes, UnsafeByteOperations.UnsafeWrap(json));
        return true;
    }

    /// <inheritdoc />
    public virtual object? ToValue(Payload payload, Type type) => JsonSerializer.Deserialize(payload.Data.Span, type, SerializerOptions);
}

/// <summary>What the encodings have in common.</summary>
internal static class PayloadFactory
{
    private const string MessageTypeKey = "messageType";

    public static Payload Create(ByteString encoding, ByteString data)
    {
        var payload = new Payload { Data = data };
        payload.Metadata["encoding"] = encoding;
        return payload;
    }

    public static void SetMessageType(Payload payload, IMessage message) =>
        payload.Metadata[MessageTypeKey] = ByteString.CopyFromUtf8(message.Descriptor.FullName);

    /// <summary>How a message is read as a type.</summary>
    /// <exception cref="ArgumentException">The type is no message, or another one than the payload says it holds.</exception>
    public static MessageDescriptor DescriptorOf(Payload payload, Type type)
    {
        if (!typeof(IMessage).IsAssignableFrom(type) || type.GetProperty("Descriptor", typeof(MessageDescriptor)) is not { } property)
        {
            throw new ArgumentException($"Payload is protobuf message, but type is {type}", nameof(type));
        }

        var descriptor = (MessageDescriptor)property.GetValue(null)!;
        if (
            payload.Metadata.TryGetValue(MessageTypeKey, out var named)
            && named.ToStringUtf8() is { Length: > 0 } name
            && name != descriptor.FullName
        )
        {
            throw new ArgumentException(
                $"Payload has protobuf message type {name}, but type {type} is {descriptor.FullName}",
                nameof(type)
            );
        }

        return descriptor;
    }
}
