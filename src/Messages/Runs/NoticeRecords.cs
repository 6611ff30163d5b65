using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>A notice that is sent to users only once.</summary>
/// <param name="Key">Identity of the notice across repetitions and executions of the run. A notice about an account's outage has the same
/// key in every run.</param>
/// <param name="Kind">One of <see cref="NoticeKinds"/>.</param>
/// <param name="Task">Id of the task, or null for a notice about the run as a whole.</param>
/// <param name="Text">Text of the event or question.</param>
/// <param name="Ways">Ways in which the user can answer; empty if no answer is required.</param>
public sealed record RunNotice(string Key, string Kind, string? Task, string Text, IReadOnlyList<SuggestedCommand> Ways);

/// <summary>All notices that currently apply to a run. The activity sends the new ones and withdraws those that no longer apply.</summary>
/// <param name="Rest">Ability of the run to make progress without a user.</param>
public sealed record SendNoticesInput(
    [property: ValidTemporalIdentifier] string RunId,
    RepositoryReference Repository,
    IReadOnlyList<RunNotice> Notices,
    RunLivenessKindForNotices Rest
);

/// <summary>Liveness of a run, which determines whether its notices can be delayed and whether the run will send more of them.</summary>
public enum RunLivenessKindForNotices
{
    /// <summary>The run is in progress.</summary>
    None,

    /// <summary>The run is waiting for a user, or all its active tasks are waiting, so its notices must not be delayed.</summary>
    Standing,

    /// <summary>The run has ended, and will send no further notices.</summary>
    Ended,
}

/// <summary>Result of sending a run's notices.</summary>
/// <param name="NextAt">Time at which the activity must be repeated even if nothing changes, or null if it need not be. A repetition is
/// necessary while a notice is delayed for a minute, held until quiet hours end, or retried because a server failed.</param>
/// <param name="Problems">Sentences about notices that reached nobody.</param>
public sealed record NoticeSendingResult(DateTimeOffset? NextAt, IReadOnlyList<string> Problems);
