using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Reports;
using Orchestrator.Workflows;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;

namespace Orchestrator.Worker;

/// <summary>Composition root: workflows and the activities of some repositories on Temporal workers. One worker polls the shared queue for
/// workflows and for finding repositories; each repository has a worker for its activities.</summary>
public sealed class RunWorker : IDisposable
{
    private const string ProgramName = "orchestrate";
    private readonly ITemporalClient _client;
    private readonly RunWorkerOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly RunServices _services;
    private readonly HostSlots _slots = new();
    private readonly List<TemporalWorker> _workers = [];
    private readonly ConcurrentBag<TemporalWorker> _added = [];
    private readonly List<RunReader> _readers = [];
    private readonly ActivityStop _stop = new();

    /// <summary>Creates the workers; nothing is polled before <see cref="ExecuteAsync"/>.</summary>
    public RunWorker(ITemporalClient client, RunWorkerOptions options, ILoggerFactory logs)
    {
        client = MessageJson.Speaking(client);
        (_client, _options, _logs) = (client, options, logs);
        var services = options.Services with { AskRun = new OpenRuns(client).AskAsync };
        _services = services = options.SharesAccounts ? services with { Governor = new ServerGovernor(client) } : services;
        var shared = new TemporalWorkerOptions(QueueNames.Workflows)
        {
            Identity = options.Identity,
            LoggerFactory = logs,
            MaxConcurrentActivities = 20,
            WorkflowStackTrace = WorkflowStackTrace.WithoutFileInfo,
            // Ten agents that build leave a machine of a few cores no two seconds of quiet, and a workflow that did not get its turn within
            // them would count as deadlocked: its task and its queries fail.
            DebugMode = true,
            // It listens to the runtime's events of every task of the process, to find timers and thread pool tasks in workflow code: 4 %
            // of a run's processor time. Tests of workflows run with it, and BannedSymbols.txt holds at compile time.
            DisableWorkflowTracingEventListener = true,
            Interceptors = [new StepFailures()],
            // Open runs go over to the version that is made the current one: they can be replayed by it. The steps of a machine are done
            // there by whatever version it has.
            DeploymentOptions = options.Deployment is { } version
                ? new WorkerDeploymentOptions(version, useWorkerVersioning: true)
                {
                    DefaultVersioningBehavior = VersioningBehavior.AutoUpgrade,
                }
                : Unversioned(options),
        };
        shared.AddWorkflows();
        shared.AddAllActivities(new RepositoryActivities(new ServedRepositories(options.Repositories, options.Named, services)));
        _workers.Add(new TemporalWorker(WorkerSetup.ForWorkflows(client), shared));
        foreach (var repository in options.Repositories)
        {
            var remote = options.Remotes.GetValueOrDefault(repository.Path);
            var own = new TemporalWorkerOptions(QueueNames.ForRepository(services.Host, repository.Key))
            {
                Identity = options.Identity,
                DeploymentOptions = Unversioned(options),
                LoggerFactory = logs,
                Interceptors = [new StepFailures(), _stop, new SharedSteps(services, repository)],
                MaxConcurrentActivities = 200,
                MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
                DefaultHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
                GracefulShutdownTimeout = options.ShutdownGrace,
            };
            var recorder = new ProgressRecorder();
            var reader = new RunReader(client, repository, recorder, services.Time, logs.CreateLogger<RunReader>());
            _readers.Add(reader);
            own.AddAllActivities(new RunActivities(services, client, recorder, reader.Read))
                .AddAllActivities(new TaskActivities(services, remote))
                .AddAllActivities(new TrainActivities(services))
                .AddAllActivities(new RequestActivities(services, client))
                .AddAllActivities(new AnswerActivities(services))
                .AddAllActivities(new PlanningActivities(services))
                .AddAllActivities(new ReviewActivities(services))
                .AddAllActivities(new NoticeActivities(services))
                .AddAllActivities(new UsageActivities(services));
            own.AddAllActivities(new PlaceActivities(services, repository, remote, _slots, readiness: null));
            _workers.Add(new TemporalWorker(OwnRepository.ReadingAs(client, repository), own));
        }
        _slots.MakeAtLeast(options.Places.Select(offer => offer.Slots).DefaultIfEmpty(0).Max());
        _workers.AddRange(options.Places.SelectMany(OfPlaces));
    }

    /// <summary>Takes tasks of runs that spread theirs, until cancelled: places that are offered while it works.</summary>
    /// <param name="offer">The places.</param>
    /// <param name="stopping">As for <see cref="ExecuteAsync"/>.</param>
    public Task OfferAsync(OfferedPlaces offer, CancellationToken stopping)
    {
        _slots.MakeAtLeast(offer.Slots);
        var workers = OfPlaces(offer).ToList();
        workers.ForEach(_added.Add);
        return Task.WhenAll(workers.Select(worker => worker.ExecuteAsync(stopping)));
    }

    /// <summary>Reports the build without asking for versioned tasks.</summary>
    private static WorkerDeploymentOptions Unversioned(RunWorkerOptions options) =>
        new(new WorkerDeploymentVersion(ProgramName, options.Build), useWorkerVersioning: false);

    private IEnumerable<TemporalWorker> OfPlaces(OfferedPlaces offer)
    {
        var remote = _options.Remotes.GetValueOrDefault(offer.Repository.Path);
        var places = new PlaceActivities(_services, offer.Repository, remote, _slots, offer.Readiness);
        var reading = OwnRepository.ReadingAs(_client, offer.Repository);
        return QueuesOf(offer).Select(queue => new TemporalWorker(reading, OfQueue(queue).AddAllActivities(places)));
    }

    private static IEnumerable<string> QueuesOf(OfferedPlaces offer) =>
        offer.Slots == 0
            ? []
            : offer.Labels.Select(label => QueueNames.ForPlaces(offer.Key, label)).Prepend(QueueNames.ForPlaces(offer.Key));

    private TemporalWorkerOptions OfQueue(string queue) =>
        new(queue)
        {
            Identity = _options.Identity,
            DeploymentOptions = Unversioned(_options),
            LoggerFactory = _logs,
            Interceptors = [new StepFailures(), _stop],
            MaxConcurrentActivities = _slots.Count,
            MaxConcurrentActivityTaskPolls = 1,
            MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
            DefaultHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
            GracefulShutdownTimeout = _options.ShutdownGrace,
        };

    /// <summary>Runs until cancelled; running agents then go on by themselves and are followed by the next worker.</summary>
    public Task ExecuteAsync(CancellationToken stopping) =>
        Task.WhenAll([.. _workers.Select(w => w.ExecuteAsync(stopping)), .. _readers.Select(r => r.ExecuteAsync(stopping))]);

    /// <summary>Activities get no grace when the worker stops, in place of <see cref="RunWorkerOptions.ShutdownGrace"/>: they are given up
    /// at once.</summary>
    public void GiveNoGrace() => _stop.GiveUp();

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
