namespace Orchestrator.Gates.Worktrees;

/// <summary>Resources of a worktree on this machine, which keep test suites in several worktrees from colliding.</summary>
/// <param name="FirstPort">First of <see cref="WorktreeVariables.Ports"/> ports (<c>ORCHESTRATOR_PORT</c>).</param>
/// <param name="TemporaryFolder">Temporary folder (<c>TMPDIR</c>), accessible only to its owner.</param>
/// <param name="Name">Name for databases and containers (<c>ORCHESTRATOR_WORKTREE</c>): <c>[a-z0-9_]</c>, at most 20 characters, starting
/// with a letter.</param>
public sealed record WorktreeResources(int FirstPort, string TemporaryFolder, string Name)
{
    /// <summary>Absolute path of a folder with confined programs' private changes to shared folders. It may not exist.</summary>
    public string LayerFolder { get; init; } = "";

    /// <summary>Name of the environment variable with the worktree's name.</summary>
    public const string NameVariable = "ORCHESTRATOR_WORKTREE";

    /// <summary>Returns the environment variables of agents, gates and set-up in this worktree.</summary>
    /// <param name="configured">Configured variables that refer to the resources (<c>worktrees.env</c>); see
    /// <see cref="WorktreeVariables"/>.</param>
    public IReadOnlyDictionary<string, string> Variables(IReadOnlyDictionary<string, string> configured)
    {
        // Programs read the temporary folder from any of three variables, so all are set to override inherited ones.
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_PORT"] = FirstPort.ToString(CultureInfo.InvariantCulture),
            [NameVariable] = Name,
            ["TMPDIR"] = TemporaryFolder,
            ["TMP"] = TemporaryFolder,
            ["TEMP"] = TemporaryFolder,
        };
        foreach ((var name, var value) in configured)
        {
            variables[name] = WorktreeVariables.FillAll(value, FirstPort, Name, TemporaryFolder);
        }
        return variables;
    }
}

/// <summary>Intended use of a worktree.</summary>
public enum WorktreeUse
{
    /// <summary>Work continues with the assigned values.</summary>
    Continued,

    /// <summary>No process works in the worktree, so ports that others took in the meantime are replaced.</summary>
    Idle,

    /// <summary>No process works in the worktree, as with <see cref="Idle"/>, and its temporary folder is emptied.</summary>
    Fresh,
}
