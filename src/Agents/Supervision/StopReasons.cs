namespace Orchestrator.Agents.Supervision;

/// <summary>The words of the <c>stop</c> file. The supervisor's script writes <c>time</c> and <c>orphan</c> by itself.</summary>
internal static class StopReasons
{
    internal static string ToText(AgentStopReason reason) => reason switch
    {
        AgentStopReason.Time => "time",
        AgentStopReason.Stall => "stall",
        AgentStopReason.Orphan => "orphan",
        AgentStopReason.Output => "output",
        AgentStopReason.Requested => "requested",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, message: null),
    };

    /// <summary>What a stopped agent's outcome says. A result the agent still gave is kept: what was paid for counts.</summary>
    internal static AgentOutcome Apply(AgentOutcome outcome, string reason, AgentLimits limits)
    {
        if (outcome.ClaimsDone)
        {
            return outcome;
        }

        (AgentFailure failure, string detail) = reason switch
        {
            "time" => (AgentFailure.Timeout, $"Stopped after {Text(limits.Time)}, its time limit."),
            "stall" => (AgentFailure.Stall, $"Stopped because it printed nothing for {Text(limits.Stall)}, its stall limit."),
            "orphan" => (AgentFailure.Orphaned, $"Stopped because no orchestrator followed it for {Text(limits.Orphan)}."),
            "output" => (AgentFailure.GaveUp, $"Stopped because it printed more than {limits.OutputBytes} bytes."),
            _ => (AgentFailure.Stopped, "Stopped on request."),
        };
        return outcome with { Failure = failure, Detail = detail };
    }

    private static string Text(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2) ? $"{time.TotalSeconds:0.#} s" : $"{time.TotalMinutes:0.#} min";
}
