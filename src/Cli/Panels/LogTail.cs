namespace Orchestrator.Cli.Panels;

/// <summary>Reads the last lines of an agent's log in the background. Follows one log at a time.</summary>
/// <param name="time">Clock.</param>
internal sealed class LogTail(TimeProvider time) : IAsyncDisposable
{
    private const int Kept = 200;
    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = [];
    private CancellationTokenSource? _stop;
    private Task _reading = Task.CompletedTask;
    private string? _folder;

    /// <summary>Last lines of the log that have been read so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Switches to the log of another agent run, or to no log if the folder is null.</summary>
    public async Task FollowAsync(string? folder)
    {
        if (folder == _folder)
        {
            return;
        }
        await EndAsync();
        _folder = folder;
        _lines.Clear();
        if (folder is not null)
        {
            var stop = new CancellationTokenSource();
            _stop = stop;
            _reading = Task.Run(() => ReadAsync(folder, stop.Token), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync();

    private async Task EndAsync()
    {
        if (_stop is null)
        {
            return;
        }
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
        _stop = null;
    }

    private async Task ReadAsync(string folder, CancellationToken stop)
    {
        try
        {
            await foreach (var line in AgentLogFormatter.ReadAsync(folder, follow: true, time, stop))
            {
                lock (_lock)
                {
                    _lines.Enqueue(line);
                    while (_lines.Count > Kept)
                    {
                        _lines.Dequeue();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The user has selected another row.
        }
        catch (IOException unreadable)
        {
            lock (_lock)
            {
                _lines.Enqueue($"(the log can't be read: {unreadable.Message})");
            }
        }
    }
}
