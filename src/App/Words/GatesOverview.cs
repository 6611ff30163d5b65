using Orchestrator.Machine.Verification;
using Orchestrator.Runs.Reports.Gates;

namespace Orchestrator.App.Words;

/// <summary>Which gates decide about the tasks of a plan, for the person who starts it.</summary>
public static class GatesOverview
{
    /// <summary>A line for staging and one for each group of tasks with the same gates, below a heading.</summary>
    public static IEnumerable<string> Lines(Plan plan, ProjectGates gates) =>
        DecidingGates.Describe(plan, gates).Select(line => $"  {new UntrustedText(line).Line}").Prepend("Gates:");

    /// <summary>The gates of the project that the person is in; null outside one.</summary>
    public static ProjectGates? Find(OrchestratorSettings settings, UseCaseContext context) =>
        RepositoryLocation.FindWorkTree(context.Directory) is { } root ? CheckoutVerification.GatesOf(settings, root) : null;
}
