using Orchestrator.Agents.Acp;
using Orchestrator.Agents.Hooks;
using Orchestrator.Agents.Models;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>Commands that working agents and their surrounding programs call, as separate processes that need no running
/// orchestrator.</summary>
public static class AgentCallbacks
{
    private const int LongestName = 200;

    /// <summary>Decides whether a tool call may proceed (<c>orchestrate hook</c>).</summary>
    /// <param name="input">JSON of the tool call on stdin.</param>
    /// <param name="policyFile">The agent run's <c>policy</c> file.</param>
    /// <returns>Text for stdout and stderr, and the exit code, which must be used unchanged.</returns>
    public static (string Output, string Error, int ExitCode) Hook(string input, string policyFile)
    {
        var answer = AgentHook.Run(input, policyFile, policy => Ownership.Of((policy.Write ?? []).Concat(policy.Append)).Owns);
        return (answer.Output, answer.Error, answer.ExitCode);
    }

    /// <summary>Sends one request to a model, for a planner without an agent program (<c>orchestrate ask-model</c>).</summary>
    /// <param name="requestFile">The agent run's request file.</param>
    /// <param name="prompt">The question.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The line to print, and true if the model answered.</returns>
    public static Task<(string Line, bool Answered)> AskModelAsync(
        string requestFile,
        string prompt,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => ModelAsker.AskAsync(requestFile, prompt, time, cancellationToken);

    /// <summary>Drives an agent that speaks the Agent Client Protocol (<c>orchestrate drive-acp</c>).</summary>
    /// <param name="requestFile">The agent run's request file.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="print">Prints a line.</param>
    /// <param name="complain">Prints a line from the agent's standard error.</param>
    /// <param name="cancellationToken">Cancels the agent run.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> DriveAcpAsync(
        string requestFile,
        string prompt,
        Action<string> print,
        Action<string> complain,
        CancellationToken cancellationToken
    ) => AcpDriver.RunAsync(requestFile, prompt, print, complain, cancellationToken);

    /// <summary>Parses a claimed measurement; null if the name is empty or the value is not a number.</summary>
    public static ClaimedMeasurement? Measured(string name, string number) =>
        name.Trim() is { Length: > 0 and <= LongestName } named && Expectation.NumberOf(number) is { } value
            ? new ClaimedMeasurement(named, value)
            : null;

    /// <summary>Stores an agent's report about its own work (<c>orchestrate done</c>, <c>orchestrate blocked</c>). It is a claim that is
    /// later verified against the facts. Repeating the same tool call has no effect.</summary>
    /// <param name="claim">The claim.</param>
    public static void Claim(string startFolder, AgentClaim claim)
    {
        if (claim.Call is null || AgentClaim.TryRead(startFolder)?.Call != claim.Call)
        {
            claim.Write(startFolder);
        }
    }
}
