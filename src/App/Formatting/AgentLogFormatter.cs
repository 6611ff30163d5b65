using System.Globalization;
using System.Runtime.CompilerServices;
using Orchestrator.Agents;
using Orchestrator.Agents.Logs;

namespace Orchestrator.App.Formatting;

/// <summary>Formats the events of an agent as readable lines.</summary>
public static class AgentLogFormatter
{
    /// <summary>Returns a line for each relevant event of an agent.</summary>
    /// <param name="follow">True to wait for new events until the agent has ended.</param>
    /// <param name="time">The clock.</param>
    public static async IAsyncEnumerable<string> ReadAsync(
        string startFolder,
        bool follow,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var happened in AgentRunLogReader.ReadAsync(startFolder, follow, time, cancellationToken))
        {
            if (Describe(happened) is { } line)
            {
                yield return line;
            }
        }
    }

    private static string? Describe(AgentEvent happened) =>
        happened switch
        {
            AgentTextEvent text => text.Text,
            AgentErrorOutputEvent error => $"[stderr] {error.Text}",
            AgentToolCallEvent use => $"[{use.Tool}: {use.Subject}]",
            AgentToolErrorEvent error => $"[ERROR: {error.Message}]",
            AgentApiErrorEvent error => $"[ERROR: {error.Kind}: {error.Message}]",
            AgentApiRetryEvent retry => $"[retry {retry.Attempt}/{retry.MaxAttempts} after {retry.Kind}]",
            AgentUsageWindowsEvent { Usage.IsRejected: true } limit =>
                $"[ERROR: usage limit {limit.Usage.Deciding}, resets {WhenOf(limit.Usage.DecidingWindow?.ResetsAt)}]",
            AgentResultEvent { IsError: true } result => $"[ERROR: {result.Text}]",
            _ => null,
        };

    private static string WhenOf(DateTimeOffset? reset) =>
        reset?.ToLocalTime().ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture) ?? "at an unknown time";
}
