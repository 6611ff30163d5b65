using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>
/// Deletes namespaces. The namespace is renamed immediately, and its runs are deleted in the background. After a restart of the server, the
/// deletion continues.
/// </summary>
internal sealed class NamespaceRemoval(
    ServerComponentServiceBundle services,
    NamespaceStore directory,
    SearchAttributeRegistry attributes,
    VisibilityReader visibility
)
{
    private const int SuffixLength = 5;
    private const int Page = 100;

    private readonly ILogger _logger = services.Loggers.CreateLogger("Temporal.Server.Operator");

    /// <summary>Renames the namespace and starts to delete it in the background. Returns its temporary name.</summary>
    public async Task<string> BeginAsync(StoredNamespace ns)
    {
        var name = $"{ns.Info.Name}-deleted-{ns.Info.Id[..SuffixLength]}";
        await directory.ChangeAsync(
            ns.Info.Id,
            before =>
            {
                var info = before.Info.Clone();
                info.Name = name;
                info.State = NamespaceState.Deleted;
                return before with { Info = info };
            }
        );
        _ = RemoveAsync(ns.Info.Id);
        return name;
    }

    /// <summary>Continues deletions that a restart interrupted.</summary>
    public void Resume()
    {
        foreach (var ns in directory.All.Where(ns => ns.Info.State == NamespaceState.Deleted))
        {
            _ = RemoveAsync(ns.Info.Id);
        }
    }

    private async Task RemoveAsync(string id)
    {
        // Returns to the caller before the runs are deleted.
        await Task.Yield();
        try
        {
            var entry = services.Namespaces.FindById(id);
            while (
                entry is not null
                && visibility.List(entry, new VisibilityQuery(null, GroupByStatus: false, NamesDivision: true), Page, ByteString.Empty).Rows
                    is { Count: > 0 } rows
            )
            {
                foreach (var row in rows)
                {
                    await services.Workflows.DeleteAsync(
                        new DeleteWorkflowExecutionRequest { Namespace = entry.Name, WorkflowExecution = row.Info.Execution }
                    );
                }
            }

            attributes.RemoveNamespace(id);
            await directory.RemoveAsync(id);
        }
        catch (Exception e)
        {
            Log.NamespaceRemovalFailed(_logger, e, id);
        }
    }
}
