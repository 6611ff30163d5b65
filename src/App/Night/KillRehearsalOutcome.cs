namespace Orchestrator.App.Night;

/// <summary>Request to rehearse, in a throwaway clone, an unattended run in which processes are killed.</summary>
/// <param name="Repository">Absolute path of the repository.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Commits">Range of commits whose changes the scripted agents make, such as <c>v1.0..v1.1</c>.</param>
/// <param name="Seed">Seed that determines the times of the disturbances.</param>
/// <param name="Kills">Number of kills. Every second kill ends all processes; the others end only the process that serves the
/// engine.</param>
/// <param name="Workers">Maximum number of agents that run at the same time.</param>
public sealed record KillRehearsalRequest(string Repository, Plan Plan, string Commits, int Seed, int Kills, int Workers)
{
    /// <summary>Files and folders that the settings allow sandboxed programs to change.</summary>
    public IReadOnlyList<string> WritablePaths { get; init; } = [];

    /// <summary>Environment variables of the user who requests the rehearsal.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Path of the small disk that contains the clone and may be filled by the rehearsal, or null if there is none.</summary>
    public string? SmallDisk { get; init; }

    /// <summary>Reason why the rehearsal can't test the behavior on a full disk, or null if it can.</summary>
    public string? NoSmallDisk { get; init; }
}

/// <summary>
/// Outcome of a rehearsal in which processes are killed, determined from git and from the records of the scripted agents.
/// </summary>
/// <param name="Seed">Seed of the moments.</param>
/// <param name="Tasks">Tasks that had changes in the range.</param>
/// <param name="Idle">Tasks that were omitted because they have no changes in the range.</param>
/// <param name="Unowned">Changed files of the range that no task may write.</param>
/// <param name="Disturbances">Disturbances in the order in which they happened, each in a few words.</param>
/// <param name="State">State of the run at its end.</param>
/// <param name="Landed">Tasks whose changes the target holds.</param>
/// <param name="Missing">Changed files of the range that the target does not hold as they are in the range's last commit.</param>
/// <param name="Starts">Starts of scripted agents.</param>
/// <param name="Repeated">Tasks whose agent finished its work more often than the run sent it back.</param>
/// <param name="SentBack">Tasks whose work was rejected by a gate or a conflict.</param>
/// <param name="BlockedStarts">Starts while the account was blocked, later than two seconds after the first refusal.</param>
/// <param name="NeedsAttention">Requests of the run to a user at its end, each as a sentence.</param>
public sealed record KillRehearsalOutcome(
    int Seed,
    IReadOnlyList<string> Tasks,
    IReadOnlyList<string> Idle,
    IReadOnlyList<string> Unowned,
    IReadOnlyList<string> Disturbances,
    string State,
    IReadOnlyList<string> Landed,
    IReadOnlyList<string> Missing,
    int Starts,
    IReadOnlyList<string> Repeated,
    IReadOnlyList<string> SentBack,
    int BlockedStarts,
    IReadOnlyList<string> NeedsAttention
)
{
    /// <summary>
    /// True if the changes of all tasks landed, no agent's finished work was repeated needlessly, and no agent was started while the
    /// account was blocked.
    /// </summary>
    public bool Holds => Landed.Count == Tasks.Count && Missing.Count == 0 && Repeated.Count == 0 && BlockedStarts == 0;
}
