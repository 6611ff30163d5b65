using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>A fact that is sent to users once.</summary>
/// <param name="Key">Identity of the notice across repetitions and executions of the run. A notice about an account's outage has the same
/// key in all runs.</param>
/// <param name="Kind">One of <see cref="NoticeKinds"/>.</param>
/// <param name="Task">The task, or null for a notice about the run as a whole.</param>
/// <param name="Text">Text of the event or the question.</param>
/// <param name="Ways">Ways to answer; empty if no answer is required.</param>
public sealed record RunNotice(string Key, string Kind, string? Task, string Text, IReadOnlyList<AnswerWay> Ways);

/// <summary>All current facts of a run. New ones are sent, and sent ones that no longer apply are withdrawn.</summary>
/// <param name="Rest">Kind of rest of the run.</param>
public sealed record TellPeopleInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    IReadOnlyList<RunNotice> Notices,
    RunRest Rest
);

/// <summary>Kinds of a run's rest: with or without progress by itself.</summary>
public enum RunRest
{
    /// <summary>The run is in progress.</summary>
    None,

    /// <summary>The run makes no progress until a user acts, and its process may exit.</summary>
    Standing,

    /// <summary>The run ends with these facts, and will not send notices again.</summary>
    Ended,
}

/// <summary>Result of notifying users.</summary>
/// <param name="NextAt">Time at which notification must be repeated even without a change, or null. A repetition is necessary when a
/// notice waits for a minute, for the end of quiet hours or for a server.</param>
/// <param name="Problems">Notices that reached nobody, each as a sentence.</param>
public sealed record ToldPeople(DateTimeOffset? NextAt, IReadOnlyList<string> Problems);
