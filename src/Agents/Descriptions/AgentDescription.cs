using System.Text.Json.Serialization;

namespace Orchestrator.Agents.Descriptions;

/// <summary>Description of an agent program. Defines how the program is started, how a conversation is continued and how the output is
/// interpreted. The program is run with a list of arguments, without a shell.</summary>
/// <remarks>All values are strings, so that YAML and JSON have the same meaning.</remarks>
public sealed record AgentDescription
{
    /// <summary>Name of the program, which is looked up in PATH, or its path.</summary>
    public required string Program { get; init; }

    /// <summary>Command with which a user installs the program, or null if unknown.</summary>
    public string? Install { get; init; }

    /// <summary>Version of the program with which the description was tested, or null if it was not tested.</summary>
    public string? Tried { get; init; }

    /// <summary>Arguments that make the program print its version. Empty if the program can't print it.</summary>
    /// <value>Default: <c>--version</c>.</value>
    public IReadOnlyList<string> Version
    {
        get;
        init => field = value ?? field;
    } = ["--version"];

    /// <summary>Protocol by which the program communicates with the orchestrator.</summary>
    /// <value>Default: <see cref="AgentProtocol.Stream"/>.</value>
    public AgentProtocol Protocol { get; init; }

    /// <summary>Command-line arguments of an agent run.</summary>
    public required AgentArguments Arguments { get; init; }

    /// <summary>Channel by which the program receives the prompt: standard input, an argument or a file.</summary>
    /// <value>Default: <see cref="PromptDeliveryMethod.Stdin"/>.</value>
    public PromptDeliveryMethod Prompt { get; init; }

    /// <summary>
    /// Environment variables set for the program in addition to the user's. <c>{scratch}</c> is replaced by the path of a temporary folder
    /// that belongs to the agent run.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>
    /// Additional environment variables of an agent run that only answers a question, in the same format as <see cref="Environment"/>.
    /// Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> AnswerEnvironment
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>
    /// Instruction files in the repository that the program itself reads, so the prompt omits them. Each value is a path such as
    /// <c>AGENTS.md</c>, or <c>**/AGENTS.md</c> for the files in all folders.
    /// </summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> Instructions
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>
    /// Hosts of the program's services that are reachable from a sandbox. Each value is a name, <c>*.NAME</c> or <c>NAME:PORT</c>.
    /// </summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> Hosts
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Keys that the program reads from variables. In a sandbox, the program gets placeholders, which the proxy replaces with the
    /// keys.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<AgentApiKeyDescription> Keys
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Names of all variables that contain, or may contain, keys of the program.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Credentials =>
        [.. Keys.SelectMany(key => key.Environment.Keys.Prepend(key.Variable)).Union(Login?.Variables ?? [])];

    /// <summary>Describes how the program stores conversations. Null if every agent run starts a new conversation.</summary>
    public ConversationStorageDescription? Conversation { get; init; }

    /// <summary>Files in the home directory that the program needs in a sandbox.</summary>
    public AgentHomeFileAccessDescription State
    {
        get;
        init => field = value ?? field;
    } = new();

    /// <summary>Files and variables by which a login is detected without a request to the service. Null if unknown.</summary>
    public AgentLoginDescription? Login { get; init; }

    /// <summary>Rules for interpreting the program's output. Null for <see cref="AgentProtocol.Acp"/>.</summary>
    public AgentStreamDescription? Stream { get; init; }

    /// <summary>Rules that map error messages to kinds of failure. If several rules match a message, the first one applies.</summary>
    public IReadOnlyList<AgentFailureDescription> Failures
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Kinds of failure by exit code. An exit code is used only if no message determines the kind of failure.</summary>
    public IReadOnlyDictionary<string, AgentFailureKind> ExitCodes
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, AgentFailureKind>();
}

/// <summary>Protocol that an agent program uses to communicate with the orchestrator.</summary>
public enum AgentProtocol
{
    /// <summary>The program receives a prompt, prints its actions and exits.</summary>
    Stream,

    /// <summary>Agent Client Protocol: JSON-RPC over stdin and stdout.</summary>
    Acp,
}

/// <summary>Channel by which a program receives its prompt.</summary>
public enum PromptDeliveryMethod
{
    /// <summary>The prompt is written to standard input.</summary>
    Stdin,

    /// <summary>The prompt replaces <c>{prompt}</c> in the arguments.</summary>
    Argument,

    /// <summary>The prompt is written to a file whose path replaces <c>{prompt_file}</c> in the arguments.</summary>
    File,
}

/// <summary>Command-line arguments of an agent run. An argument that is exactly <c>{permissions}</c>, <c>{model}</c> or <c>{keys}</c>
/// expands to a list. <c>{prompt}</c>, <c>{prompt_file}</c>, <c>{session}</c>, <c>{worktree}</c> and <c>{schema_file}</c> are replaced
/// within arguments.</summary>
public sealed record AgentArguments
{
    /// <summary>Arguments that start a conversation.</summary>
    public required IReadOnlyList<string> Start { get; init; }

    /// <summary>Arguments that continue the conversation <c>{session}</c>, or null if the program can't continue conversations.</summary>
    public IReadOnlyList<string>? Resume { get; init; }

    /// <summary>
    /// Arguments that replace the argument <c>{model}</c> if the agent run names a model. Within these arguments, <c>{model}</c> stands for
    /// the model's name.
    /// </summary>
    public IReadOnlyList<string> Model
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Arguments that replace <c>{permissions}</c> if the agent runs in the orchestrator's sandbox.</summary>
    public IReadOnlyList<string> Confined
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Arguments that replace <c>{permissions}</c> if the agent runs without the orchestrator's sandbox.</summary>
    public IReadOnlyList<string> Free
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Arguments that replace <c>{permissions}</c> if the agent answers without changing files. Null if the program can't be a
    /// planner or reviewer.</summary>
    public IReadOnlyList<string>? Answer { get; init; }
}

/// <summary>Describes how a program stores conversations.</summary>
public sealed record ConversationStorageDescription
{
    /// <summary>Determines who chooses the id of a new conversation.</summary>
    /// <value>Default: <see cref="ConversationIdOriginKind.Program"/>.</value>
    public ConversationIdOriginKind NamedBy { get; init; }

    /// <summary>
    /// Path of a conversation file, relative to the home directory. <c>{session}</c> stands for the conversation's id and <c>{session8}</c>
    /// for its first eight characters. <c>*</c> stands for any name or part of a name.
    /// </summary>
    public required string File { get; init; }

    /// <summary>Determines whether the file contains one conversation or all conversations of the program.</summary>
    /// <value>Default: <see cref="ConversationFileContent.One"/>.</value>
    public ConversationFileContent Holds { get; init; }
}

/// <summary>Determines who chooses the id of a conversation.</summary>
public enum ConversationIdOriginKind
{
    /// <summary>The program chooses the id and prints it.</summary>
    Program,

    /// <summary>The orchestrator chooses the id and passes it as <c>{session}</c> in the arguments.</summary>
    Caller,
}

/// <summary>Determines whether a file contains one conversation or all conversations of a program.</summary>
public enum ConversationFileContent
{
    /// <summary>
    /// The file contains only that conversation, so a copy of the file is enough to continue the conversation on another machine.
    /// </summary>
    One,

    /// <summary>The file contains all conversations of the program. A conversation exists if the file contains its id.</summary>
    All,
}

/// <summary>Files that a program keeps in the home directory, as paths relative to the home directory.</summary>
public sealed record AgentHomeFileAccessDescription
{
    /// <summary>
    /// Folders that are read-only in a sandbox. The program may add entries to them, but new entries are later discarded.
    /// </summary>
    public IReadOnlyList<string> Folders
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Folders that the program may change. Missing folders are created.</summary>
    public IReadOnlyList<string> Writable
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>
    /// Files and folders directly in <see cref="Folders"/> that are hidden in a sandbox. The program may create entries with the same
    /// names, which are discarded.
    /// </summary>
    public IReadOnlyList<string> Hidden
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Existing files that the program may change.</summary>
    public IReadOnlyList<string> Files
    {
        get;
        init => field = value ?? field;
    } = [];
}

/// <summary>Files and variables that indicate a login. A single existing file or variable is sufficient.</summary>
public sealed record AgentLoginDescription
{
    /// <summary>Paths of login files, relative to the home directory.</summary>
    public IReadOnlyList<string> Files
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Environment variables that contain a key.</summary>
    public IReadOnlyList<string> Variables
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Members of the files that contain tokens, such as <c>tokens.access_token</c>; <c>*</c> stands for any name. If not empty, a
    /// confined agent gets a copy of each file, and only new tokens are copied back. If empty, the agent changes the original
    /// files.</summary>
    public IReadOnlyList<string> Tokens
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>
    /// Members that identify the account. New tokens are not copied back if these members have changed. A path can lead into a JSON Web
    /// Token's content, as in <c>id_token.sub</c>.
    /// </summary>
    public IReadOnlyList<string> Account
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>Member that contains the time at which the program requests a new token, in seconds or milliseconds since 1970 or as a
    /// date. Null if unknown.</summary>
    public string? Expires { get; init; }
}

/// <summary>
/// Key that a program reads from a variable and sends to one service. A variable or arguments can make the program send its requests to
/// another address.
/// </summary>
public sealed record AgentApiKeyDescription
{
    /// <summary>Environment variable that contains the key.</summary>
    public required string Variable { get; init; }

    /// <summary>Variable that overrides the address of the service, or null if there is no such variable.</summary>
    public string? Address { get; init; }

    /// <summary>Default address of the service, such as <c>https://api.anthropic.com</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Arguments that replace <c>{keys}</c> while the key stays outside the sandbox. <c>{address}</c> is the address that the
    /// program uses in place of the service's. Default: none.</summary>
    public IReadOnlyList<string> Arguments
    {
        get;
        init => field = value ?? field;
    } = [];

    /// <summary>
    /// Environment variables to set while the key stays outside the sandbox. Each value is the text of a JSON object that contains
    /// <c>{address}</c>. If several keys set the same variable, their objects are merged. If the user sets the variable, the key is passed
    /// on unchanged. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, string>();

    /// <summary>
    /// Location of the key in a file in the home directory, or null if the program reads only the variable. In a sandbox, the program gets
    /// a stored key through the variable.
    /// </summary>
    public AgentApiKeyLocation? Stored { get; init; }

    /// <summary>
    /// Paths of files, relative to the home directory, each with strings to search for. If a file contains one of its strings, the user has
    /// configured another key or service, and the key is passed on unchanged. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Unless
    {
        get;
        init => field = value ?? field;
    } = new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>Rule that maps an error message to a kind of failure.</summary>
public sealed record AgentFailureDescription
{
    /// <summary>Text that a matching message contains. Case is ignored.</summary>
    public required string Says { get; init; }

    /// <summary>Kind of failure that the message indicates.</summary>
    public required AgentFailureKind Is { get; init; }

    /// <summary>Regular expression whose first group captures the reset time of the limit. Null if the program does not print the reset
    /// time.</summary>
    public string? Until { get; init; }
}

/// <summary>Kind of failure.</summary>
public enum AgentFailureKind
{
    /// <summary>The agent reported that it could not do the work.</summary>
    GaveUp,

    /// <summary>The account has reached a usage limit.</summary>
    Limit,

    /// <summary>The service throttled the request.</summary>
    Throttled,

    /// <summary>The login, credit, model or command line has a problem, so every run of this agent would fail the same way.</summary>
    Account,

    /// <summary>The failure is transient, so a retry may succeed.</summary>
    Transient,

    /// <summary>The request itself is invalid.</summary>
    Invalid,

    /// <summary>This machine lacks something that the agent needs.</summary>
    Environment,

    /// <summary>The limit on conversation turns was reached.</summary>
    Turns,
}
