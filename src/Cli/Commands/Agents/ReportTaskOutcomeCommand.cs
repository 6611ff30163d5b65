using Orchestrator.App.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>done</c>: lets an agent report the result of its task. Writes the result to a file, so no running orchestrator is needed.
/// </summary>
internal sealed class ReportTaskOutcomeCommand : CliCommand
{
    private readonly Option<string?> _task = new("--task", "--phase")
    {
        Description = "The task or phase on which the agent works",
        HelpName = "ID",
    };
    private readonly Option<string> _status = new("--status")
    {
        Description = "Outcome of the task: completed, blocked or failed",
        Required = true,
    };
    private readonly Option<string?> _reason = new("--reason") { Description = "The reason, in one sentence", HelpName = "TEXT" };
    private readonly Option<string?> _report = new("--report")
    {
        Description = "Report file that the agent wrote about its work",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _measured = new("--measured")
    {
        Description = "A value that the agent measured itself (may be repeated)",
        HelpName = "NAME=NUMBER",
    };

    private readonly Option<string[]> _dropped = new("--dropped")
    {
        Description = "A line that the agent dropped to resolve a conflict, or FILE alone for a whole file (may be repeated)",
        HelpName = "FILE: LINE",
    };

    public ReportTaskOutcomeCommand()
        : base("done", "Report how a task ended (agents run this command)")
    {
        _status.AcceptOnlyFromAmong("completed", "blocked", "failed");
        Add(_task);
        Add(_status);
        Add(_reason);
        Add(_report);
        Add(_measured);
        Add(_dropped);
    }

    public override bool IsForAgents => true;

    public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var start = AgentRunIdentity.Require(context);
        if (parsed.GetValue(_task) is { } task && !string.Equals(task, start.Task, StringComparison.OrdinalIgnoreCase))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"This agent works on '{start.Task}', not on '{task}'.",
                $"Use --task {start.Task}."
            );
        }
        var report = parsed.GetValue(_report);
        if (report is not null && !File.Exists(context.FullPath(report)))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The file {context.FullPath(report)} does not exist.",
                "Write the report first, or omit --report."
            );
        }
        var status = parsed.GetRequiredValue(_status);
        AgentIssuedCommandHandler.ReportOutcome(
            start,
            status,
            parsed.GetValue(_reason) ?? "",
            report,
            parsed.GetValue(_measured) ?? [],
            parsed.GetValue(_dropped) ?? [],
            context.Time.GetUtcNow()
        );
        context.Terminal.Inform($"Recorded: {start.Task} is {status}.");
        return Task.FromResult(UseCaseOutcome.Done);
    }
}
