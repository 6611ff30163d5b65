using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>Writes a child process's standard input, reads its two output streams, and decides how long to wait for more output.</summary>
internal sealed class ChildProcessStreamPump : IDisposable
{
    /// <summary>
    /// Time to wait for more data after the child has ended and its pipe is empty, if another process still holds the stream open.
    /// </summary>
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Maximum size of a pipe (pipe-max-size, pipe(7)), in bytes. If more output than this arrives after the child has ended, another
    /// process is writing it.
    /// </summary>
    private const long PipeLimit = 1024 * 1024;

    private readonly TimeProvider _time;
    private readonly OutputPump[] _pumps;
    private readonly Task _pumping;
    private readonly Task _feeding;
    private readonly CancellationTokenSource _failed = new();
    private readonly CancellationTokenSource _giveUp = new();

    internal ChildProcessStreamPump(
        Process process,
        Stream input,
        ProcessOutputSink standardOutput,
        ProcessOutputSink standardError,
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
        _feeding = ReportFailureAsync(CopyInputAsync(process.StandardInput.BaseStream, input, _giveUp.Token));
    }

    /// <summary>Token that is canceled when a line handler, a file or the input fails. The child must then be stopped.</summary>
    internal CancellationToken Failed => _failed.Token;

    /// <summary>
    /// Waits for the remaining output after the child has ended. Rethrows the exception of a failed handler, file or input.
    /// </summary>
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

    private static async Task CopyInputAsync(Stream standardInput, Stream input, CancellationToken giveUp)
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
                    // A child may close its input or end before it has read all input.
                    return;
                }
            }
        }
    }

    /// <summary>Reads from the input. Returns 0, as at the end of the input, if the read is canceled because the child has ended.</summary>
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
