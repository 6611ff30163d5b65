using System.Collections.Concurrent;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// Records a run's progress in its folder. It appends events and replaces the status file. Events are numbered, so a repeated call adds
/// nothing. If an earlier call was interrupted, its incomplete last line is removed first.
/// </summary>
public sealed class ProgressRecorder
{
    private const int MostRemembered = 16;

    private readonly ConcurrentDictionary<string, ((DateTime Time, long Length) File, RunStatus Status)> _lastWritten = new(
        StringComparer.Ordinal
    );

    /// <summary>
    /// Records progress. While tasks are running, the call delays its return to limit the number of records, because each record contains
    /// the state of all tasks.
    /// </summary>
    /// <param name="input">The current status of the run, and its events since the previous record.</param>
    /// <param name="executionId">Id of the workflow execution that reports the progress.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Cancels the delay.</param>
    public async Task RecordAsync(RecordProgressInput input, string executionId, TimeProvider time, CancellationToken stop)
    {
        var folder = new RunFolder(input.Repository.Path, input.Run.RunId);
        Record(folder, input, executionId, stop);
        if (input.Run.State is RunStateNames.Executing or RunStateNames.Reviewing)
        {
            await Task.Delay(PauseAfter(input.Run), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns the time to wait after a record, which is 1 ms per task, and at most 1 second.</summary>
    private static TimeSpan PauseAfter(RunStatus run) => TimeSpan.FromMilliseconds(Math.Min(run.TaskCount, 1000));

    /// <summary>Appends new events and replaces the status file.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="input">The current status of the run, and its events since the previous record.</param>
    /// <param name="executionId">Id of the workflow execution that reports the progress.</param>
    /// <param name="stop">Cancels waiting for another writer.</param>
    public void Record(RunFolder folder, RecordProgressInput input, string executionId = "", CancellationToken stop = default)
    {
        using (WriteAlone(folder.Events, stop))
        {
            Append(folder.Events, input.Events);
            EscalationReport.WriteIfDue(folder, WriteStatus(folder.Status, input, executionId));
        }
    }

    /// <summary>
    /// Takes the lock for writing a run's events and status. Another writer may be a second worker of the repository, or a command that
    /// records the run's end. It may also be a timed-out attempt of the step that continues when a blocked disk responds again.
    /// </summary>
    /// <param name="events">Path of the run's event file.</param>
    /// <param name="stop">Cancels the wait.</param>
    internal static InterProcessFileLock WriteAlone(string events, CancellationToken stop = default) =>
        InterProcessFileLock.Acquire(events + ".lock", stop);

    /// <summary>
    /// Appends new events. If an interrupted append or a power failure left an incomplete event at the end, it is removed first. The caller
    /// must hold the lock of <see cref="WriteAlone"/>.
    /// </summary>
    /// <param name="path">Path of the event file.</param>
    /// <param name="events">The events, oldest first.</param>
    public static void Append(string path, IReadOnlyList<RunEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }
        using var stream = SymlinkSafeFileWriter.Open(path);
        var last = CutHalfLine(stream);
        var text = new StringBuilder();
        foreach (var item in events.Where(e => e.Sequence > last))
        {
            text.Append(JsonSerializer.Serialize(item)).Append('\n');
        }
        stream.Seek(0, SeekOrigin.End);
        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
        stream.Flush();
    }

    /// <summary>
    /// Removes everything after the last complete event, and returns the number of that event. Returns 0 if there is none. A power failure
    /// may leave an incomplete line or lines of zeros, because events are not synced to the disk.
    /// </summary>
    private static long CutHalfLine(FileStream stream)
    {
        const int Window = 64 * 1024;
        var start = Math.Max(0, stream.Length - Window);
        stream.Seek(start, SeekOrigin.Begin);
        var tail = new byte[stream.Length - start];
        stream.ReadExactly(tail);
        var end = Array.LastIndexOf(tail, (byte)'\n') + 1;
        while (end > 0)
        {
            var begin = end < 2 ? 0 : Array.LastIndexOf(tail, (byte)'\n', end - 2) + 1;
            if (
                StoredJsonReader.TryParse(tail.AsSpan(begin, end - begin), JsonSerializerOptions.Default.TypeOf<RunEvent>()) is
                { Sequence: var sequence }
            )
            {
                if (start + end < stream.Length)
                {
                    stream.SetLength(start + end);
                }
                return sequence;
            }
            end = begin;
        }
        stream.SetLength(start);
        return start == 0 ? 0 : CutHalfLine(stream);
    }

    private RunStatus WriteStatus(string path, RecordProgressInput input, string executionId)
    {
        var known = ReadOrRemember(path);
        if (known is not null && known.Sequence > input.Run.Sequence)
        {
            return known;
        }
        var changed = input.Tasks.ToDictionary(t => t.Id, StringComparer.Ordinal);
        var tasks = (known?.Tasks ?? []).Select(t => changed.Remove(t.Id, out var news) ? news : t).ToList();
        tasks.AddRange(input.Tasks.Where(t => changed.ContainsKey(t.Id)));
        var status = input.Run with { Tasks = tasks, ExecutionId = executionId };
        DurableFile.Write(path, file => JsonSerializer.Serialize(file, status));
        if (_lastWritten.Count >= MostRemembered)
        {
            _lastWritten.Clear();
        }
        _lastWritten[path] = (TimeAndLength(path), status);
        return status;
    }

    /// <summary>
    /// Returns the last status that this process wrote if the file is unchanged, and reads the file otherwise. Reading the status of a
    /// large run takes longer than writing it.
    /// </summary>
    private RunStatus? ReadOrRemember(string path) =>
        _lastWritten.TryGetValue(path, out var last) && last.File == TimeAndLength(path) ? last.Status : RunStatusFile.Read(path);

    private static (DateTime Time, long Length) TimeAndLength(string path) =>
        new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;
}
