namespace Orchestrator.Messages;

/// <summary>A verified task that waits to be merged.</summary>
public sealed record MergeRequest([property: Identifier] string TaskId, string Commit, int Attempt)
{
    /// <summary>Tasks that it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <inheritdoc cref="TaskInput.Lent"/>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <inheritdoc cref="TaskReport.Installs"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Installs { get; init; }
}

/// <summary>Asks for one verified task to be merged to staging.</summary>
public sealed record MergeTaskInput(string RunId, RepositoryReference Repository, string PlanHash, string Staging, MergeRequest Request)
{
    /// <summary>Commit that staging has to be at: the last merge that was reported to the run, or the run's base. Empty: unknown.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>How often a gate that may be flaky is run before its failure counts.</summary>
    public int Tries { get; init; } = 2;
}

/// <summary>Result of a merge.</summary>
public sealed record MergeResult
{
    public bool Merged { get; init; }

    /// <summary>Commit on staging.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Why it was refused: conflicts, or a failed gate on the merged tree.</summary>
    public string Message { get; init; } = "";

    /// <summary>It conflicts with what is on staging and has to be resolved.</summary>
    public bool Conflict { get; init; }
    public string ProblemsFile { get; init; } = "";
    public string FailureClass { get; init; } = FailureClasses.None;

    /// <summary>The attempt whose work was merged or refused.</summary>
    public int Attempt { get; init; }

    /// <summary>Gates that failed and then passed on the same tree.</summary>
    public IReadOnlyList<string> Flaky { get; init; } = [];
}
