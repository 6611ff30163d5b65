using System.Text.Json;
using ModelContextProtocol.Protocol;
using Orchestrator.Agents;
using Orchestrator.Runs;
using Orchestrator.Runs.Callbacks;
using Orchestrator.Runs.Mail;

namespace Orchestrator.Cli.Mcp;

/// <summary>
/// The tools an agent has of us. It keeps nothing between two calls: the agent program starts the server anew when it has died. Whoever
/// calls works on one task and can say something about that one only; nothing here approves or steers anything.
/// </summary>
/// <param name="start">The start that the server belongs to.</param>
/// <param name="questions">What the agent may ask.</param>
/// <param name="mail">Its mail.</param>
/// <param name="time">The clock.</param>
internal sealed class AgentTools(AgentStartFacts start, AgentQuestions questions, AgentMail mail, TimeProvider time)
{
    private const int LongestText = 4000;
    private const int MostTexts = 20;

    /// <summary>The member of a call's <c>_meta</c> that names it: a call that is made again has the same.</summary>
    private const string CallId = "claudecode/toolUseId";

    /// <summary>What there is to call.</summary>
    public static IList<Tool> List { get; } =
    [
        Describe(
            AgentToolNames.Done,
            "Say how your task ended, as the last thing you do. It is recorded as your claim; the orchestrator then runs the gates itself.",
            """
            {"type":"object","properties":{
              "status":{"type":"string","enum":["completed","failed"],"description":"completed, or failed if it can't be done"},
              "reason":{"type":"string","description":"Why, in a sentence or two"},
              "report":{"type":"string","description":"A file you wrote about your work, relative to the worktree"},
              "measurements":{"type":"object","additionalProperties":{"type":"number"},"description":"What you measured yourself: name of the measurement, number"}},
             "required":["status"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.Blocked,
            "Say what you can't go on without (a decision, a file of another task, a package) or that the task is too big, then end your "
                + "turn: a person or the policy answers.",
            """
            {"type":"object","properties":{
              "reason":{"type":"string","description":"What stops you, or the question, so that somebody else can decide"},
              "needs":{"type":"array","items":{"type":"string"},"description":"Packages or other things, such as pandas>=2.0"},
              "files":{"type":"array","items":{"type":"string"},"description":"Files that you do not own and would have to write"},
              "split":{"type":"array","items":{"type":"string"},"description":"The task is too big: a sentence for each smaller task in its place"}},
             "required":["reason"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.Plan,
            "The plan of this run: your own task, the others, what depends on what, and where each task is.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.Ownership,
            "May your task write this path? Says yes or no with the reason, and to which task the plan gives it.",
            """
            {"type":"object","properties":{"path":{"type":"string","description":"Relative to the worktree, or absolute"}},
             "required":["path"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.Neighbours,
            "Which agents work beside you now, on what and on which files, and the conflicts that are coming with them.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.MailCheck,
            "Your new mail, from other agents and people. It also comes by itself while you work.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.MailPeek,
            "Your new mail, which stays new.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.MailSend,
            "Tell the agent of another task something it must know, such as a changed signature it builds on. It reads it while it works, "
                + "or when it starts.",
            """
            {"type":"object","properties":{
              "to":{"type":"string","description":"Id of the task"},
              "text":{"type":"string","description":"What it must know, at most 4000 characters"}},
             "required":["to","text"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.MailBroadcast,
            "Tell all agents of this run something that concerns all of them. Use it rarely.",
            """
            {"type":"object","properties":{"text":{"type":"string","description":"What they must know, at most 4000 characters"}},
             "required":["text"],"additionalProperties":false}
            """
        ),
    ];

    /// <summary>Answers a call. What is wrong with it, the model reads as an error of the tool and can call again.</summary>
    public async ValueTask<CallToolResult> CallAsync(CallToolRequestParams call, CancellationToken stop)
    {
        try
        {
            return Answer(
                call.Name switch
                {
                    AgentToolNames.Done => Done(call),
                    AgentToolNames.Blocked => Blocked(call),
                    AgentToolNames.Plan => questions.Plan(),
                    AgentToolNames.Ownership => questions.Ownership(Text(call, "path", needed: true)),
                    AgentToolNames.Neighbours => questions.Neighbours(),
                    AgentToolNames.MailCheck => await mail.CheckAsync(start.Task, CallOf(call), stop),
                    AgentToolNames.MailPeek => mail.Peek(start.Task),
                    AgentToolNames.MailSend => await SendAsync(call, Text(call, "to", needed: true), stop),
                    AgentToolNames.MailBroadcast => await SendAsync(call, null, stop),
                    _ => throw new ArgumentException(
                        $"There is no tool '{call.Name}'. There are: {string.Join(", ", AgentToolNames.All)}."
                    ),
                },
                isError: false
            );
        }
        catch (Exception wrong)
            when (wrong is ArgumentException or StepException or JsonException or IOException or UnauthorizedAccessException)
        {
            return Answer(wrong.Message, isError: true);
        }
    }

    private string Done(CallToolRequestParams call)
    {
        var status = Text(call, "status", needed: true);
        if (status is not ("completed" or "failed"))
        {
            throw new ArgumentException($"status is '{status}'. Give completed or failed; call the tool blocked if something is missing.");
        }
        var report = Text(call, "report", needed: false);
        if (report.Length > 0 && !File.Exists(Path.GetFullPath(report)))
        {
            throw new ArgumentException($"There is no file {Path.GetFullPath(report)}. Write the report first, or leave it out.");
        }
        Claim(
            new AgentClaim
            {
                Task = start.Task,
                Status = status,
                Reason = Text(call, "reason", needed: false),
                Report = report.Length > 0 ? report : null,
                Measured = Figures(call, "measurements"),
                Call = CallOf(call),
                Time = time.GetUtcNow(),
            }
        );
        return status == "completed"
            ? $"Noted: {start.Task} is completed, you say. End your turn now; the gates run on what you leave."
            : $"Noted: {start.Task} failed, you say. End your turn now.";
    }

    private string Blocked(CallToolRequestParams call)
    {
        Claim(
            new AgentClaim
            {
                Task = start.Task,
                Status = "blocked",
                Reason = Text(call, "reason", needed: true),
                Needs = Texts(call, "needs"),
                Files = Texts(call, "files"),
                Split = Texts(call, "split"),
                Call = CallOf(call),
                Time = time.GetUtcNow(),
            }
        );
        return $"Noted: {start.Task} is blocked. End your turn now; a person or the policy answers.";
    }

    private void Claim(AgentClaim claim)
    {
        if (!Directory.Exists(start.Folder))
        {
            throw new ArgumentException($"The folder of this agent start is gone: {start.Folder}. There is nobody to tell.");
        }
        AgentCallbacks.Claim(start.Folder, claim);
    }

    private async Task<string> SendAsync(CallToolRequestParams call, string? to, CancellationToken stop)
    {
        var letter = new MailLetter(start.Task, IsFromPerson: false, to, Text(call, "text", needed: true))
        {
            Call = CallOf(call) is { } id ? $"{start.Folder}\n{id}" : null,
        };
        var receipt = await mail.SendAsync(letter, stop);
        return receipt.IsTaken
            ? $"Sent to {(to is null ? "all" : $"task {to}")} as message {receipt.Number} of this run."
            : throw new ArgumentException(receipt.Refusal);
    }

    private static string? CallOf(CallToolRequestParams call) => (string?)call.Meta?[CallId];

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
            ? [.. given.EnumerateArray().Select(text => Short(text.GetString()!, name))]
            : throw new ArgumentException($"{name} is no list of at most {MostTexts} texts.");
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
                        AgentCallbacks.Measured(figure.Name, figure.Value.ToString())
                        ?? throw new ArgumentException($"{name}: '{Short(figure.Name, name)}' is not given as a number without its unit.")
                    ),
            ]
            : throw new ArgumentException($"{name} is no object of at most {MostTexts} names with a number each.");
    }

    private static string Text(CallToolRequestParams call, string name, bool needed)
    {
        var isThere = call.Arguments?.TryGetValue(name, out var given) == true && given.ValueKind != JsonValueKind.Null;
        var value = isThere ? call.Arguments![name] : default;
        if (isThere && value.ValueKind != JsonValueKind.String)
        {
            throw new ArgumentException($"{name} is no text.");
        }
        var text = isThere ? Short(value.GetString()!, name) : "";
        return needed && text.Length == 0 ? throw new ArgumentException($"{name} is missing.") : text;
    }

    private static string Short(string text, string name) =>
        text.Length <= LongestText && !text.Contains('\0', StringComparison.Ordinal)
            ? text.Trim()
            : throw new ArgumentException($"{name} has more than {LongestText} characters, or a NUL among them. Say it shorter.");

    private static Tool Describe(string name, string description, string schema)
    {
        using var parsed = JsonDocument.Parse(schema);
        return new Tool
        {
            Name = name,
            Description = description,
            InputSchema = parsed.RootElement.Clone(),
        };
    }

    private static CallToolResult Answer(string text, bool isError) =>
        new() { Content = [new TextContentBlock { Text = text }], IsError = isError };
}
