using Orchestrator.App.Callbacks;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Commands;

/// <summary>Sends messages from users and agents to the agents of a run.</summary>
public static class AgentMailSender
{
    /// <summary>Sends a message that an agent wrote in a shell.</summary>
    /// <param name="start">Agent run of the sender.</param>
    /// <param name="to">Id of the other agent's task, or null for all agents of the run.</param>
    /// <param name="text">The text of the message.</param>
    /// <param name="context">Receives the confirmation.</param>
    /// <param name="stop">Cancels the sending.</param>
    /// <exception cref="UseCaseException">The message was refused.</exception>
    public static async Task SendAsync(
        AgentRunIdentity start,
        string? to,
        string text,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        var mail = new AgentMailDispatcher(start.Repository, start.Run, context.Time);
        Confirm(await mail.SendAsync(new OutgoingAgentMailMessage(start.Task, IsFromPerson: false, to, text), stop), to ?? "all", context);
    }

    private static void Confirm(AgentMailSendResult receipt, string to, UseCaseServiceBundle context)
    {
        if (!receipt.IsTaken)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, receipt.Refusal, "The message was not sent.");
        }
        context.Interaction.Inform(
            receipt.Number > 0
                ? $"Sent to {to} as message {receipt.Number}. The agent will receive it while working or in its next prompt."
                : $"Sent to {to}. It reaches the owner host within seconds, and then the agent."
        );
    }

    /// <summary>Sends a user's message to one agent or to all agents of a run.</summary>
    /// <param name="task">Id of the task, or null for all agents of the run.</param>
    /// <param name="run">The run, which must be open.</param>
    /// <param name="text">The text of the message.</param>
    /// <param name="context">Provides user interaction, the clock and the current folder.</param>
    /// <param name="stop">Cancels the sending.</param>
    /// <exception cref="UseCaseException">The run has ended, or the mail was refused.</exception>
    public static async Task SendAsync(string? task, StoredRun run, string text, UseCaseServiceBundle context, CancellationToken stop)
    {
        if (RunStateNames.IsFinal(run.Status.State))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} is {run.Status.State}, so no agent will read mail.",
                "Choose an open run."
            );
        }
        var mail = new AgentMailDispatcher(context.RequireRepository().Root, run.Id, context.Time);
        var person = context.Environment.GetValueOrDefault("USER") is { Length: > 0 } user ? user : Environment.UserName;
        Confirm(
            await mail.SendAsync(new OutgoingAgentMailMessage(person, IsFromPerson: true, task, text), stop),
            task ?? $"all agents of {run.Id}",
            context
        );
    }
}
