using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>Asks for a place for a task on a host.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TaskId">The task.</param>
/// <param name="HomeQueue">Queue of the run's repository on its own machine: a place there needs nothing brought.</param>
public sealed record HoldPlaceInput([property: Identifier] string RunId, string TaskId, string HomeQueue)
{
    /// <summary>The agent that does the task: a host without it has no place.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Agent { get; init; } = "";

    /// <summary>Which of the places that the task asks for one after the other, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }
}

/// <summary>A host has a place for a task, and keeps it as long as the task is there.</summary>
/// <param name="Repository">The repository on that host, and its queue.</param>
/// <param name="Attempt">A later one counts: the host before is gone.</param>
[MessageExample(
    """{"repository":{"path":"/home/kim/shop","key":"0123456789ab","queue":"orchestrator@MACHINE/0123456789ab"},"attempt":1}"""
)]
public sealed record TaskPlace(RepositoryReference Repository, int Attempt)
{
    /// <summary>The task was there before, and what it needs is there still.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Kept { get; init; }

    /// <summary>As in <see cref="HoldPlaceInput.Number"/>; 0: the host does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Number { get; init; }
}

/// <summary>A machine is about to begin the agent of a task.</summary>
/// <param name="Start">Number of the agent run.</param>
/// <param name="Queue">The queue by which the machine was asked for it.</param>
public sealed record AgentBeginning([property: Range(1, 1_000_000)] int Start, [property: Identifier] string Queue);

/// <summary>Has a task handed over by the remote that machines share: from the run's machine to a host, or back.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">The repository.</param>
/// <param name="PlanHash">The plan that it is a task of.</param>
/// <param name="TaskId">The task.</param>
public sealed record HandTaskInput([property: Identifier] string RunId, RepositoryReference Repository, string PlanHash, string TaskId);

/// <summary>Takes a task that was handed over.</summary>
/// <inheritdoc cref="HandTaskInput"/>
/// <param name="HomeQueue">As in <see cref="HoldPlaceInput"/>.</param>
public sealed record TakeTaskInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string TaskId,
    string HomeQueue
)
{
    /// <summary>The task goes on here: its worktree is made.</summary>
    public bool GoesOn { get; init; }

    /// <summary>A step was done on a host that is there, which has shared it: what the remote has lost is waited for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsShared { get; init; }

    /// <summary>The verified work, which must have come; empty: there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";
}
