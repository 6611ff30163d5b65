using Microsoft.Extensions.Logging;
using Orchestrator.Activities;
using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Reports;
using Orchestrator.Workflows;
using Temporalio.Client;
using Temporalio.Worker;

namespace Orchestrator.Worker;

/// <summary>Composition root: workflows and the activities of some repositories on Temporal workers. One worker polls the shared queue for
/// workflows and for finding repositories; each repository has a worker for its activities.</summary>
public sealed class RunWorker : IDisposable
{
    private readonly List<TemporalWorker> _workers = [];
    private readonly List<RunReader> _readers = [];
    private readonly ActivityStop _stop = new();

    /// <summary>Creates the workers; nothing is polled before <see cref="ExecuteAsync"/>.</summary>
    public RunWorker(ITemporalClient client, RunWorkerOptions options, ILoggerFactory logs)
    {
        client = MessageJson.Speaking(client);
        var services = options.Services with { AskRun = new OpenRuns(client).AskAsync };
        services = options.SharesAccounts ? services with { Governor = new ServerGovernor(client) } : services;
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
        };
        shared.AddWorkflows();
        shared.AddAllActivities(new RepositoryActivities(new ServedRepositories(options.Repositories, options.Named, services)));
        _workers.Add(new TemporalWorker(WorkerSetup.ForWorkflows(client), shared));
        var slots = new HostSlots(options.Places.Select(offer => offer.Slots).DefaultIfEmpty(0).Max());
        foreach (var repository in options.Repositories)
        {
            var remote = options.Remotes.GetValueOrDefault(repository.Path);
            var own = new TemporalWorkerOptions(QueueNames.ForRepository(services.Host, repository.Key))
            {
                Identity = options.Identity,
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
            var readiness = options.Places.FirstOrDefault(offer => offer.Repository.Path == repository.Path)?.Readiness;
            var places = new PlaceActivities(services, repository, remote, slots, readiness);
            own.AddAllActivities(places);
            var reading = OwnRepository.ReadingAs(client, repository);
            _workers.Add(new TemporalWorker(reading, own));
            foreach (var queue in options.Places.Where(offer => offer.Repository.Path == repository.Path).SelectMany(QueuesOf))
            {
                _workers.Add(new TemporalWorker(reading, OfPlaces(queue, options, logs, slots.Count).AddAllActivities(places)));
            }
        }
    }

    private static IEnumerable<string> QueuesOf(OfferedPlaces offer) =>
        offer.Slots == 0
            ? []
            : offer.Labels.Select(label => QueueNames.ForPlaces(offer.Key, label)).Prepend(QueueNames.ForPlaces(offer.Key));

    private TemporalWorkerOptions OfPlaces(string queue, RunWorkerOptions options, ILoggerFactory logs, int slots) =>
        new(queue)
        {
            Identity = options.Identity,
            LoggerFactory = logs,
            Interceptors = [new StepFailures(), _stop],
            MaxConcurrentActivities = slots,
            MaxConcurrentActivityTaskPolls = 1,
            MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
            DefaultHeartbeatThrottleInterval = TimeSpan.FromSeconds(2),
            GracefulShutdownTimeout = options.ShutdownGrace,
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
        foreach (var worker in _workers)
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
