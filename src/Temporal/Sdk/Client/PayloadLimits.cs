using Google.Protobuf;

namespace Temporalio.Client;

/// <summary>Sizes that memos and the payloads of one field may have.</summary>
/// <param name="payloads">Bytes; 0: any.</param>
/// <param name="memo">Bytes; 0: any.</param>
internal sealed class PayloadLimits(long payloads, long memo)
{
    /// <summary>Rule of Temporal's that messages about sizes name.</summary>
    public const string Rule = "TMPRL1103";

    /// <summary>
    /// The fields of a request that are larger, each with its limit. A request that is not larger as a whole is not looked at.
    /// </summary>
    /// <param name="request">As it is sent.</param>
    /// <param name="size">Its size in bytes.</param>
    public IEnumerable<(PayloadField Field, long Limit)> Exceeded(IMessage request, int size)
    {
        var fields = Above(size, memo) ? Over(PayloadFields.Memos(request), memo) : [];
        return Above(size, payloads) ? fields.Concat(Over(PayloadFields.Values(request), payloads)) : fields;
    }

    private static bool Above(long size, long limit) => limit > 0 && size > limit;

    private static IEnumerable<(PayloadField Field, long Limit)> Over(IEnumerable<PayloadField> fields, long limit) =>
        fields.Where(field => Above(field.Size, limit)).Select(field => (field, limit));
}
