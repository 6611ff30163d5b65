using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Temporal.Sdk.Tests.Workflows;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

/// <summary>What workflow code learns and tells of the worker and the update it runs for.</summary>
public sealed class BuildIdTests(LiveServer server) : IClassFixture<LiveServer>
{
    [Fact]
    public async Task CurrentBuildId_OfTasksOfTwoWorkers_IsThatOfTheWorkerOfEach()
    {
        var queue = $"builds-{Guid.NewGuid():N}";
        var handle = await server.Client.StartWorkflowAsync((BuildWorkflow w) => w.RunAsync(), new($"builds-{Guid.NewGuid():N}", queue));
        using (var first = Worker(queue, "one"))
        {
            await first.ExecuteAsync(async () => Assert.Equal("one", await handle.ExecuteUpdateAsync(w => w.BuildAsync())));
        }

        using var second = Worker(queue, "two");
        await second.ExecuteAsync(async () =>
        {
            await handle.SignalAsync(w => w.GoAsync());
            Assert.Equal("one two", await Histories.ResultAsync(handle, () => handle.GetResultAsync()));
        });
    }

    /// <summary>Also a worker of another build answers with the build that the last task was completed by.</summary>
    [Fact]
    public async Task CurrentBuildId_Queried_IsThatOfTheLastTask()
    {
        var queue = $"builds-{Guid.NewGuid():N}";
        var handle = await server.Client.StartWorkflowAsync((BuildWorkflow w) => w.RunAsync(), new($"builds-{Guid.NewGuid():N}", queue));
        using (var first = Worker(queue, "one"))
        {
            await first.ExecuteAsync(async () => Assert.Equal("one", await handle.QueryAsync(w => w.Build())));
        }

        await server.Client.WorkflowService.ResetStickyTaskQueueAsync(
            new()
            {
                Namespace = server.Client.Options.Namespace,
                Execution = new() { WorkflowId = handle.Id },
            }
        );
        using var second = Worker(queue, "two");
        await second.ExecuteAsync(async () =>
        {
            Assert.Equal("one", await handle.QueryAsync(w => w.Build()));
            await handle.SignalAsync(w => w.GoAsync());
            Assert.Equal("two", await handle.QueryAsync(w => w.Build()));
            Assert.Equal("one two", await Histories.ResultAsync(handle, () => handle.GetResultAsync()));
            Assert.Equal("two", await handle.QueryAsync(w => w.Build()));
        });
    }

    [Fact]
    public async Task Logger_InAnUpdateHandler_NamesTheUpdate()
    {
        var log = new Scopes();
        var queue = $"builds-{Guid.NewGuid():N}";
        using var worker = Worker(queue, "one", log);
        await worker.ExecuteAsync(async () =>
        {
            var handle = await server.Client.StartWorkflowAsync(
                (BuildWorkflow w) => w.RunAsync(),
                new($"builds-{Guid.NewGuid():N}", queue)
            );
            await handle.ExecuteUpdateAsync(w => w.BuildAsync(), new("the-id"));
            await handle.SignalAsync(w => w.GoAsync());
            await Histories.ResultAsync(handle, () => handle.GetResultAsync());
        });

        Assert.Equal(("the-id", "Build"), log.UpdateOf("in the update"));
        Assert.Equal((null, null), log.UpdateOf("at the end"));
    }

    private TemporalWorker Worker(string queue, string build, ILoggerFactory? log = null) =>
        new(
            server.Client,
            new TemporalWorkerOptions(queue)
            {
                BuildId = build,
                LoggerFactory = log ?? server.Client.Options.LoggerFactory,
            }.AddWorkflow<BuildWorkflow>()
        );

    /// <summary>Says by which builds it was run.</summary>
    [Workflow]
    public sealed class BuildWorkflow
    {
        private bool _go;

        private static void Say(string text) => Workflow.Logger.Log(LogLevel.Information, default, text, null, static (said, _) => said);

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var first = Workflow.CurrentBuildId;
            await Workflow.WaitConditionAsync(() => _go);
            Say("at the end");
            return $"{first} {Workflow.CurrentBuildId}";
        }

        [WorkflowUpdate]
        public Task<string> BuildAsync()
        {
            Say("in the update");
            return Task.FromResult(Workflow.CurrentBuildId);
        }

        [WorkflowQuery]
        public string Build() => Workflow.CurrentBuildId;

        [WorkflowSignal]
        public Task GoAsync()
        {
            _go = true;
            return Task.CompletedTask;
        }
    }

    /// <summary>Keeps each line with what its scope says.</summary>
    private sealed class Scopes : ILoggerFactory, ILogger
    {
        private readonly ConcurrentDictionary<string, Dictionary<string, object?>> _lines = new();
        private readonly AsyncLocal<Dictionary<string, object?>?> _scope = new();

        public (object? Id, object? Name) UpdateOf(string line) =>
            (_lines[line].GetValueOrDefault("UpdateId"), _lines[line].GetValueOrDefault("UpdateName"));

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new InvalidOperationException("This factory has one logger.");

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            _scope.Value = (state as IEnumerable<KeyValuePair<string, object?>>)?.ToDictionary(pair => pair.Key, pair => pair.Value);
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _lines[formatter(state, exception)] = _scope.Value ?? [];

        public void Dispose() { }
    }
}
