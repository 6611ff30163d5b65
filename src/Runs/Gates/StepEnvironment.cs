using Orchestrator.Gates.Running;
using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Gates;

/// <summary>Builds the environment of gates, set-up, measurements and package managers. It has the variables that programs need and the
/// step's identity, but no credentials.</summary>
public static class StepEnvironment
{
    /// <summary>Variable with the repository of the step that a process belongs to. Commands that only users may call search their
    /// ancestors for it.</summary>
    public const string Variable = "ORCHESTRATOR_STEP";

    /// <summary>Builds the environment of a step in a tree.</summary>
    /// <param name="environment">Variables to choose from.</param>
    /// <param name="resources">Resources of the tree.</param>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    /// <param name="role">The kind of step: each has variables of its own (<c>permissions.gates.environment</c> and
    /// <c>permissions.setup.environment</c>).</param>
    public static IReadOnlyDictionary<string, string> Of(
        IReadOnlyDictionary<string, string> environment,
        WorktreeResources resources,
        OrchestratorSettings settings,
        string repository,
        SandboxRole role
    )
    {
        var permissions = role == SandboxRole.SetUp ? settings.Permissions.SetUp : settings.Permissions.Gates;
        var own = GateVariables.Named(environment, permissions.Environment);
        foreach (var (name, value) in resources.Variables(settings.Worktrees.Environment))
        {
            own[name] = value;
        }
        own[Variable] = repository;
        return GateVariables.Make(environment, own);
    }
}
