using Orchestrator.Agents.Logs;
using Orchestrator.Gates.Secrets;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Writes instructions for an agent that continues another agent's work without having its conversation. The instructions quote only the
/// other agent's last actions and messages, because the new agent can read the files itself.
/// </summary>
/// <param name="folder">The run's folder.</param>
/// <param name="taskId">Id of the task.</param>
/// <param name="time">The clock.</param>
internal sealed class AgentHandoverInstructions(RunFolder folder, string taskId, TimeProvider time)
{
    private const int MostUses = 30;
    private const int MostWords = 5;
    private const int LongestLine = 300;

    /// <summary>Writes the handover section of the prompt. Empty if no agent has worked on the task before.</summary>
    /// <param name="start">Number of the agent run that gets the prompt.</param>
    /// <param name="baseCommit">Commit from which the worktree started.</param>
    public async Task<string> WriteAsync(int start, string baseCommit)
    {
        var begun = Enumerable.Range(1, start - 1).Select(number => folder.Start(taskId, number)).Where(Directory.Exists).ToList();
        if (begun.Count == 0)
        {
            return "";
        }
        var uses = new Queue<string>();
        var words = new Queue<string>();
        foreach (var earlier in begun)
        {
            // A plain program has no model, so its output does not explain its work.
            var isConversation = false;
            await foreach (var happened in AgentRunLogReader.ReadAsync(earlier, follow: false, time, CancellationToken.None))
            {
                isConversation |= happened is AgentSessionStartedEvent;
                if (happened is AgentToolCallEvent use)
                {
                    Keep(uses, $"{use.Tool}: {use.Subject}", MostUses);
                }
                else if (isConversation && happened is AgentTextEvent text)
                {
                    Keep(words, text.Text, MostWords);
                }
            }
        }
        var told = new StringBuilder(
            "\n# Work before yours\n\nAnother agent worked on this task in this worktree until it reached its usage "
                + "limit. You do not have its conversation. Its files are unchanged, including uncommitted ones. Inspect "
                + "them (git status, git diff {baseCommit}), keep good work, and continue the task where that agent stopped. "
                + "Its instructions are above.\n"
        );
        Append(told, "Its last actions, in order", uses);
        Append(told, "Its last messages, as quotations", words);
        return told.ToString();
    }

    private static void Keep(Queue<string> kept, string text, int most)
    {
        kept.Enqueue(QuotedText.CutLine(SecretScanner.Redact(text), LongestLine));
        if (kept.Count > most)
        {
            kept.Dequeue();
        }
    }

    private static void Append(StringBuilder told, string title, Queue<string> lines)
    {
        if (lines.Count > 0)
        {
            told.Append('\n').Append(title).Append(":\n\n").AppendJoin('\n', lines.Select(line => $"- {line}")).Append('\n');
        }
    }
}
