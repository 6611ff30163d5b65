namespace Orchestrator.Agents.Acp;

/// <summary>
/// Client side of the Agent Client Protocol. Prints the agent's actions, answers permission requests, and reads and writes files for the
/// agent. The sandbox confines the agent; this class itself only restricts write requests to the worktree.
/// </summary>
/// <param name="request">Parameters of the agent run.</param>
/// <param name="print">Prints a line.</param>
internal sealed class AcpClient(AcpRequest request, Action<string> print)
{
    /// <summary>
    /// Kinds of updates that are not reported as unknown, because version 1 of the protocol defines them
    /// (https://agentclientprotocol.com/protocol/schema). Of these updates, only message texts and failed tool calls are printed.
    /// </summary>
    private static readonly string[] Quiet =
    [
        "user_message_chunk",
        "agent_message_chunk",
        "agent_thought_chunk",
        "tool_call_update",
        "plan",
        "available_commands_update",
        "current_mode_update",
        "config_option_update",
        "session_info_update",
        "usage_update",
    ];

    /// <summary>True to print the agent's actions.</summary>
    internal bool IsListening { get; set; }

    /// <summary>
    /// Processes a notification or request from the agent: prints an update, answers a permission request, or reads or writes a file.
    /// </summary>
    /// <returns>The result or an error. Both are null for notifications.</returns>
    internal (object? Result, string? Error) HandleCall(string method, JsonElement parameters)
    {
        try
        {
            return method switch
            {
                "session/update" => (HandleUpdate(parameters.Get("update") ?? default), null),
                "session/request_permission" => (Permit(parameters), null),
                "fs/read_text_file" => (new { content = Read(parameters) }, null),
                "fs/write_text_file" => Write(parameters),
                _ => (ReportUnknown(method), $"The ACP client does not support the method {method}."),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, e.Message);
        }
    }

    private object? HandleUpdate(JsonElement update)
    {
        if (!IsListening)
        {
            return null;
        }
        object? line = update.Text("sessionUpdate") switch
        {
            "agent_message_chunk" when update.Get("content")?.Text("text") is { } text => new
            {
                type = AcpDriverEventDefinitions.Text,
                text,
            },
            "tool_call" => new
            {
                type = AcpDriverEventDefinitions.Tool,
                id = update.Text("toolCallId"),
                name = update.Text("kind") ?? "tool",
                subject = update.Text("title") ?? "",
            },
            "tool_call_update" when update.Text("status") == "failed" => new
            {
                type = AcpDriverEventDefinitions.ToolFailed,
                message = update.Text("title") ?? "A tool call by the agent failed without an error message.",
            },
            { } kind when !Quiet.Contains(kind) => new { type = $"session/update {kind}" },
            _ => null,
        };
        if (line is not null)
        {
            print(JsonSerializer.Serialize(line));
        }
        return null;
    }

    /// <summary>
    /// Prints the name of a method that this client does not support, in the same format as unknown events of other agent programs.
    /// </summary>
    private object? ReportUnknown(string method)
    {
        print(JsonSerializer.Serialize(new { type = method }));
        return null;
    }

    /// <summary>
    /// Answers the agent's permission request with the option that allows the call once. If the agent must only answer a question, chooses
    /// the option that rejects the call once. Answers <c>cancelled</c> if the agent does not offer the chosen option.
    /// </summary>
    private object Permit(JsonElement parameters)
    {
        var wanted = request.AnswersOnly ? "reject_once" : "allow_once";
        var option = parameters.Items("options").FirstOrDefault(one => one.Text("kind") == wanted).Text("optionId");
        return option is null
            ? new { outcome = new { outcome = "cancelled" } }
            : new { outcome = new { outcome = "selected", optionId = option } };
    }

    private static string Read(JsonElement parameters)
    {
        var lines = File.ReadLines(PathOf(parameters)).Skip((int)Math.Clamp((parameters.Number("line") ?? 1) - 1, 0, int.MaxValue));
        return parameters.Number("limit") is { } limit ? string.Join('\n', lines.Take((int)Math.Clamp(limit, 0, int.MaxValue)))
            : parameters.Number("line") is null ? File.ReadAllText(PathOf(parameters))
            : string.Join('\n', lines);
    }

    private (object? Result, string? Error) Write(JsonElement parameters)
    {
        var path = Path.GetFullPath(PathOf(parameters));
        if (request.AnswersOnly || !path.StartsWith(request.WorkingDirectory.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            return (
                null,
                request.AnswersOnly
                    ? "This agent may only answer questions, so it may not write files."
                    : $"The agent may not write {path}, because it is outside the worktree."
            );
        }
        OrchestratorFolderCreator.Ensure(Path.GetDirectoryName(path)!);
        SymlinkSafeFileWriter.Write(path, parameters.Text("content") ?? "");
        return (null, null);
    }

    private static string PathOf(JsonElement parameters) =>
        parameters.Text("path") is { } path && Path.IsPathRooted(path)
            ? path
            : throw new ArgumentException("The path in the agent's request is missing or not absolute.");
}
