using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Acp;

/// <summary>Formats the lines that the driver prints, and contains the agent description with which these lines are parsed.</summary>
internal static class AcpEvents
{
    internal const string Session = "session";
    internal const string Text = "text";
    internal const string Tool = "tool";
    internal const string ToolFailed = "tool_failed";
    internal const string Done = "done";
    internal const string Failed = "failed";

    internal static StreamDescription Stream { get; } =
        new()
        {
            Events =
            [
                new EventRule { On = Session, Session = "id" },
                new EventRule { On = Text, TextPiece = "text" },
                new EventRule
                {
                    On = Tool,
                    Tool = new ToolRule
                    {
                        Id = "id",
                        Name = "name",
                        Subject = ["subject"],
                    },
                },
                new EventRule { On = ToolFailed, ToolError = "message" },
                new EventRule { On = Done, End = EventEnd.Done },
                new EventRule
                {
                    On = Failed,
                    Error = "message",
                    End = EventEnd.Failed,
                },
            ],
        };
}
