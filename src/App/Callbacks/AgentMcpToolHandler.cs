using System.Text.Json;
using ModelContextProtocol.Protocol;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Callbacks;

/// <summary>
/// Implements the MCP tools that the orchestrator offers to an agent. Keeps no state between calls, because the agent program restarts a
/// server that died. An agent can report only on its own task, and no tool approves or steers a run.
/// </summary>
/// <param name="start">Agent run to which the server belongs.</param>
/// <param name="questions">Handles questions of the agent.</param>
/// <param name="mail">Mail of the agent.</param>
/// <param name="time">Clock.</param>
internal sealed class AgentMcpToolHandler(
    AgentRunIdentity start,
    AgentInformationRequestResponder questions,
    AgentMailDispatcher mail,
    TimeProvider time
)
{
    private const int LongestText = 4000;
    private const int MostTexts = 20;

    /// <summary>Name of the member of <c>_meta</c> that identifies a call. A repeated call has the same value.</summary>
    private const string CallId = "claudecode/toolUseId";

    /// <summary>Executes a call. For an invalid call, returns a tool error, so that the model can correct the call.</summary>
    public async ValueTask<CallToolResult> CallAsync(CallToolRequestParams call, CancellationToken stop)
    {
        try
        {
            return Answer(
                call.Name switch
                {
                    AgentToolNames.Done => ReportDone(call),
                    AgentToolNames.Blocked => Blocked(call),
                    AgentToolNames.Plan => questions.Plan(),
                    AgentToolNames.Ownership => questions.Ownership(Text(call, "path", needed: true)),
                    AgentToolNames.Neighbours => questions.ListRunningTasks(),
                    AgentToolNames.MailCheck => await mail.CheckAsync(start.Task, CallOf(call), stop),
                    AgentToolNames.MailPeek => mail.Peek(start.Task),
                    AgentToolNames.MailSend => await SendAsync(call, Text(call, "to", needed: true), stop),
                    AgentToolNames.MailBroadcast => await SendAsync(call, null, stop),
                    _ => throw new ArgumentException(
                        $"The tool '{call.Name}' is unknown. Known tools: {string.Join(", ", AgentToolNames.All)}."
                    ),
                },
                isError: false
            );
        }
        catch (Exception wrong)
            when (wrong is ArgumentException or RunStepFailedException or JsonException or IOException or UnauthorizedAccessException)
        {
            return Answer(wrong.Message, isError: true);
        }
    }

    private string ReportDone(CallToolRequestParams call)
    {
        var status = Text(call, "status", needed: true);
        if (status is not ("completed" or "failed"))
        {
            throw new ArgumentException(
                $"status is '{status}'. Use completed or failed, or call the tool blocked if something is missing."
            );
        }
        var report = Text(call, "report", needed: false);
        if (report.Length > 0 && !File.Exists(Path.GetFullPath(report)))
        {
            throw new ArgumentException($"The file {Path.GetFullPath(report)} does not exist. Write the report first, or omit 'report'.");
        }
        Claim(
            new AgentOutcomeClaim
            {
                Task = start.Task,
                Status = status,
                Reason = Text(call, "reason", needed: false),
                Report = report.Length > 0 ? report : null,
                Measured = Figures(call, "measurements"),
                Dropped = Texts(call, "dropped"),
                Call = CallOf(call),
                Time = time.GetUtcNow(),
            }
        );
        return status == "completed"
            ? $"Recorded: {start.Task} is completed. End your turn now; the gates will then check your files."
            : $"Recorded: {start.Task} failed. End your turn now.";
    }

    private string Blocked(CallToolRequestParams call)
    {
        Claim(
            new AgentOutcomeClaim
            {
                Task = start.Task,
                Status = "blocked",
                Reason = Text(call, "reason", needed: true),
                Needs = Texts(call, "needs"),
                IsForDevelopment = Flag(call, "dev"),
                In = Text(call, "in", needed: false),
                Files = Texts(call, "files"),
                Split = Texts(call, "split"),
                Call = CallOf(call),
                Time = time.GetUtcNow(),
            }
        );
        return $"Recorded: {start.Task} is blocked. End your turn now; the user, the planner or the policy will answer.";
    }

    private void Claim(AgentOutcomeClaim claim)
    {
        if (!start.IsThere)
        {
            throw new ArgumentException($"The folder of this agent run is missing: {start.Folder}. The report has no recipient.");
        }
        AgentIssuedCommandHandler.Claim(start.Folder, claim);
    }

    private async Task<string> SendAsync(CallToolRequestParams call, string? to, CancellationToken stop)
    {
        var letter = new OutgoingAgentMailMessage(start.Task, IsFromPerson: false, to, Text(call, "text", needed: true))
        {
            Call = CallOf(call) is { } id ? $"{start.Folder}\n{id}" : null,
        };
        var receipt = await mail.SendAsync(letter, stop);
        return receipt.IsTaken
            ? $"Sent to {(to is null ? "all" : $"task {to}")}{(receipt.Number > 0 ? $" as message {receipt.Number} of this run" : "")}."
            : throw new ArgumentException(receipt.Refusal);
    }

    private static string? CallOf(CallToolRequestParams call) => (string?)call.Meta?[CallId];

    private static bool Flag(CallToolRequestParams call, string name) =>
        call.Arguments?.TryGetValue(name, out var given) == true
        && given.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new ArgumentException($"{name} must be true or false."),
        };

    private static IReadOnlyList<string> Texts(CallToolRequestParams call, string name)
    {
        if (call.Arguments?.TryGetValue(name, out var given) != true || given.ValueKind == JsonValueKind.Null)
        {
            return [];
        }
        return
            given.ValueKind == JsonValueKind.Array
            && given.GetArrayLength() <= MostTexts
            && given.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String)
            ? [.. given.EnumerateArray().Select(text => Shorten(text.GetString()!, name))]
            : throw new ArgumentException($"{name} must be a list of at most {MostTexts} strings.");
    }

    private static IReadOnlyList<ClaimedMeasurement> Figures(CallToolRequestParams call, string name)
    {
        if (call.Arguments?.TryGetValue(name, out var given) != true || given.ValueKind == JsonValueKind.Null)
        {
            return [];
        }
        return given.ValueKind == JsonValueKind.Object && given.EnumerateObject().Count() <= MostTexts
            ?
            [
                .. given
                    .EnumerateObject()
                    .Select(figure =>
                        AgentIssuedCommandHandler.Measured(figure.Name, figure.Value.ToString())
                        ?? throw new ArgumentException($"{name}: '{Shorten(figure.Name, name)}' must be a number without its unit.")
                    ),
            ]
            : throw new ArgumentException($"{name} must be an object of at most {MostTexts} names, each with a number.");
    }

    private static string Text(CallToolRequestParams call, string name, bool needed)
    {
        var isThere = call.Arguments?.TryGetValue(name, out var given) == true && given.ValueKind != JsonValueKind.Null;
        var value = isThere ? call.Arguments![name] : default;
        if (isThere && value.ValueKind != JsonValueKind.String)
        {
            throw new ArgumentException($"{name} must be a string.");
        }
        var text = isThere ? Shorten(value.GetString()!, name) : "";
        return needed && text.Length == 0 ? throw new ArgumentException($"{name} is missing.") : text;
    }

    private static string Shorten(string text, string name) =>
        text.Length <= LongestText && !text.Contains('\0', StringComparison.Ordinal)
            ? text.Trim()
            : throw new ArgumentException($"{name} has more than {LongestText} characters, or contains a NUL. Shorten it.");

    private static CallToolResult Answer(string text, bool isError) =>
        new() { Content = [new TextContentBlock { Text = text }], IsError = isError };
}
