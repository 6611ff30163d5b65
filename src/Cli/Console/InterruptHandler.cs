using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Console;

/// <summary>
/// Handles Ctrl-C and SIGTERM. The first signal requests a stop, and the second requests an immediate stop. A closed terminal (SIGHUP)
/// counts as one such signal, unless the work continues in the background.
/// </summary>
internal sealed class InterruptHandler : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopNow = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Func<bool>? _goOnElsewhere;

    /// <summary>Canceled by the first interrupt.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Canceled by the second interrupt.</summary>
    public CancellationToken StopNow => _stopNow.Token;

    /// <summary>Registers handlers for the interrupt signals of this process.</summary>
    public static InterruptHandler OfProcess()
    {
        var interrupts = new InterruptHandler();
        interrupts.On(PosixSignal.SIGINT, interrupts.Raise);
        interrupts.On(PosixSignal.SIGTERM, interrupts.Raise);
        interrupts.On(PosixSignal.SIGHUP, interrupts.HandleClosedTerminal);
        return interrupts;
    }

    /// <summary>
    /// Sets the function that is called if the terminal is closed. If the function continues the work in another process, this process
    /// stops immediately.
    /// </summary>
    /// <param name="goOnElsewhere">Continues the work in another process and returns true. If false, the closed terminal counts as an
    /// interrupt.</param>
    public void OnHangUp(Func<bool> goOnElsewhere) => _goOnElsewhere = goOnElsewhere;

    /// <summary>
    /// Lets the function set by <see cref="OnHangUp"/> continue the work in another process. If no function is set or it returns false, the
    /// closed terminal counts as an interrupt.
    /// </summary>
    public void HandleClosedTerminal()
    {
        if (Interlocked.Exchange(ref _goOnElsewhere, null) is not { } goOnElsewhere || !goOnElsewhere())
        {
            Raise();
            return;
        }

        // StopNow is canceled first, because code that observes Stop checks StopNow to decide if it leaves the run unchanged or pauses it.
        _stopNow.Cancel();
        _stop.Cancel();
    }

    /// <summary>Requests a stop at the first interrupt, and an immediate stop at the second.</summary>
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
