namespace Orchestrator.QualityGates;

/// <summary>What a worktree has for itself on this machine, so that suites in several of them do not meet.</summary>
/// <param name="FirstPort">The first of <see cref="WorktreeVariables.Ports"/> ports (<c>ORCHESTRATOR_PORT</c>).</param>
/// <param name="TemporaryFolder">Its temporary folder (<c>TMPDIR</c>), for its owner alone.</param>
/// <param name="Name">A name for databases and containers (<c>ORCHESTRATOR_WORKTREE</c>): <c>[a-z0-9_]</c>, at most 20 characters,
/// beginning with a letter.</param>
public sealed record WorktreeResources(int FirstPort, string TemporaryFolder, string Name)
{
    /// <summary>The variable that tells which worktree a process belongs to.</summary>
    public const string NameVariable = "ORCHESTRATOR_WORKTREE";

    /// <summary>The variables of agents, gates and set-up in this worktree.</summary>
    /// <param name="configured">Variables that the configuration makes of them (<c>worktrees.env</c>); see
    /// <see cref="WorktreeVariables"/>.</param>
    public IReadOnlyDictionary<string, string> Variables(IReadOnlyDictionary<string, string> configured)
    {
        // The three names under which programs look for it: an inherited one must not lead elsewhere.
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

/// <summary>How a worktree is about to be used.</summary>
public enum WorktreeUse
{
    /// <summary>Somebody works in it, with the values that were given: they stay.</summary>
    Continued,

    /// <summary>Nobody works in it now: ports that somebody else has taken meanwhile are exchanged.</summary>
    Idle,

    /// <summary>The same, and its temporary folder is emptied.</summary>
    Fresh,
}
