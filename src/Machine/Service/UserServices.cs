using System.Globalization;
using Orchestrator.Settings;

namespace Orchestrator.Machine.Service;

/// <summary>State of a repository's service.</summary>
/// <param name="Name">The unit's name.</param>
/// <param name="File">Absolute path of the unit's file.</param>
/// <param name="Kind">What is there.</param>
/// <param name="IsEnabled">It is started at login, or at boot with lingering.</param>
/// <param name="Active">systemd's words for its state, such as <c>active (running)</c>; empty where systemd does not answer.</param>
/// <param name="Process">Id of its process; 0: none runs.</param>
/// <param name="Lingers">The user's services are started at boot and outlive the last logout; null: unknown.</param>
public sealed record ServiceState(string Name, string File, UnitFileKind Kind, bool IsEnabled, string Active, int Process, bool? Lingers);

/// <summary>The services of the present user, by <c>systemctl --user</c>.</summary>
/// <param name="environment">Environment of the process, which determines the user's folders and programs.</param>
/// <param name="time">The clock.</param>
public sealed class UserServices(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // What a login shell may have set and systemd does not know: where programs, settings and state are.
    private static readonly string[] Kept =
    [
        "PATH",
        "LANG",
        "DOTNET_ROOT",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "CLAUDE_CONFIG_DIR",
    ];

    /// <summary>The unit of a repository.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="program">The program and its first arguments.</param>
    public ServiceUnit UnitOf(RepositoryLocation repository, IReadOnlyList<string> program) =>
        new(
            repository.Root,
            repository.Key,
            program,
            [.. Kept.Where(environment.ContainsKey).Select(name => KeyValuePair.Create(name, environment[name]))]
        );

    /// <summary>Absolute path of a unit's file.</summary>
    public string FileOf(ServiceUnit unit) => Path.Combine(SettingsFiles.ConfigFolder(environment), "systemd", "user", unit.Name);

    /// <summary>The kind of file that lies in the place of a unit's.</summary>
    public UnitFileKind KindOf(ServiceUnit unit) => ServiceUnit.KindOf(DurableFile.TryRead(FileOf(unit)));

    /// <summary>Why services can't be managed here, in the system's words; null: they can.</summary>
    public async Task<string?> FindObstacleAsync(CancellationToken stop)
    {
        if (Find("systemctl") is null)
        {
            return "there is no program systemctl in PATH";
        }
        var answer = await CallAsync("systemctl", ["--user", "show", "--property=Version"], stop);
        return answer.Succeeded ? null : $"systemctl --user says: {Words(answer)}";
    }

    /// <summary>Writes the unit, enables and (re)starts it. Repeating it after a crash at any point goes on.</summary>
    /// <exception cref="RefusedException">systemd refused.</exception>
    public async Task InstallAsync(ServiceUnit unit, CancellationToken stop)
    {
        DurableFile.Write(FileOf(unit), unit.Text);
        await DemandAsync(["--user", "daemon-reload"], stop);
        await DemandAsync(["--user", "enable", unit.Name], stop);
        await DemandAsync(["--user", "restart", unit.Name], stop);
    }

    /// <summary>Stops and disables the unit and removes its file. Repeating it after a crash at any point goes on.</summary>
    /// <exception cref="RefusedException">systemd refused; the file is still there.</exception>
    public async Task RemoveAsync(ServiceUnit unit, CancellationToken stop)
    {
        await DemandAsync(["--user", "disable", "--now", unit.Name], stop);
        File.Delete(FileOf(unit));
        await DemandAsync(["--user", "daemon-reload"], stop);
    }

    /// <summary>The state of a unit; also where systemd does not answer.</summary>
    public async Task<ServiceState> StateAsync(ServiceUnit unit, CancellationToken stop)
    {
        var facts = await PropertiesAsync("systemctl", ["--user", "show", unit.Name], stop);
        var user = environment.GetValueOrDefault("USER") is { Length: > 0 } name ? name : Environment.UserName;
        var login = await PropertiesAsync("loginctl", ["show-user", user, "--property=Linger"], stop);
        return new ServiceState(
            unit.Name,
            FileOf(unit),
            KindOf(unit),
            facts.GetValueOrDefault("UnitFileState") == "enabled",
            facts.TryGetValue("ActiveState", out var active) ? $"{active} ({facts.GetValueOrDefault("SubState")})" : "",
            int.TryParse(facts.GetValueOrDefault("MainPID"), CultureInfo.InvariantCulture, out var process) ? process : 0,
            login.TryGetValue("Linger", out var lingers) ? lingers == "yes" : null
        );
    }

    private async Task<Dictionary<string, string>> PropertiesAsync(string program, string[] arguments, CancellationToken stop)
    {
        if (Find(program) is null)
        {
            return [];
        }
        var answer = await CallAsync(program, arguments, stop);
        return answer.Succeeded
            ? answer
                .StandardOutput.Text.Split('\n')
                .Select(line => line.Split('=', 2))
                .Where(pair => pair.Length == 2)
                .DistinctBy(pair => pair[0])
                .ToDictionary(pair => pair[0], pair => pair[1])
            : [];
    }

    private async Task DemandAsync(string[] arguments, CancellationToken stop)
    {
        var answer = await CallAsync("systemctl", arguments, stop);
        if (!answer.Succeeded)
        {
            throw new RefusedException(
                $"systemctl {string.Join(' ', arguments)} ended with exit code {answer.ExitCode}: {Words(answer)}",
                $"'journalctl --user -u {arguments[^1]}' may say more."
            );
        }
    }

    private Task<ProcessResult> CallAsync(string program, string[] arguments, CancellationToken stop) =>
        new ProcessRunner(time).RunAsync(
            new ProcessCommand(Find(program) ?? program, arguments)
            {
                WorkingDirectory = "/",
                Environment = environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value),
                Timeout = Limit,
            },
            stop
        );

    private string? Find(string program) => ProgramLocator.Find(program, environment.GetValueOrDefault("PATH"), "/");

    private static string Words(ProcessResult answer) =>
        answer.StandardError.Text.Trim() is { Length: > 0 } said ? said.Split('\n')[0]
        : answer.TimedOut ? "nothing within two minutes"
        : $"nothing (exit code {answer.ExitCode})";
}
