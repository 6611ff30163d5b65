using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Converters;

/// <summary>Conversions in the forms that clients and workers use.</summary>
public static class ConverterExtensions
{
    /// <summary>Values to payloads.</summary>
    public static IReadOnlyCollection<Payload> ToPayloads(this IPayloadConverter converter, IReadOnlyCollection<object?> values)
    {
        var payloads = new Payload[values.Count];
        var index = 0;
        foreach (var value in values)
        {
            payloads[index++] = converter.ToPayload(value);
        }

        return payloads;
    }

    /// <summary>Value to a raw value.</summary>
    public static RawValue ToRawValue(this IPayloadConverter converter, object? value) => new(converter.ToPayload(value));

    /// <summary>Payload to a value.</summary>
    public static T ToValue<T>(this IPayloadConverter converter, Payload payload) => (T)converter.ToValue(payload, typeof(T))!;

    /// <summary>Raw value to a value.</summary>
    public static T ToValue<T>(this IPayloadConverter converter, IRawValue rawValue) => converter.ToValue<T>(rawValue.Payload);

    /// <summary>Value to a payload, through the codec.</summary>
    public static async Task<Payload> ToPayloadAsync(this DataConverter converter, object? value)
    {
        var payload = converter.PayloadConverter.ToPayload(value);
        return converter.PayloadCodec is { } codec ? await codec.EncodeSingleAsync(payload) : payload;
    }

    /// <summary>Values to payloads, through the codec.</summary>
    public static async Task<IReadOnlyCollection<Payload>> ToPayloadsAsync(
        this DataConverter converter,
        IReadOnlyCollection<object?> values
    )
    {
        var payloads = converter.PayloadConverter.ToPayloads(values);
        return converter.PayloadCodec is { } codec && payloads.Count > 0 ? await codec.EncodeAsync(payloads) : payloads;
    }

    /// <summary>Payload to a value, through the codec.</summary>
    public static async Task<T> ToValueAsync<T>(this DataConverter converter, Payload payload) =>
        (T)(await converter.ToValueAsync(payload, typeof(T)))!;

    /// <summary>Payload to a value, through the codec.</summary>
    public static async Task<object?> ToValueAsync(this DataConverter converter, Payload payload, Type type)
    {
        var decoded = converter.PayloadCodec is { } codec ? await codec.DecodeSingleAsync(payload) : payload;
        return converter.PayloadConverter.ToValue(decoded, type);
    }

    /// <summary>The only payload to a value, through the codec.</summary>
    /// <exception cref="ArgumentException">There is not exactly one payload.</exception>
    public static async Task<T> ToSingleValueAsync<T>(this DataConverter converter, IReadOnlyCollection<Payload> payloads) =>
        (T)(await converter.ToSingleValueAsync(payloads, typeof(T)))!;

    /// <summary>The only payload to a value, through the codec.</summary>
    /// <exception cref="ArgumentException">There is not exactly one payload.</exception>
    public static async Task<object?> ToSingleValueAsync(this DataConverter converter, IReadOnlyCollection<Payload> payloads, Type type)
    {
        var decoded = converter.PayloadCodec is { } codec && payloads.Count > 0 ? await codec.DecodeAsync(payloads) : payloads;
        return decoded.Count == 1
            ? converter.PayloadConverter.ToValue(decoded.First(), type)
            : throw new ArgumentException($"One payload was expected, {decoded.Count} came.", nameof(payloads));
    }

    /// <summary>Exception to a failure, through the codec.</summary>
    public static async Task<Failure> ToFailureAsync(this DataConverter converter, Exception exc)
    {
        var failure = converter.FailureConverter.ToFailure(exc, converter.PayloadConverter);
        if (converter.PayloadCodec is { } codec)
        {
            // The failure may be the one an exception holds: it must stay readable.
            failure = failure.Clone();
            await codec.EncodeFailureAsync(failure);
        }

        return failure;
    }

    /// <summary>Failure to an exception, through the codec. The failure that is given stays as it is.</summary>
    public static async Task<Exception> ToExceptionAsync(this DataConverter converter, Failure failure)
    {
        if (converter.PayloadCodec is { } codec)
        {
            failure = failure.Clone();
            await codec.DecodeFailureAsync(failure);
        }

        return converter.FailureConverter.ToException(failure, converter.PayloadConverter);
    }

    internal static async Task<Payloads?> ToPayloadsProtoAsync(this DataConverter converter, IReadOnlyCollection<object?>? values)
    {
        if (values is null || values.Count == 0)
        {
            return null;
        }

        var proto = new Payloads();
        proto.Payloads_.AddRange(await converter.ToPayloadsAsync(values));
        return proto;
    }
}
