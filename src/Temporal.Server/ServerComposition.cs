using Microsoft.Extensions.Logging;
using Temporal.Server.Batch;
using Temporal.Server.Frontend;
using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Operator;
using Temporal.Server.Schedules;
using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporal.Server.Visibility;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Namespace.V1;

namespace Temporal.Server;

/// <summary>Composition root of the server, which creates and connects its components.</summary>
internal sealed class ServerComposition : IDisposable
{
    private readonly ServerStopSignal _stopping = new();
    private readonly List<IServiceHandler> _parts = [];
    private readonly TemporalServerOptions _options;
    private readonly NamespaceStore _directory;
    private readonly SearchAttributeRegistry _attributes = new();

    public ServerComposition(TemporalServerOptions options, ILoggerFactory loggers, Func<string> address)
    {
        _options = options;
        var logger = loggers.CreateLogger("Temporal.Server");
        var clock = options.TimeSkipping ? new SkippingClock(options.TimeProvider) : null;
        var time = clock ?? options.TimeProvider;
        var awake = new AwakeClock(time, options.TimeProvider);
        Timers = new TimerService(time, logger, awake);
        Namespaces = new NamespaceRegistry(options.BlobSizeLimit);
        Database = new EngineDatabase(
            options.DatabasePath,
            ServerComponentSqlSchemaList.Parts,
            logger,
            options.Trouble,
            options.CheckedAtOnce
        );
        Table.Refusal = () => Database.Damage;
        try
        {
            var attributes = _attributes;
            attributes.Load(Database);
            var directory = _directory = new NamespaceStore(Database, Namespaces);
            directory.Load(options.DefaultRetention);
            var visibility = new VisibilityStore(attributes);
            var configs = new TaskQueueConfigs(Database);
            Deployments = new WorkerDeploymentRegistry(Database, time);
            Deployments.Load();
            Queues = new TaskQueueRegistry(time, configs.Find, Deployments.VersionFor);
            Deployments.Rerouted = Queues.Reroute;
            Store = new WorkflowStore(Database, visibility, time, logger, awake)
            {
                SuggestContinueAsNewAfter = options.SuggestContinueAsNewAfter,
            };
            Commands = new ServerToWorkerCommandDispatcher(_stopping.Token);
            Engine = new WorkflowEngine(Store, Queues, Commands, Timers, Namespaces, logger)
            {
                TracksTasks = clock is not null,
                DeadWorkers = new DeadWorkerDetector(options.MachineName),
                Deployments = Deployments,
            };
            Workflows = new WorkflowGrpcHandler(Engine, Namespaces, attributes);
            Retention = new RetentionSweeper(Store, Namespaces, time, logger);
            var services = new ServerComponentServiceBundle(Database, Timers, time, Namespaces, Workflows, visibility, attributes, loggers);
            var reader = new VisibilityReader(Database, attributes);
            _parts.Add(new ClusterInfoGrpcHandler(address));
            _parts.Add(
                new NamespaceGrpcHandler(
                    directory,
                    attributes,
                    new NamespaceRemoval(services, directory, attributes, reader),
                    Timers,
                    options.BlobSizeLimit,
                    options.WorkflowPause,
                    options.WorkerCommands
                )
            );
            _parts.Add(new SearchAttributeGrpcHandler(Namespaces, attributes));
            _parts.Add(new UnsupportedFeatureGrpcHandler(Namespaces));
            _parts.Add(new VisibilityGrpcHandler(Database, Namespaces, reader));
            _parts.Add(new ScheduleGrpcHandler(services, new ScheduleLister(services, reader, attributes)));
            _parts.Add(
                new BatchOperationGrpcHandler(
                    services,
                    reader,
                    new BatchOperationActionApplier(Namespaces, Workflows, new ActivityControlGrpcHandler(Engine, Namespaces, time))
                )
            );
            var workers = new WorkerHeartbeatGrpcHandler(Timers, Namespaces);
            _parts.Add(workers);
            var drainage = new DeploymentDrainage(reader, time, options.DrainageGracePeriod);
            _parts.Add(new DeploymentListGrpcHandler(Namespaces, Deployments, drainage));
            _parts.Add(new DeploymentChangeGrpcHandler(Namespaces, Deployments, drainage, Queues, time));
            _parts.Add(new DeploymentRoutingGrpcHandler(Namespaces, Deployments));
            if (clock is not null)
            {
                _parts.Add(new TimeSkippingGrpcHandler(clock, Timers, Engine));
            }

            Register(attributes, workers, configs, time, address);
        }
        catch
        {
            Database.Dispose();
            Timers.Dispose();
            throw;
        }
    }

    public GrpcMethodRegistry Table { get; } = new();

    public NamespaceRegistry Namespaces { get; }

    public EngineDatabase Database { get; }

    public TimerService Timers { get; }

    public TaskQueueRegistry Queues { get; }

    public ServerToWorkerCommandDispatcher Commands { get; }

    public WorkerDeploymentRegistry Deployments { get; }

    public WorkflowStore Store { get; }

    public WorkflowEngine Engine { get; }

    public WorkflowGrpcHandler Workflows { get; }

    public RetentionSweeper Retention { get; }

    /// <summary>Registers the namespaces and search attributes from the options before the first client call.</summary>
    /// <exception cref="InvalidOperationException">A search attribute can't be registered.</exception>
    public async Task PrepareAsync()
    {
        foreach (var name in _options.Namespaces)
        {
            await _directory.TryAddAsync(
                new StoredNamespace(
                    new NamespaceInfo
                    {
                        Id = Guid.NewGuid().ToString(),
                        Name = name,
                        State = NamespaceState.Registered,
                    },
                    _options.DefaultRetention
                )
            );
        }

        if (_options.SearchAttributes.Keys.FirstOrDefault(SystemSearchAttributes.IsReserved) is { } reserved)
        {
            throw new InvalidOperationException($"the search attribute {reserved} is reserved; choose another name");
        }

        foreach (var ns in Namespaces.All.Where(_ => _options.SearchAttributes.Count > 0))
        {
            try
            {
                await _attributes.AddAsync(ns, _options.SearchAttributes);
            }
            catch (RpcException refused)
            {
                throw new InvalidOperationException(refused.Status.Detail.TrimEnd('.'), refused);
            }
        }
    }

    public void Start()
    {
        foreach (var part in _parts)
        {
            part.Start();
        }

        Engine.Recover();
        Retention.Start();
    }

    /// <summary>Ends open polls and other long waits with an empty response.</summary>
    public void Stopping()
    {
        _stopping.Stop();
        Queues.ReleaseAll();
    }

    public void Dispose()
    {
        Retention.Dispose();
        Timers.Dispose();
        Queues.Dispose();
        Database.Dispose();
        _stopping.Dispose();
    }

    private void Register(
        SearchAttributeRegistry attributes,
        WorkerHeartbeatGrpcHandler workers,
        TaskQueueConfigs configs,
        TimeProvider time,
        Func<string> address
    )
    {
        foreach (var part in _parts)
        {
            part.Register(Table);
        }

        var polls = new WorkerPolls();
        var tasks = new WorkflowTaskGrpcHandler(Engine, Namespaces, polls, Deployments, _stopping);
        tasks.Register(Table);
        Workflows.Starts.StartEagerly = tasks.StartEagerly;
        var activities = new ActivityTaskStarter(Engine, Namespaces, _options.CancelCommands);
        new WorkflowTaskCompletionGrpcHandler(Engine, Namespaces, attributes, tasks, activities).Register(Table);
        new ActivityTaskGrpcHandler(Engine, Namespaces, activities, polls, Deployments, _stopping).Register(Table);
        new HistoryGrpcHandler(Engine, Namespaces, _stopping).Register(Table);
        new WorkflowQueryGrpcHandler(Engine, Namespaces, _stopping, Timers, time).Register(Table);
        var updates = new WorkflowUpdateGrpcHandler(Engine, Namespaces, _stopping);
        updates.Register(Table);
        new MultiOperationGrpcHandler(Engine, Namespaces, Workflows, updates, attributes).Register(Table);
        new ActivityControlGrpcHandler(Engine, Namespaces, time).Register(Table);
        new NexusTaskGrpcHandler(Commands, Namespaces, polls, _stopping).Register(Table);
        new TaskQueueGrpcHandler(Engine, Namespaces, workers, polls, configs, time, address, _options.TaskQueuePartitions).Register(Table);
        new WorkflowPauseGrpcHandler(Engine, Namespaces, Workflows, _options.WorkflowPause).Register(Table);
        Workflows.Register(Table);
    }
}
