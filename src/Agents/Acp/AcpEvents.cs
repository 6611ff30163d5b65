using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Acp;

/// <summary>Names of the events that the driver prints, and the description with which the orchestrator parses these events.</summary>
internal static class AcpEvents
{
    internal const string Session = "session";
    internal const string Text = "text";
    internal const string Tool = "tool";
    internal const string ToolFailed = "tool_failed";
    internal const string Done = "done";
    internal const string Failed = "failed";

    internal static AgentStreamDescription Stream { get; } =
        new()
        {
            Events =
            [
                new AgentEventRule { On = Session, Session = "id" },
                new AgentEventRule { On = Text, TextPiece = "text" },
                new AgentEventRule
                {
                    On = Tool,
                    Tool = new ToolCallPaths
                    {
                        Id = "id",
                        Name = "name",
                        Subject = ["subject"],
                    },
                },
                new AgentEventRule { On = ToolFailed, ToolError = "message" },
                new AgentEventRule { On = Done, End = AgentEndKind.Done },
                new AgentEventRule
                {
                    On = Failed,
                    Error = "message",
                    End = AgentEndKind.Failed,
                },
            ],
        };
}
