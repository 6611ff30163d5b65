using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>A fact that people are told of once.</summary>
/// <param name="Key">Identifies it over repetitions and executions of the run. That an account is out of work has the same key in all
/// runs.</param>
/// <param name="Kind">One of <see cref="NoticeKinds"/>.</param>
/// <param name="Task">The task; null for one of the run as a whole.</param>
/// <param name="Text">What happened, or what is asked.</param>
/// <param name="Ways">Ways to answer it; empty where nothing waits for a person.</param>
public sealed record RunNotice(string Key, string Kind, string? Task, string Text, IReadOnlyList<AnswerWay> Ways);

/// <summary>All facts of a run that hold now: new ones are told, and what was told and holds no more is withdrawn.</summary>
/// <param name="Rest">Whether more is going to happen.</param>
public sealed record TellPeopleInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    IReadOnlyList<RunNotice> Notices,
    RunRest Rest
);

/// <summary>Kinds of rest of a run: more happens in it, or nothing does.</summary>
public enum RunRest
{
    /// <summary>The run works.</summary>
    None,

    /// <summary>The run stands still until a person acts; the process that works on it may end.</summary>
    Standing,

    /// <summary>The run ends with these facts: nobody will ask again.</summary>
    Ended,
}

/// <summary>The result of telling people: when to go on, and what did not work.</summary>
/// <param name="NextAt">When it must be asked again although nothing changed: something waits for a minute, for the end of quiet hours or
/// for a server; null: nothing does.</param>
/// <param name="Problems">Notices that reached nobody, each in a sentence.</param>
public sealed record ToldPeople(DateTimeOffset? NextAt, IReadOnlyList<string> Problems);
