using Orchestrator.Agents.Acp;
using Orchestrator.Agents.Hooks;
using Orchestrator.Agents.Models;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>
/// Implements the commands that running agents and their helper programs call. Each call is a separate process, and no running orchestrator
/// is needed.
/// </summary>
public static class AgentIssuedCommandHandler
{
    private const int LongestName = 200;

    /// <summary>Decides whether an agent's tool call is allowed (<c>orchestrate hook</c>).</summary>
    /// <param name="input">JSON of the tool call from stdin.</param>
    /// <param name="policyFile">Absolute path of the agent run's <c>policy</c> file.</param>
    /// <returns>Text for stdout and stderr, and the exit code of the command.</returns>
    public static (string Output, string Error, int ExitCode) Hook(string input, string policyFile)
    {
        var answer = ToolCallPermissionHook.Run(
            input,
            policyFile,
            policy => TaskFileOwnership.Of((policy.Write ?? []).Concat(policy.Append)).Owns
        );
        return (answer.Output, answer.Error, answer.ExitCode);
    }

    /// <summary>Sends one request to the model of a planner that has no agent program (<c>orchestrate ask-model</c>).</summary>
    /// <param name="requestFile">Absolute path of the agent run's request file.</param>
    /// <param name="prompt">The question for the model.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The line to print, and true if the model answered.</returns>
    public static Task<(string Line, bool Answered)> AskModelAsync(
        string requestFile,
        string prompt,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => ModelQuestionSender.AskAsync(requestFile, prompt, time, cancellationToken);

    /// <summary>Runs an agent that supports the Agent Client Protocol (<c>orchestrate drive-acp</c>).</summary>
    /// <param name="requestFile">Absolute path of the agent run's request file.</param>
    /// <param name="prompt">The prompt for the agent.</param>
    /// <param name="print">Prints a line to stdout.</param>
    /// <param name="complain">Prints a line that the agent wrote to stderr.</param>
    /// <param name="cancellationToken">Cancels the agent run.</param>
    /// <returns>The exit code of the command.</returns>
    public static Task<int> DriveAcpAsync(
        string requestFile,
        string prompt,
        Action<string> print,
        Action<string> complain,
        CancellationToken cancellationToken
    ) => AcpDriver.RunAsync(requestFile, prompt, print, complain, cancellationToken);

    /// <summary>Parses a claimed measurement. Returns null if the name is empty or the value is not a number.</summary>
    public static ClaimedMeasurement? Measured(string name, string number) =>
        name.Trim() is { Length: > 0 and <= LongestName } named && MeasurementExpectation.NumberOf(number) is { } value
            ? new ClaimedMeasurement(named, value)
            : null;

    /// <summary>
    /// Stores an agent's claim about its own work (<c>orchestrate done</c>, <c>orchestrate blocked</c>). Gates and other checks verify the
    /// claim later. A repeated tool call has no further effect.
    /// </summary>
    /// <param name="claim">The claim.</param>
    public static void Claim(string startFolder, AgentOutcomeClaim claim)
    {
        if (claim.Call is null || AgentOutcomeClaim.TryRead(startFolder)?.Call != claim.Call)
        {
            claim.Write(startFolder);
        }
    }
}
