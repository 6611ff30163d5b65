namespace Orchestrator.Agents.ClaudeCli;

/// <summary>
/// Counts the tool calls in an agent's output, by tool, and collects the names of the sub-agents that were called successfully.
/// </summary>
internal sealed class ClaudeToolCallCounter
{
    private const int SubjectLimit = 200;
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _subAgentByCall = [];
    private readonly HashSet<string> _seen = [];

    internal IReadOnlyDictionary<string, int> Counts => _counts;

    internal IReadOnlyList<string> SubAgents => [.. _subAgentByCall.Values.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Returns the subject of a tool call, such as a file, command or sub-agent, on one line.</summary>
    internal static string Subject(JsonElement input)
    {
        var text =
            input.Text("file_path")
            ?? input.Text("notebook_path")
            ?? input.Text("command")
            ?? input.Text("subagent_type")
            ?? input.Text("pattern")
            ?? input.Text("path")
            ?? input.Text("description")
            ?? input.Text("url")
            ?? "";
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        text = end < 0 ? text : text[..end] + " …";
        return text.Length <= SubjectLimit ? text : text[..SubjectLimit] + "…";
    }

    /// <summary>Adds a tool call. A call whose id was added before is ignored, because a replayed line must count only once.</summary>
    internal void Add(string id, string tool, JsonElement input)
    {
        if (!_seen.Add(id))
        {
            return;
        }
        _counts[tool] = _counts.GetValueOrDefault(tool) + 1;
        if (tool is "Task" or "Agent" && input.Text("subagent_type") is { } subAgent)
        {
            _subAgentByCall[id] = subAgent;
        }
    }

    internal void Fail(string id) => _subAgentByCall.Remove(id);
}
