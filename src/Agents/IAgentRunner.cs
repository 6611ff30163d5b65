namespace Orchestrator.Agents;

/// <summary>Kind of agent: builds its command line and parses its output. The supervisor starts and stops it.</summary>
public interface IAgentRunner
{
    /// <summary>Returns the file of a conversation, or null if this machine has none. An agent run with an existing conversation as its
    /// <see cref="AgentStart.SessionId"/> continues it and needs only the new messages. Otherwise it starts a conversation with the whole
    /// prompt. Another machine needs only this file to continue.</summary>
    /// <param name="state">Absolute path of a confined agent's private state, which is searched first, or null to search only the home
    /// directory.</param>
    string? FindConversation(string sessionId, string? state = null);

    /// <summary>True if each conversation has a separate file, a copy of which can be continued elsewhere.</summary>
    bool HasConversationFiles => true;

    /// <summary>True if a requested answer is embedded in the agent's text, so that the prompt must contain the schema. False if the
    /// program enforces the schema.</summary>
    bool AnswersInText => false;

    /// <summary>True if the program accepts <see cref="AgentStart.SystemPrompt"/>; otherwise that text must be part of the
    /// prompt.</summary>
    bool TakesSystemPrompt => true;

    /// <summary>Reason, as the end of a sentence, for which the agent can't answer without changing files (planner, reviewer). Null if it
    /// can.</summary>
    string? AnswerFault => null;

    /// <summary>Returns the path at which <see cref="FindConversation"/> finds a conversation's file for an agent in a given folder. Null
    /// if this kind of agent can't continue conversations from elsewhere.</summary>
    /// <param name="sessionId">Id of the conversation.</param>
    /// <param name="workingDirectory">Absolute path of the folder.</param>
    string? PlaceOfConversation(string sessionId, string workingDirectory) => null;

    /// <summary>Service keys that can stay outside a sandbox, since the program accepts our proxy's address instead of the
    /// service's.</summary>
    IReadOnlyList<AgentKey> Keys => [];

    /// <summary>Variables with keys that the program itself uses, or beginnings of their names with a <c>_</c> at the end. A confined agent
    /// gets no other key.</summary>
    /// <value>Default: none.</value>
    IReadOnlyList<string> Credentials => [];

    /// <summary>The part of the home that the program needs in a sandbox.</summary>
    AgentProgramFiles State => AgentProgramFiles.None;

    /// <summary>Prepares the command line and writes the program's files to the agent run's folder. The same input gives the same
    /// call.</summary>
    AgentInvocation Prepare(AgentStart start);

    /// <summary>Creates a parser for the output of a single agent run.</summary>
    IAgentOutputParser CreateParser(AgentStart start);

    /// <summary>Checks that the agent can work on this machine: program, version, login. Costs no money.</summary>
    /// <param name="repository">Folder to which a relative program path refers.</param>
    Task<AgentCheck> CheckAsync(string repository, CancellationToken cancellationToken);
}

/// <summary>Command that the supervisor starts. Arguments are a list; no shell parses them.</summary>
/// <param name="Program">Absolute path of the program.</param>
/// <param name="Environment">Complete environment; no other variables are inherited.</param>
public sealed record AgentInvocation(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Absolute path of the file for the program's standard input, or null for no input.</summary>
    /// <value>Default: empty for the start's prompt.</value>
    public string? StandardInput { get; init; } = "";

    /// <summary>Warnings for users about unsupported options.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Parses the output of a single agent run line by line and collects the outcome. Not thread-safe.</summary>
public interface IAgentOutputParser
{
    /// <summary>Parses one line of stdout (without its line break, any bytes) and returns its events, often none.</summary>
    IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line);

    /// <summary>True if the output so far contains a final result, so that the exit code is not needed.</summary>
    bool HasResult { get; }

    /// <summary>Reason for which the service will never answer this agent run, however often the program retries; otherwise null. A
    /// program with a refusal is stopped, and <see cref="Complete"/> returns the reason.</summary>
    string? Refusal => null;

    /// <summary>Usage until now according to the program's own record, empty if it keeps none. Counts only grow.</summary>
    AgentUsage UsageSoFar => AgentUsage.None;

    /// <summary>Evaluates the whole output.</summary>
    /// <param name="exitCode">Exit code of the program, or null if unknown.</param>
    /// <param name="errorText">End of its stderr.</param>
    AgentOutcome Complete(int? exitCode, string errorText);
}

/// <summary>Result of checking an agent program.</summary>
/// <param name="Status">Status of the check.</param>
/// <param name="Message">Result in one line.</param>
/// <param name="Cure">Suggested fix, or null if nothing has to be done.</param>
public sealed record AgentCheck(AgentCheckStatus Status, string Message, string? Cure = null)
{
    /// <summary>Version of the program, or null if unknown.</summary>
    public string? Version { get; init; }

    /// <summary>True if there is evidence of a login or a key, or null if unknown.</summary>
    public bool? IsLoggedIn { get; init; }

    /// <summary>Variables of which one must be set; empty if the failure has another cause.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Returns the check with its real cause if a file sets a missing variable but is not trusted yet.</summary>
    /// <param name="withheld">Variables of an untrusted repository's files, each with its file.</param>
    public AgentCheck Explained(IReadOnlyDictionary<string, string> withheld) =>
        Missing.FirstOrDefault(withheld.ContainsKey) is { } variable
            ? this with
            {
                Message = $"{withheld[variable]} sets {variable}, and does not count: this repository is not trusted on this machine.",
                Cure = "Inspect and approve the requests of its files: orchestrate trust",
            }
            : this;

    /// <summary>Paying account, if the program reports it, or null if unknown.</summary>
    public string? Account { get; init; }
}

/// <summary>Status of a check.</summary>
public enum AgentCheckStatus
{
    /// <summary>The agent can work.</summary>
    Ok,

    /// <summary>The agent can probably work; see the message.</summary>
    Warning,

    /// <summary>The agent can't work.</summary>
    Failed,
}
