using Orchestrator.Machine.Verification;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports.Gates;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Overviews;

/// <summary>Which gates decide about the tasks of a plan, for the person who starts it.</summary>
internal static class GatesOverview
{
    /// <summary>Writes a line for staging and one for each group of tasks with the same gates.</summary>
    /// <param name="settings">The settings in force, or those of a repository once it is trusted.</param>
    /// <param name="context">Names the repository, whose manifests may name gates; outside one there is nothing to say.</param>
    /// <param name="write">Takes the lines.</param>
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

    /// <summary>The gates of the project that the person is in; null outside one.</summary>
    public static ProjectGates? Find(OrchestratorSettings settings, CommandContext context) =>
        RepositoryLocation.FindWorkTree(context.Directory) is { } root ? CheckoutVerification.GatesOf(settings, root) : null;
}
