using Orchestrator.App.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>mail</c>: lets an agent read and send agent messages from a shell, as the mail tools do. Needs no running Temporal server.
/// </summary>
internal sealed class MailCommand : Command
{
    public MailCommand()
        : base("mail", "Read mail, and write to other agents (agents run this command)")
    {
        Add(new MailCheckCommand());
        Add(new MailPeekCommand());
        Add(new MailSendCommand());
        Add(new MailBroadcastCommand());
        Add(new MailDeliverCommand());
    }

    private static AgentMailDispatcher Open(CliCommandServiceBundle context, out AgentRunIdentity start)
    {
        start = AgentRunIdentity.Require(context);
        return new AgentMailDispatcher(start.Repository, start.Run, context.Time);
    }

    private static async Task<UseCaseOutcome> SendAsync(CliCommandServiceBundle context, string? to, string text, CancellationToken stop)
    {
        await AgentMailSender.SendAsync(AgentRunIdentity.Require(context), to, text, context, stop);
        return UseCaseOutcome.Done;
    }

    private sealed class MailCheckCommand : CliCommand
    {
        public MailCheckCommand()
            : base("check", "Show new mail and mark it as read") { }

        public override bool IsForAgents => true;

        public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            context.Terminal.Result(await Open(context, out var start).CheckAsync(start.Task, call: null, stop) + "\n");
            return UseCaseOutcome.Done;
        }
    }

    private sealed class MailPeekCommand : CliCommand
    {
        public MailPeekCommand()
            : base("peek", "Show new mail without marking it as read") { }

        public override bool IsForAgents => true;

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            context.Terminal.Result(Open(context, out var start).Peek(start.Task) + "\n");
            return Task.FromResult(UseCaseOutcome.Done);
        }
    }

    private sealed class MailSendCommand : CliCommand
    {
        private readonly Argument<string> _to = new("TASK") { Description = "The task whose agent gets the message" };
        private readonly Argument<string> _text = new("TEXT") { Description = "Text of the message" };

        public MailSendCommand()
            : base("send", "Send a message to the agent of another task")
        {
            Add(_to);
            Add(_text);
        }

        public override bool IsForAgents => true;

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop) =>
            MailCommand.SendAsync(context, parsed.GetRequiredValue(_to), parsed.GetRequiredValue(_text), stop);
    }

    private sealed class MailBroadcastCommand : CliCommand
    {
        private readonly Argument<string> _text = new("TEXT") { Description = "Text of the message" };

        public MailBroadcastCommand()
            : base("broadcast", "Send a message to all agents of the run") => Add(_text);

        public override bool IsForAgents => true;

        public override Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop) =>
            MailCommand.SendAsync(context, to: null, parsed.GetRequiredValue(_text), stop);
    }

    /// <summary>
    /// <c>mail deliver</c>: prints an agent's new messages after a batch of tool calls. The agent program runs this command and passes the
    /// results of the calls on standard input.
    /// </summary>
    private sealed class MailDeliverCommand : CliCommand
    {
        public MailDeliverCommand()
            : base("deliver", "Called by agent programs to fetch new mail") => Hidden = true;

        public override bool IsForAgents => true;

        public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
        {
            var answer = await Open(context, out var start).AfterBatchAsync(start.Task, context.Terminal.ReadInput(), stop);
            if (answer.Length > 0)
            {
                context.Terminal.Document(answer + "\n");
            }
            return UseCaseOutcome.Done;
        }
    }
}
