using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using VersionTaskQueueInfo = Temporalio.Api.Deployment.V1.WorkerDeploymentVersionInfo.Types.VersionTaskQueueInfo;

namespace Temporal.Server.Matching;

/// <summary>
/// Manages worker deployments with their versions, the queues that each version polls, and the routing of tasks whose runs are not pinned
/// to a version.
/// </summary>
internal sealed class WorkerDeploymentRegistry(EngineDatabase database, TimeProvider time)
{
    private const int Shares = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string NamespaceId, string Name), DeploymentRecord> _all = [];

    // Lookup for every poll and every task.
    private readonly ConcurrentDictionary<(string NamespaceId, string Version, string Queue, bool Activity), bool> _known = new();
    private readonly ConcurrentDictionary<(string NamespaceId, string Queue, bool Activity), TaskQueueVersionRouting> _routes = new();

    /// <summary>Called with a namespace id when waiting tasks may have to move to another version.</summary>
    public Action<string> Rerouted { get; set; } = _ => { };

    public void Load()
    {
        lock (_lock)
        {
            foreach (var record in database.Read(WorkerDeploymentSqlTable.Load))
            {
                _all[(record.NamespaceId, record.Info.Name)] = record;
                Index(record);
            }
        }
    }

    /// <summary>Registers the version of a polling worker with the queue. Completes when the registration is durable.</summary>
    public Task RegisterVersionAsync(string namespaceId, WorkerDeploymentOptions? options, string queue, bool activity)
    {
        if (
            DeploymentVersionText.From(options) is not { } version
            || _known.ContainsKey((namespaceId, DeploymentVersionText.Of(version), queue, activity))
        )
        {
            return Task.CompletedTask;
        }

        return ChangeAsync(
            namespaceId,
            version.DeploymentName,
            record =>
            {
                var now = Now();
                record.Info.CreateTime ??= now;
                var known = record.Versions.FirstOrDefault(v => v.DeploymentVersion.BuildId == version.BuildId);
                if (known is null)
                {
                    known = new WorkerDeploymentVersionInfo
                    {
                        Version = DeploymentVersionText.Dotted(version),
                        DeploymentVersion = version,
                        CreateTime = now,
                        Status = WorkerDeploymentVersionStatus.Inactive,
                    };
                    record.Versions.Add(known);
                }

                if (known.Status == WorkerDeploymentVersionStatus.Created)
                {
                    known.Status = WorkerDeploymentVersionStatus.Inactive;
                }

                var type = activity ? TaskQueueType.Activity : TaskQueueType.Workflow;
                if (!known.TaskQueueInfos.Any(q => q.Name == queue && q.Type == type))
                {
                    known.TaskQueueInfos.Add(new VersionTaskQueueInfo { Name = queue, Type = type });
                }
            }
        );
    }

    /// <summary>
    /// Version whose workers may take a task, which is normally the one to which the task's run is pinned. The queue's current routing
    /// applies if the run is not pinned, or if the pinned version does not poll the activity's queue.
    /// </summary>
    public string VersionFor(QueuedTemporalTask task)
    {
        var activity = task is QueuedActivityTask;
        return task.Pinned switch
        {
            null when task.PrefersRamping && RampingOf(task.NamespaceId, task.Queue) is { Length: > 0 } ramping => ramping,
            null => RouteOf(task.NamespaceId, task.Queue, activity, task.WorkflowId),
            // The run's version does not poll this activity queue.
            { Length: > 0 } version when activity && !_known.ContainsKey((task.NamespaceId, version, task.Queue, true)) => RouteOf(
                task.NamespaceId,
                task.Queue,
                activity,
                task.WorkflowId
            ),
            var version => version,
        };
    }

    /// <summary>Version to which the tasks of unpinned runs are routed. All tasks of one workflow are routed to the same version.</summary>
    public string RouteOf(string namespaceId, string queue, bool activity, string workflowId)
    {
        if (!_routes.TryGetValue((namespaceId, queue, activity), out var route))
        {
            return DeploymentVersionText.None;
        }

        return Share(workflowId) < route.RampingShare ? route.Ramping : route.Current;
    }

    /// <summary>True if workers of a version have polled a queue.</summary>
    public bool HasPollers(string namespaceId, string version, string queue, bool activity) =>
        _known.ContainsKey((namespaceId, version, queue, activity));

    /// <summary>Revision of a deployment's routing, or 0 if the deployment does not exist.</summary>
    public long RevisionOf(string namespaceId, string name)
    {
        lock (_lock)
        {
            return _all.TryGetValue((namespaceId, name), out var record) ? record.Info.RoutingConfig.RevisionNumber : 0;
        }
    }

    /// <summary>Routing of a queue's tasks, for descriptions of the queue, or null if the queue has no versions.</summary>
    public RoutingConfig? RoutingOf(string namespaceId, string queue, bool activity)
    {
        if (!_routes.TryGetValue((namespaceId, queue, activity), out var route))
        {
            return null;
        }

        lock (_lock)
        {
            return _all.TryGetValue((namespaceId, route.Deployment), out var record) ? record.Info.RoutingConfig.Clone() : null;
        }
    }

    private string RampingOf(string namespaceId, string queue) =>
        _routes.TryGetValue((namespaceId, queue, false), out var route) ? route.Named : DeploymentVersionText.None;

    /// <summary>Finds a deployment, or returns null if it does not exist.</summary>
    public DeploymentRecord? Find(string namespaceId, string name)
    {
        lock (_lock)
        {
            return _all.TryGetValue((namespaceId, name), out var record) ? record.Clone() : null;
        }
    }

    /// <summary>The deployments of a namespace, ordered by name.</summary>
    public IReadOnlyList<DeploymentRecord> In(string namespaceId)
    {
        lock (_lock)
        {
            return
            [
                .. _all
                    .Values.Where(record => record.NamespaceId == namespaceId)
                    .OrderBy(record => record.Info.Name, StringComparer.Ordinal)
                    .Select(record => record.Clone()),
            ];
        }
    }

    /// <summary>
    /// Changes or creates a deployment and completes when the change is durable. If the change throws, the deployment stays unchanged.
    /// </summary>
    public async Task ChangeAsync(string namespaceId, string name, Action<DeploymentRecord> change)
    {
        Task written;
        lock (_lock)
        {
            var changed = _all.TryGetValue((namespaceId, name), out var before)
                ? before.Clone()
                : new DeploymentRecord
                {
                    NamespaceId = namespaceId,
                    Info = new WorkerDeploymentInfo
                    {
                        Name = name,
                        RoutingConfig = new RoutingConfig { CurrentVersion = DeploymentVersionText.Unversioned },
                    },
                };
            change(changed);
            written = database.WriteAsync(db => WorkerDeploymentSqlTable.Write(db, changed));
            _all[(namespaceId, name)] = changed;
            Index(changed);
        }

        await written;
        Rerouted(namespaceId);
    }

    /// <summary>Deletes a worker deployment.</summary>
    public Task DeleteAsync(string namespaceId, string name)
    {
        lock (_lock)
        {
            if (_all.Remove((namespaceId, name), out var record))
            {
                record.Versions.Clear();
                Index(record);
            }

            return database.WriteAsync(db => WorkerDeploymentSqlTable.Delete(db, namespaceId, name));
        }
    }

    public Timestamp Now() => Timestamp.FromDateTimeOffset(time.GetUtcNow());

    /// <summary>
    /// Updates the in-memory tables that assign polls and tasks to deployments. Called after a deployment has changed. A queue belongs to
    /// the deployment that changed last.
    /// </summary>
    private void Index(DeploymentRecord record)
    {
        foreach (var key in _known.Keys.Where(key => IsOf(record, key.NamespaceId, key.Version)))
        {
            _known.TryRemove(key, out _);
        }

        foreach (
            var key in _routes
                .Where(route => route.Key.NamespaceId == record.NamespaceId && route.Value.Deployment == record.Info.Name)
                .Select(route => route.Key)
        )
        {
            _routes.TryRemove(key, out _);
        }

        foreach (var version in record.Versions)
        {
            foreach (var queue in version.TaskQueueInfos)
            {
                _known[
                    (
                        record.NamespaceId,
                        DeploymentVersionText.Of(version.DeploymentVersion),
                        queue.Name,
                        queue.Type == TaskQueueType.Activity
                    )
                ] = true;
            }
        }

        var routing = record.Info.RoutingConfig;
        var current = DeploymentVersionText.Of(routing.CurrentDeploymentVersion);
        var ramping = DeploymentVersionText.Of(routing.RampingDeploymentVersion);
        var share = (int)(routing.RampingVersionPercentage * Shares / 100);
        foreach (
            var (name, activity) in record
                .Versions.SelectMany(v => v.TaskQueueInfos)
                .Select(q => (q.Name, q.Type == TaskQueueType.Activity))
                .Distinct()
        )
        {
            var route = new TaskQueueVersionRouting(
                record.Info.Name,
                Works(current),
                share > 0 ? Works(ramping) : DeploymentVersionText.None,
                share,
                Works(ramping)
            );
            if (route.Current.Length > 0 || route.Named.Length > 0)
            {
                _routes[(record.NamespaceId, name, activity)] = route;
            }

            string Works(string version) =>
                _known.ContainsKey((record.NamespaceId, version, name, activity)) ? version : DeploymentVersionText.None;
        }
    }

    private static bool IsOf(DeploymentRecord record, string namespaceId, string version) =>
        record.NamespaceId == namespaceId && version.StartsWith(record.Info.Name + ":", StringComparison.Ordinal);

    // A stable hash, so that a workflow keeps its share in every process.
    private static int Share(string workflowId)
    {
        var hash = 2166136261u;
        foreach (var letter in workflowId)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return (int)((hash ^ (hash >> 15)) % Shares);
    }

    /// <summary>Worker versions to which a queue's tasks are routed.</summary>
    /// <param name="Deployment">Deployment to which the versions belong.</param>
    /// <param name="Current">The current version.</param>
    /// <param name="Ramping">The version that gets a share of the workflows.</param>
    /// <param name="RampingShare">Share of the ramping version, in units of 1/10,000.</param>
    /// <param name="Named">The ramping version, even while its share is zero.</param>
    private sealed record TaskQueueVersionRouting(string Deployment, string Current, string Ramping, int RampingShare, string Named);
}
