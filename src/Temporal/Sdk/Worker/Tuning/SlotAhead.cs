namespace Temporalio.Worker.Tuning;

/// <summary>
/// Keeps one slot reserved before it is needed, as polls do, so that a supplier knows at any time that the next piece of work may come.
/// </summary>
internal sealed class SlotAhead(SlotPool slots)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private Task<SlotReservation>? _next;
    private bool _runs;

    /// <summary>Asks for the first slot.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _runs = true;
        }

        AskForNext();
    }

    /// <summary>The slot that was asked for ahead, or one of its own where others wait for that.</summary>
    public async Task<SlotReservation> TakeAsync(CancellationToken cancellationToken)
    {
        Task<SlotReservation>? next;
        lock (_lock)
        {
            (next, _next) = (_next, null);
        }

        if (next is null)
        {
            return await slots.ReserveAsync(sticky: false, cancellationToken);
        }

        try
        {
            var slot = await next.WaitAsync(cancellationToken);
            AskForNext();
            return slot;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            GiveBack(next);
            throw;
        }
    }

    /// <summary>Asks for no more, and gives back what nobody took.</summary>
    public async Task EndAsync()
    {
        Task<SlotReservation>? next;
        lock (_lock)
        {
            _runs = false;
            (next, _next) = (_next, null);
        }

        await _ended.CancelAsync();
        if (next is not null)
        {
            await ReleaseAsync(next);
        }
    }

    private void AskForNext()
    {
        lock (_lock)
        {
            if (_runs)
            {
                _next ??= slots.ReserveAsync(sticky: false, _ended.Token);
            }
        }
    }

    private void GiveBack(Task<SlotReservation> unused)
    {
        lock (_lock)
        {
            if (_runs && _next is null)
            {
                _next = unused;
                return;
            }
        }

        // It may come only much later, and goes back then.
        _ = ReleaseAsync(unused);
    }

    private static async Task ReleaseAsync(Task<SlotReservation> reservation)
    {
        try
        {
            (await reservation).Dispose();
        }
        catch (OperationCanceledException)
        {
            // It was never given.
        }
    }
}
