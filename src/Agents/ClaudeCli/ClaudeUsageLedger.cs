namespace Orchestrator.Agents.ClaudeCli;

/// <summary>
/// Computes the usage of a CLI process from its result lines. After <c>--resume</c>, <c>modelUsage</c> starts at zero in older CLI versions
/// (2.1.197), but continues the conversation's total in newer ones (2.1.328). Newer versions also report each result's increment in
/// <c>model_usage_since_last_result</c>. Assistant lines have no final counts and are never summed.
/// </summary>
internal sealed class ClaudeUsageLedger
{
    private AgentUsage _increments = AgentUsage.None;
    private AgentUsage _latestTotal = AgentUsage.None;
    private bool _hasIncrements;

    internal AgentUsage Usage => _hasIncrements ? _increments : _latestTotal;

    internal void Add(JsonElement result)
    {
        _latestTotal = Parse(result, "modelUsage");
        if (result.Get("model_usage_since_last_result") is not null)
        {
            _hasIncrements = true;
            _increments = _increments.Plus(Parse(result, "model_usage_since_last_result"));
        }
    }

    private static AgentUsage Parse(JsonElement result, string member) =>
        new(
            result
                .Members(member)
                .DistinctBy(model => model.Name)
                .ToDictionary(
                    model => model.Name,
                    model => new ModelUsage(
                        new TokenUsage(
                            model.Value.Count("inputTokens"),
                            model.Value.Count("outputTokens"),
                            model.Value.Count("cacheReadInputTokens"),
                            model.Value.Count("cacheCreationInputTokens")
                        ),
                        Math.Max(0, model.Value.Money("costUSD") ?? 0),
                        model.Value.Count("contextWindow")
                    )
                )
        );
}
