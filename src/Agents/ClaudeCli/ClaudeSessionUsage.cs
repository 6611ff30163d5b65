namespace Orchestrator.Agents.ClaudeCli;

/// <summary>Usage of a killed agent run without a result, from the conversation's file, which has the final counts of each answer. The CLI
/// itself never counts these answers again. Includes only tokens, because costs are only in the program's result lines.</summary>
internal static class ClaudeSessionUsage
{
    /// <summary>Returns the tokens of the given answers, by model.</summary>
    /// <param name="sessionFile">File of the conversation. Those of its sub-agents are in a folder beside it.</param>
    /// <param name="messageIds">Answers in the agent run's own stream. The file also contains those of earlier runs.</param>
    internal static AgentUsage Read(string sessionFile, IReadOnlySet<string> messageIds)
    {
        Dictionary<string, (string Model, TokenUsage Tokens)> answers = [];
        var subAgents = Path.Combine(Path.ChangeExtension(sessionFile, null), "subagents");
        var files = Directory.Exists(subAgents) ? Directory.EnumerateFiles(subAgents, "*.jsonl").Prepend(sessionFile) : [sessionFile];
        foreach (var line in files.SelectMany(File.ReadLines))
        {
            if (ReadAnswer(line) is { } answer && messageIds.Contains(answer.Id))
            {
                // An answer has one line per block, of which the last is the most complete.
                answers[answer.Id] = (answer.Model, answer.Tokens);
            }
        }
        return new AgentUsage(
            answers
                .Values.GroupBy(answer => answer.Model)
                .ToDictionary(
                    model => model.Key,
                    model => new ModelUsage(
                        model.Aggregate(TokenUsage.Zero, (sum, answer) => sum.Plus(answer.Tokens)),
                        CostUsd: 0,
                        ContextWindow: 0
                    )
                )
        );
    }

    private static (string Id, string Model, TokenUsage Tokens)? ReadAnswer(string line)
    {
        if (!line.Contains("\"assistant\"", StringComparison.Ordinal))
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(line);
            return
                document.RootElement.Get("message") is { } message
                && message.Text("id") is { } id
                && message.Text("model") is { } model
                && message.Get("usage") is { } usage
                ? (
                    id,
                    model,
                    new TokenUsage(
                        usage.Number("input_tokens") ?? 0,
                        usage.Number("output_tokens") ?? 0,
                        usage.Number("cache_read_input_tokens") ?? 0,
                        usage.Number("cache_creation_input_tokens") ?? 0
                    )
                )
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The killed program left a partial line.
            return null;
        }
    }
}
