using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Reports;
using Orchestrator.Workflows;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.App.Workers;

/// <summary>
/// Creates and runs all Temporal workers of a process. One worker polls the shared queue for workflow tasks and repository lookups. A
/// further worker for each repository executes that repository's activities.
/// </summary>
public sealed class TemporalWorkerGroup : IDisposable
{
    private const string ProgramName = "orchestrate";
    private readonly ITemporalClient _client;
    private readonly TemporalWorkerGroupOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly RunServiceBundle _services;
    private readonly HostSlots _slots = new();
    private readonly List<TemporalWorker> _workers = [];
    private readonly ConcurrentBag<TemporalWorker> _added = [];
    private readonly List<RunProgressReader> _readers = [];
    private readonly WorkerActivityCanceler _stop = new();

    /// <summary>Creates the workers. They start polling when <see cref="ExecuteAsync"/> is called.</summary>
    public TemporalWorkerGroup(ITemporalClient client, TemporalWorkerGroupOptions options, ILoggerFactory logs)
    {
        client = PayloadJsonOptions.Speaking(client);
        (_client, _options, _logs) = (client, options, logs);
        var services = options.Services with { AskRun = new RunStatusQueries(client).AskAsync };
        _services = services = options.SharesAccounts ? services with { Governor = new MultiHostAccountGovernor(client) } : services;
        var shared = new TemporalWorkerOptions(QueueNames.Workflows)
        {
            Identity = options.Identity,
            LoggerFactory = logs,
            MaxConcurrentActivities = 20,
            WorkflowStackTrace = WorkflowStackTrace.WithoutFileInfo,
            // Disables the deadlock detection, whose limit is 2 seconds. On a machine with few cores, ten agents that build can delay a
            // workflow for longer, and its task and its queries would then fail.
            DebugMode = true,
            // To detect timers and thread pool use in workflow code, the listener would receive the runtime's events for every task of the
            // process. It costs 4 % of a run's processor time. Workflow tests run with it, and BannedSymbols.txt is checked at compile
            // time.
            DisableWorkflowTracingEventListener = true,
            Interceptors = [new ActivityFailureConverter()],
            // Open runs are upgraded automatically to the current version, which can replay their histories. The activities of a machine
            // are executed in the version that is installed there.
            DeploymentOptions = options.Deployment is { } version
                ? new WorkerDeploymentOptions(version, useWorkerVersioning: true)
                {
                    DefaultVersioningBehavior = VersioningBehavior.AutoUpgrade,
                }
                : Unversioned(options),
        };
        shared.AddWorkflows();
        shared.AddAllActivities(
            new RepositoryActivities(
                new ServedRepositories(
                    options.Repositories,
                    options.Named,
                    path => LocalRepositoryPaths.Find(path)?.LinkedWorktree,
                    services
                )
            )
        );
        _workers.Add(new TemporalWorker(WorkerSetup.ForWorkflows(client), shared));
        foreach (var repository in options.Repositories)
        {
            _workers.Add(new TemporalWorker(RepositoryReferenceJsonConverter.ReadingAs(client, repository), OfRepository(repository)));
        }
        _slots.MakeAtLeast(options.Places.Select(offer => offer.Slots).DefaultIfEmpty(0).Max());
        _workers.AddRange(options.Places.SelectMany(OfPlaces));
    }

    /// <summary>
    /// Offers slots to distributed runs until <paramref name="stopping"/> is canceled, in addition to the slots in the options.
    /// </summary>
    /// <param name="offer">The offered slots.</param>
    /// <param name="stopping">Ends the offer in the same way as for <see cref="ExecuteAsync"/>.</param>
    public Task OfferAsync(HostSlotOffer offer, CancellationToken stopping)
    {
        _slots.MakeAtLeast(offer.Slots);
        var workers = OfPlaces(offer).ToList();
        workers.ForEach(_added.Add);
        return Task.WhenAll(workers.Select(worker => worker.ExecuteAsync(stopping)));
    }

    /// <summary>Returns deployment options that report the worker's build id but do not enable worker versioning.</summary>
    private static WorkerDeploymentOptions Unversioned(TemporalWorkerGroupOptions options) =>
        new(new WorkerDeploymentVersion(ProgramName, options.Build), useWorkerVersioning: false);

    private IEnumerable<TemporalWorker> OfPlaces(HostSlotOffer offer)
    {
        var remote = _options.Remotes.GetValueOrDefault(offer.Repository.Path);
        var places = new HostSlotActivities(_services, offer.Repository, remote, _slots, offer.Readiness);
        var reading = RepositoryReferenceJsonConverter.ReadingAs(_client, offer.Repository);
        return QueuesOf(offer)
            .Select(queue =>
            {
                var own = OfQueue(queue);
                (own.MaxConcurrentActivities, own.MaxConcurrentActivityTaskPolls) = (_slots.Count, 1);
                return new TemporalWorker(reading, own.AddAllActivities(places));
            });
    }

    private static IEnumerable<string> QueuesOf(HostSlotOffer offer) =>
        offer.Slots == 0
            ? []
            : offer.Labels.Select(label => QueueNames.ForPlaces(offer.Key, label)).Prepend(QueueNames.ForPlaces(offer.Key));

    private TemporalWorkerOptions OfRepository(RepositoryReference repository)
    {
        var remote = _options.Remotes.GetValueOrDefault(repository.Path);
        var own = OfQueue(
            QueueNames.ForRepository(_services.Host, repository.Key),
            new PostActivityGitPushInterceptor(_services, repository)
        );
        own.MaxConcurrentActivities = 200;
        var recorder = new ProgressRecorder();
        var reader = new RunProgressReader(_client, repository, recorder, _services.Time, _logs.CreateLogger<RunProgressReader>());
        _readers.Add(reader);
        return own.AddAllActivities(new RunActivities(_services, _client, recorder, reader.Read))
            .AddAllActivities(new TaskActivities(_services, remote))
            .AddAllActivities(new MergeQueueActivities(_services))
            .AddAllActivities(new RequestActivities(_services, _client))
            .AddAllActivities(new AnswerActivities(_services))
            .AddAllActivities(new PlanningActivities(_services))
            .AddAllActivities(new ReviewActivities(_services))
            .AddAllActivities(new NoticeActivities(_services))
            .AddAllActivities(new UsageActivities(_services))
            .AddAllActivities(new HostSlotActivities(_services, repository, remote, _slots, readiness: null));
    }

    /// <summary>Returns the options that are common to the workers of all activity task queues.</summary>
    private TemporalWorkerOptions OfQueue(string queue, params IWorkerInterceptor[] more) =>
        new(queue)
        {
            Identity = _options.Identity,
            DeploymentOptions = Unversioned(_options),
            LoggerFactory = _logs,
            Interceptors = [new ActivityFailureConverter(), _stop, .. more],
            MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
            DefaultHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
            GracefulShutdownTimeout = _options.ShutdownGrace,
        };

    /// <summary>
    /// Runs the workers until <paramref name="stopping"/> is canceled. Agent processes keep running afterward, and the next worker resumes
    /// monitoring them.
    /// </summary>
    public Task ExecuteAsync(CancellationToken stopping) =>
        Task.WhenAll([.. _workers.Select(w => w.ExecuteAsync(stopping)), .. _readers.Select(r => r.ExecuteAsync(stopping))]);

    /// <summary>
    /// Makes the workers cancel their activities immediately when they stop, without waiting for
    /// <see cref="TemporalWorkerGroupOptions.ShutdownGrace"/>.
    /// </summary>
    public void SkipGracePeriod() => _stop.CancelActivities();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers.Concat(_added))
        {
            worker.Dispose();
        }
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }

        _stop.Dispose();
    }
}
