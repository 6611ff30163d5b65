using Temporal.Server.History;
using Temporal.Server.Storage;

namespace Temporal.Server.Visibility;

/// <summary>Makes runs visible in the same transaction that changes them.</summary>
internal sealed class VisibilityStore(SearchAttributeRegistry attributes) : IVisibilityStore
{
    /// <inheritdoc/>
    public void Write(SqliteConnection db, VisibilityRecord record) =>
        VisibilityTables.Write(db, record, Division(record), attributes.Values(record.NamespaceId, record.SearchAttributes));

    /// <inheritdoc/>
    public void Delete(SqliteConnection db, string namespaceId, string workflowId, string runId) => VisibilityTables.Delete(db, namespaceId, workflowId, runId);

    private static string? Division(VisibilityRecord record) =>
        record.SearchAttributes?.IndexedFields.TryGetValue(SystemSearchAttributes.NamespaceDivision, out var payload) == true
        && SearchAttributeValues.Read(Temporalio.Api.Enums.V1.IndexedValueType.Keyword, payload) is [string division]
            ? division
            : null;
}
