namespace Orchestrator.Gates.Worktrees;

/// <summary>Resources of a worktree on this machine, so that suites in several of them do not collide.</summary>
/// <param name="FirstPort">The first of <see cref="WorktreeVariables.Ports"/> ports (<c>ORCHESTRATOR_PORT</c>).</param>
/// <param name="TemporaryFolder">Its temporary folder (<c>TMPDIR</c>), for its owner alone.</param>
/// <param name="Name">A name for databases and containers (<c>ORCHESTRATOR_WORKTREE</c>): <c>[a-z0-9_]</c>, at most 20 characters,
/// beginning with a letter.</param>
public sealed record WorktreeResources(int FirstPort, string TemporaryFolder, string Name)
{
    /// <summary>Absolute path of a folder for the private changes of confined programs to shared folders; it may be missing.</summary>
    public string LayerFolder { get; init; } = "";

    /// <summary>The variable with the name of a process's worktree.</summary>
    public const string NameVariable = "ORCHESTRATOR_WORKTREE";

    /// <summary>The variables of agents, gates and set-up in this worktree.</summary>
    /// <param name="configured">Variables of the configuration that use them (<c>worktrees.env</c>); see
    /// <see cref="WorktreeVariables"/>.</param>
    public IReadOnlyDictionary<string, string> Variables(IReadOnlyDictionary<string, string> configured)
    {
        // The three names under which programs look for it: an inherited one must not point elsewhere.
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

/// <summary>The coming use of a worktree.</summary>
public enum WorktreeUse
{
    /// <summary>Work continues in it, with the assigned values.</summary>
    Continued,

    /// <summary>No process works in it now: ports that were taken by others meanwhile are replaced.</summary>
    Idle,

    /// <summary>No process works in it now, as with <see cref="Idle"/>, and its temporary folder is emptied.</summary>
    Fresh,
}
