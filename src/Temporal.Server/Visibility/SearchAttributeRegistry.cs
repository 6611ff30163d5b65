using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using Temporal.Server.Storage;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility;

/// <summary>The search attributes of each namespace, in memory and in the database.</summary>
internal sealed class SearchAttributeRegistry
{
    // Limits of the Temporal server.
    private const int MostAttributes = 100;
    private const int LargestValue = 2 * 1024;
    private const int LargestSum = 40 * 1024;

    private const int MostKeywords = 10;
    private const int MostPerType = 3;

    private readonly ConcurrentDictionary<string, ImmutableDictionary<string, SearchAttribute>> _custom = new();
    private readonly Lock _changing = new();
    private EngineDatabase? _database;

    /// <summary>Loads the attributes from the database. Call before the first use.</summary>
    public void Load(EngineDatabase database)
    {
        _database = database;
        _custom.Clear();
        foreach (var group in database.Read(SearchAttributeSqlTable.Load).GroupBy(row => row.NamespaceId))
        {
            _custom[group.Key] = group.ToImmutableDictionary(row => row.Attribute.Name, row => row.Attribute);
        }
    }

    /// <summary>The custom attributes of a namespace, by name.</summary>
    public IReadOnlyDictionary<string, SearchAttribute> Custom(string namespaceId) => CustomOf(namespaceId);

    /// <summary>
    /// Finds an attribute by name, or returns null if the namespace does not have it. Names of storage fields are also accepted, but
    /// queries that use them match nothing.
    /// </summary>
    public SearchAttribute? Find(string namespaceId, string name) =>
        SystemSearchAttributes.Computed.GetValueOrDefault(name) ?? FindSettable(namespaceId, name) ?? Fields.GetValueOrDefault(name);

    /// <summary>
    /// Validates names, types and sizes of the search attributes in a request or command. Returns the attributes with the type added to
    /// each payload's metadata, or null if there were none.
    /// </summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT with the Temporal server's message.</exception>
    public SearchAttributes? Validate(TemporalNamespace ns, SearchAttributes? given)
    {
        if (given is null)
        {
            return null;
        }

        if (given.IndexedFields.Count > MostAttributes)
        {
            throw GrpcErrorFactory.InvalidArgument(
                $"number of search attributes {given.IndexedFields.Count} exceeds limit {MostAttributes}"
            );
        }

        var result = new SearchAttributes();
        foreach (var (name, payload) in given.IndexedFields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            result.IndexedFields.Add(name, Check(ns, name, payload));
        }

        var sum = 0;
        foreach (var (name, payload) in result.IndexedFields)
        {
            if (payload.Data.Length > LargestValue)
            {
                throw GrpcErrorFactory.InvalidArgument(
                    $"search attribute {name} value size {payload.Data.Length} exceeds size limit {LargestValue}"
                );
            }

            sum += name.Length + payload.Data.Length;
        }

        return sum > LargestSum
            ? throw GrpcErrorFactory.InvalidArgument($"total size of search attributes {sum} exceeds size limit {LargestSum}")
            : result;
    }

    /// <summary>
    /// Returns the storage field and the stored value of each attribute that is set. Omits values that don't match the attribute's current
    /// type, because an attribute may have been removed and added again with another type.
    /// </summary>
    public IReadOnlyCollection<(string Field, object Value)> Values(string namespaceId, SearchAttributes? attributes)
    {
        var values = new List<(string, object)>();
        foreach (var (name, payload) in attributes?.IndexedFields ?? [])
        {
            if (name != SystemSearchAttributes.NamespaceDivision && FindSettable(namespaceId, name) is { } attribute)
            {
                values.AddRange((SearchAttributeValues.Read(attribute.Type, payload) ?? []).Select(value => (attribute.Column, value)));
            }
        }

        return values;
    }

    /// <summary>Adds attributes. Existing attributes stay unchanged.</summary>
    public Task AddAsync(TemporalNamespace ns, IEnumerable<KeyValuePair<string, IndexedValueType>> attributes)
    {
        lock (_changing)
        {
            var after = CustomOf(ns.Id);
            var added = new List<SearchAttribute>();
            foreach (
                var (name, type) in attributes
                    .Where(attribute => !after.ContainsKey(attribute.Key))
                    .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
            )
            {
                var attribute = new SearchAttribute(name, type, FreeField(after.Values, type));
                after = after.Add(name, attribute);
                added.Add(attribute);
            }

            _custom[ns.Id] = after;
            return WriteAsync(db => added.ForEach(attribute => SearchAttributeSqlTable.Add(db, ns.Id, attribute)));
        }
    }

    /// <summary>Removes attributes and all their values. Ignores unknown ones.</summary>
    public Task RemoveAsync(TemporalNamespace ns, IReadOnlyCollection<string> names)
    {
        lock (_changing)
        {
            var known = CustomOf(ns.Id);
            var removed = names.Select(name => known.GetValueOrDefault(name)).OfType<SearchAttribute>().ToList();
            _custom[ns.Id] = known.RemoveRange(removed.Select(attribute => attribute.Name));
            return WriteAsync(db =>
                removed.ForEach(attribute =>
                {
                    SearchAttributeSqlTable.Remove(db, ns.Id, attribute.Name);
                    VisibilitySqlTables.DeleteField(db, ns.Id, attribute.Column);
                })
            );
        }
    }

    /// <summary>Removes a deleted namespace's attributes from memory.</summary>
    public void RemoveNamespace(string namespaceId) => _custom.TryRemove(namespaceId, out _);

    private ImmutableDictionary<string, SearchAttribute> CustomOf(string namespaceId) =>
        _custom.GetValueOrDefault(namespaceId, ImmutableDictionary<string, SearchAttribute>.Empty);

    private async Task WriteAsync(Action<SqliteConnection> write)
    {
        try
        {
            await _database!.WriteAsync(write);
        }
        catch
        {
            // Discards the change in memory, because it was not written.
            Load(_database!);
            throw;
        }
    }

    private SearchAttribute? FindSettable(string namespaceId, string name) =>
        SystemSearchAttributes.Predefined.GetValueOrDefault(name) ?? Custom(namespaceId).GetValueOrDefault(name);

    private Payload Check(TemporalNamespace ns, string name, Payload payload)
    {
        if (SystemSearchAttributes.Computed.ContainsKey(name))
        {
            throw GrpcErrorFactory.InvalidArgument($"{name} attribute can't be set in SearchAttributes");
        }

        var attribute =
            FindSettable(ns.Id, name)
            ?? throw GrpcErrorFactory.InvalidArgument($"Namespace {ns.Name} has no mapping defined for search attribute {name}");
        if (SearchAttributeValues.Read(attribute.Type, payload) is null)
        {
            throw GrpcErrorFactory.InvalidArgument(
                $"invalid value for search attribute {name} of type {attribute.TypeName}: {SearchAttributeValues.Display(payload)}"
            );
        }

        if (payload.Metadata.ContainsKey("type"))
        {
            // The client's own type metadata is kept as it is.
            return payload;
        }

        var typed = payload.Clone();
        typed.Metadata.Add("type", ByteString.CopyFromUtf8(attribute.TypeName));
        return typed;
    }

    /// <summary>
    /// The names of the storage fields for custom attributes, each with its type. Each namespace assigns its own attributes to these
    /// fields.
    /// </summary>
    public static IEnumerable<(string Field, IndexedValueType Type)> AllFields =>
        System.Enum.GetValues<IndexedValueType>().SelectMany(type => FieldsOf(type).Select(name => (name, type)));

    private static readonly FrozenDictionary<string, SearchAttribute> Fields = AllFields.ToFrozenDictionary(
        field => field.Field,
        field => new SearchAttribute(field.Field, field.Type, "-" + field.Field)
    );

    private static int MostOf(IndexedValueType type) =>
        type == IndexedValueType.Unspecified || !System.Enum.IsDefined(type) ? 0
        : type == IndexedValueType.Keyword ? MostKeywords
        : MostPerType;

    private static IEnumerable<string> FieldsOf(IndexedValueType type) =>
        Enumerable.Range(1, MostOf(type)).Select(i => SearchAttribute.NameOf(type) + i.ToString("00", CultureInfo.InvariantCulture));

    private static string FreeField(IEnumerable<SearchAttribute> taken, IndexedValueType type)
    {
        var used = taken.Select(attribute => attribute.Column).ToHashSet();
        if (FieldsOf(type).FirstOrDefault(field => !used.Contains(field)) is { } free)
        {
            return free;
        }

        throw GrpcErrorFactory.InvalidArgument(
            $"Unable to create search attributes: cannot have more than {MostOf(type)} search attribute of type "
                + $"{SearchAttribute.NameOf(type)}."
        );
    }
}
