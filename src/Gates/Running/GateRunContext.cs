using Orchestrator.Gates.Turns;

namespace Orchestrator.Gates.Running;

/// <summary>Worktree and conditions for running a gate.</summary>
public sealed record GateRunContext
{
    /// <summary>Working directory of the gate, which is a worktree at the commit to check.</summary>
    public required string Directory { get; init; }

    /// <summary>Changed files, relative to the working directory. Deleted files are not inserted into the gate's command.</summary>
    public IReadOnlyList<string> ChangedFiles { get; init; } = [];

    /// <summary>Complete environment of the gate.</summary>
    /// <value>Default: <see cref="GateVariables.Make"/>.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = GateVariables.Make();

    /// <summary>Paths that the tasks of the plan write. If one is missing, the work is unfinished and the environment is not at
    /// fault.</summary>
    public IReadOnlyList<string> Planned { get; init; } = [];

    /// <summary>
    /// True if at least one task of the plan does not declare which files it writes. Any missing module may then be part of that task's
    /// unfinished work.
    /// </summary>
    public bool MayWriteAnything { get; init; }

    /// <summary>Temporary folder of the worktree, emptied between two runs of a gate, or null if there is none.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>Sandbox that confines the gate, or null to run the gate without a sandbox.</summary>
    public Sandbox? Sandbox { get; init; }

    /// <summary>
    /// True to accept a gate's output alone as proof of an environment fault. False to accept only <see cref="EnvironmentFaultEvidence"/>,
    /// because code written by an agent could print such messages.
    /// </summary>
    public bool TrustsOutput { get; init; }

    /// <summary>True to rerun a failing gate to detect flakiness. False if failure is expected.</summary>
    /// <value>Default: true.</value>
    public bool RerunFailure { get; init; } = true;

    /// <summary>
    /// Names, as printed by the test runner, of tests that were flaky in earlier runs. If no other test fails, the gate runs up to three
    /// times.
    /// </summary>
    public IReadOnlySet<string> FlakyBefore { get; init; } = new HashSet<string>();

    /// <summary>
    /// Names, as written in the source files, of new and changed tests. If the gate passes and these tests can be selected, they run alone
    /// up to two more times.
    /// </summary>
    public IReadOnlyList<string> NewTests { get; init; } = [];

    /// <summary>
    /// Function that restores the worktree's files to their state before the gate. The gate reruns only if the function returns true. If
    /// the function is null, a rerun starts with the files that the first run left behind.
    /// </summary>
    public Func<CancellationToken, Task<bool>>? PutBack { get; init; }

    /// <summary>Run and task for which the gate runs. Shown to other runs that are waiting for the gate.</summary>
    public GateOrigin Origin { get; init; } = GateOrigin.None;
}
