namespace Orchestrator.Gates.Turns;

/// <summary>
/// Determines which gates may run now, across all processes of a user on a machine. Gates with the same <see cref="Gate.Exclusive"/> name
/// run one at a time, and runs take turns. All other gates run concurrently, unless a gate must rerun alone.
/// </summary>
public sealed class GateScheduler
{
    private readonly string _folder;
    private readonly string? _within;
    private readonly TimeProvider _time;
    private readonly Action<QueuedGateRecord> _told;

    private GateScheduler(string folder, string? within, TimeProvider time, Action<QueuedGateRecord> told) =>
        (_folder, _within, _time, _told) = (folder, within, time, told);

    /// <summary>Returns the scheduler for this process's user.</summary>
    /// <param name="environment">Environment of the process. The environment determines the user's state folder and the gate to which the
    /// process belongs, if any.</param>
    /// <param name="time">Clock. Default: the system's clock.</param>
    /// <param name="told">Called if a gate has to wait.</param>
    public static GateScheduler Of(
        IReadOnlyDictionary<string, string> environment,
        TimeProvider? time = null,
        Action<QueuedGateRecord>? told = null
    ) =>
        new(
            UserStateFolder.MakeFolder(environment),
            environment.GetValueOrDefault(ProcessRunner.ChildVariable),
            time ?? TimeProvider.System,
            told ?? (_ => { })
        );

    /// <summary>Waits until the gate may run. The gate's turn ends when the result is disposed or this process dies.</summary>
    internal async Task<GateExecutionPermit> EnterAsync(Gate gate, GateOrigin origin, CancellationToken stop)
    {
        var turn = new GateExecutionPermit(
            gate,
            origin,
            new GateQueue(AllFolder(_folder), isFair: false, _time),
            ExclusiveOf(gate),
            _within,
            _time,
            _told
        );
        try
        {
            await turn.BeginAsync(stop);
            return turn;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private GateQueue? ExclusiveOf(Gate gate) =>
        gate.Exclusive is { } name ? new GateQueue(Path.Combine(ExclusiveFolder(_folder), name), isFair: true, _time) : null;

    internal static string AllFolder(string folder) => Path.Combine(folder, "gates");

    internal static string ExclusiveFolder(string folder) => Path.Combine(folder, "exclusive");
}

/// <summary>Turn of a gate that may run now. Disposing the turn ends it.</summary>
/// <remarks>Every gate takes its exclusive name first and its position in the common queue last, so that a running gate never waits for a
/// waiting one.</remarks>
internal sealed class GateExecutionPermit(
    Gate gate,
    GateOrigin origin,
    GateQueue all,
    GateQueue? exclusive,
    string? within,
    TimeProvider time,
    Action<QueuedGateRecord> told
) : IDisposable
{
    private GateQueueTicket? _exclusive;
    private GateQueueTicket? _among;
    private bool _foundOthers;

    /// <summary>Value of an environment variable that identifies the processes of the gate.</summary>
    internal string Mark { get; } = LeftoverProcessStopper.NewMark();

    internal async Task BeginAsync(CancellationToken stop)
    {
        if (exclusive is not null)
        {
            _exclusive = await exclusive.AppendTicketAsync(New(alone: true), stop);
            await exclusive.WaitAsync(_exclusive, within, holder => told(QueuedGateRecord.Of(_exclusive, holder, gate.Exclusive)), stop);
        }
        await JoinAsync(alone: false, stop);
    }

    /// <summary>True if another gate ran at any time since this turn started.</summary>
    internal async Task<bool> OtherGatesRanAsync(CancellationToken stop) => _foundOthers || await all.CameAfterAsync(_among!, stop);

    /// <summary>Waits until no other gate is running, and lets no other gate start until this turn ends.</summary>
    internal async Task WaitForOtherGatesAsync(CancellationToken stop)
    {
        Leave();
        await JoinAsync(alone: true, stop);
    }

    public void Dispose()
    {
        Leave();
        if (_exclusive is not null)
        {
            exclusive!.RemoveTicket(_exclusive);
        }
    }

    private async Task JoinAsync(bool alone, CancellationToken stop)
    {
        _among = await all.AppendTicketAsync(New(alone), stop);
        _foundOthers = (await all.WaitAsync(_among, within, holder => told(QueuedGateRecord.Of(_among, holder, null)), stop)).Count > 0;
    }

    private void Leave()
    {
        if (_among is not null)
        {
            all.RemoveTicket(_among);
        }
    }

    private GateQueueTicket New(bool alone) => new(ProcessIdentity.Current.ToString(), Mark, alone, gate.Name, origin, time.GetUtcNow());
}
