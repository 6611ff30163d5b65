using System.Globalization;

namespace Orchestrator.App.Night;

/// <summary>
/// Keeps this machine awake during a run, using a lock of <c>systemd-inhibit</c>. The lock is released when this process ends for any
/// reason.
/// </summary>
public sealed class SleepInhibitor : IAsyncDisposable
{
    private const string Program = "systemd-inhibit";

    /// <summary>Lock types to try, in order of preference. The lid switch is included if the system allows users to inhibit it.</summary>
    private static readonly string[] Kinds = ["sleep:idle:handle-lid-switch", "sleep:idle"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _end;
    private readonly Task _held;

    private SleepInhibitor(Task held, CancellationTokenSource end) => (_held, _end) = (held, end);

    /// <summary>Returns a sentence that explains why this machine can't be kept awake, or null if the lock can be taken. Takes no
    /// lock.</summary>
    /// <param name="environment">Environment variables of the user.</param>
    public static async Task<string?> ProblemAsync(IReadOnlyDictionary<string, string> environment, CancellationToken stop) =>
        (await TryAsync(environment, stop)).Problem;

    /// <summary>Takes the lock that prevents the machine from sleeping.</summary>
    /// <param name="why">Purpose of the lock, shown by <c>systemd-inhibit --list</c>.</param>
    /// <param name="environment">Environment variables of the user.</param>
    /// <returns>Object that releases the lock, or null if this machine has no such lock.</returns>
    public static async Task<SleepInhibitor?> AcquireAsync(
        string why,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        if (await TryAsync(environment, stop) is not (null, { } what))
        {
            return null;
        }
        var end = new CancellationTokenSource();
        // 'tail' ends when this process ends for any reason, and the lock ends with it.
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new SleepInhibitor(RunAsync(what, why, ["tail", $"--pid={own}", "-f", "/dev/null"], environment, null, end.Token), end);
    }

    /// <summary>
    /// Takes the lock that keeps the machine awake if the run to be continued is unattended. Does nothing for other runs.
    /// </summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="environment">Environment variables of the user.</param>
    public static async Task<SleepInhibitor?> AcquireForRunAsync(
        string repository,
        string runId,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    ) => IsNight(repository, runId) ? await AcquireAsync($"{runId} works overnight", environment, stop) : null;

    /// <summary>True if a run was started unattended. False if its record is damaged, because the run itself reports the damage.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="runId">Id of the run.</param>
    public static bool IsNight(string repository, string runId)
    {
        try
        {
            return RunStartSettings.TryRead(new RunFolder(repository, runId))?.Input.Night is not null;
        }
        catch (RunStepFailedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _held;
        }
        catch (OperationCanceledException)
        {
            // The lock was released on request.
        }
        _end.Dispose();
    }

    private static async Task<(string? Problem, string What)> TryAsync(
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        if (ProgramLocator.Find(Program, environment.GetValueOrDefault("PATH"), "/") is null)
        {
            return ($"{Program} is not installed, so nothing prevents this machine from sleeping.", "");
        }
        var said = "";
        foreach (var what in Kinds)
        {
            var answer = await RunAsync(what, "a try", ["true"], environment, Limit, stop);
            if (answer.Succeeded)
            {
                return (null, what);
            }
            said = answer.TimedOut ? "it does not answer" : answer.StandardError.Text.Trim().Split('\n')[0];
        }
        return ($"{Program} does not work, so nothing keeps this machine from sleeping: {said}", "");
    }

    private static Task<ProcessResult> RunAsync(
        string what,
        string why,
        string[] command,
        IReadOnlyDictionary<string, string> environment,
        TimeSpan? limit,
        CancellationToken stop
    ) =>
        new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                ProgramLocator.Find(Program, environment.GetValueOrDefault("PATH"), "/")!,
                [$"--what={what}", "--who=orchestrate", $"--why={why}", "--mode=block", .. command]
            )
            {
                WorkingDirectory = "/",
                Environment = environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value),
                Timeout = limit,
                OwnSession = true,
            },
            stop
        );
}
