using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Orchestrator.App.Runs;

/// <summary>Reads the logs of all agents of a run as a single stream.</summary>
/// <param name="run">The run.</param>
/// <param name="time">The clock.</param>
public sealed class CombinedAgentLogReader(StoredRun run, TimeProvider time)
{
    private const int Waiting = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Returns each line with its task. If <paramref name="follow"/> is true, new lines are returned as they are written until the run has
    /// ended, including those of agents that start later. If it is false, only the last agent run of each task is read, one task after
    /// another.
    /// </summary>
    public IAsyncEnumerable<(string Task, string Line)> ReadAsync(bool follow, CancellationToken stop) =>
        follow ? FollowAsync(stop) : ReadOnceAsync(stop);

    private async IAsyncEnumerable<(string Task, string Line)> ReadOnceAsync([EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var (task, folder) in Starts(run.Status))
        {
            await foreach (var line in AgentLogFormatter.ReadAsync(folder, follow: false, time, stop))
            {
                yield return (task, line);
            }
        }
    }

    private async IAsyncEnumerable<(string Task, string Line)> FollowAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var lines = Channel.CreateBounded<(string, string)>(Waiting);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var following = Task.Run(() => FollowAllAsync(lines.Writer, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(stop))
            {
                yield return line;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await following;
        }
    }

    private async Task FollowAllAsync(ChannelWriter<(string, string)> lines, CancellationToken stop)
    {
        var begun = new Dictionary<string, Task>(StringComparer.Ordinal);
        try
        {
            while (true)
            {
                var now = run.Reload().Status;
                foreach (var (task, folder) in Starts(now).Where(start => !begun.ContainsKey(start.Folder)))
                {
                    begun[folder] = CopyAsync(task, folder, lines, stop);
                }
                if (RunStateNames.IsFinal(now.State))
                {
                    await Task.WhenAll(begun.Values);
                    lines.TryComplete();
                    return;
                }
                await Task.Delay(Pause, time, stop);
            }
        }
        catch (Exception ended)
        {
            lines.TryComplete(ended is OperationCanceledException ? null : ended);
        }
    }

    private async Task CopyAsync(string task, string folder, ChannelWriter<(string, string)> lines, CancellationToken stop)
    {
        await foreach (var line in AgentLogFormatter.ReadAsync(folder, follow: true, time, stop))
        {
            await lines.WriteAsync((task, line), stop);
        }
    }

    private IEnumerable<(string Task, string Folder)> Starts(RunStatus now) =>
        now
            .Tasks.Select(task => (task.Id, Folder: AgentActionReader.LastStart(Path.Combine(run.Folder, "tasks", task.Id))))
            .Where(start => start.Folder is not null)
            .Select(start => (start.Id, start.Folder!));
}
