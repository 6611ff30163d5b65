using Orchestrator.Agents.Acp;
using Orchestrator.Agents.Hooks;
using Orchestrator.Agents.Models;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.App.Callbacks;

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
    internal static ClaimedMeasurement? Measured(string name, string number) =>
        name.Trim() is { Length: > 0 and <= LongestName } named && MeasurementExpectation.NumberOf(number) is { } value
            ? new ClaimedMeasurement(named, value)
            : null;

    /// <summary>Stores the outcome that an agent reports in a shell (<c>orchestrate done</c>).</summary>
    /// <param name="start">The agent run.</param>
    /// <param name="status">The state that the agent claims: <c>completed</c>, <c>blocked</c> or <c>failed</c>.</param>
    /// <param name="reason">Reason in the agent's words, or empty.</param>
    /// <param name="report">Path of the agent's report, or null.</param>
    /// <param name="measured">Measurements, each as <c>NAME=NUMBER</c>.</param>
    /// <param name="dropped">Changes that the agent dropped to resolve a conflict, each as <c>FILE: LINE</c> or <c>FILE</c>.</param>
    /// <param name="time">Time of the report.</param>
    /// <exception cref="UseCaseException">A measurement is invalid.</exception>
    public static void ReportOutcome(
        AgentRunIdentity start,
        string status,
        string reason,
        string? report,
        IReadOnlyList<string> measured,
        IReadOnlyList<string> dropped,
        DateTimeOffset time
    ) =>
        Claim(
            start.Folder,
            new AgentOutcomeClaim
            {
                Task = start.Task,
                Status = status,
                Reason = reason,
                Report = report,
                Measured = [.. measured.Select(Measured)],
                Dropped = dropped,
                Time = time,
            }
        );

    private static ClaimedMeasurement Measured(string text)
    {
        var sign = text.LastIndexOf('=');
        return sign > 0 && Measured(text[..sign], text[(sign + 1)..]) is { } measurement
            ? measurement
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{text}' is not a valid measurement.",
                "Give its name in the plan and a number without its unit: --measured \"startup seconds=1.4\"."
            );
    }

    /// <summary>Stores the obstacle that an agent reports in a shell (<c>orchestrate blocked</c>).</summary>
    /// <param name="start">The agent run.</param>
    /// <param name="reason">Reason in the agent's words, or empty.</param>
    /// <param name="needs">Packages that the agent needs.</param>
    /// <param name="isForDevelopment">True if the packages are needed only for development.</param>
    /// <param name="project">Folder of the project that needs the packages, relative to the repository. Empty for its root.</param>
    /// <param name="files">Files outside the task's ownership that the agent needs to write.</param>
    /// <param name="split">Smaller tasks that the agent proposes as a replacement.</param>
    /// <param name="time">Time of the report.</param>
    public static void ReportObstacle(
        AgentRunIdentity start,
        string reason,
        IReadOnlyList<string> needs,
        bool isForDevelopment,
        string project,
        IReadOnlyList<string> files,
        IReadOnlyList<string> split,
        DateTimeOffset time
    ) =>
        Claim(
            start.Folder,
            new AgentOutcomeClaim
            {
                Task = start.Task,
                Status = "blocked",
                Reason = reason,
                Needs = needs,
                IsForDevelopment = isForDevelopment,
                In = project,
                Files = files,
                Split = split,
                Time = time,
            }
        );

    /// <summary>
    /// Stores an agent's claim about its own work (<c>orchestrate done</c>, <c>orchestrate blocked</c>). Gates and other checks verify the
    /// claim later. A repeated tool call has no further effect.
    /// </summary>
    /// <param name="claim">The claim.</param>
    internal static void Claim(string startFolder, AgentOutcomeClaim claim)
    {
        if (claim.Call is null || AgentOutcomeClaim.TryRead(startFolder)?.Call != claim.Call)
        {
            claim.Write(startFolder);
        }
    }
}
