using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Temporal.Server.Common;

/// <summary>The payloads that the server itself reads and writes.</summary>
internal static class PayloadExtensions
{
    private static readonly ByteString JsonPlain = ByteString.CopyFromUtf8("json/plain");
    private static readonly ByteString BinaryNull = ByteString.CopyFromUtf8("binary/null");
    private static readonly ByteString EmptyList = ByteString.CopyFromUtf8("[]");

    /// <summary>True for a value that removes a key: nothing, or an empty list. JSON's null is a value.</summary>
    public static bool IsNull(this Payload payload) =>
        payload.Metadata.TryGetValue("encoding", out var encoding)
            ? encoding.Equals(BinaryNull) || (encoding.Equals(JsonPlain) && payload.Data.Equals(EmptyList))
            : payload.Data.IsEmpty;

    /// <summary>A text as JSON.</summary>
    public static Payload Json(string json, string? type = null)
    {
        var payload = new Payload { Data = ByteString.CopyFromUtf8(json) };
        payload.Metadata.Add("encoding", JsonPlain);
        if (type is not null)
        {
            payload.Metadata.Add("type", ByteString.CopyFromUtf8(type));
        }

        return payload;
    }
}
