using System.Reflection;
using System.Runtime.CompilerServices;
using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Workflows.Tests.Histories;

/// <summary>
/// Runs that are open when a new version of the program is installed continue with it: their histories must replay. Where a change breaks
/// one of these, the old way stays behind <c>Workflow.Patched</c>.
/// </summary>
public sealed class HistoryTests
{
    /// <summary>Each workflow comes to these; what else is recorded of it is in <see cref="HistoryScenarios"/>.</summary>
    private static readonly Dictionary<Type, string[]> Required = new()
    {
        [typeof(OrchestrationWorkflow)] = ["completed", "failed", "cancelled", "continued", "restored", "remediated", "resumed", "reset"],
        [typeof(TaskWorkflow)] = ["completed", "failed", "cancelled", "remediated", "resumed"],
        [typeof(PlanningWorkflow)] = ["completed", "failed", "cancelled", "remediated", "resumed"],
        [typeof(ReviewWorkflow)] = ["completed", "remediated", "escalated"],
        [typeof(MergeTrainWorkflow)] = ["completed", "continued"],
        // It has no other end, and continues as new only where a server says that its history is long.
        [typeof(LeaseWorkflow)] = ["completed"],
        // It lives forever: recorded is one that has continued as new.
        [typeof(GovernorWorkflow)] = ["continued"],
    };

    public static TheoryData<string> Names => [.. Known];

    private static IEnumerable<string> Known => HistoryScenarios.All.SelectMany(s => s.Workflows.Select(s.NameOf));

    private static string Folder { get; } = Path.GetDirectoryName(ThisFile())!;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Replay_RecordedHistory_DoesWhatItDid(string name) => await Replayer().ReplayWorkflowAsync(Read(name));

    /// <summary>The net catches: code that does one thing more, or another one, does not pass.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Replay_ChangedWorkflow_Fails(string name)
    {
        var begins = new Change { WaitsFirst = true };
        var renames = new Change { Activity = "AnotherStep" };
        var history = Read(name);

        await Assert.ThrowsAsync<WorkflowNondeterminismException>(() => Replayer(begins).ReplayWorkflowAsync(history));
        if (history.Events.Any(e => e.ActivityTaskScheduledEventAttributes is not null))
        {
            await Assert.ThrowsAsync<WorkflowNondeterminismException>(() => Replayer(renames).ReplayWorkflowAsync(history));
        }
    }

    [Fact]
    public void Histories_EachWorkflowAndOutcome_IsRecorded()
    {
        var workflows = typeof(OrchestrationWorkflow).Assembly.GetTypes().Where(t => t.GetCustomAttribute<WorkflowAttribute>() is not null);
        var required = Required.SelectMany(r => r.Value.Select(outcome => $"{r.Key.Name}.{outcome}"));
        var recorded = Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);

        Assert.Equal(workflows.OrderBy(t => t.Name), Required.Keys.OrderBy(t => t.Name));
        Assert.Empty(required.Except(Known));
        Assert.Equal(Known.Order(StringComparer.Ordinal), recorded);
    }

    /// <summary>Records what <c>scripts/record-histories</c> asks for: <c>all</c> anew, or those that are <c>missing</c>; else it is seen
    /// that recording works.</summary>
    [Fact]
    public async Task Record_Scenarios_GivesHistoriesThatReplay()
    {
        var asked = Environment.GetEnvironmentVariable("RECORD_HISTORIES") ?? "";
        var scenarios = asked switch
        {
            "" => HistoryScenarios.All.Take(1),
            "all" => HistoryScenarios.All,
            _ => HistoryScenarios.All.Where(scenario =>
                scenario.Workflows.Any(workflow => !File.Exists(FileOf(scenario.NameOf(workflow))))
            ),
        };
        var files = new Dictionary<string, string>();
        foreach (var scenario in scenarios)
        {
            foreach (var (name, history) in await scenario.RecordAsync())
            {
                files.Add(name, HistoryFile.Write(history));
            }
        }

        foreach (var file in files.Values)
        {
            await Replayer().ReplayWorkflowAsync(HistoryFile.Read(file));
        }
        Assert.NotEmpty(files);
        if (asked.Length == 0)
        {
            return;
        }
        foreach (var old in Directory.EnumerateFiles(Folder, "*.json").Where(_ => asked == "all"))
        {
            File.Delete(old);
        }
        foreach (var (name, text) in files.Where(file => !File.Exists(FileOf(file.Key))))
        {
            await File.WriteAllTextAsync(FileOf(name), text);
        }
    }

    private static string FileOf(string name) => Path.Combine(Folder, name + ".json");

    private static WorkflowHistory Read(string name) => HistoryFile.Read(File.ReadAllText(FileOf(name)));

    internal static WorkflowReplayer Replayer(IWorkerInterceptor? interceptor = null)
    {
        var options = new WorkflowReplayerOptions
        {
            // Else a machine that is busy for two seconds counts as a workflow that does not yield.
            DebugMode = true,
            DataConverter = DataConverter.Default with
            {
                PayloadConverter = WorkerSetup.Converter(new DefaultPayloadConverter(PayloadJsonOptions.Options)),
            },
            Interceptors = interceptor is null
                ? [WorkerSetup.Machines, WorkerSetup.CallOptions, WorkerSetup.Messages]
                : [interceptor, WorkerSetup.Machines, WorkerSetup.CallOptions, WorkerSetup.Messages],
        };
        foreach (var workflow in WorkerSetup.Workflows)
        {
            options.AddWorkflow(workflow);
        }
        return new WorkflowReplayer(options);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>A change of a workflow that its histories do not allow.</summary>
    private sealed class Change : IWorkerInterceptor
    {
        /// <summary>True if the workflow starts with a timer.</summary>
        public bool WaitsFirst { get; init; }

        /// <summary>Another name for its activities, or null for the original one.</summary>
        public string? Activity { get; init; }

        public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
            new ActivityRoutingInboundInterceptor(this, nextInterceptor);

        private sealed class ActivityRoutingInboundInterceptor(Change change, WorkflowInboundInterceptor next)
            : WorkflowInboundInterceptor(next)
        {
            public override void Init(WorkflowOutboundInterceptor outbound) =>
                base.Init(new ActivityRoutingOutboundInterceptor(change, outbound));

            public override async Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input)
            {
                if (change.WaitsFirst)
                {
                    await Workflow.DelayAsync(TimeSpan.FromSeconds(1));
                }
                return await base.ExecuteWorkflowAsync(input);
            }
        }

        private sealed class ActivityRoutingOutboundInterceptor(Change change, WorkflowOutboundInterceptor next)
            : WorkflowOutboundInterceptor(next)
        {
            public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input) =>
                base.ScheduleActivityAsync<TResult>(change.Activity is { } other ? input with { Activity = other } : input);
        }
    }
}
