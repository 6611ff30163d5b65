using System.Buffers;
using System.IO.Pipes;

namespace Orchestrator.Processes;

/// <summary>Reads one output stream of a child process to its end.</summary>
internal sealed class OutputPump(Stream stream, ProcessOutputSink sink)
{
    private const int BufferSize = 64 * 1024;
    private readonly LineSplitter? _splitter = sink.NewLineSplitter();
    private long _reads;
    private long _totalBytes;
    private volatile bool _isReading;

    /// <summary>Number of bytes read so far.</summary>
    internal long TotalBytes => Interlocked.Read(ref _totalBytes);

    /// <summary>True if reading has ended, because the stream ended, the reading was canceled or an error occurred.</summary>
    internal bool IsDone { get; private set; }

    /// <summary>
    /// Sequence number of the current read while the pump is waiting for data, or null while the pump is processing data.
    /// </summary>
    internal long? WaitingSince => _isReading ? Interlocked.Read(ref _reads) : null;

    /// <summary>
    /// True if the stream has unread bytes or has ended. The kernel is asked directly, because a pending read can be delayed by seconds on
    /// a busy machine.
    /// </summary>
    internal bool HasUnread =>
        stream is AnonymousPipeClientStream { SafePipeHandle: { IsClosed: false } pipe } && PipeReadabilityChecker.IsReadable(pipe);

    /// <summary>
    /// Reads until the stream ends or <paramref name="giveUp"/> is canceled. Cancellation is not an error and means that another process
    /// still holds the stream open.
    /// </summary>
    /// <param name="stop">Token that is passed to the line handler.</param>
    internal async Task RunAsync(CancellationToken giveUp, CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var heldOpen = false;
        try
        {
            while (true)
            {
                int count;
                try
                {
                    _isReading = true;
                    count = await stream.ReadAsync(buffer, giveUp);
                }
                catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
                {
                    heldOpen = true;
                    break;
                }
                finally
                {
                    Interlocked.Increment(ref _reads);
                    _isReading = false;
                }
                if (count == 0)
                {
                    break;
                }
                Interlocked.Add(ref _totalBytes, count);
                await sink.WriteAsync(buffer.AsMemory(0, count), _splitter, stop);
            }
            await sink.FinishAsync(_splitter, heldOpen, stop);
        }
        finally
        {
            IsDone = true;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
