using System.Reflection;
using System.Runtime.CompilerServices;
using Orchestrator.Messages;
using Orchestrator.Workflows.Messages;
using Temporalio.Converters;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>A handler that what was sent could reach unread can't be written.</summary>
public sealed class HandlerRulesTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    [Fact]
    public void Workflows_AllOfThem_TakeMessagesOnlyThroughTheReader()
    {
        var workflows = typeof(OrchestrationWorkflow)
            .Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<WorkflowAttribute>() is not null)
            .ToList();
        var handlers = typeof(OrchestrationWorkflow)
            .Assembly.GetTypes()
            .SelectMany(t => t.GetMembers(All))
            .Where(m =>
                m.GetCustomAttribute<WorkflowSignalAttribute>() is not null
                || m.GetCustomAttribute<WorkflowUpdateAttribute>() is not null
                || m.GetCustomAttribute<WorkflowQueryAttribute>() is not null
                || m.GetCustomAttribute<WorkflowUpdateValidatorAttribute>() is not null
            );
        var starts = workflows.SelectMany(t =>
            t.GetMethods(All)
                .Where(m => m.GetCustomAttribute<WorkflowRunAttribute>() is not null)
                .Concat<MethodBase>(t.GetConstructors(All))
        );

        Assert.Equal(6, workflows.Count);
        Assert.All(
            workflows,
            t => Assert.True(t.IsSubclassOf(typeof(MessageWorkflow)), $"{t} does not derive from {nameof(MessageWorkflow)}")
        );
        Assert.Empty(handlers);
        Assert.All(
            starts,
            start =>
                Assert.All(
                    start.GetParameters(),
                    p => Assert.True(p.ParameterType == typeof(IRawValue), $"{start.DeclaringType}.{start.Name} is given a typed {p.Name}")
                )
        );
    }

    [Fact]
    public void Workflows_Sources_RegisterHandlersInOnePlace()
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "workflows"));

        var registering = Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains("/obj/", StringComparison.Ordinal)
                && File.ReadAllText(file).Contains("CreateWithoutAttribute", StringComparison.Ordinal)
            );

        Assert.Equal(["MessageWorkflow.cs"], registering.Select(Path.GetFileName));
    }

    [Fact]
    public async Task Workflows_WhatTheyTake_IsWhatTheContractsSay()
    {
        await using var run = await ScriptedRun.CreateAsync(
            [RunTests.Task("a")],
            settings: new RunRules { Review = new ReviewRule { Agent = "claude" } }
        );
        await run.BeginAsync();
        await run.ResultAsync();
        await run.BeginAsync(
            new OrchestrationInput
            {
                Repository = "/r",
                Request = "a plan",
                Yes = true,
                PlanOnly = true,
            },
            "run-planned-000001"
        );
        await run.Client.GetWorkflowHandle("run-planned-000001").GetResultAsync();

        Compare(typeof(IOrchestrationWorkflow), typeof(OrchestrationWorkflow));
        Compare(typeof(ITaskWorkflow), typeof(TaskWorkflow));
        Compare(typeof(IPlanningWorkflow), typeof(PlanningWorkflow));
        Compare(typeof(IReviewWorkflow), typeof(ReviewWorkflow));
        Compare(typeof(ILeaseWorkflow), typeof(LeaseWorkflow));
        Compare(typeof(IMergeTrainWorkflow), typeof(MergeTrainWorkflow));

        void Compare(Type contract, Type workflow)
        {
            var promised = contract
                .GetMethods()
                .Select(method => (Method: method, Name: NameOf(method)))
                .Where(m => m.Name is not null)
                .ToList();
            var taken = run.Handlers.Of(workflow);
            foreach (var (method, (kind, name)) in promised.Select(m => (m.Method, m.Name!.Value)))
            {
                var handler = taken.Single(h => (h.Kind, h.Handler.Name) == (kind, name)).Handler;
                Assert.Equal(method.GetParameters().Select(p => p.ParameterType), handler.Parameters.Select(p => p.ParameterType));
            }
            // Each command is a signal, too.
            Assert.Equal(promised.Count + promised.Count(m => m.Name!.Value.Kind == "update"), taken.Count);
        }
    }

    private static (string Kind, string Name)? NameOf(MethodInfo method) =>
        method.GetCustomAttribute<WorkflowSignalAttribute>() is { } signal ? ("signal", signal.Name!)
        : method.GetCustomAttribute<WorkflowUpdateAttribute>() is { } update ? ("update", update.Name!)
        : method.GetCustomAttribute<WorkflowQueryAttribute>() is { } query ? ("query", query.Name!)
        : null;

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
