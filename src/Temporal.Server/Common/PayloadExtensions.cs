using Google.Protobuf;
using Google.Protobuf.Collections;
using Temporalio.Api.Common.V1;

namespace Temporal.Server.Common;

/// <summary>Reads and writes the payloads that the server itself uses.</summary>
internal static class PayloadExtensions
{
    private static readonly ByteString JsonPlain = ByteString.CopyFromUtf8("json/plain");
    private static readonly ByteString Null = ByteString.CopyFromUtf8("null");
    private static readonly ByteString EmptyList = ByteString.CopyFromUtf8("[]");

    /// <summary>
    /// True if a payload means that its key is to be removed. This is the case if the payload has no data, or if its data is null or an
    /// empty list in any encoding.
    /// </summary>
    public static bool IsNull(this Payload payload) => payload.Data.IsEmpty || payload.Data.Equals(Null) || payload.Data.Equals(EmptyList);

    /// <summary>Merges values into a map. A null value removes its key.</summary>
    public static void Upsert(this MapField<string, Payload> fields, MapField<string, Payload> changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value.IsNull())
            {
                fields.Remove(name);
            }
            else
            {
                fields[name] = value;
            }
        }
    }

    /// <summary>Copies search attributes without null values, or returns null if none remain.</summary>
    public static SearchAttributes? WithoutNulls(this SearchAttributes? attributes)
    {
        if (attributes is null || attributes.IndexedFields.Count == 0)
        {
            return null;
        }

        if (!attributes.IndexedFields.Values.Any(IsNull))
        {
            return attributes;
        }

        var kept = new SearchAttributes();
        foreach (var (name, value) in attributes.IndexedFields.Where(field => !field.Value.IsNull()))
        {
            kept.IndexedFields[name] = value;
        }

        return kept.IndexedFields.Count > 0 ? kept : null;
    }

    /// <summary>Copies a memo without null fields, or returns null if none remain.</summary>
    public static Memo? WithoutNulls(this Memo? memo)
    {
        if (memo is null || memo.Fields.Count == 0)
        {
            return null;
        }

        if (!memo.Fields.Values.Any(IsNull))
        {
            return memo;
        }

        var kept = new Memo();
        foreach (var (name, value) in memo.Fields.Where(field => !field.Value.IsNull()))
        {
            kept.Fields[name] = value;
        }

        return kept.Fields.Count > 0 ? kept : null;
    }

    /// <summary>Creates a JSON payload.</summary>
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
