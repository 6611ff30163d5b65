namespace Orchestrator.Processes;

/// <summary>Runs child processes to their end. Safe for concurrent callers.</summary>
/// <param name="time">Clock for limits and durations, or null for the system clock.</param>
public sealed class ProcessRunner(TimeProvider? time = null)
{
    /// <summary>Environment variable with a unique value for each child, by which its descendants are found when the child is
    /// stopped.</summary>
    public const string ChildVariable = "ORCHESTRATOR_CHILD";

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lazy<string> _ownSession = new(ChildProcessStarter.FindSetSid);

    /// <summary>
    /// Runs a command to its end. A non-zero exit code or an exceeded time limit is a result, not an exception. When this method returns or
    /// throws, the child has ended. If the child was stopped, all its descendants have also ended.
    /// </summary>
    /// <param name="command">Command to run.</param>
    /// <param name="stop">Stops the child by <see cref="ChildProcessOptions.StopSignal"/>. After <see cref="ChildProcessOptions.Grace"/>
    /// the whole tree is killed. The method then throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ProcessStartException">Nothing was started, because the program or working directory does not exist.</exception>
    /// <exception cref="ProcessNotStoppedException">Killed processes still exist after a time limit.</exception>
    public async Task<ProcessResult> RunAsync(ChildProcessOptions command, CancellationToken stop = default)
    {
        stop.ThrowIfCancellationRequested();
        using var input = command.Input.Open();
        var start = new ChildProcessStarter(await OpenAsync(command, stop), _ownSession);
        using var standardOutput = new ProcessOutputSink(command.StandardOutput, command.WorkingDirectory);
        using var ownError = ReferenceEquals(command.StandardOutput, command.StandardError)
            ? null
            : new ProcessOutputSink(command.StandardError, command.WorkingDirectory);
        var standardError = ownError ?? standardOutput;

        var begin = _time.GetTimestamp();
        using var child = await start.StartAsync(_time);
        using var timeout = command.Timeout is { } limit ? new CancellationTokenSource(limit, _time) : new CancellationTokenSource();
        using var streams = new ChildProcessStreamPump(child.Process, input, standardOutput, standardError, _time, stop);
        using var stopNow = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token, streams.Failed);

        var exited = await child.WaitAsync(stopNow.Token);
        var wasKilled = !exited && await child.StopAsync();
        var leftovers = exited && command.StopLeftovers ? await child.StopLeftoversAsync() : 0;
        var duration = _time.GetElapsedTime(begin);
        await streams.CompleteAsync();
        if (!exited)
        {
            stop.ThrowIfCancellationRequested();
        }
        standardOutput.CloseFile();
        ownError?.CloseFile();
        return new ProcessResult
        {
            ExitCode = child.Process.ExitCode,
            Ending =
                exited ? ProcessEndKind.Exited
                : wasKilled ? ProcessEndKind.TimedOutAndKilled
                : ProcessEndKind.TimedOut,
            StandardOutput = standardOutput.ToCaptured(),
            StandardError = standardError.ToCaptured(),
            Duration = duration,
            LeftoversStopped = leftovers,
        };
    }

    private static async Task<ChildProcessOptions> OpenAsync(ChildProcessOptions command, CancellationToken stop)
    {
        if (command.Sandbox is not { } sandbox)
        {
            return command;
        }
        var environment = command.Environment.ToDictionary();
        return command with { Sandbox = await sandbox.OpenAsync(environment, stop), Environment = environment };
    }
}
