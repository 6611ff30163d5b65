namespace Orchestrator.Agents;

/// <summary>Supports one kind of agent by building its command line and parsing its output. The supervisor starts and stops the
/// process.</summary>
public interface IAgentRunner
{
    /// <summary>
    /// Returns the path of a conversation's file, or null if this machine has none. If <see cref="AgentRunParameters.SessionId"/> names an
    /// existing conversation, the agent run continues it and needs only the new messages. Otherwise, the agent run starts a conversation
    /// with the whole prompt. Copying this file is enough to continue the conversation on another machine.
    /// </summary>
    /// <param name="state">Absolute path of a confined agent's private state, which is searched first, or null to search only the home
    /// directory.</param>
    string? FindConversation(string sessionId, string? state = null);

    /// <summary>
    /// True if each conversation is stored in a separate file, so a copy of the file can be continued on another machine.
    /// </summary>
    bool HasConversationFiles => true;

    /// <summary>
    /// True if a requested answer is embedded in the agent's text, so the prompt must contain the schema. False if the program enforces the
    /// schema.
    /// </summary>
    bool AnswersInText => false;

    /// <summary>True if the program accepts <see cref="AgentRunParameters.SystemPrompt"/>; otherwise that text must be part of the
    /// prompt.</summary>
    bool TakesSystemPrompt => true;

    /// <summary>
    /// Reason why the agent can't act as a planner or reviewer, which must answer without changing files. The text completes a sentence.
    /// Null if the agent can act as both.
    /// </summary>
    string? AnswerFault => null;

    /// <summary>Returns the path at which <see cref="FindConversation"/> looks for a conversation file if the agent works in the given
    /// folder. Null if this kind of agent can't continue a conversation from another machine.</summary>
    /// <param name="sessionId">Id of the conversation.</param>
    /// <param name="workingDirectory">Absolute path of the folder.</param>
    string? PlaceOfConversation(string sessionId, string workingDirectory) => null;

    /// <summary>
    /// API keys that can stay outside the sandbox. This is possible because the program can use the proxy's address instead of the
    /// service's address.
    /// </summary>
    IReadOnlyList<ProxyableAgentApiKey> Keys => [];

    /// <summary>
    /// Names of the variables that contain the program's keys. A name that ends with <c>_</c> is a prefix. A confined agent gets no other
    /// keys.
    /// </summary>
    /// <value>Default: none.</value>
    IReadOnlyList<string> Credentials => [];

    /// <summary>Files outside the worktree that the program needs in a sandbox.</summary>
    AgentProgramFilePaths State => AgentProgramFilePaths.None;

    /// <summary>
    /// Prepares the command line, and writes the files that the program needs to the agent run's folder. The same input always produces the
    /// same command line.
    /// </summary>
    AgentInvocation Prepare(AgentRunParameters start);

    /// <summary>Creates a parser for the output of a single agent run.</summary>
    IAgentOutputParser CreateParser(AgentRunParameters start);

    /// <summary>Checks the program, its version and its login on this machine. The check costs no money.</summary>
    /// <param name="repository">Folder against which a relative program path is resolved.</param>
    Task<AgentProgramCheckResult> CheckAsync(string repository, CancellationToken cancellationToken);
}

/// <summary>Command that the supervisor starts. Arguments are passed as a list and not parsed by a shell.</summary>
/// <param name="Program">Absolute path of the program.</param>
/// <param name="Environment">Complete environment; no other variables are inherited.</param>
public sealed record AgentInvocation(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Absolute path of the file for the program's standard input, or null for no input.</summary>
    /// <value>Default: empty, which means the prompt of the agent run.</value>
    public string? StandardInput { get; init; } = "";

    /// <summary>Warnings for users about unsupported options.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Parses the output of an agent run line by line and determines the outcome. Not thread-safe.</summary>
public interface IAgentOutputParser
{
    /// <summary>Parses one line of standard output and returns its events, often none. The line contains arbitrary bytes and no line
    /// break.</summary>
    IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line);

    /// <summary>True if the output so far contains a final result, so the exit code is not needed.</summary>
    bool HasResult { get; }

    /// <summary>Reason why retries by the program can't succeed, or null if there is no such reason. If set, the caller stops the program,
    /// and <see cref="Complete"/> returns the reason.</summary>
    string? Refusal => null;

    /// <summary>Usage so far as recorded by the program, or empty if the program records none. The counts never decrease.</summary>
    AgentUsage UsageSoFar => AgentUsage.None;

    /// <summary>Determines the outcome from the complete output.</summary>
    /// <param name="exitCode">Exit code of the program, or null if unknown.</param>
    /// <param name="errorText">End of the program's standard error.</param>
    AgentOutcome Complete(int? exitCode, string errorText);
}

/// <summary>Result of checking whether an agent program can work on this machine.</summary>
/// <param name="Status">Status of the check.</param>
/// <param name="Message">Result in one line.</param>
/// <param name="Cure">Suggested fix, or null if nothing has to be done.</param>
public sealed record AgentProgramCheckResult(AgentProgramCheckStatus Status, string Message, string? Cure = null)
{
    /// <summary>Version of the program, or null if unknown.</summary>
    public string? Version { get; init; }

    /// <summary>True if a login or a key was found, or null if unknown.</summary>
    public bool? IsLoggedIn { get; init; }

    /// <summary>Names of environment variables, at least one of which must be set. Empty if the check failed for another reason.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>
    /// Returns the check result with a new message if a file of an untrusted repository sets a missing variable. The message explains why
    /// the variable is ignored. Otherwise, returns the check result unchanged.
    /// </summary>
    /// <param name="withheld">Names of variables that files of an untrusted repository set, with the name of the file.</param>
    public AgentProgramCheckResult Explained(IReadOnlyDictionary<string, string> withheld) =>
        Missing.FirstOrDefault(withheld.ContainsKey) is { } variable
            ? this with
            {
                Message =
                    $"{withheld[variable]} sets {variable}, which is ignored, because this repository is not trusted on this machine.",
                Cure = "Inspect and approve the settings and commands in its files: orchestrate trust",
            }
            : this;

    /// <summary>Account that is charged for the agent, or null if the program does not report it.</summary>
    public string? Account { get; init; }
}

/// <summary>Status of a check.</summary>
public enum AgentProgramCheckStatus
{
    /// <summary>The agent can work.</summary>
    Ok,

    /// <summary>The agent can probably work. The message states the reason for doubt.</summary>
    Warning,

    /// <summary>The agent can't work.</summary>
    Failed,
}
