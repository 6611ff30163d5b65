using System.Text;
using Orchestrator.Agents.Acp;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Described;

/// <summary>Runs an agent as specified by the agent description of its program. Contains no code for specific products.</summary>
/// <param name="name">Name of the agent in settings.</param>
/// <param name="description">Description of the program.</param>
/// <param name="command">Program and leading arguments that replace the program in the description, or null to use the described
/// program.</param>
/// <param name="environment">Environment variables to pass to the program, or null to pass those of this process.</param>
/// <param name="time">Clock. Default: the system's clock.</param>
public sealed class DescribedAgentRunner(
    string name,
    AgentDescription description,
    IReadOnlyList<string>? command = null,
    IReadOnlyDictionary<string, string>? environment = null,
    TimeProvider? time = null
) : IAgentRunner
{
    /// <summary>Maximum length of one argument, in bytes. Linux limits a single argument to 128 KiB (MAX_ARG_STRLEN).</summary>
    private const int ArgumentLimit = 128 * 1024 - 1;

    private const string PromptFile = "prompt-text";
    private const string SchemaFile = "answer-schema.json";
    private readonly IReadOnlyDictionary<string, string> _environment = environment ?? AgentEnvironment.OfThisProcess();
    private readonly string _program = command is [var own, ..] ? own : description.Program;

    /// <summary>Program and arguments of the driver for <see cref="AgentProtocol.Acp"/> (<c>orchestrate drive-acp</c>).</summary>
    public IReadOnlyList<string>? AcpDriver { get; init; }

    private bool IsAcp => description.Protocol == AgentProtocol.Acp;

    private AgentStreamDescription Stream => IsAcp ? AcpDriverEventDefinitions.Stream : description.Stream!;

    /// <inheritdoc/>
    public bool AnswersInText => true;

    /// <inheritdoc/>
    public string? AnswerFault =>
        description.Arguments.Answer is null
            ? $"the agent '{name}' can't be limited to answering questions, because its description has no 'arguments.answer'."
            : null;

    /// <inheritdoc/>
    public bool HasConversationFiles => description.Conversation is { Holds: ConversationFileContent.One };

    /// <inheritdoc/>
    public string? FindConversation(string sessionId, string? state = null) =>
        description.Conversation is { } conversation && (description.Arguments.Resume is not null || IsAcp)
            ? (state is null ? null : DescribedAgentConversationFinder.Find(conversation, state, sessionId))
                ?? DescribedAgentConversationFinder.Find(conversation, Home, sessionId)
            : null;

    /// <inheritdoc/>
    public IReadOnlyList<ProxyableAgentApiKey> Keys => OwnKeys.All;

    /// <inheritdoc/>
    public IReadOnlyList<string> Credentials => description.Credentials;

    /// <inheritdoc/>
    public AgentProgramFilePaths State => AgentProgramFilePaths.Of(description, Home) with { Programs = command ?? [description.Program] };

    /// <inheritdoc/>
    public AgentInvocation Prepare(AgentRunParameters start)
    {
        AgentRunFileStore folder = new(start.Folder);
        var continues = Continues(start) is not null;
        var prompt =
            continues || start.SystemPrompt is null
                ? start.Prompt
                : $"{start.Prompt}\n# Conventions of this repository\n\n{start.SystemPrompt}\n";
        folder.Write(PromptFile, prompt);
        if (start.AnswerSchema is { } schema)
        {
            folder.Write(SchemaFile, schema);
        }
        if (description.Prompt == PromptDeliveryMethod.Argument && Encoding.UTF8.GetByteCount(prompt) > ArgumentLimit)
        {
            throw new InvalidOperationException(
                $"The prompt for agent '{name}' is larger than 128 KiB, the limit for a command-line argument. "
                    + "Set 'prompt: stdin' or 'prompt: file' in the agent's description."
            );
        }
        var (program, arguments) = Call(start, prompt, folder);
        return new AgentInvocation(program, arguments, AgentEnvironment.Make(_environment, start, Variables(start), Credentials))
        {
            StandardInput = description.Prompt == PromptDeliveryMethod.Stdin || IsAcp ? folder.File(PromptFile) : null,
        };
    }

    /// <inheritdoc/>
    public IAgentOutputParser CreateParser(AgentRunParameters start)
    {
        DescribedAgentParserOptions call = new()
        {
            Name = name,
            Description = description with { Stream = Stream },
            Arguments = Arguments(start, ""),
            Continues = Continues(start),
            Model = start.Model,
            WantsAnswer = start.AnswerSchema is not null,
        };
        var clock = time ?? TimeProvider.System;
        return Stream.Format == AgentStreamFormat.Text
            ? new DescribedAgentTextParser(call, clock)
            : new DescribedAgentJsonParser(call, new ConversationUsageStore(start.Folder, start.EarlierFolders), clock);
    }

    /// <inheritdoc/>
    public Task<AgentProgramCheckResult> CheckAsync(string repository, CancellationToken cancellationToken) =>
        Locate(repository) is { } program
            ? AgentVersionAndLoginChecker.RunAsync(name, description, [program, .. Before], _environment, repository, cancellationToken)
            : Task.FromResult(
                new AgentProgramCheckResult(
                    AgentProgramCheckStatus.Failed,
                    $"The program '{_program}' of agent '{name}' was found neither in {repository} nor in PATH, or is not executable.",
                    description.Install is { } install
                        ? $"Install it: {install}"
                        : $"Make the program available and executable (chmod +x), or correct agents.{name}.description."
                )
            );

    /// <summary>Returns the command to start: the program itself, or the driver that starts the program and communicates with it.</summary>
    private (string Program, IReadOnlyList<string> Arguments) Call(AgentRunParameters start, string prompt, AgentRunFileStore folder)
    {
        var program = Locate(start.Repository) ?? _program;
        var arguments = Arguments(start, prompt);
        if (!IsAcp)
        {
            return (program, arguments);
        }
        var driver =
            AcpDriver
            ?? throw new InvalidOperationException(
                $"Agent '{name}' uses the Agent Client Protocol, but this host has no driver for the protocol."
            );
        folder.Write(
            AcpRequest.FileName,
            new AcpRequest
            {
                Program = program,
                Arguments = arguments,
                WorkingDirectory = start.WorkingDirectory,
                Session = Continues(start),
                AnswersOnly = start.AnswerSchema is not null,
            }.ToJson()
        );
        return (
            ProgramLocator.Find(driver[0], _environment.GetValueOrDefault("PATH")) ?? driver[0],
            [.. driver.Skip(1), "--request", folder.File(AcpRequest.FileName)]
        );
    }

    private IEnumerable<KeyValuePair<string, string>> Variables(AgentRunParameters start)
    {
        var scratch = start.Environment.GetValueOrDefault("TMPDIR") is { Length: > 0 } temporary
            ? temporary
            : Path.Combine(start.Folder, AgentRunParameters.OutFolder);
        IEnumerable<KeyValuePair<string, string>> answering = start.AnswerSchema is null ? [] : description.AnswerEnvironment;
        return description
            .Environment.Concat(answering)
            .Concat(OwnKeys.Variables(start))
            .Select(variable => KeyValuePair.Create(variable.Key, variable.Value.Replace("{scratch}", scratch, StringComparison.Ordinal)));
    }

    private IEnumerable<string> Before => command?.Skip(1) ?? [];

    private DescribedAgentApiKeyProvider OwnKeys => new(description, _environment, Home);

    private string Home => _environment.GetValueOrDefault("HOME") is { Length: > 0 } home ? home : "/";

    private string? Continues(AgentRunParameters start) =>
        start.SessionId is { } session && FindConversation(session) is not null ? session : null;

    private List<string> Arguments(AgentRunParameters start, string prompt)
    {
        var continues = Continues(start) is not null;
        var arguments = description.Arguments;
        AgentRunFileStore folder = new(start.Folder);
        Dictionary<string, string> places = new()
        {
            ["{prompt}"] = prompt,
            ["{prompt_file}"] = folder.File(PromptFile),
            ["{session}"] = start.SessionId ?? "",
            ["{model}"] = start.Model ?? "",
            ["{worktree}"] = start.WorkingDirectory,
            ["{schema_file}"] = folder.File(SchemaFile),
        };
        var permissions =
            start.AnswerSchema is not null ? arguments.Answer ?? []
            : start.Sandbox is not null ? arguments.Confined
            : arguments.Free;
        return
        [
            .. Before,
            .. (continues && !IsAcp ? arguments.Resume! : arguments.Start)
                .SelectMany(argument =>
                    argument switch
                    {
                        "{permissions}" => permissions,
                        "{keys}" => OwnKeys.Arguments(start),
                        "{model}" => start.Model is null ? [] : arguments.Model,
                        _ => [argument],
                    }
                )
                .Select(argument => Fill(argument, places)),
        ];
    }

    /// <summary>Replaces all placeholders of an argument in one pass, because inserted text may itself look like a placeholder.</summary>
    private static string Fill(string argument, Dictionary<string, string> places)
    {
        StringBuilder filled = new();
        for (var at = 0; at < argument.Length; )
        {
            var place = argument[at] == '{' ? places.Keys.FirstOrDefault(key => argument.AsSpan(at).StartsWith(key)) : null;
            filled.Append(place is null ? argument[at].ToString() : places[place]);
            at += place?.Length ?? 1;
        }
        return filled.ToString();
    }

    private string? Locate(string repository) =>
        _program.Length == 0 ? null
        : !Path.IsPathRooted(_program) && ProgramLocator.Find("./" + _program, workingDirectory: repository) is { } own ? own
        : ProgramLocator.Find(_program, _environment.GetValueOrDefault("PATH"), repository);
}
