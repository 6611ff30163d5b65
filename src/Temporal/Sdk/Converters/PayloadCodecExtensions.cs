using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Converters;

/// <summary>A codec applied to single payloads and to the payloads inside failures.</summary>
public static class PayloadCodecExtensions
{
    /// <summary>Encodes one payload.</summary>
    /// <exception cref="InvalidOperationException">The codec made more or less than one of it.</exception>
    public static async Task<Payload> EncodeSingleAsync(this IPayloadCodec codec, Payload payload) =>
        Single(await codec.EncodeAsync([payload]));

    /// <summary>Decodes one payload.</summary>
    /// <exception cref="InvalidOperationException">The codec made more or less than one of it.</exception>
    public static async Task<Payload> DecodeSingleAsync(this IPayloadCodec codec, Payload payload) =>
        Single(await codec.DecodeAsync([payload]));

    /// <summary>Encodes all payloads of a failure and its causes, in place.</summary>
    public static Task EncodeFailureAsync(this IPayloadCodec codec, Failure failure) => ApplyAsync(failure, codec.EncodeAsync);

    /// <summary>Decodes all payloads of a failure and its causes, in place.</summary>
    public static Task DecodeFailureAsync(this IPayloadCodec codec, Failure failure) => ApplyAsync(failure, codec.DecodeAsync);

    private static async Task ApplyAsync(Failure failure, Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        for (var current = failure; current is not null; current = current.Cause)
        {
            if (current.EncodedAttributes is { } attributes)
            {
                current.EncodedAttributes = Single(await apply([attributes]));
            }

            var details = current.FailureInfoCase switch
            {
                Failure.FailureInfoOneofCase.ApplicationFailureInfo => current.ApplicationFailureInfo.Details,
                Failure.FailureInfoOneofCase.TimeoutFailureInfo => current.TimeoutFailureInfo.LastHeartbeatDetails,
                Failure.FailureInfoOneofCase.CanceledFailureInfo => current.CanceledFailureInfo.Details,
                Failure.FailureInfoOneofCase.ResetWorkflowFailureInfo => current.ResetWorkflowFailureInfo.LastHeartbeatDetails,
                _ => null,
            };
            if (details is { Payloads_.Count: > 0 })
            {
                var applied = await apply([.. details.Payloads_]);
                details.Payloads_.Clear();
                details.Payloads_.AddRange(applied);
            }
        }
    }

    private static Payload Single(IReadOnlyCollection<Payload> payloads) =>
        payloads.Count == 1
            ? payloads.First()
            : throw new InvalidOperationException($"The payload codec made {payloads.Count} payloads of one where exactly one is needed.");
}
