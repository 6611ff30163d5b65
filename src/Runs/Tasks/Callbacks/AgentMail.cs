using System.Text.Json.Nodes;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>Delivers mail to working agents, and sends mail from agents and users. Needs no running orchestrator.</summary>
/// <param name="repository">Absolute path of the repository's main checkout.</param>
/// <param name="time">The clock.</param>
public sealed class AgentMail(string repository, string run, TimeProvider time)
{
    private readonly RunFolder _folder = new(repository, run);

    /// <summary>Returns new mail for the agent program after a batch of tool calls (hook <c>PostToolBatch</c>); empty if there is none,
    /// and always for subagents.</summary>
    /// <param name="task">The agent's task.</param>
    /// <param name="input">JSON of the hook on stdin.</param>
    public async Task<string> AfterBatchAsync(string task, string input, CancellationToken stop)
    {
        using var call = JsonDocument.Parse(input);
        if (call.RootElement.TryGetProperty("agent_id", out _))
        {
            return "";
        }
        var transcript = call.RootElement.TryGetProperty("transcript_path", out var path) ? path.GetString() : null;
        // The results of this batch may be missing from the conversation file so far, and may contain mail that the agent requested.
        var mail = await new MailReader(_folder, task).TakeAsync(MailDisplays.Batch, null, transcript, input, stop);
        return mail.Count == 0
            ? ""
            : new JsonObject
            {
                ["hookSpecificOutput"] = new JsonObject
                {
                    ["hookEventName"] = "PostToolBatch",
                    ["additionalContext"] = "New mail. " + MailMessage.Show(mail),
                },
            }.ToJsonString();
    }

    /// <summary>Answers an agent's request for its mail.</summary>
    /// <param name="task">The agent's task.</param>
    /// <param name="call">Id of the requesting tool call, or null if none.</param>
    public async Task<string> CheckAsync(string task, string? call, CancellationToken stop) =>
        Answer(await new MailReader(_folder, task).TakeAsync(MailDisplays.Asked, call, null, "", stop));

    /// <summary>Returns the new mail of a task without marking it as read.</summary>
    /// <param name="task">The agent's task.</param>
    public string Peek(string task) => Answer(new MailReader(_folder, task).Peek());

    /// <summary>Sends a message.</summary>
    /// <param name="letter">The message; its task id is matched case-insensitively.</param>
    /// <exception cref="StepException">The run's files are missing.</exception>
    public async Task<MailReceipt> SendAsync(OutgoingMail letter, CancellationToken stop)
    {
        var to = letter.To;
        if (to is not null)
        {
            var plan = PlanJson.Read(
                SmallFile.TryRead(_folder.Plan)
                    ?? throw new StepException($"{_folder.Relative(_folder.Plan)} is missing, so {run} no longer has a plan.", "RunGone")
            );
            // Tasks may have been added to the initial plan, for example by a review.
            var status = StatusFile.Read(_folder.Status);
            string[] ids =
            [
                .. plan.Tasks.Select(task => task.Id).Union((status?.Tasks ?? []).Select(task => task.Id), StringComparer.Ordinal),
            ];
            if (Array.Find(ids, task => string.Equals(task, to, StringComparison.OrdinalIgnoreCase)) is not { } id)
            {
                var near = NearestName.Of(to, ids);
                return new MailReceipt($"{run} has no task '{to}'.{(near is null ? "" : $" Did you mean '{near}'?")}", 0);
            }
            if (!letter.IsFromPerson && id == letter.From)
            {
                return new MailReceipt($"'{id}' is your own task.", 0);
            }
            var state = status?.Tasks.FirstOrDefault(task => task.Id == id)?.State;
            if (state is not null && TaskStates.IsDone(state))
            {
                return new MailReceipt($"Task '{id}' is {state}, so no agent will read the message.", 0);
            }
            to = id;
        }
        letter = letter with { To = to };
        return Bubblewrap.IsInside && !letter.IsFromPerson
            ? new TaskMailFolder(_folder, letter.From, time).Leave(letter)
            : await new Mailbox(_folder, time).SendAsync(letter, stop);
    }

    private static string Answer(IReadOnlyList<MailMessage> mail) => mail.Count == 0 ? "No new mail." : MailMessage.Show(mail);
}
