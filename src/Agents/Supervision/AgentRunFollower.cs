namespace Orchestrator.Agents.Supervision;

/// <summary>Follows one agent run. Only <see cref="StopAsync"/> and the limits end the agent; detaching does not.</summary>
public sealed class AgentRunFollower
{
    /// <summary>Growth factor of the poll interval. The interval reaches its maximum after about three seconds without output.</summary>
    private const double PauseGrowth = 1.25;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LeaseInterval = TimeSpan.FromSeconds(10);
    private const string SandboxVoice = "bwrap: ";
    private readonly IAgentOutputParser _parser;
    private readonly AgentRunParameters _start;
    private readonly AgentRunFileStore _folder;
    private readonly AgentSupervisor _supervisor;
    private readonly TimeProvider _time;

    internal AgentRunFollower(
        IAgentOutputParser parser,
        AgentRunParameters start,
        AgentRunFileStore folder,
        AgentRunStatus found,
        AgentSupervisor supervisor,
        TimeProvider time
    )
    {
        _parser = parser;
        _start = start;
        _folder = folder;
        _supervisor = supervisor;
        _time = time;
        Found = found;
    }

    /// <summary>
    /// State of the agent run before this follower attached. <see cref="AgentRunStatus.NotStarted"/> means that the agent was started for
    /// this follower.
    /// </summary>
    public AgentRunStatus Found { get; }

    /// <summary>Returns the agent's usage so far. Call this method only while handling an event of the agent.</summary>
    public AgentUsage UsageSoFar() => _parser.UsageSoFar;

    /// <summary>Follows the agent until it and all its processes have ended. Renews the lease, limits the agent's cores, and enforces the
    /// limits on stall, output and memory (and on time, if the supervisor is dead). An agent run that died without a result has the failure
    /// <see cref="AgentFailure.Killed"/>.</summary>
    /// <param name="onEvent">Called for each event in order. The agent does not wait for it.</param>
    /// <param name="fromOffset">Events up to this <see cref="AgentEvent.Offset"/> are read but not reported again.</param>
    /// <param name="cancellationToken">Detaches this follower. The agent continues, and a follower can attach to it later.</param>
    /// <exception cref="AgentRunTakenOverException">Another follower has taken over.</exception>
    public async Task<AgentOutcome> FollowAsync(
        Func<AgentEvent, ValueTask> onEvent,
        long fromOffset = 0,
        CancellationToken cancellationToken = default
    )
    {
        using CancellationTokenSource end = new();
        var holding = new AgentCpuLimiter(_folder, _time).HoldAsync(_start.Limits.Cores, end.Token);
        try
        {
            return await FollowToEndAsync(onEvent, fromOffset, cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await holding;
        }
    }

    /// <summary>Ends the agent and its processes (see <see cref="AgentSupervisor.StopAsync"/>). <see cref="FollowAsync"/> then returns the
    /// outcome.</summary>
    public Task StopAsync(AgentFailure reason) => _supervisor.StopAsync(_folder.Path, reason);

    /// <summary>
    /// Throws if another follower has taken over the agent run. Call this method before each side effect that depends on the agent's work.
    /// </summary>
    /// <exception cref="AgentRunTakenOverException">Another follower has taken over.</exception>
    public void ThrowIfOwnerChanged()
    {
        if (_folder.Owner is { } owner && owner != _start.Owner)
        {
            throw new AgentRunTakenOverException(_folder.Path, owner);
        }
    }

    private async Task<AgentOutcome> FollowToEndAsync(
        Func<AgentEvent, ValueTask> onEvent,
        long fromOffset,
        CancellationToken cancellationToken
    )
    {
        const int MaxLineBytes = 64 * 1024 * 1024;
        using OutputTail tail = new(_folder.StandardOutput, MaxLineBytes);
        AgentLimitMonitor limits = new(_start.Limits, _folder, _time);
        var pause = ShortestPause;
        long leaseRenewed = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (leaseRenewed == 0 || _time.GetElapsedTime(leaseRenewed) > LeaseInterval)
            {
                ThrowIfOwnerChanged();
                RenewLease();
                leaseRenewed = _time.GetTimestamp();
            }

            // The state is read before the output, so that everything printed before the end is included.
            var state = _folder.State();
            var isNews = await tail.ReadAsync(ReadLineAsync, cancellationToken);
            if (state is not AgentRunStatus.Running)
            {
                await tail.FinishAsync(ReadLineAsync, cancellationToken);
                return await CompleteAsync();
            }
            if ((_parser.Refusal is null ? limits.Check(isNews) : AgentFailure.Account) is { } reason)
            {
                ThrowIfOwnerChanged();
                await StopAsync(reason);
                continue;
            }
            pause =
                isNews ? ShortestPause
                : pause * PauseGrowth < LongestPause ? pause * PauseGrowth
                : LongestPause;
            await Task.Delay(pause, _time, cancellationToken);
        }

        async ValueTask ReadLineAsync(ReadOnlyMemory<byte> line, long endOffset)
        {
            foreach (var found in _parser.Read(line.Span))
            {
                if (endOffset > fromOffset)
                {
                    await onEvent(found with { Offset = endOffset });
                }
            }
        }
    }

    private void RenewLease()
    {
        try
        {
            _folder.RenewLease();
        }
        catch (IOException)
        {
            // A full disk does not end the session. Writing is retried after ten seconds, and the agent may run for half an hour without a
            // lease.
        }
    }

    /// <summary>
    /// Returns a message if the agent failed while the disk was full; otherwise null. The message prevents the failure from being
    /// attributed to the agent.
    /// </summary>
    private string? DescribeFullDisk(int? exitCode) =>
        exitCode is not (null or 0) && _folder.WasDiskFull ? $"The disk was full when the agent ended with exit code {exitCode}." : null;

    /// <summary>
    /// Returns a message if the sandbox could not start the agent; otherwise null. The message prevents the failure from being attributed
    /// to the account. A sandbox failure is recognized by a message from the sandbox program at the beginning of standard error.
    /// </summary>
    private string? DescribeNoSandbox(int? exitCode) =>
        exitCode is not (null or 0)
        && _folder.ErrorTail().TrimStart() is var said
        && said.StartsWith(SandboxVoice, StringComparison.Ordinal)
            ? $"The sandbox for agents can't be created on this machine, so the agent was not started: {said.Split('\n')[0].Trim()} "
                + "('orchestrate check' tests the sandbox; the settings permissions.* control it)."
            : null;

    private async Task<AgentOutcome> CompleteAsync()
    {
        ThrowIfOwnerChanged();
        await _supervisor.EndLeftoversAsync(_folder);
        var exitCode = _folder.ExitCode;
        if (exitCode is null)
        {
            await _supervisor.EndSupervisorAsync(_folder);
        }
        var outcome = _parser.Complete(exitCode, _folder.ErrorTail()) with { ExitCode = exitCode, NeverRan = _folder.NeverRan };
        if (exitCode == ShellExitCodes.NoWorkingDirectory && !Directory.Exists(_start.WorkingDirectory))
        {
            return outcome with
            {
                Failure = AgentFailure.Invalid,
                Detail = $"The worktree {_start.WorkingDirectory} is missing, so the agent was not started.",
            };
        }
        if (_folder.Unstartable is { } program)
        {
            return outcome with
            {
                Failure = AgentFailure.Account,
                Detail = $"The agent program {program} does not exist or is not executable.",
            };
        }
        if (outcome.SessionId is null && DescribeNoSandbox(exitCode) is { } unconfined)
        {
            return outcome with { Failure = AgentFailure.Environment, Detail = unconfined, IsRefused = true, NeverRan = true };
        }
        if (_folder.StopReason is { } reason)
        {
            return AgentStopReasons.Apply(outcome, reason, _start.Limits, _folder.Memory);
        }
        if (!_parser.HasResult && ShellExitCodes.DescribeCrash(exitCode) is { } crash)
        {
            return outcome with { Failure = AgentFailure.Transient, Detail = crash };
        }
        // A smaller number was recorded before the last boot.
        var memoryKills = OutOfMemoryKillCounter.Count() - _folder.MemoryKills is { } kills and >= 0 ? kills : (long?)null;
        return !_parser.HasResult && (ShellExitCodes.DescribeKill(exitCode, memoryKills) ?? DescribeFullDisk(exitCode)) is { } how
            ? outcome with
            {
                Failure = exitCode == ShellExitCodes.KilledBySignal && memoryKills > 0 ? AgentFailure.OutOfMemory : AgentFailure.Killed,
                Detail = how,
            }
            : outcome;
    }
}
