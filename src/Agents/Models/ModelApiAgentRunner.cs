using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Models;

/// <summary>
/// Requests answers that match a schema directly from a model, without an agent program. A separate process of the orchestrator calls the
/// Anthropic API or Bedrock.
/// </summary>
/// <param name="options">Service and its parameters.</param>
public sealed class ModelApiAgentRunner(ModelApiAgentOptions options) : IAgentRunner
{
    /// <summary>Model that is used if neither the agent run nor the options name a model.</summary>
    private const string DefaultModel = "opus";

    /// <inheritdoc/>
    public string? FindConversation(string sessionId, string? state = null) =>
        File.Exists(ConversationOf(sessionId)) ? ConversationOf(sessionId) : null;

    /// <inheritdoc/>
    public IReadOnlyList<ProxyableAgentApiKey> Keys =>
        options.Service == ModelServiceKind.Api
            ? ProxyableAgentApiKey.OfAnthropic
            : ProxyableAgentApiKey.OfBedrock(options.Region ?? ProxyableAgentApiKey.AmazonRegion(options.Environment));

    /// <inheritdoc/>
    public IReadOnlyList<string> Credentials => [options.Service == ModelServiceKind.Api ? "ANTHROPIC_" : "AWS_"];

    /// <inheritdoc/>
    public AgentProgramFilePaths State =>
        AgentProgramFilePaths.None with
        {
            Shared = [OrchestratorFolderCreator.Ensure(options.Conversations)],
            Programs = options.Command,
        };

    /// <inheritdoc/>
    public AgentInvocation Prepare(AgentRunParameters start)
    {
        AgentRunFileStore folder = new(start.Folder);
        var session =
            start.SessionId ?? throw new ArgumentException("The parameters of a model call contain no conversation id.", nameof(start));
        folder.Write(
            ModelRequest.FileName,
            new ModelRequest
            {
                Service = options.Service,
                Model = ModelOf(start.Model) ?? "",
                Region = options.Region,
                Schema =
                    start.AnswerSchema
                    ?? throw new ArgumentException(
                        "A model without an agent program can only answer questions, but this start has no answer schema.",
                        nameof(start)
                    ),
                System = start.SystemPrompt,
                Session = session,
                Conversation = ConversationOf(session),
            }.ToJson()
        );
        return new AgentInvocation(
            Locate() ?? options.Command[0],
            [.. options.Command.Skip(1), "--request", folder.File(ModelRequest.FileName)],
            AgentEnvironment.Make(options.Environment, start, Variables, Credentials)
        );
    }

    /// <inheritdoc/>
    public IAgentOutputParser CreateParser(AgentRunParameters start) => new ModelOutputParser();

    /// <inheritdoc/>
    public Task<AgentProgramCheckResult> CheckAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(Check());

    private AgentProgramCheckResult Check() =>
        options.Service switch
        {
            ModelServiceKind.Api when !Has("ANTHROPIC_API_KEY") && !Has("ANTHROPIC_AUTH_TOKEN") => new(
                AgentProgramCheckStatus.Failed,
                "The key for the Anthropic API is missing.",
                "Set ANTHROPIC_API_KEY in the environment or in .env."
            )
            {
                Missing = ["ANTHROPIC_API_KEY"],
            },
            ModelServiceKind.Bedrock when ModelOf(null) is null => new(
                AgentProgramCheckStatus.Failed,
                "Bedrock does not support model aliases such as 'opus'.",
                "Set planner.model, or BEDROCK_MODEL_ID in the environment or in .env, to the id of a model or inference profile."
            )
            {
                Missing = ["BEDROCK_MODEL_ID"],
            },
            _ => new AgentProgramCheckResult(
                AgentProgramCheckStatus.Ok,
                "Models are called through "
                    + $"{options.Url ?? (options.Service == ModelServiceKind.Api ? "the Anthropic API" : "Amazon Bedrock")}."
            ),
        };

    // Passed in a variable, because the sandbox replaces its value with the proxy's address.
    private IEnumerable<KeyValuePair<string, string>> Variables =>
        options.Url is { } url
            ?
            [
                KeyValuePair.Create(
                    options.Service == ModelServiceKind.Api ? ProxyableAgentApiKey.AnthropicAddress : ProxyableAgentApiKey.BedrockAddress,
                    url
                ),
            ]
            : [];

    private bool Has(string variable) => options.Environment.GetValueOrDefault(variable) is { Length: > 0 };

    private string? ModelOf(string? model) =>
        ModelNames.Find(options.Service, model ?? options.Model ?? DefaultModel, options.Environment.GetValueOrDefault("BEDROCK_MODEL_ID"));

    private string ConversationOf(string session) => Path.Combine(options.Conversations, session + ".json");

    private string? Locate() => ProgramLocator.Find(options.Command[0], options.Environment.GetValueOrDefault("PATH"));
}
