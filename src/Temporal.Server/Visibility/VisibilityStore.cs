using Temporal.Server.Storage;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;

namespace Temporal.Server.Visibility;

/// <summary>Writes the visibility rows of runs in the same transaction as the runs.</summary>
internal sealed class VisibilityStore(SearchAttributeRegistry attributes)
{
    /// <summary>Inserts or replaces a run's row: at its start, when its memo or search attributes change, and at its close.</summary>
    public void Write(SqliteConnection db, VisibilityRecord record) =>
        VisibilitySqlTables.Write(
            db,
            record with
            {
                SearchAttributes = RegisteredAttributes(record.SearchAttributes),
            },
            Division(record),
            attributes.Values(record.NamespaceId, record.SearchAttributes)
        );

    /// <summary>
    /// Returns the search attributes of a run as lists show them, without those that were set to null. The run itself keeps the null
    /// values.
    /// </summary>
    public static SearchAttributes? RegisteredAttributes(SearchAttributes? all)
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
