using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>Request to hold a slot on a worker host for a task.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="TaskId">Id of the task.</param>
/// <param name="HomeQueue">Task queue of the run's repository on the owner host. If the slot is on that host, no data has to be
/// fetched.</param>
public sealed record HoldSlotInput([property: ValidTemporalIdentifier] string RunId, string TaskId, string HomeQueue)
{
    /// <summary>Name of the agent that executes the task. A host without this agent offers no slot for the task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Agent { get; init; } = "";

    /// <summary>Number of the task's slot request, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }
}

/// <summary>A host's slot that is reserved for a task while the host executes the task.</summary>
/// <param name="Repository">Repository on that host, with its task queue.</param>
/// <param name="Attempt">Attempt of the activity that holds the slot. A later attempt replaces an earlier one whose host is gone.</param>
[MessageExample(
    """{"repository":{"path":"/home/kim/shop","key":"0123456789ab","queue":"orchestrator@MACHINE/0123456789ab"},"attempt":1}"""
)]
public sealed record TaskHostSlot(RepositoryReference Repository, int Attempt)
{
    /// <summary>True if the host has executed the task before and still has the task's data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Kept { get; init; }

    /// <summary><see cref="HoldSlotInput.Number"/> of the request; 0 if the host does not report it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }
}

/// <summary>Announcement, sent to a task's workflow, that a host is about to start the task's agent.</summary>
/// <param name="Start">Number of the agent run.</param>
/// <param name="Queue">Task queue through which the host received the request.</param>
public sealed record AnnounceAgentStartArguments(
    [property: Range(1, 1_000_000)] int Start,
    [property: ValidTemporalIdentifier] string Queue
);

/// <summary>Request to push a task's work and state to the shared remote, so that another host can fetch them.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Repository">Repository on the host that publishes.</param>
/// <param name="PlanHash">SHA-256 of the plan that contains the task.</param>
/// <param name="TaskId">Id of the task.</param>
public sealed record PushTaskWorkInput(
    [property: ValidTemporalIdentifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string TaskId
);

/// <summary>Request to fetch the work and state of a task that another host pushed to the shared remote.</summary>
/// <inheritdoc cref="PushTaskWorkInput"/>
/// <param name="HomeQueue">Same as <see cref="HoldSlotInput.HomeQueue"/>.</param>
public sealed record FetchTaskWorkInput(
    [property: ValidTemporalIdentifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string TaskId,
    string HomeQueue
)
{
    /// <summary>True if the task continues on this host, so that its worktree must be created.</summary>
    public bool GoesOn { get; init; }

    /// <summary>
    /// True if another host that is still reachable has executed an activity of the task and is publishing the result. Fetching then waits
    /// for data that is not yet on the remote.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsShared { get; init; }

    /// <summary>Verified commit that must be among the fetched data; empty if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";
}
