using Orchestrator.Agents.Acp;
using Orchestrator.Agents.Hooks;
using Orchestrator.Agents.Models;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>Called by agents and the programs around them while they work, as separate processes that need no running
/// orchestrator.</summary>
public static class AgentCallbacks
{
    private const int LongestName = 200;

    /// <summary>Decides whether a tool call may proceed (<c>orchestrate hook</c>).</summary>
    /// <param name="input">Its JSON on stdin.</param>
    /// <param name="policyFile">The start's <c>policy</c> file.</param>
    /// <returns>Text for stdout and stderr, and the exit code, which must be used unchanged.</returns>
    public static (string Output, string Error, int ExitCode) Hook(string input, string policyFile)
    {
        var answer = AgentHook.Run(input, policyFile, policy => Ownership.Of((policy.Write ?? []).Concat(policy.Append)).Owns);
        return (answer.Output, answer.Error, answer.ExitCode);
    }

    /// <summary>Asks a model once, for a planner that is a model without an agent program (<c>orchestrate ask-model</c>).</summary>
    /// <param name="requestFile">The start's request file.</param>
    /// <param name="prompt">The question.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The line to print, and whether there is an answer.</returns>
    public static Task<(string Line, bool Answered)> AskModelAsync(
        string requestFile,
        string prompt,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => ModelAsker.AskAsync(requestFile, prompt, time, cancellationToken);

    /// <summary>Drives an agent that speaks the Agent Client Protocol (<c>orchestrate drive-acp</c>).</summary>
    /// <param name="requestFile">The start's request file.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="print">Prints a line.</param>
    /// <param name="complain">Prints a line that the agent wrote to its standard error.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> DriveAcpAsync(
        string requestFile,
        string prompt,
        Action<string> print,
        Action<string> complain,
        CancellationToken cancellationToken
    ) => AcpDriver.RunAsync(requestFile, prompt, print, complain, cancellationToken);

    /// <summary>A claimed measurement; null where it has no name, or is no number.</summary>
    public static ClaimedMeasurement? Measured(string name, string number) =>
        name.Trim() is { Length: > 0 and <= LongestName } named && Expectation.NumberOf(number) is { } value
            ? new ClaimedMeasurement(named, value)
            : null;

    /// <summary>Stores an agent's report about its own work (<c>orchestrate done</c>, <c>orchestrate blocked</c>): a claim, to be compared
    /// with facts. Repeating a tool call changes nothing.</summary>
    /// <param name="claim">The claim.</param>
    public static void Claim(string startFolder, AgentClaim claim)
    {
        if (claim.Call is null || AgentClaim.TryRead(startFolder)?.Call != claim.Call)
        {
            claim.Write(startFolder);
        }
    }
}
