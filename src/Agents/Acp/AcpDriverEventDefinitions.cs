using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Acp;

/// <summary>Names of the events that the driver prints, and the stream description by which the orchestrator parses these events.</summary>
internal static class AcpDriverEventDefinitions
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
                new AgentEventParsingRule { On = Session, Session = "id" },
                new AgentEventParsingRule { On = Text, TextPiece = "text" },
                new AgentEventParsingRule
                {
                    On = Tool,
                    Tool = new ToolCallJsonPaths
                    {
                        Id = "id",
                        Name = "name",
                        Subject = ["subject"],
                    },
                },
                new AgentEventParsingRule { On = ToolFailed, ToolError = "message" },
                new AgentEventParsingRule { On = Done, End = AgentEndKind.Done },
                new AgentEventParsingRule
                {
                    On = Failed,
                    Error = "message",
                    End = AgentEndKind.Failed,
                },
            ],
        };
}
