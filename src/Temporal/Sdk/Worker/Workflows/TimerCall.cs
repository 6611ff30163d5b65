namespace Temporalio.Worker.Workflows;

/// <summary>A timer of the workflow.</summary>
internal sealed class TimerCall(WorkflowCommands commands, string id, PendingCommand start, Action fired)
{
    private bool _recordedAsFired;
    private bool _closed;

    public string Id => id;

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
                        CommandType = Api.Enums.V1.CommandType.CancelTimer,
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
