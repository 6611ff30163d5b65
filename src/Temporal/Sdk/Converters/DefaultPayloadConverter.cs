using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Temporalio.Converters;

/// <summary>Tries a list of encodings in order: null, bytes, protobuf as JSON, protobuf as binary, JSON.</summary>
public class DefaultPayloadConverter : IPayloadConverter, IWithSerializationContext<IPayloadConverter>
{
    private const string EncodingKey = "encoding";

    private readonly ConcurrentDictionary<Type, ITemporalTransferTypeConverter?> _transferConverters = new();

    /// <summary>The usual encodings, JSON with the defaults of System.Text.Json.</summary>
    public DefaultPayloadConverter()
        : this(JsonSerializerOptions.Default) { }

    /// <summary>The usual encodings, JSON with the given options.</summary>
    public DefaultPayloadConverter(JsonSerializerOptions jsonSerializerOptions)
        : this(
            new BinaryNullConverter(),
            new BinaryPlainConverter(),
            new JsonProtoConverter(),
            new BinaryProtoConverter(),
            new JsonPlainConverter(jsonSerializerOptions)
        ) { }

    /// <summary>Encodings of one's own, the first that takes a value wins.</summary>
    public DefaultPayloadConverter(params IEncodingConverter[] encodingConverters)
    {
        EncodingConverters = encodingConverters;
        IndexedEncodingConverters = encodingConverters.ToDictionary(converter => ByteString.CopyFromUtf8(converter.Encoding));
    }

    /// <summary>The encodings in order.</summary>
    public IReadOnlyCollection<IEncodingConverter> EncodingConverters { get; }

    /// <summary>The encodings by name.</summary>
    public IReadOnlyDictionary<ByteString, IEncodingConverter> IndexedEncodingConverters { get; }

    /// <inheritdoc />
    public virtual Payload ToPayload(object? value)
    {
        if (value is IRawValue raw)
        {
            return raw.Payload;
        }

        if (value is not null && TransferConverterOf(value.GetType()) is { } transfer)
        {
            value = transfer.ToTransferType(value);
        }

        foreach (var converter in EncodingConverters)
        {
            if (converter.TryToPayload(value, out var payload))
            {
                return payload;
            }
        }

        throw new ArgumentException($"Value of type {value?.GetType().ToString() ?? "null"} has no known converter", nameof(value));
    }

    /// <inheritdoc />
    public virtual object? ToValue(Payload payload, Type type)
    {
        if (type.IsAssignableFrom(typeof(RawValue)) && typeof(IRawValue).IsAssignableFrom(type))
        {
            return new RawValue(payload);
        }

        if (!payload.Metadata.TryGetValue(EncodingKey, out var encoding))
        {
            throw new ArgumentException("The payload says no encoding.", nameof(payload));
        }

        if (!IndexedEncodingConverters.TryGetValue(encoding, out var converter))
        {
            throw new ArgumentException(
                $"The payload's encoding '{encoding.ToStringUtf8()}' is not known to this converter. Known: "
                    + $"{string.Join(", ", EncodingConverters.Select(known => known.Encoding))}.",
                nameof(payload)
            );
        }

        return TransferConverterOf(type) is { } transfer
            ? transfer.FromTransferType(converter.ToValue(payload, transfer.TransferType))
            : converter.ToValue(payload, type);
    }

    /// <summary>Hands the context to those encodings that ask for it.</summary>
    public virtual IPayloadConverter WithSerializationContext(ISerializationContext context)
    {
        if (!EncodingConverters.Any(converter => converter is IWithSerializationContext<IEncodingConverter>))
        {
            return this;
        }

        return new DefaultPayloadConverter([
            .. EncodingConverters.Select(converter =>
                converter is IWithSerializationContext<IEncodingConverter> aware ? aware.WithSerializationContext(context) : converter
            ),
        ]);
    }

    private ITemporalTransferTypeConverter? TransferConverterOf(Type type) =>
        type.IsPrimitive || type == typeof(string)
            ? null
            : _transferConverters.GetOrAdd(
                type,
                static type =>
                    type.GetCustomAttribute<TemporalTransferTypeConverterAttribute>() is { } attribute
                        ? (ITemporalTransferTypeConverter)Activator.CreateInstance(attribute.ConverterType)!
                        : null
            );
}
