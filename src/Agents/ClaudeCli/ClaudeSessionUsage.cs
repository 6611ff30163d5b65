namespace Orchestrator.Agents.ClaudeCli;

/// <summary>
/// Reads the usage of an agent run that was killed before it printed a result. The conversation file contains the final token counts of
/// each answer, but no costs. A later agent run does not include the counts of these answers.
/// </summary>
internal static class ClaudeSessionUsage
{
    /// <summary>Returns the token counts of the answers with the specified message ids, by model.</summary>
    /// <param name="sessionFile">File of the conversation. The files of its sub-agents are in a folder beside it.</param>
    /// <param name="messageIds">Ids of the answers in the agent run's stream. The file also contains answers of earlier agent runs.</param>
    internal static AgentUsage Read(string sessionFile, IReadOnlySet<string> messageIds)
    {
        Dictionary<string, (string Model, TokenUsage Tokens)> answers = [];
        var subAgents = Path.Combine(Path.ChangeExtension(sessionFile, null), "subagents");
        var files = Directory.Exists(subAgents) ? Directory.EnumerateFiles(subAgents, "*.jsonl").Prepend(sessionFile) : [sessionFile];
        foreach (var line in files.SelectMany(File.ReadLines))
        {
            if (ReadAnswer(line) is { } answer && messageIds.Contains(answer.Id))
            {
                // An answer has one line per block. The last line has the most complete counts.
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
