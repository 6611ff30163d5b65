using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporalio.Api.Nexus.V1;
using Temporalio.Api.OperatorService.V1;

namespace Temporal.Server.Operator;

/// <summary>Keeps Nexus endpoints for the command line and the Web UI; no Nexus task is ever run.</summary>
internal sealed partial class NexusHandler(Database database, TimerService timers, NamespaceRegistry namespaces) : IServiceHandler
{
    private const int DefaultPage = 100;
    private const int LongestName = 200;

    private readonly SortedDictionary<string, Endpoint> _byId = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Register(RpcTable table)
    {
        table.AddAsync((CreateNexusEndpointRequest request) => CreateAsync(request));
        table.AddAsync((UpdateNexusEndpointRequest request) => UpdateAsync(request));
        table.AddAsync((DeleteNexusEndpointRequest request) => DeleteAsync(request));
        table.Add((GetNexusEndpointRequest request) => new GetNexusEndpointResponse { Endpoint = Find(request.Id) });
        table.Add((ListNexusEndpointsRequest request) => List(request));
    }

    /// <inheritdoc/>
    public void Start()
    {
        lock (_byId)
        {
            _byId.Clear();
            foreach (var endpoint in database.Read(NexusEndpointTable.Load))
            {
                _byId[endpoint.Id] = endpoint;
            }
        }
    }

    private async Task<CreateNexusEndpointResponse> CreateAsync(CreateNexusEndpointRequest request)
    {
        Check(request.Spec);
        var id = Guid.NewGuid().ToString();
        var endpoint = new Endpoint
        {
            Id = id,
            Version = 1,
            Spec = request.Spec,
            CreatedTime = Now(),
            UrlPrefix = $"/nexus/endpoints/{id}/services",
        };
        await ChangeAsync(() =>
        {
            CheckName(request.Spec.Name, id, "creating");
            _byId[id] = endpoint;
            return db => NexusEndpointTable.Write(db, endpoint);
        });
        return new CreateNexusEndpointResponse { Endpoint = endpoint };
    }

    private async Task<UpdateNexusEndpointResponse> UpdateAsync(UpdateNexusEndpointRequest request)
    {
        Check(request.Spec);
        Endpoint? endpoint = null;
        await ChangeAsync(() =>
        {
            var before = Find(request.Id);
            CheckVersion(before, request.Version);
            CheckName(request.Spec.Name, before.Id, "updating");

            // A changed endpoint shows when it was changed, not when it was made.
            endpoint = new Endpoint
            {
                Id = before.Id,
                Version = before.Version + 1,
                Spec = request.Spec,
                LastModifiedTime = Now(),
                UrlPrefix = before.UrlPrefix,
            };
            _byId[before.Id] = endpoint;
            return db => NexusEndpointTable.Write(db, endpoint);
        });
        return new UpdateNexusEndpointResponse { Endpoint = endpoint };
    }

    private async Task<DeleteNexusEndpointResponse> DeleteAsync(DeleteNexusEndpointRequest request)
    {
        await ChangeAsync(() =>
        {
            CheckVersion(Find(request.Id), request.Version);
            _byId.Remove(request.Id);
            return db => NexusEndpointTable.Delete(db, request.Id);
        });
        return new DeleteNexusEndpointResponse();
    }

    private ListNexusEndpointsResponse List(ListNexusEndpointsRequest request)
    {
        var size = request.PageSize <= 0 ? DefaultPage : request.PageSize;
        var after = request.NextPageToken.ToStringUtf8();
        List<Endpoint> page;
        lock (_byId)
        {
            page =
            [
                .. _byId
                    .Values.Where(endpoint =>
                        string.CompareOrdinal(endpoint.Id, after) > 0 && (request.Name.Length == 0 || endpoint.Spec.Name == request.Name)
                    )
                    .Take(size + 1),
            ];
        }

        return new ListNexusEndpointsResponse
        {
            Endpoints = { page.Take(size) },
            NextPageToken = page.Count > size ? ByteString.CopyFromUtf8(page[size - 1].Id) : ByteString.Empty,
        };
    }

    private Endpoint Find(string id)
    {
        if (id.Length == 0)
        {
            throw RpcErrors.InvalidArgument("Nexus endpoint ID not set");
        }

        lock (_byId)
        {
            return _byId.TryGetValue(id, out var endpoint)
                ? endpoint
                : throw RpcErrors.NotFound($"could not find Nexus endpoint with ID: {id}");
        }
    }

    // The change is made in memory and handed to the writer under one lock, so that both see the same order.
    private async Task ChangeAsync(Func<Action<SqliteConnection>> change)
    {
        Task written;
        lock (_byId)
        {
            written = database.WriteAsync(change());
        }

        try
        {
            await written;
        }
        catch
        {
            // What is not written must not be believed.
            Start();
            throw;
        }
    }

    private void CheckName(string name, string id, string doing)
    {
        if (_byId.Values.Any(endpoint => endpoint.Spec.Name == name && endpoint.Id != id))
        {
            throw RpcErrors.Of(StatusCode.AlreadyExists, $"error {doing} Nexus endpoint. Endpoint with name {name} already registered");
        }
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(timers.UtcNow);

    private static void CheckVersion(Endpoint endpoint, long given)
    {
        if (endpoint.Version != given)
        {
            throw RpcErrors.FailedPrecondition($"nexus endpoint version mismatch. received: {given} expected {endpoint.Version}");
        }
    }

    private void Check(EndpointSpec? spec)
    {
        var fault = spec switch
        {
            null => "endpoint spec not set",
            { Name.Length: 0 } => "endpoint name not set",
            { Name.Length: > LongestName } => $"endpoint name exceeds length limit of {LongestName}",
            { Name: var name } when !Name().IsMatch(name) => $"endpoint name must match the regex: {Name()}",
            { Target.VariantCase: EndpointTarget.VariantOneofCase.None } or { Target: null } => "empty target variant",
            { Target.Worker: { TaskQueue.Length: 0 } } => "taskQueue not set on worker target",
            { Target.Worker: { Namespace.Length: 0 } } => "target namespace not set on worker target",
            _ => null,
        };
        if (fault is not null)
        {
            throw RpcErrors.InvalidArgument(fault);
        }

        if (spec?.Target?.Worker is { } worker && namespaces.Find(worker.Namespace) is null)
        {
            throw RpcErrors.FailedPrecondition(
                $"could not verify namespace referenced by target exists: Namespace {worker.Namespace} is not found."
            );
        }
    }

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9\\-]*[a-zA-Z0-9]$")]
    private static partial Regex Name();
}
