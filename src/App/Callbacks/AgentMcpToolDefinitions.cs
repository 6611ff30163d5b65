using System.Text.Json;
using ModelContextProtocol.Protocol;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.App.Callbacks;

/// <summary>Defines the MCP tools that the orchestrator offers to the agent of a task.</summary>
internal static class AgentMcpToolDefinitions
{
    /// <summary>Definitions of all tools.</summary>
    public static IList<Tool> All { get; } =
    [
        Describe(
            AgentToolNames.Done,
            "Report how your task ended. Call this last. The report is recorded as your claim, and the orchestrator then runs the gates "
                + "itself.",
            """
            {"type":"object","properties":{
              "status":{"type":"string","enum":["completed","failed"],"description":"completed, or failed if it can't be done"},
              "reason":{"type":"string","description":"The reason, in one or two sentences"},
              "report":{"type":"string","description":"A file you wrote about your work, relative to the worktree"},
              "measurements":{"type":"object","additionalProperties":{"type":"number"},
            "description":"Values that you measured yourself, by the name of the measurement"},
              "dropped":{"type":"array","items":{"type":"string"},
            "description":"Lines that you dropped to resolve a conflict, each as FILE: LINE, or FILE alone for a whole file"}},
             "required":["status"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.Blocked,
            "Request something that you need to continue (a decision, a file of another task, a package), or report that the task is too "
                + "large. Then end your turn. A user, the planner or the policy will answer.",
            """
            {"type":"object","properties":{
              "reason":{"type":"string","description":"The obstacle or the question, with enough detail for somebody else to decide"},
              "needs":{"type":"array","items":{"type":"string"},"description":"Packages, such as pandas>=2.0"},
              "dev":{"type":"boolean","description":"The packages are for development only, such as for tests"},
              "in":{"type":"string","description":"Folder of the project that needs the packages; default: the root"},
              "files":{"type":"array","items":{"type":"string"},"description":"Files that you must write but do not own"},
              "split":{"type":"array","items":{"type":"string"},
            "description":"Smaller tasks that replace this task because it is too large, each in one sentence"}},
             "required":["reason"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.Plan,
            "Returns the plan of this run: your own task, the other tasks, their dependencies and their states.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.Ownership,
            "Returns whether your task may write a path, with the reason and the path's owner in the plan.",
            """
            {"type":"object","properties":{"path":{"type":"string","description":"Relative to the worktree, or absolute"}},
             "required":["path"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.Neighbours,
            "Returns the agents that are running now, their tasks and files, and predicted conflicts with your work.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.MailCheck,
            "Returns your new mail from other agents and from users. New mail is also shown to you while you work.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.MailPeek,
            "Returns your new mail and keeps it unread.",
            """{"type":"object","properties":{},"additionalProperties":false}"""
        ),
        Describe(
            AgentToolNames.MailSend,
            "Send mail to the agent of another task, for example about a changed signature that its work depends on. The agent reads it "
                + "while it works, or when it starts.",
            """
            {"type":"object","properties":{
              "to":{"type":"string","description":"Id of the task"},
              "text":{"type":"string","description":"The message, at most 4000 characters"}},
             "required":["to","text"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.MailBroadcast,
            "Send mail to all agents of this run. Use this rarely, for messages that concern all of them.",
            """
            {"type":"object","properties":{"text":{"type":"string","description":"The message, at most 4000 characters"}},
             "required":["text"],"additionalProperties":false}
            """
        ),
    ];

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
}
