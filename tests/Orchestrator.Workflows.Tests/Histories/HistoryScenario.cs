using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Orchestrator.Workflows.Tests.Histories;

/// <summary>A small run on the embedded engine whose scripted activities lead its workflows to a given outcome.</summary>
/// <param name="Outcome">The outcome of the workflows whose histories are recorded.</param>
/// <param name="Workflows">Their types.</param>
internal sealed record HistoryScenario(string Outcome, params IReadOnlyList<Type> Workflows)
{
    private const string RunId = "run-recorded-000001";
    private static readonly RunWorkflowSettings Shortest = new()
    {
        Workers = 1,
        Retry = new RetryRule { BaseDelay = TimeSpan.FromMilliseconds(10) },
    };

    public OrchestrationInput Input { get; init; } =
        new()
        {
            Repository = "/r",
            PlanFile = "t.yaml",
            Yes = true,
        };

    public RunWorkflowSettings Settings { get; init; } = Shortest;

    /// <summary>Tasks of the run, one after the other.</summary>
    public int Tasks { get; init; } = 1;

    /// <summary>True if the tasks do not depend on each other.</summary>
    public bool AtOnce { get; init; }

    /// <summary>The relays to other agents, or null for none.</summary>
    public IReadOnlyList<RelayAgentCandidate>? Relays { get; init; }

    public Action<ScriptedActivities> Script { get; init; } = _ => { };

    /// <summary>The user's actions during the run.</summary>
    public Func<ScriptedRun, Task> Play { get; init; } = _ => Task.CompletedTask;

    /// <summary>The first execution of each workflow is kept, not the last.</summary>
    public bool KeepsFirst { get; init; }

    /// <summary>Plays it.</summary>
    /// <returns>The histories that are kept, by their names.</returns>
    public async Task<IReadOnlyDictionary<string, WorkflowHistory>> RecordAsync()
    {
        var tasks = Enumerable
            .Range(0, Tasks)
            .Select(i => new TaskOutline
            {
                Id = $"t{i}",
                DependsOn = i == 0 || AtOnce ? [] : [$"t{i - 1}"],
                Relays = Relays,
            });
        await using var run = await ScriptedRun.CreateAsync([.. tasks], Script, Settings);
        run.RunId = RunId;
        await run.BeginAsync(Input);
        await Play(run);
        await run.UntilAsync(s => RunStateNames.IsFinal(s.State));
        var histories = new Dictionary<string, WorkflowHistory>();
        foreach (var workflow in Workflows)
        {
            histories.Add(NameOf(workflow), await FetchAsync(run, workflow));
        }
        return histories;
    }

    /// <summary>Name of the file of a history.</summary>
    public string NameOf(Type workflow) => $"{workflow.Name}.{Outcome}";

    private string IdOf(Type workflow) =>
        workflow.Name switch
        {
            nameof(OrchestrationWorkflow) => RunId,
            nameof(TaskWorkflow) => RunIds.ForTask(RunId, "t0"),
            nameof(PlanningWorkflow) => RunIds.ForTask(
                RunId,
                Input is { NeedsPlanner: true } ? PlannerTaskDefinition.Id : ReplanTaskDefinition.Id
            ),
            nameof(ReviewWorkflow) => RunIds.ForTask(RunId, ReviewTaskDefinition.Id),
            nameof(MergeTrainWorkflow) => RunIds.ForTrain(RunId),
            nameof(LeaseWorkflow) => RunIds.ForLeases("key"),
            nameof(GovernorWorkflow) => RunIds.ForGovernor(AgentStartAdmitterTests.Account),
            var unknown => throw new InvalidOperationException($"Say what the id of a {unknown} is."),
        };

    private async Task<WorkflowHistory> FetchAsync(ScriptedRun run, Type workflow)
    {
        var id = IdOf(workflow);
        var handle = run.Client.GetWorkflowHandle(id);
        for (var limit = Eventually.Timeout(); (await handle.DescribeAsync()).Status == WorkflowExecutionStatus.Running; )
        {
            await Task.Delay(50, limit);
        }
        var last = await handle.FetchHistoryAsync();
        var first = last.Events.First().WorkflowExecutionStartedEventAttributes.FirstExecutionRunId;
        return KeepsFirst ? await run.Client.GetWorkflowHandle(id, first).FetchHistoryAsync() : last;
    }
}
