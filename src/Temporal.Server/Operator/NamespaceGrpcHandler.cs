using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporal.Server.Visibility;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Namespace.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.Replication.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Operator;

/// <summary>Registers, describes, lists, changes and deletes namespaces.</summary>
internal sealed class NamespaceGrpcHandler(
    NamespaceStore directory,
    SearchAttributeRegistry attributes,
    NamespaceRemoval removal,
    TimerService timers,
    int blobSizeLimit,
    bool workflowPause,
    bool workerCommands
) : IServiceHandler
{
    private const int LongestName = 1000;
    private const int DefaultPage = 100;
    private const int MostBadBinaries = 10;

    /// <summary>Minimum retention that the Temporal server accepts for a namespace in a single cluster.</summary>
    private static readonly TimeSpan ShortestRetention = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync((RegisterNamespaceRequest request) => RegisterNamespaceAsync(request));
        table.Add((DescribeNamespaceRequest request) => Describe(Find(request.Namespace, request.Id)));
        table.Add((ListNamespacesRequest request) => List(request));
        table.AddAsync((UpdateNamespaceRequest request) => UpdateAsync(request));
        table.AddAsync((DeprecateNamespaceRequest request) => DeprecateAsync(request));
        table.AddAsync((DeleteNamespaceRequest request) => DeleteAsync(request));
    }

    /// <inheritdoc/>
    public void Start() => removal.Resume();

    private async Task<RegisterNamespaceResponse> RegisterNamespaceAsync(RegisterNamespaceRequest request)
    {
        if (request.Namespace.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("Namespace not set on request.");
        }

        if (request.Namespace.Length > LongestName)
        {
            throw GrpcErrorFactory.InvalidArgument("Namespace length exceeds limit.");
        }

        var retention = Retention(request.WorkflowExecutionRetentionPeriod);
        var info = new NamespaceInfo
        {
            Id = Guid.NewGuid().ToString(),
            Name = request.Namespace,
            State = NamespaceState.Registered,
            Description = request.Description,
            OwnerEmail = request.OwnerEmail,
            Data = { request.Data },
        };
        return await directory.TryAddAsync(new StoredNamespace(info, retention))
            ? new RegisterNamespaceResponse()
            : throw GrpcErrorFactory.Create(
                StatusCode.AlreadyExists,
                $"Namespace \"{request.Namespace}\" already exists",
                "temporal.api.errordetails.v1.NamespaceAlreadyExistsFailure",
                new NamespaceAlreadyExistsFailure()
            );
    }

    private ListNamespacesResponse List(ListNamespacesRequest request)
    {
        var size = request.PageSize <= 0 ? DefaultPage : request.PageSize;
        var after = request.NextPageToken.ToStringUtf8();
        var page = directory
            .All.Where(ns => string.CompareOrdinal(ns.Info.Id, after) > 0)
            .Where(ns => ns.Info.State != NamespaceState.Deleted || request.NamespaceFilter?.IncludeDeleted == true)
            .Take(size + 1)
            .ToList();
        var response = new ListNamespacesResponse();
        foreach (var ns in page.Take(size))
        {
            var description = Describe(ns);

            // Lists omit the replication state.
            description.ReplicationConfig.State = ReplicationState.Unspecified;
            response.Namespaces.Add(description);
        }

        response.NextPageToken = page.Count > size ? ByteString.CopyFromUtf8(page[size - 1].Info.Id) : ByteString.Empty;
        return response;
    }

    private async Task<UpdateNamespaceResponse> UpdateAsync(UpdateNamespaceRequest request)
    {
        var ns = Find(request.Namespace, "");
        var retention = request.Config?.WorkflowExecutionRetentionTtl is { } ttl ? Retention(ttl) : (TimeSpan?)null;
        var changed = await directory.ChangeAsync(
            ns.Info.Id,
            before =>
            {
                var info = before.Info.Clone();
                if (request.UpdateInfo is { } update)
                {
                    info.Description = update.Description.Length > 0 ? update.Description : info.Description;
                    info.OwnerEmail = update.OwnerEmail.Length > 0 ? update.OwnerEmail : info.OwnerEmail;
                    info.State = update.State == NamespaceState.Unspecified ? info.State : update.State;
                    foreach (var (key, value) in update.Data)
                    {
                        info.Data[key] = value;
                    }
                }

                return new StoredNamespace(info, retention ?? before.Retention, UpdateBadBinaries(before.BadBinaries, request));
            }
        );
        var description = Describe(changed);
        return new UpdateNamespaceResponse
        {
            NamespaceInfo = description.NamespaceInfo,
            Config = description.Config,
            ReplicationConfig = description.ReplicationConfig,
        };
    }

    private BadBinaries UpdateBadBinaries(BadBinaries before, UpdateNamespaceRequest request)
    {
        var after = before.Clone();
        foreach (var (checksum, given) in request.Config?.BadBinaries?.Binaries ?? [])
        {
            after.Binaries[checksum] = given.Clone();
            after.Binaries[checksum].CreateTime = Timestamp.FromDateTimeOffset(timers.UtcNow);
        }

        if (after.Binaries.Count > MostBadBinaries)
        {
            throw GrpcErrorFactory.InvalidArgument($"Total resetBinaries cannot exceed the max limit: {MostBadBinaries}");
        }

        return request.DeleteBadBinary.Length == 0 || after.Binaries.Remove(request.DeleteBadBinary)
            ? after
            : throw GrpcErrorFactory.InvalidArgument($"Bad binary checksum {request.DeleteBadBinary} doesn't exists.");
    }

    private async Task<DeprecateNamespaceResponse> DeprecateAsync(DeprecateNamespaceRequest request)
    {
        var ns = Find(request.Namespace, "");
        await directory.ChangeAsync(
            ns.Info.Id,
            before =>
            {
                var info = before.Info.Clone();
                info.State = NamespaceState.Deprecated;
                return before with { Info = info };
            }
        );
        return new DeprecateNamespaceResponse();
    }

    private async Task<DeleteNamespaceResponse> DeleteAsync(DeleteNamespaceRequest request)
    {
        var ns = Find(request.Namespace, request.NamespaceId);
        return ns.Info.Name == "temporal-system"
            ? throw GrpcErrorFactory.InvalidArgument("unable to delete system namespace")
            : new DeleteNamespaceResponse { DeletedNamespace = await removal.BeginAsync(ns) };
    }

    private StoredNamespace Find(string name, string id)
    {
        if (name.Length == 0 && id.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("Namespace not set on request.");
        }

        var found = name.Length > 0 ? directory.FindByName(name) : directory.FindById(id);
        return found ?? throw GrpcErrorFactory.NamespaceNotFound(name.Length > 0 ? name : id);
    }

    private DescribeNamespaceResponse Describe(StoredNamespace ns)
    {
        var info = ns.Info.Clone();
        info.SupportsSchedules = true;
        info.Capabilities = new NamespaceInfo.Types.Capabilities
        {
            EagerWorkflowStart = true,
            SyncUpdate = true,
            AsyncUpdate = true,
            WorkerHeartbeats = true,
            WorkflowPause = workflowPause,
            ReportedProblemsSearchAttribute = true,
            WorkerPollCompleteOnShutdown = true,
            WorkerCommands = workerCommands,
        };
        info.Limits = new NamespaceInfo.Types.Limits
        {
            BlobSizeLimitError = blobSizeLimit,
            MemoSizeLimitError = GrpcArgumentValidator.MaxMemo,
            WorkflowTaskCompletionSizeLimitError = GrpcMethodRegistry.LargestRequest,
        };
        return new DescribeNamespaceResponse
        {
            NamespaceInfo = info,
            Config = new NamespaceConfig
            {
                WorkflowExecutionRetentionTtl = Duration.FromTimeSpan(ns.Retention),
                BadBinaries = ns.BadBinaries,
                HistoryArchivalState = ArchivalState.Disabled,
                VisibilityArchivalState = ArchivalState.Disabled,
                CustomSearchAttributeAliases =
                {
                    attributes.Custom(ns.Info.Id).Values.ToDictionary(attribute => attribute.Column, attribute => attribute.Name),
                },
            },
            ReplicationConfig = new NamespaceReplicationConfig
            {
                ActiveClusterName = ClusterInfoGrpcHandler.ClusterName,
                Clusters = { new ClusterReplicationConfig { ClusterName = ClusterInfoGrpcHandler.ClusterName } },
                State = ReplicationState.Normal,
            },
        };
    }

    private static TimeSpan Retention(Duration? given)
    {
        var retention = given is null ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Clamp(given.Seconds, -1, int.MaxValue));
        return retention < ShortestRetention
            ? throw GrpcErrorFactory.InvalidArgument("A valid retention period is not set on request.")
            : retention;
    }
}
