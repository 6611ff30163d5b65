using System.Reflection;
using Orchestrator.Messages;
using Orchestrator.Workflows.Messages;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>A handler that the SDK would call with something unread, or lose unseen, can't be written.</summary>
public sealed class HandlerRulesTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    public static TheoryData<Type> Workflows => [.. WorkerSetup.Workflows];

    [Fact]
    public void Workflows_AllOfThem_AreRegisteredAndNoteWhatTheyDrop()
    {
        var workflows = typeof(WorkerSetup).Assembly.GetTypes().Where(t => t.GetCustomAttribute<WorkflowAttribute>() is not null);

        Assert.Equal(workflows.OrderBy(t => t.Name), WorkerSetup.Workflows.OrderBy(t => t.Name));
        Assert.All(WorkerSetup.Workflows, t => Assert.True(t.IsSubclassOf(typeof(WorkflowBase)), $"{t} notes nothing"));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_WhatItTakes_IsWhatItsContractSays(Type workflow)
    {
        var contract = typeof(IOrchestrationWorkflow).Assembly.GetType($"Orchestrator.Messages.I{workflow.Name}")!;

        Assert.True(workflow.IsAssignableTo(contract));
        Assert.Equal(
            WorkflowMessageHandlerFinder.Of(contract).Keys.OrderBy(handler => handler),
            WorkflowMessageHandlerFinder.Of(workflow).Keys.OrderBy(handler => handler)
        );
    }

    /// <summary>Without a default the SDK drops a signal that lacks the argument, and fails the task of a start, before anything of ours
    /// sees it; without a validator it accepts an update that can't be read.</summary>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_Handlers_SeeWhateverIsSent(Type workflow)
    {
        var handlers = WorkflowMessageHandlerFinder.Of(workflow);
        var validated = workflow
            .GetMethods(All)
            .Select(m => m.GetCustomAttribute<WorkflowUpdateValidatorAttribute>()?.UpdateMethod)
            .ToList();

        Assert.All(
            handlers.Values.Append(workflow.GetMethod("RunAsync")!).SelectMany(handler => handler.GetParameters()),
            parameter => Assert.True(parameter.HasDefaultValue, $"{parameter.Member} has no default for {parameter.Name}")
        );
        Assert.All(
            handlers.Where(handler => handler.Key.Kind == WorkflowMessageKind.Update),
            update => Assert.Contains(update.Value.Name, validated)
        );
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_Handlers_AreDescribed(Type workflow)
    {
        var definition = WorkflowDefinition.Create(workflow);

        Assert.All(definition.Signals.Values, signal => Assert.False(string.IsNullOrEmpty(signal.Description), signal.Name));
        Assert.All(definition.Updates.Values, update => Assert.False(string.IsNullOrEmpty(update.Description), update.Name));
        Assert.All(definition.Queries.Values, query => Assert.False(string.IsNullOrEmpty(query.Description), query.Name));
    }
}
