using System.Globalization;
using System.Reflection;

namespace Orchestrator.Agents.Supervision;

/// <summary>Starts agents that keep running if this process exits, and attaches to agents that an earlier process started. An agent is
/// never started twice for one folder, because only the supervisor that creates <c>started</c> in the folder owns the agent run.</summary>
/// <param name="time">Clock for pauses and limits. Default: the system's clock.</param>
public sealed class AgentSupervisor(TimeProvider? time = null)
{
    private static readonly TimeSpan AppearLimit = TimeSpan.FromSeconds(30);
    private static readonly Lazy<string> Script = new(ReadScript);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ProcessRunner _processes = new(time);
    private readonly DetachedProcessStarter _detached = new(time);

    /// <summary>Returns the state of an agent run without changing anything.</summary>
    /// <param name="folder">Folder of the agent run.</param>
    public static AgentRunStatus ReadState(string folder) => new AgentRunFileStore(folder).State();

    /// <summary>Returns warnings about options that the agent program does not support (<see cref="AgentInvocation.Warnings"/>). Each
    /// warning is a sentence.</summary>
    /// <param name="folder">Folder of the agent run.</param>
    public static IReadOnlyList<string> ReadWarnings(string folder) => new AgentRunFileStore(folder).Warnings;

    /// <summary>
    /// Cancels an agent run before it starts. A supervisor that is started later, for example by a process that was suspended, can then no
    /// longer start the agent.
    /// </summary>
    /// <param name="folder">Folder of the agent run.</param>
    /// <returns>True if the agent run was canceled. False if the agent was already started, so that it must be followed or
    /// stopped.</returns>
    /// <exception cref="IOException">The folder can't be written.</exception>
    public static bool TryCancelBeforeStart(string folder) => new AgentRunFileStore(folder).TryCancelBeforeStart();

    /// <summary>
    /// Starts the agent, or attaches to it if it was started before, even if it has ended or died. Records
    /// <see cref="AgentRunParameters.Owner"/> as the owner.
    /// </summary>
    /// <param name="runner">Kind of agent.</param>
    /// <param name="start">Parameters of the agent run. A follower that takes over must pass the same parameters.</param>
    /// <param name="cancellationToken">Cancels the wait. An agent that was already started continues, and a follower can attach to it
    /// later.</param>
    /// <exception cref="ProcessStartException">The machine refuses a new process.</exception>
    /// <exception cref="InvalidOperationException">The agent run was cancelled before it started, or its supervisor did not
    /// start.</exception>
    public async Task<AgentRunFollower> StartOrAttachAsync(
        IAgentRunner runner,
        AgentRunParameters start,
        CancellationToken cancellationToken
    )
    {
        AgentRunFileStore folder = new(start.Folder);
        OrchestratorFolderCreator.Ensure(folder.File(AgentRunParameters.OutFolder));
        folder.Owner = start.Owner;
        folder.RenewLease();
        var now = NewProcessIdWatermark.Now();
        var found = folder.State();
        if (found == AgentRunStatus.NotStarted)
        {
            folder.NotStartedAt = now;
            await LaunchAsync(runner, start, folder);
        }
        await WaitForAgentAsync(folder, cancellationToken);
        return new AgentRunFollower(runner.CreateParser(start), start, folder, found, this, _time);
    }

    /// <summary>Ends an agent and its leftover processes, and verifies that no process remains. Sends SIGINT, after 5 seconds SIGTERM, and
    /// after another 5 seconds SIGKILL. Needs no follower, and completes even if this process dies. Does nothing if the agent run has
    /// ended.</summary>
    /// <param name="folder">Folder of the agent run.</param>
    /// <param name="reason">Reason for stopping, used as the outcome's failure.</param>
    /// <exception cref="ProcessNotStoppedException">A process still exists after SIGKILL.</exception>
    public async Task StopAsync(string folder, AgentFailure reason)
    {
        AgentRunFileStore files = new(folder);
        if (files.State() == AgentRunStatus.Running && File.Exists(files.Supervise))
        {
            await RunScriptAsync(files, ["stop", files.Path, AgentStopReasons.ToText(reason)]);
            await WaitForSupervisorAsync(files);
        }
        await EndLeftoversAsync(folder);
        await EndSupervisorAsync(files);
    }

    /// <summary>Ends all processes whose environment contains the marker of this agent run, and verifies that the processes have
    /// ended.</summary>
    /// <param name="folder">Folder of the agent run.</param>
    /// <returns>Number of ended processes.</returns>
    /// <exception cref="ProcessNotStoppedException">A process still exists after SIGKILL.</exception>
    public Task<int> EndLeftoversAsync(string folder) => EndLeftoversAsync(new AgentRunFileStore(folder));

    /// <inheritdoc cref="EndLeftoversAsync(string)"/>
    internal Task<int> EndLeftoversAsync(AgentRunFileStore folder) => EndAsync(folder.AgentProcesses);

    /// <summary>Ends the leftover processes of a supervisor whose agent has ended, such as the watchdog of a killed supervisor.</summary>
    internal Task EndSupervisorAsync(AgentRunFileStore folder) => EndAsync(folder.SupervisorProcesses);

    private static string ReadScript()
    {
        const string Name = "Orchestrator.Agents.Supervision.supervise.sh";
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The embedded resource {Name} is missing from this build.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Converts a time limit to whole seconds for the script, which uses 32-bit numbers. An infinite limit becomes 34 years.
    /// </summary>
    private static string Seconds(TimeSpan time)
    {
        const long Longest = int.MaxValue / 2;
        var seconds = time == Timeout.InfiniteTimeSpan ? Longest : Math.Clamp((long)Math.Ceiling(time.TotalSeconds), 1, Longest);
        return seconds.ToString(CultureInfo.InvariantCulture);
    }

    private async Task LaunchAsync(IAgentRunner runner, AgentRunParameters start, AgentRunFileStore folder)
    {
        folder.Write("policy", (start.Policy with { HasOwnRefs = start.Sandbox is not null }).ToJson());
        folder.Write("prompt", start.Prompt);
        folder.Write("supervise", Script.Value);
        if (OutOfMemoryKillCounter.Count() is { } kills)
        {
            folder.NoteMemoryKills(kills);
        }
        var invocation = runner.Prepare(start);
        if (invocation.Warnings.Count > 0)
        {
            folder.Warnings = invocation.Warnings;
        }

        // With long limits, the supervisor checks less often, because each check starts three short processes.
        var isShort = ((TimeSpan[])[start.Limits.Time, start.Limits.Orphan]).Any(limit =>
            limit != Timeout.InfiniteTimeSpan && limit < TimeSpan.FromMinutes(2)
        );
        var tick = TimeSpan.FromSeconds(isShort ? 1 : 5);
        var environment = invocation.Environment.ToDictionary(pair => pair.Key, string? (pair) => pair.Value);
        environment[AgentRunFileStore.SupervisorVariable] = folder.Path;
        var sandbox = start.Sandbox is null ? null : await start.Sandbox.OpenAsync(environment, CancellationToken.None);
        sandbox = sandbox?.MoveLoaderVariables(environment);
        IEnumerable<string> call =
        [
            .. Before(sandbox, invocation, folder, environment.Keys.Append(AgentRunFileStore.StartVariable)),
            .. folder.MarkBegin,
            invocation.Program,
            .. invocation.Arguments,
        ];
        folder.Write("call", ScriptOf(invocation, call));
        folder.Launched(
            await _detached.StartAsync(
                new DetachedProcessOptions(
                    "/bin/sh",
                    [
                        folder.Supervise,
                        "run",
                        folder.Path,
                        start.WorkingDirectory,
                        Seconds(tick),
                        Seconds(start.Limits.Time),
                        Seconds(start.Limits.Orphan),
                    ]
                )
                {
                    WorkingDirectory = folder.Path,
                    Environment = environment,
                    CleanEnvironment = true,
                    OutputFile = folder.File("supervise.log"),
                    ErrorFile = folder.File("supervise.log"),
                }
            )
        );
    }

    /// <summary>Returns the shell commands that set the agent's program, arguments and standard input in the supervisor's script.</summary>
    private static string ScriptOf(AgentInvocation invocation, IEnumerable<string> call) =>
        $"program={ChildProcessOptions.Quote(invocation.Program)}\nset -- {string.Join(' ', call.Select(ChildProcessOptions.Quote))}"
        + (
            invocation.StandardInput is { Length: 0 } ? "" : $"\nexec <{ChildProcessOptions.Quote(invocation.StandardInput ?? "/dev/null")}"
        );

    /// <summary>
    /// Returns the command line of the sandbox program, which precedes the agent's program. Empty if the agent is not confined.
    /// </summary>
    private static IReadOnlyList<string> Before(
        Sandbox? sandbox,
        AgentInvocation invocation,
        AgentRunFileStore folder,
        IEnumerable<string> variables
    ) =>
        sandbox is null
            ? []
            : Bubblewrap.WordsForChild(
                sandbox with
                {
                    Visible = [.. sandbox.Visible, folder.Path],
                    Writable = [.. sandbox.Writable, folder.File(AgentRunParameters.OutFolder)],
                },
                invocation.Program,
                variables
            );

    private async Task RunScriptAsync(AgentRunFileStore folder, IReadOnlyList<string> arguments)
    {
        var result = await _processes.RunAsync(
            new ChildProcessOptions("/bin/sh", [folder.Supervise, .. arguments]) { WorkingDirectory = folder.Path, OwnSession = true }
        );
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(
                $"sh {folder.Supervise} {arguments[0]} ended with exit code {result.ExitCode}: {result.StandardError.Text.Trim()}"
            );
        }
    }

    /// <summary>Waits until the agent has a process id or the start failed. If the supervisor could not write the id because of a full
    /// disk, the agent is followed without the id.</summary>
    private async Task WaitForAgentAsync(AgentRunFileStore folder, CancellationToken cancellationToken)
    {
        var begin = _time.GetTimestamp();
        AgentRunStatus state;
        while (folder.Agent is null && (state = folder.State()) is AgentRunStatus.NotStarted or AgentRunStatus.Running)
        {
            if (_time.GetElapsedTime(begin) > AppearLimit)
            {
                if (state == AgentRunStatus.Running)
                {
                    return;
                }
                throw new InvalidOperationException(
                    $"The supervisor of {folder.Path} did not start within {AppearLimit.TotalSeconds:0} s. Its output: "
                        + $"{folder.Log ?? "nothing"}"
                );
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), _time, cancellationToken);
        }
        if (folder.IsCancelledBeforeStart)
        {
            throw new InvalidOperationException(
                $"The agent run in {folder.Path} was canceled by another process before the agent started."
            );
        }
    }

    /// <summary>
    /// Waits until the supervisor has written the agent's exit code, cleaned up and ended, or until 30 seconds have passed. Returns at once
    /// if the supervisor is dead.
    /// </summary>
    private async Task WaitForSupervisorAsync(AgentRunFileStore folder)
    {
        var begin = _time.GetTimestamp();
        while (folder.Supervisor?.IsAlive() == true && _time.GetElapsedTime(begin) < AppearLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _time, CancellationToken.None);
        }
    }

    private Task<int> EndAsync(Func<IReadOnlyList<ProcessTableRow>> find) =>
        new ProcessStopper(_time).StopAsync(find, PosixStopSignal.Terminate, grace: TimeSpan.Zero, killLimit: TimeSpan.FromSeconds(10));
}
