using Orchestrator.Runs.Setup;

namespace Orchestrator.Runs;

/// <summary>What lies in a person's checkout because of us.</summary>
/// <param name="All">Files and folders, relative to the repository, whose changes are none that a landing could spoil: ours and the
/// plan.</param>
/// <param name="Unmissed">The same, and what <c>init</c> has written beside: no agent misses it.</param>
internal sealed record OwnFiles(IReadOnlyList<string> All, IReadOnlyList<string> Unmissed)
{
    /// <summary>By the settings and the plan.</summary>
    /// <param name="settings">The settings in force.</param>
    /// <param name="plan">The plan's file, relative to the repository; null where there is none.</param>
    public static OwnFiles Of(OrchestratorSettings settings, string? plan)
    {
        string[] all = [".orchestrator", settings.Worktrees.Directory, .. plan is null ? Array.Empty<string>() : [plan]];
        return new OwnFiles(all, [.. all, RepositoryInitializer.ExampleFile]);
    }
}
