using Orchestrator.App.Verification;
using Orchestrator.Runs.Reports.Gates;

namespace Orchestrator.App.Formatting;

/// <summary>Describes the gates that decide whether the work of a plan's tasks is accepted, for the user who starts the plan.</summary>
public static class PlanGateListFormatter
{
    /// <summary>Returns a heading, a line for the gates on staging, and a line for each group of tasks with the same gates.</summary>
    public static IEnumerable<string> Lines(Plan plan, ProjectGates gates) =>
        TaskAndStagingGateFormatter.Describe(plan, gates).Select(line => $"  {new UntrustedText(line).Line}").Prepend("Gates:");

    /// <summary>
    /// Returns the gates of the project that contains the current folder. Returns null if the folder is not in a git work tree.
    /// </summary>
    public static ProjectGates? Find(OrchestratorSettings settings, UseCaseServiceBundle context) =>
        LocalRepositoryPaths.FindWorkTree(context.Directory) is { } root ? StandaloneGateRunner.GatesOf(settings, root) : null;
}
