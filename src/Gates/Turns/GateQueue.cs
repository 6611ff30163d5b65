using System.Text;

namespace Orchestrator.Gates.Turns;

/// <summary>Queue of the gates of all processes of a user, in order of arrival. A gate that must run alone waits for all earlier gates;
/// others only wait for gates that run alone. Gates of dead processes are stopped and removed from the queue.</summary>
/// <param name="folder">Folder of the queue.</param>
/// <param name="time">Clock for the pauses between two checks.</param>
internal sealed class GateQueue(string folder, TimeProvider time)
{
    private const int Digits = 18;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Appends a gate to the queue.</summary>
    /// <returns>The gate's ticket with its number.</returns>
    internal async Task<GateTicket> DrawAsync(GateTicket ticket, CancellationToken stop)
    {
        using var one = await LockFile.TakeAsync(UserState.LockOf(folder), stop);
        var last = Math.Max(LastNumber(one), GateTicket.In(folder).Select(other => other.Number).LastOrDefault());
        var drawn = ticket with { Number = last + 1 };
        Write(one, drawn.Number);
        drawn.Write(folder);
        return drawn;
    }

    /// <summary>Waits until it is the ticket's turn.</summary>
    /// <param name="within">Mark of the gate that this process is part of. Tickets of that gate are ignored as our own.</param>
    /// <param name="told">Called once, with the first gate that the ticket has to wait for.</param>
    /// <returns>Other gates in the queue that may run at the same time.</returns>
    internal async Task<IReadOnlyList<GateTicket>> WaitAsync(
        GateTicket ticket,
        string? within,
        Action<GateTicket> told,
        CancellationToken stop
    )
    {
        var isTold = false;
        while (true)
        {
            IReadOnlyList<GateTicket> others =
            [
                .. (await LivingAsync()).Where(other => other.Number != ticket.Number && other.Mark != within),
            ];
            if (others.FirstOrDefault(ticket.WaitsFor) is not { } holder)
            {
                return others;
            }
            if (!isTold)
            {
                told(holder);
                isTold = true;
            }
            await Task.Delay(Pause, time, stop);
        }
    }

    /// <summary>True if any gate arrived after the ticket, even if it has ended.</summary>
    internal async Task<bool> CameAfterAsync(GateTicket ticket, CancellationToken stop)
    {
        using var one = await LockFile.TakeAsync(UserState.LockOf(folder), stop);
        return LastNumber(one) > ticket.Number;
    }

    internal void Leave(GateTicket ticket) => ticket.Remove(folder);

    /// <summary>Reads the last number from the lock file; 0 if the file is damaged.</summary>
    private static long LastNumber(LockFile one)
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

    private static void Write(LockFile one, long number)
    {
        one.Content.Position = 0;
        one.Content.Write(Encoding.ASCII.GetBytes(number.ToString($"D{Digits}", CultureInfo.InvariantCulture)));
        one.Content.Flush();
    }

    private async Task<IReadOnlyList<GateTicket>> LivingAsync()
    {
        var all = GateTicket.In(folder).ToLookup(ticket => ticket.IsAlive());
        if (all[false].Any())
        {
            // Processes of dead owners may still hold resources that the next gate needs.
            await Leftovers.StopThoseOfTheDeadAsync(time);
            foreach (var dead in all[false])
            {
                dead.Remove(folder);
            }
        }
        return [.. all[true]];
    }
}
