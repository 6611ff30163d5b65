using Temporalio.Api.Enums.V1;
using Temporalio.Converters;

namespace Temporalio.Worker.Workflows;

/// <summary>A timer of the workflow.</summary>
internal sealed class TimerCall(WorkflowCommands commands, string id, PendingCommand start, Action fired)
{
    private bool _recordedAsFired;
    private bool _closed;

    public string Id => id;

    /// <summary>Starts a timer of the workflow; less than 1 ms counts as 1 ms.</summary>
    /// <exception cref="ArgumentException">The delay is less than 0.</exception>
    public static TimerCall Start(WorkflowCommands commands, IPayloadConverter converter, TimeSpan delay, string? summary, Action fired)
    {
        if (delay < TimeSpan.Zero)
        {
            throw new ArgumentException($"The timer's duration cannot be less than 0, and is {delay}.", nameof(delay));
        }

        var id = commands.NextTimer().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var length = delay < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : delay;
        var command = new PendingCommand(
            new()
            {
                CommandType = CommandType.StartTimer,
                StartTimerCommandAttributes = new()
                {
                    TimerId = id,
                    StartToFireTimeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(length),
                },
                UserMetadata = WorkflowOutbound.Metadata(summary, details: null, converter),
            }
        );
        var timer = new TimerCall(commands, id, command, fired);
        commands.Timers.Add(id, timer);
        commands.Issue(command);
        return timer;
    }

    /// <summary>Cancels it; when it has fired in history already, only its effect is gone.</summary>
    public void Cancel()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        if (!start.TryWithdraw() && !_recordedAsFired)
        {
            commands.Issue(
                new(
                    new()
                    {
                        CommandType = CommandType.CancelTimer,
                        CancelTimerCommandAttributes = new() { TimerId = id },
                    }
                )
            );
        }

        commands.Timers.Remove(id);
    }

    /// <summary>History says that it fired.</summary>
    /// <returns>What to do when the workflow hears of it.</returns>
    public Action Fired()
    {
        _recordedAsFired = true;
        return () =>
        {
            if (!_closed)
            {
                _closed = true;
                commands.Timers.Remove(id);
                fired();
            }
        };
    }
}
