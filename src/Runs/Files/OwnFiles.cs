namespace Orchestrator.Runs;

/// <summary>Our own files in a person's checkout.</summary>
/// <param name="All">Files and folders, relative to the repository, whose changes do not matter for landing: ours and the plan.</param>
/// <param name="Unmissed">The same, and the other files of <c>init</c>: agents do not need them.</param>
public sealed record OwnFiles(IReadOnlyList<string> All, IReadOnlyList<string> Unmissed)
{
    /// <summary>The example of a <c>.env</c> that <c>init</c> writes, relative to the repository.</summary>
    public const string ExampleFile = ".env.example";

    /// <summary>By the settings and the plan.</summary>
    /// <param name="settings">The settings in force.</param>
    /// <param name="plan">The plan's file, relative to the repository; null where there is none.</param>
    public static OwnFiles Of(OrchestratorSettings settings, string? plan)
    {
        string[] all = [".orchestrator", settings.Worktrees.Directory, .. plan is null ? Array.Empty<string>() : [plan]];
        return new OwnFiles(all, [.. all, ExampleFile]);
    }
}
