using Orchestrator.Gates.Turns;

namespace Orchestrator.Gates.Running;

/// <summary>The tree, the files and the limits that a gate is run with.</summary>
public sealed record GateSubject
{
    /// <summary>The working directory: a worktree at the commit in question.</summary>
    public required string Directory { get; init; }

    /// <summary>The changed files, relative to the directory. Deleted ones are not passed as names.</summary>
    public IReadOnlyList<string> ChangedFiles { get; init; } = [];

    /// <summary>The whole environment.</summary>
    /// <value>Default: <see cref="GateVariables.Make"/>.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = GateVariables.Make();

    /// <summary>Paths that the plan's tasks are to write. If one is missing the work is unfinished, and the machine not at fault.</summary>
    public IReadOnlyList<string> Planned { get; init; } = [];

    /// <summary>A task of the plan does not declare its files: an unknown module may be its work.</summary>
    public bool MayWriteAnything { get; init; }

    /// <summary>The temporary folder of its worktree, emptied between two runs of a gate. Null: none.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>The part of this machine that the gate reaches; null: all that we reach.</summary>
    public Sandbox? Sandbox { get; init; }

    /// <summary>True if the output alone may blame the machine: no agent's code is in the tree, or nothing hangs on the answer. False: only
    /// <see cref="MachineRecords"/> may, because an agent's code could print the words.</summary>
    public bool TrustsOutput { get; init; }

    /// <summary>False: a failing gate is not run again to detect flakiness, because its failure is expected.</summary>
    /// <value>Default: true.</value>
    public bool RerunFailure { get; init; } = true;

    /// <summary>Tests that failed by chance before, as the runner spells them: where no other test fails, the gate runs up to three
    /// times.</summary>
    public IReadOnlySet<string> FlakyBefore { get; init; } = new HashSet<string>();

    /// <summary>New and changed tests, by their names in the sources: where a gate passes and they can be selected, they run alone up to
    /// three times in all.</summary>
    public IReadOnlyList<string> NewTests { get; init; } = [];

    /// <summary>Puts the files of the worktree back to what they were before the gate, which is run once more only then; false: they can't
    /// be. Null: they stay as the first run left them.</summary>
    public Func<CancellationToken, Task<bool>>? PutBack { get; init; }

    /// <summary>The owner of the gate, for others who wait for it.</summary>
    public GateOrigin Origin { get; init; } = GateOrigin.None;
}
