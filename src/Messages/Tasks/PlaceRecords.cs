using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>Request for a slot on a worker host.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TaskId">The task.</param>
/// <param name="HomeQueue">Queue of the run's repository on the owner host. A slot there needs no fetch.</param>
public sealed record HoldPlaceInput([property: Identifier] string RunId, string TaskId, string HomeQueue)
{
    /// <summary>Agent that executes the task. A host without this agent has no slot for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Agent { get; init; } = "";

    /// <summary>Number of the task's slot request, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }
}

/// <summary>A host's slot for a task, reserved while the task is on that host.</summary>
/// <param name="Repository">The repository on that host, and its queue.</param>
/// <param name="Attempt">Attempt of the activity. A later attempt replaces an earlier one, whose host is gone.</param>
[MessageExample(
    """{"repository":{"path":"/home/kim/shop","key":"0123456789ab","queue":"orchestrator@MACHINE/0123456789ab"},"attempt":1}"""
)]
public sealed record TaskHostSlot(RepositoryReference Repository, int Attempt)
{
    /// <summary>True if the task was on this host before, and its data is still available there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Kept { get; init; }

    /// <summary>As in <see cref="HoldPlaceInput.Number"/>; 0 if the host does not report it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }
}

/// <summary>Announcement that a host is about to start the agent of a task.</summary>
/// <param name="Start">Number of the agent run.</param>
/// <param name="Queue">Queue through which the host received the request.</param>
public sealed record AgentStartAnnouncement([property: Range(1, 1_000_000)] int Start, [property: Identifier] string Queue);

/// <summary>Request to publish a task through the shared remote, from the owner host to a worker host or back.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">The repository.</param>
/// <param name="PlanHash">The plan that contains the task.</param>
/// <param name="TaskId">The task.</param>
public sealed record PublishTaskInput([property: Identifier] string RunId, RepositoryReference Repository, string PlanHash, string TaskId);

/// <summary>Request to fetch a published task.</summary>
/// <inheritdoc cref="PublishTaskInput"/>
/// <param name="HomeQueue">As in <see cref="HoldPlaceInput"/>.</param>
public sealed record FetchTaskInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string TaskId,
    string HomeQueue
)
{
    /// <summary>True if the task continues on this host, so its worktree is created.</summary>
    public bool GoesOn { get; init; }

    /// <summary>True if a reachable host has executed an activity and published its result. Data missing on the remote is then waited
    /// for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsShared { get; init; }

    /// <summary>The verified commit, which must have been fetched; empty for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";
}
