using Temporal.Server.Storage;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;

namespace Temporal.Server.Visibility;

/// <summary>Makes runs visible in the same transaction that changes them.</summary>
internal sealed class VisibilityStore(SearchAttributeRegistry attributes)
{
    /// <summary>Writes or replaces the row of a run: at its start, when its memo or search attributes change, and at its close.</summary>
    public void Write(SqliteConnection db, VisibilityRecord record) =>
        VisibilityTables.Write(
            db,
            record with
            {
                SearchAttributes = Shown(record.SearchAttributes),
            },
            Division(record),
            attributes.Values(record.NamespaceId, record.SearchAttributes)
        );

    /// <summary>The attributes of a run in lists: one that was removed is remembered by its run, but not shown.</summary>
    public static SearchAttributes? Shown(SearchAttributes? all)
    {
        if (all is null || !all.IndexedFields.Values.Any(PayloadExtensions.IsNull))
        {
            return all;
        }

        var set = new SearchAttributes();
        foreach (var (name, payload) in all.IndexedFields.Where(field => !field.Value.IsNull()))
        {
            set.IndexedFields.Add(name, payload);
        }

        return set;
    }

    private static string? Division(VisibilityRecord record) =>
        record.SearchAttributes?.IndexedFields.TryGetValue(SystemSearchAttributes.NamespaceDivision, out var payload) == true
        && SearchAttributeValues.Read(Temporalio.Api.Enums.V1.IndexedValueType.Keyword, payload) is [string division]
            ? division
            : null;
}
