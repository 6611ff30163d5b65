using System.Globalization;

namespace Orchestrator.Machine.Night;

/// <summary>Keeps this machine from sleeping while a run goes on, by <c>systemd-inhibit</c>. The lock ends with this process, however that
/// ends.</summary>
public sealed class SleepInhibitor : IAsyncDisposable
{
    private const string Program = "systemd-inhibit";

    /// <summary>With the lid's switch where the system lets a user hold that, else without.</summary>
    private static readonly string[] Kinds = ["sleep:idle:handle-lid-switch", "sleep:idle"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _end;
    private readonly Task _held;

    private SleepInhibitor(Task held, CancellationTokenSource end) => (_held, _end) = (held, end);

    /// <summary>Why nothing keeps this machine awake, in a sentence; null where the lock can be held. Holds nothing.</summary>
    /// <param name="environment">The user's variables.</param>
    public static async Task<string?> ProblemAsync(IReadOnlyDictionary<string, string> environment, CancellationToken stop) =>
        (await TryAsync(environment, stop)).Problem;

    /// <summary>Holds the lock.</summary>
    /// <param name="why">What it is held for, as <c>systemd-inhibit --list</c> shows it.</param>
    /// <param name="environment">The user's variables.</param>
    /// <returns>What releases it; null: this machine has no such lock.</returns>
    public static async Task<SleepInhibitor?> HoldAsync(string why, IReadOnlyDictionary<string, string> environment, CancellationToken stop)
    {
        if (await TryAsync(environment, stop) is not (null, { } what))
        {
            return null;
        }
        var end = new CancellationTokenSource();
        // 'tail' ends when this process is gone, whatever ended it, and the lock with it.
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new SleepInhibitor(RunAsync(what, why, ["tail", $"--pid={own}", "-f", "/dev/null"], environment, null, end.Token), end);
    }

    /// <summary>Holds the lock for a run that goes on; for one that was not begun as a night's, nothing.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="runId">The run.</param>
    /// <param name="environment">The user's variables.</param>
    public static async Task<SleepInhibitor?> HoldForAsync(
        string repository,
        string runId,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    ) => IsNight(repository, runId) ? await HoldAsync($"{runId} works overnight", environment, stop) : null;

    /// <summary>True if a run was begun as a night's. False for one whose record is damaged, which the run itself says.</summary>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="runId">The run.</param>
    public static bool IsNight(string repository, string runId)
    {
        try
        {
            return RunStart.TryRead(new RunFolder(repository, runId))?.Input.Night is not null;
        }
        catch (StepException)
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
            // Released, as asked.
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
            return ($"There is no {Program} here, so nothing keeps this machine from sleeping.", "");
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
        return ($"{Program} refuses, so nothing keeps this machine from sleeping: {said}", "");
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
            new ProcessCommand(
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
