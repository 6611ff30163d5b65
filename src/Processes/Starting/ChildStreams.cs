using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>The three streams of a child: writes its input, reads its outputs, and decides when to stop waiting for them.</summary>
internal sealed class ChildStreams : IDisposable
{
    /// <summary>If the child has ended, no data comes for this long and the pipe is empty, another process holds the stream open.</summary>
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(1);

    /// <summary>A pipe holds at most 1 MiB (pipe-max-size, pipe(7)): what comes beyond that is not from the ended child.</summary>
    private const long PipeLimit = 1024 * 1024;

    private readonly TimeProvider _time;
    private readonly OutputPump[] _pumps;
    private readonly Task _pumping;
    private readonly Task _feeding;
    private readonly CancellationTokenSource _failed = new();
    private readonly CancellationTokenSource _giveUp = new();

    internal ChildStreams(
        Process process,
        Stream input,
        OutputSink standardOutput,
        OutputSink standardError,
        TimeProvider time,
        CancellationToken stop
    )
    {
        _time = time;
        _pumps =
        [
            new OutputPump(process.StandardOutput.BaseStream, standardOutput),
            new OutputPump(process.StandardError.BaseStream, standardError),
        ];
        _pumping = Task.WhenAll(_pumps.Select(pump => ReportFailureAsync(pump.RunAsync(_giveUp.Token, stop))));
        _feeding = ReportFailureAsync(FeedAsync(process.StandardInput.BaseStream, input, _giveUp.Token));
    }

    /// <summary>Cancelled when a handler of lines, a file or the input fails: then the child must be stopped.</summary>
    internal CancellationToken Failed => _failed.Token;

    /// <summary>After the child's end: waits for the rest of its output, and throws a handler's exception.</summary>
    internal async Task CompleteAsync()
    {
        var readAtEnd = _pumps.Sum(pump => pump.TotalBytes);
        while (!_pumping.IsCompleted)
        {
            var before = _pumps.Select(pump => pump.WaitingSince).ToArray();
            await Task.WhenAny(_pumping, Task.Delay(QuietLimit, _time));
            var isQuiet = _pumps
                .Select((pump, i) => pump.IsDone || (before[i] is { } since && pump.WaitingSince == since && !pump.HasUnread))
                .All(quiet => quiet);
            if (isQuiet || _pumps.Sum(pump => pump.TotalBytes) - readAtEnd > 2 * PipeLimit)
            {
                break;
            }
        }
        await _giveUp.CancelAsync();
        await _feeding;
        await _pumping;
    }

    public void Dispose()
    {
        _failed.Dispose();
        _giveUp.Dispose();
    }

    private async Task ReportFailureAsync(Task work)
    {
        try
        {
            await work;
        }
        catch
        {
            await _failed.CancelAsync();
            throw;
        }
    }

    private static async Task FeedAsync(Stream standardInput, Stream input, CancellationToken giveUp)
    {
        var buffer = new byte[32 * 1024];
        await using (standardInput)
        {
            while (await ReadAsync(input, buffer, giveUp) is > 0 and var count)
            {
                try
                {
                    await standardInput.WriteAsync(buffer.AsMemory(0, count), giveUp);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // The child closed its input or ended without reading all of it, which is allowed.
                    return;
                }
            }
        }
    }

    /// <summary>A stream that gives more as it comes ends for us when the child has ended.</summary>
    private static async Task<int> ReadAsync(Stream input, byte[] buffer, CancellationToken giveUp)
    {
        try
        {
            return await input.ReadAsync(buffer, giveUp);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            return 0;
        }
    }
}
