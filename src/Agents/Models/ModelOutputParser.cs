namespace Orchestrator.Agents.Models;

/// <summary>Parses the single line that <c>orchestrate ask-model</c> prints.</summary>
internal sealed class ModelOutputParser : IAgentOutputParser
{
    private ModelResponse? _reply;

    public bool HasResult => _reply is not null;

    public IReadOnlyList<AgentEvent> Read(ReadOnlySpan<byte> line)
    {
        try
        {
            _reply = JsonSerializer.Deserialize(line, ModelRequestJsonContext.Default.ModelResponse);
        }
        catch (JsonException)
        {
            // Any other line comes from a crash of the .NET runtime, so exit code and standard error determine the outcome.
            return [];
        }
        return _reply is null ? [] : [new AgentResultEvent(_reply.Failure != AgentFailure.None, _reply.Detail, Turns: 1, CostUsd: 0)];
    }

    public AgentOutcome Complete(int? exitCode, string errorText) =>
        _reply is null
            ? new AgentOutcome
            {
                Failure = AgentFailure.GaveUp,
                Detail = $"The model was not called (exit code {exitCode?.ToString() ?? "unknown"}). {errorText.Trim()}",
            }
            : new AgentOutcome
            {
                Failure = _reply.Failure,
                Detail = _reply.Detail,
                ResetsAt = _reply.RetryAt,
                ExitCode = exitCode,
                SessionId = _reply.Session,
                Turns = 1,
                Answer = _reply.Answer,
                FinalText = _reply.Failure == AgentFailure.None ? "answered" : "",
                IsUsageComplete = true,
                // The cost is 0, because the services report tokens but no prices.
                Usage = new AgentUsage(
                    new Dictionary<string, ModelUsage>
                    {
                        [_reply.Model] = new(
                            new TokenUsage(_reply.InputTokens, _reply.OutputTokens, _reply.CacheReadTokens, _reply.CacheWriteTokens),
                            CostUsd: 0,
                            ContextWindow: 0
                        ),
                    }
                ),
            };
}
