using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Temporal.Server.Storage;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility;

/// <summary>Reads pages of runs that match a query, for RPCs and other server components.</summary>
internal sealed class VisibilityReader(EngineDatabase database, SearchAttributeRegistry attributes)
{
    /// <summary>Default and maximum page size, as in the Temporal server.</summary>
    private const int LargestPage = 1000;

    /// <summary>Parses a query and resolves its names against the search attributes of a namespace.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the query is not valid.</exception>
    public VisibilityQuery Resolve(TemporalNamespace ns, string query)
    {
        try
        {
            return new VisibilityQueryNameResolver(name => attributes.Find(ns.Id, name)).Resolve(query);
        }
        catch (VisibilityQueryException e)
        {
            throw GrpcErrorFactory.InvalidArgument(e.Message);
        }
    }

    /// <summary>Reads a page of the runs that match a query.</summary>
    public VisibilityPage List(TemporalNamespace ns, string query, int pageSize, ByteString token)
    {
        var resolved = Resolve(ns, query);
        return resolved.GroupByStatus
            ? throw GrpcErrorFactory.InvalidArgument("invalid query: operation is not supported: 'GROUP BY' clause")
            : List(ns, resolved, pageSize, token);
    }

    /// <inheritdoc cref="List(TemporalNamespace, string, int, ByteString)"/>
    public VisibilityPage List(TemporalNamespace ns, VisibilityQuery query, int pageSize, ByteString token)
    {
        var size = pageSize is <= 0 or > LargestPage ? LargestPage : pageSize;
        var after = token.IsEmpty ? (VisibilityPosition?)null : Decode(token);
        var rows = database.Read(db => VisibilitySqlTables.List(db, ns.Id, query, after, size));
        foreach (var row in rows)
        {
            Unpack(ns, row.Info.SearchAttributes);
        }

        return new VisibilityPage(rows, rows.Count == size ? Encode(rows[^1].Position) : ByteString.Empty);
    }

    // Lists show a scalar that was sent as a list with one element as a scalar, as in the Temporal server. The run itself keeps the list.
    private void Unpack(TemporalNamespace ns, SearchAttributes? shown)
    {
        foreach (
            var (name, payload) in shown
                ?.IndexedFields.Where(field => field.Value.Data.Span.TrimStart((byte)' ') is [(byte)'[', ..])
                .ToList()
                ?? []
        )
        {
            if (
                attributes.Find(ns.Id, name) is { Type: not IndexedValueType.KeywordList } attribute
                && SearchAttributeValues.Only(payload) is { } value
            )
            {
                shown!.IndexedFields[name] = new Payload
                {
                    Metadata = { ["encoding"] = payload.Metadata["encoding"], ["type"] = ByteString.CopyFromUtf8(attribute.TypeName) },
                    Data = ByteString.CopyFromUtf8(value),
                };
            }
        }
    }

    private static ByteString Encode(VisibilityPosition position)
    {
        var bytes = new byte[16 + Encoding.UTF8.GetByteCount(position.RunId)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.SortTime);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), position.StartTime);
        Encoding.UTF8.GetBytes(position.RunId, bytes.AsSpan(16));
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static VisibilityPosition Decode(ByteString token) =>
        token.Length < 16
            ? throw GrpcErrorFactory.InvalidArgument("Invalid NextPageToken.")
            : new VisibilityPosition(
                BinaryPrimitives.ReadInt64BigEndian(token.Span),
                BinaryPrimitives.ReadInt64BigEndian(token.Span[8..]),
                Encoding.UTF8.GetString(token.Span[16..])
            );
}

/// <summary>A page of runs.</summary>
/// <param name="Next">Token of the next page; empty if this page was not full.</param>
internal sealed record VisibilityPage(IReadOnlyList<VisibilityRow> Rows, ByteString Next);
