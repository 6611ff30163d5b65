using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Temporalio.Exceptions;

/// <summary>Values that a failure carries.</summary>
public interface IFailureDetails
{
    /// <summary>Number of values.</summary>
    int Count { get; }

    /// <summary>One value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none at the index.</exception>
    T ElementAt<T>(int index);
}

/// <summary>Details of a failure that came from the server.</summary>
/// <param name="Converter">Converter for the payloads.</param>
/// <param name="Payloads">The payloads, decoded by the codec.</param>
public record InboundFailureDetails(IPayloadConverter Converter, IReadOnlyCollection<Payload> Payloads) : IFailureDetails
{
    /// <inheritdoc />
    public int Count => Payloads.Count;

    /// <inheritdoc />
    public T ElementAt<T>(int index) => Converter.ToValue<T>(Payloads.ElementAt(index));

    internal static InboundFailureDetails From(IPayloadConverter converter, Payloads? payloads) =>
        new(converter, payloads?.Payloads_ ?? []);
}

/// <summary>Details of a failure made here.</summary>
/// <param name="Details">The values.</param>
public record OutboundFailureDetails(IReadOnlyCollection<object?> Details) : IFailureDetails
{
    /// <inheritdoc />
    public int Count => Details.Count;

    /// <inheritdoc />
    public T ElementAt<T>(int index) => (T)Details.ElementAt(index)!;
}
