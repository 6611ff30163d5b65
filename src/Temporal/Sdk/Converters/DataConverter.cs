namespace Temporalio.Converters;

/// <summary>How values and failures travel: a payload converter, a failure converter, and perhaps a codec over both.</summary>
/// <param name="PayloadConverter">Values to payloads.</param>
/// <param name="FailureConverter">Exceptions to failures.</param>
/// <param name="PayloadCodec">Encryption or the like, if any.</param>
public record DataConverter(IPayloadConverter PayloadConverter, IFailureConverter FailureConverter, IPayloadCodec? PayloadCodec = null)
    : IWithSerializationContext<DataConverter>
{
    /// <summary>The converter that clients and workers use unless told otherwise.</summary>
    public static DataConverter Default { get; } = new(new DefaultPayloadConverter(), new DefaultFailureConverter());

    /// <inheritdoc />
    public DataConverter WithSerializationContext(ISerializationContext context)
    {
        var payloadConverter = InContext(PayloadConverter, context);
        var failureConverter = InContext(FailureConverter, context);
        var codec = PayloadCodec is { } existing ? InContext(existing, context) : null;
        return
            ReferenceEquals(payloadConverter, PayloadConverter)
            && ReferenceEquals(failureConverter, FailureConverter)
            && ReferenceEquals(codec, PayloadCodec)
            ? this
            : this with
            {
                PayloadConverter = payloadConverter,
                FailureConverter = failureConverter,
                PayloadCodec = codec,
            };
    }

    private static T InContext<T>(T converter, ISerializationContext context)
        where T : class => converter is IWithSerializationContext<T> aware ? aware.WithSerializationContext(context) : converter;
}
