using System.Diagnostics.CodeAnalysis;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Converters;

/// <summary>Turns values into payloads and back. Runs inside workflows: deterministic and without I/O.</summary>
public interface IPayloadConverter
{
    /// <summary>Value to payload.</summary>
    /// <exception cref="ArgumentException">No encoding takes the value.</exception>
    Payload ToPayload(object? value);

    /// <summary>Payload to a value of the given type.</summary>
    /// <exception cref="ArgumentException">The payload's encoding is missing or unknown.</exception>
    object? ToValue(Payload payload, Type type);
}

/// <summary>One encoding of a payload converter.</summary>
public interface IEncodingConverter
{
    /// <summary>Value of the payload's metadata <c>encoding</c>.</summary>
    string Encoding { get; }

    /// <summary>Encodes the value if this encoding is the one for it.</summary>
    bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload);

    /// <summary>Decodes a payload that has this encoding.</summary>
    object? ToValue(Payload payload, Type type);
}

/// <summary>Turns encoded payloads into other payloads, for encryption or compression. Runs outside workflows and may do I/O.</summary>
public interface IPayloadCodec
{
    /// <summary>Encodes payloads on their way to the server; the number may differ from the input's.</summary>
    Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads);

    /// <summary>Undoes <see cref="EncodeAsync" />.</summary>
    Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads);
}

/// <summary>Turns exceptions into failures and back. Runs inside workflows: deterministic and without I/O.</summary>
public interface IFailureConverter
{
    /// <summary>Exception to failure.</summary>
    Failure ToFailure(Exception exception, IPayloadConverter payloadConverter);

    /// <summary>Failure to exception.</summary>
    Exception ToException(Failure failure, IPayloadConverter payloadConverter);
}

/// <summary>A payload that is passed through unconverted.</summary>
public interface IRawValue
{
    /// <summary>The payload.</summary>
    Payload Payload { get; }
}

/// <summary>A payload that is still encoded, with what is needed to decode it.</summary>
public interface IEncodedRawValue
{
    /// <summary>The payload, encoded.</summary>
    Payload Payload { get; }

    /// <summary>Decodes to a type.</summary>
    Task<T> ToValueAsync<T>();

    /// <summary>Decodes to a type.</summary>
    Task<object?> ToValueAsync(Type type);
}

/// <summary>A converter or codec that wants to know what it converts for.</summary>
/// <typeparam name="T">The converter's own type.</typeparam>
public interface IWithSerializationContext<out T>
{
    /// <summary>The converter for one context; itself if that makes no difference.</summary>
    T WithSerializationContext(ISerializationContext context);
}

/// <summary>Turns values of a type into values of another that is easier to serialize.</summary>
public interface ITemporalTransferTypeConverter
{
    /// <summary>Type that is serialized.</summary>
    Type TransferType { get; }

    /// <summary>Value to the transfer type.</summary>
    object? ToTransferType(object? value);

    /// <summary>Value from the transfer type.</summary>
    object? FromTransferType(object? transferType);
}

/// <summary>Names the <see cref="ITemporalTransferTypeConverter" /> of a type; the default payload converter honours it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface)]
public sealed class TemporalTransferTypeConverterAttribute : Attribute
{
    /// <summary>Names the converter.</summary>
    /// <param name="converterType">A type with a parameterless constructor.</param>
    public TemporalTransferTypeConverterAttribute(Type converterType) => ConverterType = converterType;

    /// <summary>The converter's type.</summary>
    public Type ConverterType { get; }
}
