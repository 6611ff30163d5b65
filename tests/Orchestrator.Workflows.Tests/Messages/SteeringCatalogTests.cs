using System.Reflection;
using Orchestrator.Messages;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>The catalog of steering commands fits the updates of a run.</summary>
public sealed class SteeringCatalogTests
{
    /// <summary>Updates that are no steering commands of users: they come with texts, a number or a machine.</summary>
    private static readonly string[] Others =
    [
        WorkflowMessageNames.AddTasks,
        WorkflowMessageNames.SetConcurrency,
        WorkflowMessageNames.Move,
    ];

    private static readonly RunStatus Run = new() { RunId = "run-a-000001", State = RunStateNames.Executing };

    private static Dictionary<string, Type> Updates() =>
        typeof(IOrchestrationWorkflow)
            .GetMethods()
            .Select(method => (Method: method, Update: method.GetCustomAttribute<WorkflowUpdateAttribute>()))
            .Where(pair => pair.Update is not null)
            .ToDictionary(pair => pair.Update!.Name!, pair => pair.Method.GetParameters()[0].ParameterType);

    private static IEnumerable<SteeringMessage> Calls() =>
        SteeringCatalog.All.SelectMany(command =>
            new[] { (SteeringTargetKinds.Run, (string?)null), (SteeringTargetKinds.Task, "a"), (SteeringTargetKinds.Question, "plan") }
                .Where(target => command.Targets.HasFlag(target.Item1))
                .Select(target => command.Call(InputOf(command, target.Item2), Run))
        );

    private static SteeringCommandUserInput InputOf(SteeringCommandDefinition command, string? task) =>
        new("kim@laptop", task)
        {
            Values = command
                .Arguments.Where(argument => argument.IsRequired)
                .ToDictionary(argument => argument.Name, argument => argument.Values is [var first, ..] ? first : "20"),
        };

    [Fact]
    public void Rows_OfAllUpdates_AreInTheCatalog() =>
        Assert.Equal(Updates().Keys.Except(Others).Order(), Calls().Select(call => call.Name).Distinct().Order());

    [Fact]
    public void Calls_OfEachRow_HaveTheMessageOfTheirUpdate()
    {
        var updates = Updates();
        Assert.All(Calls(), call => Assert.True(call.Message is null || call.Message.GetType() == updates[call.Name], call.Name));
    }

    [Fact]
    public void Decisions_OfEachRow_AreTheNamesOfItsCalls() =>
        Assert.All(
            SteeringCatalog.All.Where(command => command.Decision is not null),
            command =>
                Assert.Equal(
                    command.Decision,
                    command.Call(InputOf(command, command.Targets == SteeringTargetKinds.Run ? null : "a"), Run).Name
                )
        );

    [Theory]
    [InlineData(SteeringCatalog.ApproveUpdate, true)]
    [InlineData(SteeringCatalog.RejectUpdate, true)]
    [InlineData(SteeringCatalog.PromoteUpdate, true)]
    [InlineData(SteeringCatalog.LandMergedUpdate, true)]
    [InlineData(SteeringCatalog.ResolveEscalationUpdate, true)]
    [InlineData(SteeringCatalog.RaiseBudgetUpdate, true)]
    [InlineData(SteeringCatalog.RetryTaskUpdate, true)]
    [InlineData(SteeringCatalog.SkipTaskUpdate, true)]
    [InlineData(WorkflowMessageNames.AddTasks, true)]
    [InlineData(WorkflowMessageNames.Pause, false)]
    [InlineData(WorkflowMessageNames.Resume, false)]
    [InlineData(WorkflowMessageNames.Cancel, false)]
    [InlineData(SteeringCatalog.CancelTaskUpdate, false)]
    [InlineData(SteeringCatalog.MergeNextUpdate, false)]
    [InlineData(WorkflowMessageNames.SetConcurrency, false)]
    [InlineData(WorkflowMessageNames.Move, false)]
    public void Decision_OfAnUpdate_IsAsListed(string name, bool isDecision) => Assert.Equal(isDecision, SteeringCatalog.IsDecision(name));

    [Fact]
    public void Rows_NamesAndTargets_AreUnique() =>
        Assert.Equal(SteeringCatalog.All.Count, SteeringCatalog.All.Select(command => command.Name).Distinct().Count());

    [Theory]
    [InlineData("", null, "'budget' needs amount.")]
    [InlineData("lots", null, "'lots' is not a valid budget.")]
    [InlineData("20", "week", "The budget 'week' is unknown.")]
    [InlineData("20", "task", "A budget of 'task' needs a task.")]
    [InlineData("20", "day", null)]
    public void Fault_OfABudget_IsNamed(string amount, string? kind, string? fault)
    {
        var values = new Dictionary<string, string> { [SteeringCatalog.Amount] = amount };
        if (kind is not null)
        {
            values[SteeringCatalog.BudgetKind] = kind;
        }
        Assert.Equal(fault, SteeringCatalog.RaiseBudget.FaultOf(new SteeringCommandUserInput("kim@laptop") { Values = values })?.Fault);
    }
}
