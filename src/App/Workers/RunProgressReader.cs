using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Runs.Reports;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.App.Workers;

/// <summary>
/// Reads the events of a repository's runs by querying their workflows, and records the events in the run folders. Queries add nothing to
/// the workflow histories. A run whose events are not read in this way records them with an activity.
/// </summary>
/// <param name="client">Client of the server that the worker uses.</param>
/// <param name="repository">The repository on this machine.</param>
/// <param name="recorder">Writes the records of the runs.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives errors in reading or recording.</param>
public sealed class RunProgressReader(
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

    /// <summary>Number of read requests for each run whose events are being read.</summary>
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _reading = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>
    /// Reads the events of this repository's open runs, and of the runs that are passed to <see cref="Read"/>, until
    /// <paramref name="stopping"/> is canceled.
    /// </summary>
    public async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var stop = stopping.UnsafeRegister(_ => _stop.Cancel(), null);
        await RepeatAsync(ReadOpenAsync);
        await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_reading.Values);
    }

    /// <summary>
    /// Starts reading the events of a run. Reading continues until the run ends or moves to another machine. If the run is already being
    /// read, nothing changes.
    /// </summary>
    public void Read(string runId)
    {
        if (_asked.AddOrUpdate(runId, 1, (_, times) => times + 1) == 1)
        {
            _reading[runId] = Task.Run(() => ReadAsync(runId));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>
    /// Starts reading the events of all open runs, because the previous worker might have ended before it recorded their last events.
    /// </summary>
    private async Task ReadOpenAsync()
    {
        await foreach (var runId in _runs.ListOpenAsync(_stop.Token))
        {
            if (RunStatusFile.Read(new RunFolder(repository.Path, runId).Status)?.Queue == repository.Queue)
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
                // The run then records its events by an activity, which is retried until it succeeds. After that, reading continues.
                log.RecordNotWritten(failed, runId);
                await run.ReportNotRecordedAsync(_stop.Token);
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
                    // The server is unavailable, or the version of the workflow does not support the request.
                    log.RunNotRead(failed);
                }
            }
            await Task.Delay(pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
