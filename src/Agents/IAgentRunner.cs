namespace Orchestrator.Agents;

/// <summary>A kind of agent: how it is called and how its output is parsed. The supervisor starts and stops it.</summary>
public interface IAgentRunner
{
    /// <summary>The file of a conversation; null if there is none here. If there is one, an agent run with this
    /// <see cref="AgentStart.SessionId"/> continues it and needs only what is new; else it begins it, with the whole prompt. The file is
    /// all that another machine needs to continue.</summary>
    /// <param name="state">Absolute path of a confined agent's private state, which is searched first; null: only the home is
    /// searched.</param>
    string? FindConversation(string sessionId, string? state = null);

    /// <summary>True if a conversation is a file of its own: then a copy of it continues elsewhere.</summary>
    bool HasConversationFiles => true;

    /// <summary>True if a requested answer is somewhere in its text, so that the prompt must say the schema; else the program keeps to
    /// the schema itself.</summary>
    bool AnswersInText => false;

    /// <summary>True if the program takes <see cref="AgentStart.SystemPrompt"/>; else that has to be part of the prompt.</summary>
    bool TakesSystemPrompt => true;

    /// <summary>Why it can't be asked for an answer without changing anything (planner, reviewer), the end of a sentence; null: it
    /// can.</summary>
    string? AnswerFault => null;

    /// <summary>The place where the file of a conversation has to be for an agent that works in a folder, so that <see
    /// cref="FindConversation"/> finds it and the agent goes on with it. Null: conversations of this kind of agent can't be brought from
    /// elsewhere.</summary>
    /// <param name="sessionId">The conversation.</param>
    /// <param name="workingDirectory">Absolute path of the folder.</param>
    string? PlaceOfConversation(string sessionId, string workingDirectory) => null;

    /// <summary>Keys of its services that can stay outside of a sandbox, since the program takes an address of our proxy in place of the
    /// service's.</summary>
    IReadOnlyList<AgentKey> Keys => [];

    /// <summary>Variables with keys that the program itself uses, or beginnings of their names with a <c>_</c> at the end: a confined
    /// agent gets no key of another service. Null: it is not known which, so that it gets those of all model services.</summary>
    IReadOnlyList<string>? Credentials => null;

    /// <summary>The part of the home that the program needs in a sandbox.</summary>
    AgentState State => AgentState.None;

    /// <summary>Prepares the command line. Writes the program's files into the agent run's folder; the same input gives the same
    /// call.</summary>
    AgentInvocation Prepare(AgentStart start);

    /// <summary>A new parser for the output of one agent run.</summary>
    IAgentOutputParser CreateParser(AgentStart start);

    /// <summary>Checks whether the agent can work here: program, version, login. Costs no money.</summary>
    /// <param name="repository">Where a relative program is looked for.</param>
    Task<AgentCheck> CheckAsync(string repository, CancellationToken cancellationToken);
}

/// <summary>The command that the supervisor starts. Arguments are a list; no shell parses them.</summary>
/// <param name="Program">Absolute path of the program.</param>
/// <param name="Environment">The whole environment; nothing else is inherited.</param>
public sealed record AgentInvocation(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Absolute path of the file that the program reads on its standard input; null: nothing is there to read.</summary>
    /// <value>Default: empty, the start's prompt.</value>
    public string? StandardInput { get; init; } = "";

    /// <summary>Warnings for people about unsupported options.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Parses the output of one agent run, line by line, and collects the outcome; not safe for several threads.</summary>
public interface IAgentOutputParser
{
    /// <summary>Parses one line of stdout (without its line break, any bytes) and returns its events, often none.</summary>
    IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line);

    /// <summary>True when the output so far contains a final result, so that the exit code is not needed.</summary>
    bool HasResult { get; }

    /// <summary>Why the service will not answer this agent run, however often the program asks; null: it may. The program is then stopped,
    /// and <see cref="Complete"/> says why.</summary>
    string? Refusal => null;

    /// <summary>The usage until now according to the program's own record; counts only grow. Empty if it keeps none.</summary>
    AgentUsage UsageSoFar => AgentUsage.None;

    /// <summary>Judges the whole output.</summary>
    /// <param name="exitCode">The program's exit code; null when unknown.</param>
    /// <param name="errorText">The end of its stderr.</param>
    AgentOutcome Complete(int? exitCode, string errorText);
}

/// <summary>Result of checking an agent program.</summary>
/// <param name="Status">Status of the check.</param>
/// <param name="Message">The result, in one line.</param>
/// <param name="Cure">What to do; null when nothing has to be done.</param>
public sealed record AgentCheck(AgentCheckStatus Status, string Message, string? Cure = null)
{
    /// <summary>The program's version; null if unknown.</summary>
    public string? Version { get; init; }

    /// <summary>True if there is a sign of a login or a key; null: unknown.</summary>
    public bool? IsLoggedIn { get; init; }

    /// <summary>Variables of which one is missing; empty: the failure has another cause.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The check with its true cause where a file sets a missing variable and does not count yet.</summary>
    /// <param name="withheld">Variables of an untrusted repository's files, each with its file.</param>
    public AgentCheck Explained(IReadOnlyDictionary<string, string> withheld) =>
        Missing.FirstOrDefault(withheld.ContainsKey) is { } variable
            ? this with
            {
                Message = $"{withheld[variable]} sets {variable}, and does not count: this repository is not trusted on this machine.",
                Cure = "Look at what its files ask for and say yes: orchestrate trust",
            }
            : this;

    /// <summary>The account that pays, as far as the program reports it; null if unknown.</summary>
    public string? Account { get; init; }
}

/// <summary>Status of a check.</summary>
public enum AgentCheckStatus
{
    /// <summary>Can work.</summary>
    Ok,

    /// <summary>Can probably work; see the message.</summary>
    Warning,

    /// <summary>Cannot work.</summary>
    Failed,
}
