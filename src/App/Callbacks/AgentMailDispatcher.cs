using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Runs.Tasks.Mail;

namespace Orchestrator.App.Callbacks;

/// <summary>
/// Delivers mail (messages within a run) to running agents, and sends mail from agents and users. No running orchestrator is needed.
/// </summary>
/// <param name="repository">Absolute path of the repository's main checkout.</param>
/// <param name="time">The clock.</param>
public sealed class AgentMailDispatcher(string repository, string run, TimeProvider time)
{
    private readonly RunFolder _folder = new(repository, run);

    /// <summary>
    /// Returns the output of the <c>PostToolBatch</c> hook, which shows an agent its new messages after a batch of tool calls. Empty if
    /// there are none or if a subagent made the calls.
    /// </summary>
    /// <param name="task">Id of the agent's task.</param>
    /// <param name="input">JSON of the hook from stdin.</param>
    public async Task<string> AfterBatchAsync(string task, string input, CancellationToken stop)
    {
        using var call = JsonDocument.Parse(input);
        if (call.RootElement.TryGetProperty("agent_id", out _))
        {
            return "";
        }
        var transcript = call.RootElement.TryGetProperty("transcript_path", out var path) ? path.GetString() : null;
        // The conversation file may lack the results of this batch, and these may contain mail that the agent requested.
        var mail = await new MailReader(_folder, task).ReadNewAsync(MailDisplayKinds.Batch, null, transcript, input, stop);
        return mail.Count == 0
            ? ""
            : new JsonObject
            {
                ["hookSpecificOutput"] = new JsonObject
                {
                    ["hookEventName"] = "PostToolBatch",
                    ["additionalContext"] = "New mail. " + AgentMailMessage.Show(mail),
                },
            }.ToJsonString();
    }

    /// <summary>Returns the new messages that a task's agent has requested, and marks them as read.</summary>
    /// <param name="task">Id of the agent's task.</param>
    /// <param name="call">Id of the tool call that requested the mail, or null if there is none.</param>
    public async Task<string> CheckAsync(string task, string? call, CancellationToken stop) =>
        Answer(await new MailReader(_folder, task).ReadNewAsync(MailDisplayKinds.Asked, call, null, "", stop));

    /// <summary>Returns a task's new messages without marking them as read.</summary>
    /// <param name="task">Id of the agent's task.</param>
    public string Peek(string task) => Answer(new MailReader(_folder, task).Peek());

    /// <summary>Sends a message.</summary>
    /// <param name="letter">The message. The case of the task id in it is ignored.</param>
    /// <exception cref="RunStepFailedException">The run's files are missing.</exception>
    public async Task<AgentMailSendResult> SendAsync(OutgoingAgentMailMessage letter, CancellationToken stop)
    {
        var to = letter.To;
        if (to is not null)
        {
            var plan = PlanJson.Read(
                SmallFileReader.TryRead(_folder.Plan)
                    ?? throw new RunStepFailedException(
                        $"{_folder.Relative(_folder.Plan)} is missing, so {run} no longer has a plan.",
                        "RunGone"
                    )
            );
            // A review or a replanning may have added tasks to the initial plan.
            var status = RunStatusFile.Read(_folder.Status);
            string[] ids =
            [
                .. plan.Tasks.Select(task => task.Id).Union((status?.Tasks ?? []).Select(task => task.Id), StringComparer.Ordinal),
            ];
            if (Array.Find(ids, task => string.Equals(task, to, StringComparison.OrdinalIgnoreCase)) is not { } id)
            {
                var near = NearestName.Of(to, ids);
                return new AgentMailSendResult($"{run} has no task '{to}'.{(near is null ? "" : $" Did you mean '{near}'?")}", 0);
            }
            if (!letter.IsFromPerson && id == letter.From)
            {
                return new AgentMailSendResult($"'{id}' is your own task.", 0);
            }
            var state = status?.Tasks.FirstOrDefault(task => task.Id == id)?.State;
            if (state is not null && TaskStateNames.IsDone(state))
            {
                return new AgentMailSendResult($"Task '{id}' is {state}, so no agent will read the message.", 0);
            }
            to = id;
        }
        letter = letter with { To = to };
        return Bubblewrap.IsInside && !letter.IsFromPerson
            ? new TaskMailFolder(_folder, letter.From, time).StoreOutgoing(letter)
            : await new Mailbox(_folder, time).SendAsync(letter, stop);
    }

    private static string Answer(IReadOnlyList<AgentMailMessage> mail) => mail.Count == 0 ? "No new mail." : AgentMailMessage.Show(mail);
}
