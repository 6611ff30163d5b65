using Google.Protobuf;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Temporalio.Worker;

/// <summary>
/// What a worker was about to send has a field that is larger than the server says it takes. The server would fail the workflow for it, for good; a task that fails can be done
/// again by better code.
/// </summary>
internal sealed class PayloadsTooLargeException(string rpc, PayloadField field, long limit) : TemporalException(
    $"[{PayloadLimits.Rule}] {rpc} is not sent: {field.Path} has {field.Size} bytes and the server takes at most {limit}. Send less, or set DisablePayloadErrorLimit when something on the way makes it smaller.")
{
    /// <summary>Throws when a field of a request is too large.</summary>
    public static void ThrowIfExceeded(PayloadLimits? limits, string rpc, IMessage request)
    {
        if (limits is not null)
        {
            foreach (var (field, limit) in limits.Exceeded(request, request.CalculateSize()))
            {
                throw new PayloadsTooLargeException(rpc, field, limit);
            }
        }
    }
}
