using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Models;

/// <summary>
/// Gets answers that match a schema from a model without using an agent program. A separate process of the orchestrator calls the Anthropic
/// API or Bedrock.
/// </summary>
/// <param name="options">Service and its parameters.</param>
public sealed class ModelAgentRunner(ModelAgentOptions options) : IAgentRunner
{
    /// <summary>Model that is used if neither the agent run nor the options name a model.</summary>
    private const string DefaultModel = "opus";

    /// <inheritdoc/>
    public string? FindConversation(string sessionId, string? state = null) =>
        File.Exists(ConversationOf(sessionId)) ? ConversationOf(sessionId) : null;

    /// <inheritdoc/>
    public IReadOnlyList<AgentServiceKey> Keys =>
        options.Service == ModelService.Api
            ? AgentServiceKey.OfAnthropic
            : AgentServiceKey.OfBedrock(options.Region ?? AgentServiceKey.AmazonRegion(options.Environment));

    /// <inheritdoc/>
    public IReadOnlyList<string> Credentials => [options.Service == ModelService.Api ? "ANTHROPIC_" : "AWS_"];

    /// <inheritdoc/>
    public AgentProgramFiles State =>
        AgentProgramFiles.None with
        {
            Shared = [OrchestratorFolderCreator.Ensure(options.Conversations)],
            Programs = options.Command,
        };

    /// <inheritdoc/>
    public AgentInvocation Prepare(AgentStart start)
    {
        SupervisedAgentFolder folder = new(start.Folder);
        var session =
            start.SessionId ?? throw new ArgumentException("The start of a model call does not name a conversation.", nameof(start));
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
    public IAgentOutputParser CreateParser(AgentStart start) => new ModelOutputParser();

    /// <inheritdoc/>
    public Task<AgentCheck> CheckAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(Check());

    private AgentCheck Check() =>
        options.Service switch
        {
            ModelService.Api when !Has("ANTHROPIC_API_KEY") && !Has("ANTHROPIC_AUTH_TOKEN") => new(
                AgentCheckStatus.Failed,
                "The key for the Anthropic API is missing.",
                "Set ANTHROPIC_API_KEY in the environment or in .env."
            )
            {
                Missing = ["ANTHROPIC_API_KEY"],
            },
            ModelService.Bedrock when ModelOf(null) is null => new(
                AgentCheckStatus.Failed,
                "Bedrock does not support model aliases such as 'opus'.",
                "Set planner.model, or BEDROCK_MODEL_ID in the environment or in .env, to the id of a model or inference profile."
            )
            {
                Missing = ["BEDROCK_MODEL_ID"],
            },
            _ => new AgentCheck(
                AgentCheckStatus.Ok,
                "Models are called through "
                    + $"{options.Url ?? (options.Service == ModelService.Api ? "the Anthropic API" : "Amazon Bedrock")}."
            ),
        };

    // Passed in a variable, because the sandbox replaces its value with the proxy's address.
    private IEnumerable<KeyValuePair<string, string>> Variables =>
        options.Url is { } url
            ?
            [
                KeyValuePair.Create(
                    options.Service == ModelService.Api ? AgentServiceKey.AnthropicAddress : AgentServiceKey.BedrockAddress,
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
