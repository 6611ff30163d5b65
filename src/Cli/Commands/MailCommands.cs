using System.CommandLine;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Runs.Tasks.Callbacks;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Cli.Commands;

/// <summary>Common code of the commands by which users write to agents.</summary>
internal static class MailCommands
{
    /// <summary>Confirms that a message was accepted.</summary>
    /// <exception cref="UseCaseException">The message was refused.</exception>
    public static void Confirm(MailReceipt receipt, string to, CommandContext context)
    {
        if (!receipt.IsTaken)
        {
            throw new UseCaseException(Outcome.Usage, receipt.Refusal, "Nothing was sent.");
        }
        context.Terminal.Say(
            receipt.Number > 0
                ? $"Sent to {to} as message {receipt.Number}: it is read while the agent works, or with its next prompt."
                : $"Sent to {to}: it goes to the run's machine within seconds, and from there to who is to read it."
        );
    }

    public static async Task SendAsync(string? task, StoredRun run, string text, CommandContext context, CancellationToken stop)
    {
        if (RunStates.IsFinal(run.Status.State))
        {
            throw new UseCaseException(
                Outcome.Usage,
                $"{run.Id} is {run.Status.State}: no agent works for it any more who could read mail.",
                "Name an open run."
            );
        }
        var mail = new AgentMail(context.RequireRepository().Root, run.Id, context.Time);
        var person = context.Environment.GetValueOrDefault("USER") is { Length: > 0 } user ? user : Environment.UserName;
        Confirm(await mail.SendAsync(new MailLetter(person, IsFromPerson: true, task, text), stop), task ?? $"all of {run.Id}", context);
    }
}

/// <summary><c>send</c>: sends a user's message to the agent of a task. Needs no engine.</summary>
internal sealed class SendCommand : CliCommand
{
    private readonly RunArgument _which = new("RUN/TASK", "The task whose agent is to read it", isRequired: true);
    private readonly Argument<string> _text = new("TEXT") { Description = "What it must know" };

    public SendCommand()
        : base("send", "Write to the agent of a task, while it works or before it starts")
    {
        _which.AddTo(this);
        Add(_text);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = _which.Require(context.RequireRepository(), parsed);
        var task =
            reference.FindTask(run.Status)
            ?? throw new UseCaseException(
                Outcome.Usage,
                $"{run.Id} is a run, and mail goes to a task.",
                $"Name it as {run.Id}/TASK, or write to all: orchestrate broadcast {run.Id} TEXT"
            );
        await MailCommands.SendAsync(task, run, parsed.GetRequiredValue(_text), context, stop);
        return Outcome.Done;
    }
}

/// <summary><c>broadcast</c>: sends a user's message to all agents of a run. Needs no engine.</summary>
internal sealed class BroadcastCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run" };
    private readonly Argument<string> _text = new("TEXT") { Description = "What all must know" };

    public BroadcastCommand()
        : base("broadcast", "Write to all agents of a run, those that start later too")
    {
        Add(_run);
        Add(_text);
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = RunReference.Require(context.RequireRepository(), parsed.GetRequiredValue(_run)).Run;
        await MailCommands.SendAsync(task: null, run, parsed.GetRequiredValue(_text), context, stop);
        return Outcome.Done;
    }
}
