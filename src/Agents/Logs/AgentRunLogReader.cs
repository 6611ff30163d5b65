using System.Runtime.CompilerServices;
using System.Text;
using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Logs;

/// <summary>
/// Reads standard output and standard error of an agent run for display. Has no effect on the agent run, because it neither renews a lease
/// nor stops a process.
/// </summary>
public static class AgentRunLogReader
{
    // Lines for users are shorter. A JSON line with an image may exceed the limit.
    private const int MaxLineBytes = 8 * 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Enumerates the agent run's events to the current end of the output, or until the agent has ended if <paramref name="follow"/> is
    /// true.
    /// </summary>
    /// <param name="folder">Folder of the agent run.</param>
    /// <param name="follow">True to continue until the agent has ended.</param>
    /// <param name="time">Clock.</param>
    public static async IAsyncEnumerable<AgentEvent> ReadAsync(
        string folder,
        bool follow,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        AgentRunFileStore files = new(folder);
        IAgentOutputParser parser = File.Exists(files.File(ClaudeSettingsFile.Name))
            ? new ClaudeStreamParser(static _ => null, wantsAnswer: false)
            : new CommandAgentOutputParser("command", wantsAnswer: false);
        Queue<AgentEvent> events = new();
        using OutputTail tail = new(
            files.StandardOutput,
            MaxLineBytes,
            () =>
                events.Enqueue(
                    new AgentTextEvent($"[a line of more than {MaxLineBytes >> 20} MB is not shown; it is in {files.StandardOutput}]")
                )
        );
        using OutputTail errors = new(files.StandardError, MaxLineBytes);
        ValueTask TakeErrorAsync(ReadOnlyMemory<byte> line, long endOffset) =>
            TakeAsync(line.Length > 0 ? [new AgentErrorOutputEvent(Encoding.UTF8.GetString(line.Span))] : []);
        ValueTask ParseAsync(ReadOnlyMemory<byte> line, long endOffset) =>
            TakeAsync(parser.Read(line.Span).Select(found => found with { Offset = endOffset }));
        ValueTask TakeAsync(IEnumerable<AgentEvent> found)
        {
            foreach (var one in found)
            {
                events.Enqueue(one);
            }
            return ValueTask.CompletedTask;
        }

        var isOver = false;
        while (!isOver)
        {
            // The state is read before the output, so that everything printed before the end is included.
            isOver = !follow || files.State() is AgentRunStatus.Ended or AgentRunStatus.Died or AgentRunStatus.CancelledBeforeStart;
            bool isNews;
            do
            {
                // Both files are read alternately, because a program may write to only one of them for a long time.
                isNews = await tail.ReadAsync(ParseAsync, cancellationToken) | await errors.ReadAsync(TakeErrorAsync, cancellationToken);
                if (isOver && !isNews)
                {
                    await tail.FinishAsync(ParseAsync, cancellationToken);
                    await errors.FinishAsync(TakeErrorAsync, cancellationToken);
                }
                while (events.TryDequeue(out var found))
                {
                    yield return found;
                }
            } while (isOver && isNews);
            if (!isOver && !isNews)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
