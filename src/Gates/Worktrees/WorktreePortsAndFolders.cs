namespace Orchestrator.Gates.Worktrees;

/// <summary>Resources that are assigned to a worktree on this machine, so that test suites in several worktrees do not collide.</summary>
/// <param name="FirstPort">First port of a range of <see cref="WorktreeVariables.Ports"/> ports (<c>ORCHESTRATOR_PORT</c>).</param>
/// <param name="TemporaryFolder">Temporary folder (<c>TMPDIR</c>), accessible only to its owner.</param>
/// <param name="Name">Name for databases and containers (<c>ORCHESTRATOR_WORKTREE</c>): <c>[a-z0-9_]</c>, at most 20 characters, starting
/// with a letter.</param>
public sealed record WorktreePortsAndFolders(int FirstPort, string TemporaryFolder, string Name)
{
    /// <summary>
    /// Absolute path of the folder that stores the changes of sandboxed programs to shared folders. Only this worktree sees these changes.
    /// The folder does not always exist.
    /// </summary>
    public string LayerFolder { get; init; } = "";

    /// <summary>Name of the environment variable that contains the name of the worktree.</summary>
    public const string NameVariable = "ORCHESTRATOR_WORKTREE";

    /// <summary>Returns the environment variables for agents, gates and set-up in this worktree.</summary>
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
public enum WorktreePurpose
{
    /// <summary>Work in the worktree continues, so its ports, temporary folder and name do not change.</summary>
    Continued,

    /// <summary>No process is working in the worktree. Its ports are therefore replaced if other programs now use them.</summary>
    Idle,

    /// <summary>Like <see cref="Idle"/>, but the temporary folder of the worktree is also emptied.</summary>
    Fresh,
}
