using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Worker;

/// <summary>Reads from the runs of a repository what happens in them, and records it: that takes no events of their histories. What it
/// does not come to read is kept by the run, which has it recorded by an activity in the end.</summary>
/// <param name="client">Client of the server that the worker works for.</param>
/// <param name="repository">The repository on this machine.</param>
/// <param name="recorder">The one that writes the records of its runs.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Takes what kept it from reading.</param>
public sealed class RunReader(
    ITemporalClient client,
    RepositoryReference repository,
    ProgressRecorder recorder,
    TimeProvider time,
    ILogger log
) : IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly RunClient _runs = new(client);

    /// <summary>The number of requests for each run that is being read.</summary>
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _reading = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Reads the runs that are open here until cancelled, and those that <see cref="Read"/> names meanwhile.</summary>
    public async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var stop = stopping.UnsafeRegister(_ => _stop.Cancel(), null);
        await RepeatAsync(ReadOpenAsync);
        await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_reading.Values);
    }

    /// <summary>Reads a run to its end, or until it is moved to another machine; a run that is being read goes on to be.</summary>
    public void Read(string runId)
    {
        if (_asked.AddOrUpdate(runId, 1, (_, times) => times + 1) == 1)
        {
            _reading[runId] = Task.Run(() => ReadAsync(runId));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>A worker before this one may have ended between two transitions.</summary>
    private async Task ReadOpenAsync()
    {
        await foreach (var runId in _runs.ListOpenAsync(_stop.Token))
        {
            if (StatusFile.Read(new RunFolder(repository.Path, runId).Status)?.Queue == repository.Queue)
            {
                Read(runId);
            }
        }
    }

    private async Task ReadAsync(string runId)
    {
        int asked;
        do
        {
            asked = _asked[runId];
            await RepeatAsync(() => RecordAsync(runId));
        } while (!_stop.IsCancellationRequested && !_asked.TryRemove(KeyValuePair.Create(runId, asked)));
    }

    private async Task RecordAsync(string runId)
    {
        var run = _runs.Get(runId);
        await foreach (var unrecorded in run.UnrecordedAsync(_stop.Token))
        {
            if (unrecorded.Repository.Queue != repository.Queue)
            {
                return;
            }
            try
            {
                await recorder.RecordAsync(unrecorded with { Repository = repository }, unrecorded.Run.ExecutionId, time, _stop.Token);
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                // The run then has it recorded by an activity, which is tried again until it can be, and is read again from then on.
                log.RecordNotWritten(failed, runId);
                await run.TellNotRecordedAsync(_stop.Token);
                return;
            }
        }
    }

    private async Task RepeatAsync(Func<Task> step)
    {
        for (
            var pause = ShortestPause;
            !_stop.IsCancellationRequested;
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks))
        )
        {
            try
            {
                await step();
                return;
            }
            catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
            {
                return;
            }
            catch (Exception failed)
            {
                if (!_stop.IsCancellationRequested)
                {
                    // The server is away, or the workflow is of a version that does not answer.
                    log.RunNotRead(failed);
                }
            }
            await Task.Delay(pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
