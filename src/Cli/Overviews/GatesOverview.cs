using Orchestrator.Machine.Verification;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Gates;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Overviews;

/// <summary>Shows the gates that decide about the tasks of a plan to the user who starts it.</summary>
internal static class GatesOverview
{
    /// <summary>Writes one line for staging and one for each group of tasks with the same gates.</summary>
    /// <param name="settings">Effective settings, or those of a repository once it is trusted.</param>
    /// <param name="context">Provides the repository, whose manifests may define gates. Nothing is written outside a repository.</param>
    /// <param name="write">Receives the lines.</param>
    public static void Write(Plan plan, OrchestratorSettings settings, CommandContext context, Action<string> write)
    {
        if (Find(settings, context) is not { } gates)
        {
            return;
        }
        write("Gates:");
        foreach (var line in DecidingGates.Describe(plan, gates))
        {
            write($"  {new UntrustedText(line).Line}");
        }
    }

    /// <summary>Returns the gates of the current project, or null outside a repository.</summary>
    public static ProjectGates? Find(OrchestratorSettings settings, CommandContext context) =>
        RepositoryLocation.FindWorkTree(context.Directory) is { } root ? CheckoutVerification.GatesOf(settings, root) : null;
}
