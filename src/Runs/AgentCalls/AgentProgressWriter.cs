namespace Orchestrator.Runs.AgentCalls;

/// <summary>
/// Writes an agent's current action to <c>progress.json</c> in the agent run's folder, at most once every 500 ms. Status displays read this
/// file.
/// </summary>
internal sealed class AgentProgressWriter(string folder, string worktree, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly string _path = Path.Combine(folder, "progress.json");
    private AgentProgressRecord _now = new();
    private long _written;

    /// <summary>Updates the current action from an event of the agent.</summary>
    public void HandleEvent(AgentEvent happened)
    {
        _now = happened switch
        {
            AgentSessionStartedEvent started => _now with { Session = started.SessionId, Doing = "started" },
            AgentTextEvent text => _now with { Doing = Line(text.Text) },
            AgentToolCallEvent use => _now with { Doing = Line($"{use.Tool} {InWorktree(use.Subject)}"), ToolUses = _now.ToolUses + 1 },
            AgentContextSizeEvent context => _now with { ContextTokens = context.ContextTokens },
            AgentApiRetryEvent retry => _now with
            {
                Doing =
                    $"retry {retry.Attempt}/{retry.MaxAttempts} after "
                    + $"{(retry is { Status: null, Kind: "unknown" } ? "no connection" : retry.Kind)}",
            },
            AgentResultEvent result => _now with
            {
                Doing = result.IsError ? "ended with an error" : "ended its turn",
                Cost = result.CostUsd,
            },
            _ => _now,
        };
        if (_written == 0 || time.GetElapsedTime(_written) >= Interval || happened is AgentResultEvent)
        {
            Write();
        }
    }

    // Tool calls contain the absolute path of the worktree, which is of no use to the reader.
    private string InWorktree(string? subject) =>
        (subject ?? "").Replace(worktree.TrimEnd('/') + "/", "", StringComparison.Ordinal).Replace(worktree, ".", StringComparison.Ordinal);

    private static string Line(string text)
    {
        var line = text.Trim().Split('\n', 2)[0];
        return line.Length <= 120 ? line : line[..119] + "…";
    }

    private void Write()
    {
        _written = time.GetTimestamp();
        SymlinkSafeFileWriter.Write(
            _path,
            JsonSerializer.SerializeToUtf8Bytes(_now with { At = time.GetUtcNow() }, AgentProgressJsonContext.Default.AgentProgressRecord)
        );
    }
}

/// <summary>Content of <c>progress.json</c>.</summary>
internal sealed record AgentProgressRecord
{
    /// <summary>Current action of the agent in one line.</summary>
    [JsonPropertyName("doing")]
    public string Doing { get; set; } = "";

    /// <summary>Number of tool calls so far.</summary>
    [JsonPropertyName("toolUses")]
    public int ToolUses { get; init; }

    /// <summary>Number of tokens in the agent's context.</summary>
    [JsonPropertyName("contextTokens")]
    public long ContextTokens { get; init; }

    /// <summary>Cost so far in US dollars.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Id of the agent's conversation.</summary>
    [JsonPropertyName("session")]
    public string Session { get; set; } = "";

    /// <summary>Time at which the file was written.</summary>
    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }
}

[JsonSerializable(typeof(AgentProgressRecord))]
internal sealed partial class AgentProgressJsonContext : JsonSerializerContext;
