using System.Globalization;

namespace Orchestrator.Agents.Supervision;

/// <summary>
/// Values of the <c>stop</c> file. The file contains the reason for stopping an agent, which becomes the failure in the agent's outcome.
/// The supervisor's script itself writes the values <c>time</c> and <c>orphan</c>.
/// </summary>
internal static class AgentStopReasons
{
    private const string Refused = "refused";

    internal static string ToText(AgentFailure reason) =>
        reason switch
        {
            AgentFailure.Timeout => "time",
            AgentFailure.Stall => "stall",
            AgentFailure.Orphaned => "orphan",
            AgentFailure.Output => "output",
            AgentFailure.Memory => "memory",
            // The service refuses to answer the agent.
            AgentFailure.Account => Refused,
            AgentFailure.Stopped => "requested",
            _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, message: null),
        };

    /// <summary>
    /// Returns the outcome of a stopped agent. If the agent still claimed that its work is done, the outcome is kept, because the work was
    /// paid for. If the service rejected the agent's requests, the outcome is also kept, because it already contains the reason.
    /// </summary>
    internal static AgentOutcome Apply(AgentOutcome outcome, string reason, AgentRunLimits limits, long? memory)
    {
        if (outcome.ClaimsDone || reason == Refused)
        {
            return outcome;
        }
        (var failure, var detail) = reason switch
        {
            "time" => (AgentFailure.Timeout, $"Stopped at its time limit of {Text(limits.Time)}."),
            "stall" => (AgentFailure.Stall, $"Stopped because it printed nothing for {Text(limits.Stall)}, its stall limit."),
            "orphan" => (AgentFailure.Orphaned, $"Stopped because no orchestrator monitored it for {Text(limits.Orphan)}."),
            "memory" => (
                AgentFailure.Memory,
                $"Stopped because it and its processes used {(memory is { } held ? $"{Size(held)} of" : "too much")} memory; "
                    + $"its limit is {Size(limits.MemoryBytes)}."
            ),
            "output" => (AgentFailure.Output, $"Stopped because it printed more than {Plural.Of(limits.OutputBytes, "byte")}."),
            _ => (AgentFailure.Stopped, "Stopped because a user requested it."),
        };
        return outcome with { Failure = failure, Detail = detail };
    }

    private static string Size(long? bytes) =>
        bytes switch
        {
            null => "off",
            < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
        };

    private static string Text(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2) ? $"{time.TotalSeconds:0.#} s" : $"{time.TotalMinutes:0.#} min";
}
