namespace Orchestrator.Runs;

/// <summary>Paths of orchestrate's own files in a user's checkout.</summary>
/// <param name="All">Files and folders that landing ignores if they are changed, relative to the repository. They include the plan.</param>
/// <param name="Unmissed">The paths in <see cref="All"/>, and the other files that <c>init</c> writes and that no agent needs.</param>
public sealed record OrchestratorFilePaths(IReadOnlyList<string> All, IReadOnlyList<string> Unmissed)
{
    /// <summary>Path of the example <c>.env</c> that <c>init</c> writes, relative to the repository.</summary>
    public const string ExampleFile = ".env.example";

    /// <summary>Determines the paths of orchestrate's own files from the settings and the plan.</summary>
    /// <param name="settings">The settings in force.</param>
    /// <param name="plan">Path of the plan, relative to the repository, or null if there is none.</param>
    public static OrchestratorFilePaths Of(OrchestratorSettings settings, string? plan)
    {
        string[] all = [".orchestrator", settings.Worktrees.Directory, .. plan is null ? Array.Empty<string>() : [plan]];
        return new OrchestratorFilePaths(all, [.. all, ExampleFile]);
    }
}
