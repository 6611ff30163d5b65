using System.Runtime.InteropServices;

namespace Orchestrator.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks to stop, the second to stop at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopNow = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Cancelled by the first interrupt.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second interrupt.</summary>
    public CancellationToken StopNow => _stopNow.Token;

    /// <summary>Interrupts of this process.</summary>
    public static Interrupts OfProcess()
    {
        var interrupts = new Interrupts();
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            interrupts._registrations.Add(
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        context.Cancel = true;
                        interrupts.Raise();
                    }
                )
            );
        }

        return interrupts;
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
