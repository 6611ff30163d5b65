namespace Orchestrator.Agents;

/// <summary>A kind of agent: how it is called and how its output is read. Starting and stopping is the supervisor's.</summary>
public interface IAgentRunner
{
    /// <summary>The file of a conversation; null if there is none here. When there is one, a start with this
    /// <see cref="AgentStart.SessionId"/> goes on in it and needs only what is new; else it begins it, with the whole prompt. The file is
    /// all that another machine needs to go on.</summary>
    string? FindConversation(string sessionId);

    /// <summary>Says what to start. Writes files the program reads into the start's folder; the same start gives the same call.</summary>
    AgentInvocation Prepare(AgentStart start);

    /// <summary>A fresh parser for the output of one start.</summary>
    IAgentOutputParser CreateParser(AgentStart start);

    /// <summary>Looks whether the agent could work here: program, version, login. Costs no money.</summary>
    /// <param name="repository">Where a relative program is looked for.</param>
    Task<AgentCheck> CheckAsync(string repository, CancellationToken cancellationToken);
}

/// <summary>What the supervisor starts. Arguments are a list; nothing here goes through a shell's parser.</summary>
/// <param name="Program">Absolute path of the program.</param>
/// <param name="Environment">The whole environment; nothing else is inherited.</param>
public sealed record AgentInvocation(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>What could not be done as asked and must be told to a person.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Reads the output of one start, line by line. Keeps what the outcome needs; not safe for several threads.</summary>
public interface IAgentOutputParser
{
    /// <summary>Takes one line of stdout (without its line break, any bytes) and gives the events in it, often none.</summary>
    IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line);

    /// <summary>True when the output so far holds a final result, so that an exit code is not needed to judge it.</summary>
    bool HasResult { get; }

    /// <summary>Judges the whole output.</summary>
    /// <param name="exitCode">The program's exit code; null when unknown.</param>
    /// <param name="errorText">The end of its stderr.</param>
    AgentOutcome Complete(int? exitCode, string errorText);
}

/// <summary>What a look at an agent program found.</summary>
/// <param name="Status">How it stands.</param>
/// <param name="Message">What was found, in one line.</param>
/// <param name="Cure">What to do about it; null when nothing has to be done.</param>
public sealed record AgentCheck(AgentCheckStatus Status, string Message, string? Cure = null)
{
    /// <summary>The program's version; null if unknown.</summary>
    public string? Version { get; init; }

    /// <summary>Which account pays, as far as the program says; null if unknown.</summary>
    public string? Account { get; init; }
}

/// <summary>Outcome of a look.</summary>
public enum AgentCheckStatus
{
    /// <summary>Can work.</summary>
    Ok,

    /// <summary>Can probably work; see the message.</summary>
    Warning,

    /// <summary>Cannot work.</summary>
    Failed,
}
