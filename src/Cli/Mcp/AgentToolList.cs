using System.Text.Json;
using ModelContextProtocol.Protocol;
using Orchestrator.Runs.Tasks.Callbacks;

namespace Orchestrator.Cli.Mcp;

/// <summary>Defines the tools of a task's agent.</summary>
internal static class AgentToolList
{
    /// <summary>Definitions of all tools.</summary>
    public static IList<Tool> All { get; } =
    [
        Describe(
            AgentToolNames.Done,
            "Say how your task ended, as the last thing you do. It is recorded as your claim; the orchestrator then runs the gates itself.",
            """
            {"type":"object","properties":{
              "status":{"type":"string","enum":["completed","failed"],"description":"completed, or failed if it can't be done"},
              "reason":{"type":"string","description":"Why, in a sentence or two"},
              "report":{"type":"string","description":"A file you wrote about your work, relative to the worktree"},
              "measurements":{"type":"object","additionalProperties":{"type":"number"},
            "description":"What you measured yourself: name of the measurement, number"}},
             "required":["status"],"additionalProperties":false}
            """
        ),
        Describe(
            AgentToolNames.Blocked,
            "Request what you can't continue without (a decision, a file of another task, a package), or say that the task is too large, "
                + "then "
                + "end your turn. A user, the planner or the policy answers.",
            """
            {"type":"object","properties":{
              "reason":{"type":"string","description":"What stops you, or the question, so that somebody else can decide"},
              "needs":{"type":"array","items":{"type":"string"},"description":"Packages, such as pandas>=2.0"},
              "dev":{"type":"boolean","description":"The packages are for development alone, such as for tests"},
              "in":{"type":"string","description":"Folder of the project that the packages are for, where it is not the root"},
              "files":{"type":"array","items":{"type":"string"},"description":"Files that you do not own and would have to write"},
              "split":{"type":"array","items":{"type":"string"},
            "description":"The task is too big: a sentence for each smaller task in its place"}},
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
