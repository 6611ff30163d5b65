using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Console;

/// <summary>Ctrl-C and SIGTERM: the first asks to stop, the second to stop at once. A closed terminal (SIGHUP) counts as the first, unless
/// the work continues in the background.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopNow = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Func<bool>? _goOnElsewhere;

    /// <summary>Cancelled by the first interrupt.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second interrupt.</summary>
    public CancellationToken StopNow => _stopNow.Token;

    /// <summary>Interrupts of this process.</summary>
    public static Interrupts OfProcess()
    {
        var interrupts = new Interrupts();
        interrupts.On(PosixSignal.SIGINT, interrupts.Raise);
        interrupts.On(PosixSignal.SIGTERM, interrupts.Raise);
        interrupts.On(PosixSignal.SIGHUP, interrupts.HangUp);
        return interrupts;
    }

    /// <summary>Makes a closed terminal end this process at once, after the work was continued elsewhere.</summary>
    /// <param name="goOnElsewhere">Continues the work elsewhere; false: it could not, and the closed terminal counts as an
    /// interrupt.</param>
    public void OnHangUp(Func<bool> goOnElsewhere) => _goOnElsewhere = goOnElsewhere;

    /// <summary>The terminal was closed.</summary>
    public void HangUp()
    {
        if (Interlocked.Exchange(ref _goOnElsewhere, null) is not { } goOnElsewhere || !goOnElsewhere())
        {
            Raise();
            return;
        }

        // In this order: code that sees the first sees the second too, and leaves the work as it is.
        _stopNow.Cancel();
        _stop.Cancel();
    }

    /// <summary>One more interrupt.</summary>
    public void Raise()
    {
        if (_stop.IsCancellationRequested)
        {
            _stopNow.Cancel();
        }
        else
        {
            _stop.Cancel();
        }
    }

    private void On(PosixSignal signal, Action act) =>
        _registrations.Add(
            PosixSignalRegistration.Create(
                signal,
                context =>
                {
                    context.Cancel = true;
                    act();
                }
            )
        );

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
        _stop.Dispose();
        _stopNow.Dispose();
    }
}
