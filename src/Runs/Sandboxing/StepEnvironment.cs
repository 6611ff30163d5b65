using Orchestrator.Gates.Running;
using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Sandboxing;

/// <summary>The environment of gates, set-up, measurements and package managers: what programs need, without credentials, and whose step
/// it is.</summary>
public static class StepEnvironment
{
    /// <summary>Variable with the repository of the step that a process is part of. Commands that are a person's find it in their
    /// ancestors.</summary>
    public const string Variable = "ORCHESTRATOR_STEP";

    /// <summary>Makes the environment of a step in a tree.</summary>
    /// <param name="environment">The variables to choose from.</param>
    /// <param name="resources">The tree's.</param>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    public static IReadOnlyDictionary<string, string> Of(
        IReadOnlyDictionary<string, string> environment,
        WorktreeResources resources,
        OrchestratorSettings settings,
        string repository
    ) =>
        GateVariables.Make(
            environment,
            new Dictionary<string, string>(resources.Variables(settings.Worktrees.Environment)) { [Variable] = repository }
        );
}
