using Orchestrator.Gates.Running;
using Orchestrator.Gates.Worktrees;

namespace Orchestrator.Runs.Gates;

/// <summary>
/// Builds the environment of gates, set-up, measurements and package managers. It contains the variables that programs need and the
/// identity of the step, but no credentials.
/// </summary>
public static class GateAndSetUpEnvironmentBuilder
{
    /// <summary>
    /// Environment variable that contains the repository of a step. A command that only users may call searches its parent processes for
    /// this variable.
    /// </summary>
    public const string Variable = "ORCHESTRATOR_STEP";

    /// <summary>Builds the environment of a step in a tree.</summary>
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
