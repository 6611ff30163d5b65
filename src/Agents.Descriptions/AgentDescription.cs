namespace Orchestrator.Agents.Descriptions;

/// <summary>An agent's command line as data: how its program is started, how a conversation is continued, and what its output means. The
/// program is called with a list of arguments; no shell takes part.</summary>
/// <remarks>All values are texts, so that YAML and JSON mean the same.</remarks>
public sealed record AgentDescription
{
    /// <summary>The program: a name looked for in PATH, or a path.</summary>
    public required string Program { get; init; }

    /// <summary>The command by which a user installs it; null: unknown.</summary>
    public string? Install { get; init; }

    /// <summary>The version that was tried; null: none was.</summary>
    public string? Tried { get; init; }

    /// <summary>Arguments that print the version; none: the program can't say it.</summary>
    /// <value>Default: <c>--version</c>.</value>
    public IReadOnlyList<string> Version
    {
        get;
        init => field = value ?? field;
    } = ["--version"];

    /// <summary>The way in which it speaks with us.</summary>
    /// <value>Default: <see cref="AgentProtocol.Stream"/>.</value>
    public AgentProtocol Protocol { get; init; }

    /// <summary>The arguments of a start.</summary>
    public required AgentArguments Arguments { get; init; }

    /// <summary>The place where the prompt goes.</summary>
    /// <value>Default: <see cref="PromptPlace.Stdin"/>.</value>
    public PromptPlace Prompt { get; init; }

    /// <summary>Variables that it gets beside the user's own. <c>{scratch}</c> is a folder for what need not last, of this start
    /// alone.</summary>
    public IReadOnlyDictionary<string, string> Environment
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>Further variables of a start that only answers, as <see cref="Environment"/>. Default: none.</summary>
    public IReadOnlyDictionary<string, string> AnswerEnvironment
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>The repository's instruction files that the program reads by itself, which are not sent once more: a path such as
    /// <c>AGENTS.md</c>, or <c>**/AGENTS.md</c> where it reads those of all folders.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> Instructions
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Hosts of its services, each a name, <c>*.NAME</c> or <c>NAME:PORT</c>, which it may reach from a sandbox.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> Hosts
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Keys that it finds in variables. In a sandbox it gets placeholders, which the proxy replaces.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<KeyDescription> Keys
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Conversations that the program keeps; null: each start begins anew.</summary>
    public ConversationDescription? Conversation { get; init; }

    /// <summary>The files that it keeps in the home and needs in a sandbox.</summary>
    public StateDescription State
    {
        get;
        init => field = value ?? field;
    } = new();

    /// <summary>The sign of a login that needs no call; null: unknown.</summary>
    public LoginDescription? Login { get; init; }

    /// <summary>The meaning of its output; null for <see cref="AgentProtocol.Acp"/>.</summary>
    public StreamDescription? Stream { get; init; }

    /// <summary>The meanings of its error messages; the first that applies counts.</summary>
    public IReadOnlyList<FailureDescription> Failures
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>The meanings of its exit codes where no message says more.</summary>
    public IReadOnlyDictionary<string, FailureKind> ExitCodes
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, FailureKind>();
}

/// <summary>The protocol that an agent program speaks.</summary>
public enum AgentProtocol
{
    /// <summary>A program that gets a prompt, prints what it does, and ends.</summary>
    Stream,

    /// <summary>The Agent Client Protocol: JSON-RPC over its standard input and output.</summary>
    Acp,
}

/// <summary>The place where a program takes its prompt.</summary>
public enum PromptPlace
{
    /// <summary>On its standard input.</summary>
    Stdin,

    /// <summary>In place of <c>{prompt}</c> in its arguments.</summary>
    Argument,

    /// <summary>In a file, whose path is in place of <c>{prompt_file}</c> in its arguments.</summary>
    File,
}

/// <summary>Arguments of a start. An argument that is <c>{permissions}</c> or <c>{model}</c> stands for a list; <c>{prompt}</c>,
/// <c>{prompt_file}</c>, <c>{session}</c>, <c>{worktree}</c> and <c>{schema_file}</c> are replaced within arguments.</summary>
public sealed record AgentArguments
{
    /// <summary>The arguments that begin a conversation.</summary>
    public required IReadOnlyList<string> Start { get; init; }

    /// <summary>The arguments that continue the conversation <c>{session}</c>; null: it can't be continued.</summary>
    public IReadOnlyList<string>? Resume { get; init; }

    /// <summary>The words for <c>{model}</c> where the start names a model; within them, <c>{model}</c> is the model.</summary>
    public IReadOnlyList<string> Model
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>The words for <c>{permissions}</c> inside our sandbox.</summary>
    public IReadOnlyList<string> Confined
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>The words for <c>{permissions}</c> without our sandbox.</summary>
    public IReadOnlyList<string> Free
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>The words for <c>{permissions}</c> where it answers and may change nothing; null: it can't be planner or
    /// reviewer.</summary>
    public IReadOnlyList<string>? Answer { get; init; }
}

/// <summary>The conversations that a program keeps.</summary>
public sealed record ConversationDescription
{
    /// <summary>The one who names a new conversation.</summary>
    /// <value>Default: <see cref="ConversationNaming.Program"/>.</value>
    public ConversationNaming NamedBy { get; init; }

    /// <summary>The file of a conversation below the home, where <c>{session}</c> is its id, <c>{session8}</c> its first eight characters,
    /// and <c>*</c> any name or part of one.</summary>
    public required string File { get; init; }

    /// <summary>The content of the file.</summary>
    /// <value>Default: <see cref="ConversationHolding.One"/>.</value>
    public ConversationHolding Holds { get; init; }
}

/// <summary>The one who chooses the id of a conversation.</summary>
public enum ConversationNaming
{
    /// <summary>The program, which prints it.</summary>
    Program,

    /// <summary>We do; <c>{session}</c> in the arguments of a start.</summary>
    Caller,
}

/// <summary>The content of a conversation's file.</summary>
public enum ConversationHolding
{
    /// <summary>That conversation alone: the file is all that another machine needs.</summary>
    One,

    /// <summary>All conversations of the program; a conversation is there if its id stands in the file.</summary>
    All,
}

/// <summary>The files that a program keeps in the home, as paths relative to it.</summary>
public sealed record StateDescription
{
    /// <summary>Folders that are read-only in a sandbox but for new entries, which vanish.</summary>
    public IReadOnlyList<string> Folders
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Folders that it may change; they are made where they are missing.</summary>
    public IReadOnlyList<string> Writable
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Files and folders directly in <see cref="Folders"/> that it does not see in a sandbox: it makes its own, which
    /// vanish.</summary>
    public IReadOnlyList<string> Hidden
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Files that it may change, where they are there.</summary>
    public IReadOnlyList<string> Files
    {
        get;
        init => field = value ?? field;
    } = [];
}

/// <summary>Signs of a login; one of them is enough.</summary>
public sealed record LoginDescription
{
    /// <summary>Files below the home.</summary>
    public IReadOnlyList<string> Files
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Variables with a key.</summary>
    public IReadOnlyList<string> Variables
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Members of the files that are tokens, such as <c>tokens.access_token</c>; <c>*</c> stands for any name. A confined agent
    /// then has a copy of each file, of which new tokens alone are taken over. Empty: it changes the files themselves.</summary>
    public IReadOnlyList<string> Tokens
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Members that name the account: new tokens beside other values are not taken over. A path goes on into the content of a JSON
    /// web token, as in <c>id_token.sub</c>.</summary>
    public IReadOnlyList<string> Account
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>The member with the time at which the program asks for a new token: seconds or milliseconds since 1970, or a date; null:
    /// unknown.</summary>
    public string? Expires { get; init; }
}

/// <summary>A key that a program finds in a variable and sends to one service, at an address that another variable can replace.</summary>
public sealed record KeyDescription
{
    /// <summary>The variable with the key.</summary>
    public required string Variable { get; init; }

    /// <summary>The variable by which the program takes another address of the service.</summary>
    public required string Address { get; init; }

    /// <summary>The address of the service where that variable is not set, such as <c>https://api.anthropic.com</c>.</summary>
    public required string Service { get; init; }
}

/// <summary>The meaning of an error message.</summary>
public sealed record FailureDescription
{
    /// <summary>Words that the message contains, in any case.</summary>
    public required string Says { get; init; }

    /// <summary>The meaning.</summary>
    public required FailureKind Is { get; init; }

    /// <summary>A regular expression whose first group is when the limit ends, as the program writes it; null: it does not say.</summary>
    public string? Until { get; init; }
}

/// <summary>Meaning of a failure.</summary>
public enum FailureKind
{
    /// <summary>The agent gave up.</summary>
    GaveUp,

    /// <summary>The account has reached a usage limit.</summary>
    Limit,

    /// <summary>The service slows the caller down.</summary>
    Throttled,

    /// <summary>Login, credit, a missing model, a wrong call: every start of this agent would fail alike.</summary>
    Account,

    /// <summary>Worth a retry.</summary>
    Transient,

    /// <summary>The request itself is wrong.</summary>
    Invalid,

    /// <summary>Something of this machine is missing.</summary>
    Environment,

    /// <summary>The limit on turns is reached.</summary>
    Turns,
}
