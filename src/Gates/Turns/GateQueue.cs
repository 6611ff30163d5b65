using System.Text;
using Orchestrator.Usage;

namespace Orchestrator.Gates.Turns;

/// <summary>
/// Queue of gates for all processes of a user. A gate that must run alone waits for all gates ahead of it. Other gates wait only for gates
/// that run alone. Gates whose owner process has died are stopped and removed from the queue.
/// </summary>
/// <param name="folder">Folder of the queue.</param>
/// <param name="isFair">True if runs take turns (<see cref="RunFairShareTurnAllocator"/>), which requires that all gates of the queue run
/// alone. False if gates run in order of arrival.</param>
/// <param name="time">Clock for the pauses between two checks.</param>
internal sealed class GateQueue(string folder, bool isFair, TimeProvider time)
{
    private const int Digits = 18;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Appends a gate to the queue.</summary>
    /// <returns>The gate's ticket with its number.</returns>
    internal async Task<GateQueueTicket> AppendTicketAsync(GateQueueTicket ticket, CancellationToken stop)
    {
        using var one = await InterProcessFileLock.AcquireAsync(UserStateFolder.LockOf(folder), stop);
        var others = GateQueueTicket.In(folder);
        var last = Math.Max(LastNumber(one), others.Select(other => other.Number).LastOrDefault());
        var drawn = ticket with { Number = last + 1 };
        Write(one, drawn.Number);
        if (isFair)
        {
            GateQueueTurnShareRecord.Read(folder).Join(drawn, [.. others.Where(other => other.IsAlive())], time.GetUtcNow()).Write(folder);
        }
        drawn.Write(folder);
        return drawn;
    }

    /// <summary>Waits until the gate of a ticket may run.</summary>
    /// <param name="within">Mark of the gate to which this process belongs. Tickets of that gate are ignored.</param>
    /// <param name="told">Called once, with the first gate that the ticket has to wait for.</param>
    /// <returns>Other gates in the queue that may run at the same time.</returns>
    internal async Task<IReadOnlyList<GateQueueTicket>> WaitAsync(
        GateQueueTicket ticket,
        string? within,
        Action<GateQueueTicket> told,
        CancellationToken stop
    )
    {
        var isTold = false;
        while (true)
        {
            var others = await ReadOtherTicketsAsync(ticket, within);
            var holder = ticket.HolderAmong(others);
            if (isFair ? holder is not { Began: not null } && await TryBeginAsync(ticket, within, stop) : holder is null)
            {
                return others;
            }
            if (!isTold && holder is not null)
            {
                told(holder);
                isTold = true;
            }
            await Task.Delay(Pause, time, stop);
        }
    }

    private async Task<IReadOnlyList<GateQueueTicket>> ReadOtherTicketsAsync(GateQueueTicket ticket, string? within) =>
        [.. (await LivingAsync()).Where(other => other.Number != ticket.Number && other.Mark != within)];

    /// <summary>
    /// Starts the turn of a ticket if no other gate is running and the ticket's run is next to get a turn. Returns false otherwise.
    /// </summary>
    private async Task<bool> TryBeginAsync(GateQueueTicket ticket, string? within, CancellationToken stop)
    {
        using var one = await InterProcessFileLock.AcquireAsync(UserStateFolder.LockOf(folder), stop);
        var (others, now) = (await ReadOtherTicketsAsync(ticket, within), time.GetUtcNow());
        var shares = GateQueueTurnShareRecord.Read(folder);
        if (others.Any(other => other.Began is not null) || !shares.HasTurn(ticket, [.. others, ticket], now))
        {
            return false;
        }
        var begun = ticket with { Began = now };
        shares.Begin(begun).Write(folder);
        begun.Write(folder);
        return true;
    }

    /// <summary>True if another gate entered the queue after the ticket, even if that gate has ended.</summary>
    internal async Task<bool> CameAfterAsync(GateQueueTicket ticket, CancellationToken stop)
    {
        using var one = await InterProcessFileLock.AcquireAsync(UserStateFolder.LockOf(folder), stop);
        return LastNumber(one) > ticket.Number;
    }

    internal void RemoveTicket(GateQueueTicket ticket) => ticket.Remove(folder);

    /// <summary>Reads the number of the last ticket from the lock file. Returns 0 if the file is damaged.</summary>
    private static long LastNumber(InterProcessFileLock one)
    {
        Span<byte> text = stackalloc byte[Digits];
        one.Content.Position = 0;
        var length = one.Content.ReadAtLeast(text, Digits, throwOnEndOfStream: false);
        return
            length == Digits
            && long.TryParse(Encoding.ASCII.GetString(text), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
    }

    private static void Write(InterProcessFileLock one, long number)
    {
        one.Content.Position = 0;
        one.Content.Write(Encoding.ASCII.GetBytes(number.ToString($"D{Digits}", CultureInfo.InvariantCulture)));
        one.Content.Flush();
    }

    private async Task<IReadOnlyList<GateQueueTicket>> LivingAsync()
    {
        var all = GateQueueTicket.In(folder).ToLookup(ticket => ticket.IsAlive());
        if (all[false].Any())
        {
            // Processes of dead owners may still hold resources that the next gate needs.
            await LeftoverProcessStopper.StopThoseOfTheDeadAsync(time);
            foreach (var dead in all[false])
            {
                dead.Remove(folder);
            }
        }
        return [.. all[true]];
    }
}
