using System.Text.Json.Serialization;
using Orchestrator.App.Hosting;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Samples.Worker;

/// <summary>Workflow of an application that lets a run write the notes of a release, and announces them.</summary>
[Workflow]
public sealed class ReleaseWorkflow
{
    /// <summary>Writes and announces the notes of a release.</summary>
    /// <param name="repository">Path of the repository.</param>
    /// <param name="version">Version of the release, such as <c>1.2.0</c>.</param>
    /// <returns>The announcement.</returns>
    [WorkflowRun]
    public async Task<string> RunAsync(string repository, string version)
    {
        var plan = new { tasks = new[] { new { id = "notes", prompt = $"Write the notes of release {version}." } } };
        var run = await Workflow.ExecuteChildWorkflowAsync<RunOutcome>(
            "OrchestrationWorkflow",
            [new { repository, plan }],
            new ChildWorkflowOptions { Id = $"release-{version}", TaskQueue = OrchestrateWorkerPlugin.TaskQueue }
        );
        if (run.State != "completed")
        {
            throw new ApplicationFailureException($"The notes of {version} were not written: {run.Reason}");
        }
        return await Workflow.ExecuteActivityAsync(
            () => ReleaseActivities.Announce(version, run.LandedCommit),
            new ActivityOptions { StartToCloseTimeout = TimeSpan.FromMinutes(1) }
        );
    }
}

/// <summary>Activities of the application.</summary>
public static class ReleaseActivities
{
    /// <summary>Announces a release.</summary>
    /// <param name="version">Version of the release.</param>
    /// <param name="commit">Commit with its notes.</param>
    [Activity]
    public static string Announce(string version, string commit) => $"{version} is out, with notes in {commit}.";
}

/// <summary>Members of a run's result that this application reads.</summary>
/// <param name="State">State of the run.</param>
/// <param name="Reason">Reason for the state; empty if the state is sufficient.</param>
/// <param name="LandedCommit">Commit that landed on the target.</param>
public sealed record RunOutcome(
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("landedCommit")] string LandedCommit
);
