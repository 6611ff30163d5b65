using Orchestrator.Gates.Running;
using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Builds the environment variables of gates, set-up, measurements and package managers. They include the variables that programs need and
/// the path of the step's repository, but no credentials unless the settings name them.
/// </summary>
public static class GateAndSetUpEnvironmentBuilder
{
    /// <summary>
    /// Name of the environment variable that contains the path of a step's repository. Commands reserved for users reject a process if it
    /// or one of its ancestors has this variable.
    /// </summary>
    public const string Variable = "ORCHESTRATOR_STEP";

    /// <summary>Builds the environment variables of a step in a worktree.</summary>
    /// <param name="environment">Environment variables of this process, from which some are selected.</param>
    /// <param name="resources">Port, folders and other resources of the tree.</param>
    /// <param name="repository">Absolute path of the repository's main checkout.</param>
    /// <param name="role">The kind of step. It determines whether <c>permissions.gates.environment</c> or
    /// <c>permissions.setup.environment</c> adds variables.</param>
    public static IReadOnlyDictionary<string, string> Of(
        IReadOnlyDictionary<string, string> environment,
        WorktreePortsAndFolders resources,
        OrchestratorSettings settings,
        string repository,
        SandboxedProgramKind role
    )
    {
        var permissions = role == SandboxedProgramKind.SetUp ? settings.Permissions.SetUp : settings.Permissions.Gates;
        var own = GateVariables.Named(environment, permissions.Environment);
        foreach (var (name, value) in resources.Variables(settings.Worktrees.Environment))
        {
            own[name] = value;
        }
        own[Variable] = repository;
        return GateVariables.Make(environment, own);
    }
}
