using Temporal.Server.Visibility;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>Adds, removes and lists custom search attributes.</summary>
internal sealed class SearchAttributeGrpcHandler(NamespaceRegistry namespaces, SearchAttributeRegistry attributes) : IServiceHandler
{
    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync((AddSearchAttributesRequest request) => AddAsync(request));
        table.AddAsync((RemoveSearchAttributesRequest request) => RemoveAsync(request));
        table.Add((ListSearchAttributesRequest request) => List(request));
        table.Add((GetSearchAttributesRequest _) => Get());
    }

    // The older RPC has no namespace and returns the fields themselves.
    private static GetSearchAttributesResponse Get() =>
        new()
        {
            Keys =
            {
                SystemSearchAttributes
                    .Computed.Concat(SystemSearchAttributes.Predefined)
                    .Select(attribute => (attribute.Key, attribute.Value.Type))
                    .Concat(SearchAttributeRegistry.AllFields)
                    .ToDictionary(attribute => attribute.Item1, attribute => attribute.Item2),
            },
        };

    private async Task<AddSearchAttributesResponse> AddAsync(AddSearchAttributesRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.SearchAttributes.Count == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("SearchAttributes are not set on request.");
        }

        foreach (var name in request.SearchAttributes.Keys.Where(SystemSearchAttributes.IsReserved).Order(StringComparer.Ordinal))
        {
            throw GrpcErrorFactory.InvalidArgument($"Search attribute {name} is reserved by system.");
        }

        await attributes.AddAsync(ns, request.SearchAttributes);
        return new AddSearchAttributesResponse();
    }

    private async Task<RemoveSearchAttributesResponse> RemoveAsync(RemoveSearchAttributesRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.SearchAttributes.Count == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("SearchAttributes are not set on request.");
        }

        var reserved = request.SearchAttributes.Where(SystemSearchAttributes.IsReserved).ToList();
        if (reserved.Count > 0)
        {
            throw GrpcErrorFactory.InvalidArgument($"Unable to remove non-custom search attributes: {string.Join(", ", reserved)}.");
        }

        await attributes.RemoveAsync(ns, request.SearchAttributes);
        return new RemoveSearchAttributesResponse();
    }

    private ListSearchAttributesResponse List(ListSearchAttributesRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        return new ListSearchAttributesResponse
        {
            CustomAttributes = { attributes.Custom(ns.Id).ToDictionary(attribute => attribute.Key, attribute => attribute.Value.Type) },
            SystemAttributes =
            {
                SystemSearchAttributes
                    .Computed.Concat(SystemSearchAttributes.Predefined)
                    .ToDictionary(attribute => attribute.Key, attribute => attribute.Value.Type),
            },
        };
    }
}
