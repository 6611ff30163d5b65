using System.Diagnostics;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Extensions.OpenTelemetry;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Extensions;

/// <summary>A workflow of which every kind of call is traced.</summary>
[Workflow]
public sealed class TracedWorkflow
{
    public const string SourceName = "Orchestrator.Temporal.Sdk.Tests";

    public static readonly ActivitySource Source = new(SourceName);

    private bool _go;

    [WorkflowRun]
    public async Task<string> RunAsync(string step)
    {
        switch (step)
        {
            case "all":
                using (Source.TrackWorkflowDiagnosticActivity("Custom"))
                {
                    await Workflow.ExecuteActivityAsync(
                        (TracedActivities activities) => activities.WorkAsync(2),
                        new()
                        {
                            StartToCloseTimeout = TimeSpan.FromMinutes(1),
                            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(1) },
                        }
                    );
                }

                await Workflow.WaitConditionAsync(() => _go);
                var child = await Workflow.StartChildWorkflowAsync(
                    (TracedWorkflow workflow) => workflow.RunAsync("wait"),
                    new() { Id = Workflow.Info.WorkflowId + "-child" }
                );
                await child.SignalAsync(workflow => workflow.GoAsync());
                await child.GetResultAsync();
                throw Workflow.CreateContinueAsNewException((TracedWorkflow workflow) => workflow.RunAsync("local"));
            case "local":
                await Workflow.ExecuteLocalActivityAsync(
                    (TracedActivities activities) => activities.WorkAsync(1),
                    new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) }
                );
                return step;
            case "fail task":
                // The first task is whole before the second one fails, which then begins with a replay.
                var replayed = Workflow.Unsafe.IsReplaying;
                await Workflow.DelayAsync(1);
                return replayed ? step : throw new InvalidOperationException("this task alone");
            case "fail":
                throw new ApplicationFailureException("on purpose");
            case "wait":
                await Workflow.WaitConditionAsync(() => _go);
                return step;
            default:
                return step;
        }
    }

    [WorkflowSignal]
    public Task GoAsync()
    {
        _go = true;
        return Task.CompletedTask;
    }

    [WorkflowQuery]
    public string Asked()
    {
        using var span = Source.TrackWorkflowDiagnosticActivity("InQuery", evenOnReplay: true);
        return "answer";
    }

    [WorkflowUpdate]
    public async Task<string> ChangeAsync(string how)
    {
        await Workflow.DelayAsync(1);
        return how == "fail" ? throw new ApplicationFailureException("refused late") : how;
    }

    [WorkflowUpdateValidator(nameof(ChangeAsync))]
    public void ValidateChange(string how)
    {
        if (how == "refuse")
        {
            throw new ApplicationFailureException("refused early");
        }
    }
}

/// <summary>Its activities.</summary>
public sealed class TracedActivities
{
    [Activity]
    public Task WorkAsync(int attempts) =>
        ActivityExecutionContext.Current.Info.Attempt < attempts
            ? throw new ApplicationFailureException("once more", category: Temporalio.Api.Enums.V1.ApplicationErrorCategory.Benign)
            : Task.CompletedTask;
}
