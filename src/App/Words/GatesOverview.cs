using Orchestrator.Machine.Verification;
using Orchestrator.Runs.Reports.Gates;

namespace Orchestrator.App.Words;

/// <summary>The gates that decide about the tasks of a plan, for the user who starts it.</summary>
public static class GatesOverview
{
    /// <summary>A line for staging and one for each group of tasks with the same gates, below a heading.</summary>
    public static IEnumerable<string> Lines(Plan plan, ProjectGates gates) =>
        DecidingGates.Describe(plan, gates).Select(line => $"  {new UntrustedText(line).Line}").Prepend("Gates:");

    /// <summary>The gates of the user's project, or null outside of a project.</summary>
    public static ProjectGates? Find(OrchestratorSettings settings, UseCaseContext context) =>
        RepositoryLocation.FindWorkTree(context.Directory) is { } root ? CheckoutVerification.GatesOf(settings, root) : null;
}
