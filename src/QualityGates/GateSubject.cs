namespace Orchestrator.QualityGates;

/// <summary>What a gate is run on.</summary>
public sealed record GateSubject
{
    /// <summary>The directory it runs in: a worktree at the commit in question.</summary>
    public required string Directory { get; init; }

    /// <summary>The changed files, relative to the directory. Those that are gone are left out of names.</summary>
    public IReadOnlyList<string> ChangedFiles { get; init; } = [];

    /// <summary>The whole environment.</summary>
    /// <value>Default: <see cref="GateEnvironment.Make"/>.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = GateEnvironment.Make();

    /// <summary>Paths that the plan's tasks are to write. What is missing of them is work that is not done, and no fault of the
    /// machine.</summary>
    public IReadOnlyList<string> Planned { get; init; } = [];

    /// <summary>A task of the plan does not say what it writes: a module that nobody knows may be its work.</summary>
    public bool MayWriteAnything { get; init; }

    /// <summary>The temporary folder of its worktree: what the first run of a gate has left there is no longer there in its second. Null:
    /// none of its own.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>False: a gate that fails by its own word is not run again to tell chance from fault; its failure is expected.</summary>
    /// <value>Default: true.</value>
    public bool RerunFailure { get; init; } = true;

    /// <summary>Whose work it is, for those who wait for the gate.</summary>
    public GateOrigin Origin { get; init; } = GateOrigin.None;
}
