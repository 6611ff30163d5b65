using Google.Protobuf;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Temporalio.Worker;

/// <summary>
/// What a worker was about to send has a field that is larger than the server says it takes. The server would fail the workflow for it, for
/// good; a task that fails can be done again by better code.
/// </summary>
internal sealed class PayloadsTooLargeException(string rpc, PayloadField field, long limit)
    : TemporalException(
        $"[{PayloadLimits.Rule}] Attempted to upload payloads with size that exceeded the error limit. {rpc} is not sent: "
            + $"{field.Path} has {field.Size} bytes and the server takes at most {limit}. "
            + "Send less, or set DisablePayloadErrorLimit when something on the way makes it smaller."
    )
{
    /// <summary>The exception for the first field of a message that is too large; null when there is none.</summary>
    public static PayloadsTooLargeException? Of(PayloadLimits? limits, string rpc, IMessage message)
    {
        if (limits is not null)
        {
            foreach (var (field, limit) in limits.Exceeded(message, message.CalculateSize()))
            {
                return new(rpc, field, limit);
            }
        }

        return null;
    }
}
