using System.Globalization;

namespace Orchestrator.App.Service;

/// <summary>State of the systemd service of a repository.</summary>
/// <param name="Name">Name of the unit.</param>
/// <param name="File">Absolute path of the unit's file.</param>
/// <param name="Kind">Kind of the file at that path.</param>
/// <param name="IsEnabled">True if the service starts at login, or at boot with lingering.</param>
/// <param name="Active">State in systemd's terms, such as <c>active (running)</c>. Empty if systemd does not respond.</param>
/// <param name="Process">Process id of the service. 0 if it is not running.</param>
/// <param name="Lingers">True if the user's services start at boot and keep running after the last logout (lingering). Null if
/// unknown.</param>
public sealed record SystemdServiceStatus(
    string Name,
    string File,
    UnitFileKind Kind,
    bool IsEnabled,
    string Active,
    int Process,
    bool? Lingers
);

/// <summary>Manages the current user's services with <c>systemctl --user</c>.</summary>
/// <param name="environment">Environment of the process, which determines the user's folders and programs.</param>
/// <param name="time">Clock.</param>
public sealed class SystemdUserServiceManager(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // Variables that a login shell may have set and systemd does not know: paths of programs, settings and state.
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

    /// <summary>Returns the systemd unit for a repository.</summary>
    /// <param name="repository">Repository of the service.</param>
    /// <param name="program">Program and leading arguments.</param>
    public ServiceUnit UnitOf(LocalRepositoryPaths repository, IReadOnlyList<string> program) =>
        new(
            repository.Root,
            repository.Key,
            program,
            [.. Kept.Where(environment.ContainsKey).Select(name => KeyValuePair.Create(name, environment[name]))]
        );

    /// <summary>Returns the absolute path of a unit's file.</summary>
    public string FileOf(ServiceUnit unit) => Path.Combine(SettingsFiles.ConfigFolder(environment), "systemd", "user", unit.Name);

    /// <summary>Classifies the file at a unit's path.</summary>
    public UnitFileKind KindOf(ServiceUnit unit) => ServiceUnit.KindOf(DurableFile.TryRead(FileOf(unit)));

    /// <summary>Returns the reason why services can't be managed on this machine, or null if they can.</summary>
    public async Task<string?> FindObstacleAsync(CancellationToken stop)
    {
        if (Find("systemctl") is null)
        {
            return "the program systemctl is not in PATH";
        }
        var answer = await CallAsync("systemctl", ["--user", "show", "--property=Version"], stop);
        return answer.Succeeded ? null : $"systemctl --user failed: {ErrorText(answer)}";
    }

    /// <summary>Writes and enables the unit, and (re)starts it. Can be repeated after a crash at any point.</summary>
    /// <exception cref="UserRequestRefusedException">systemd refused the request.</exception>
    public async Task InstallAsync(ServiceUnit unit, CancellationToken stop)
    {
        DurableFile.Write(FileOf(unit), unit.Text);
        await RunRequiredAsync(["--user", "daemon-reload"], stop);
        await RunRequiredAsync(["--user", "enable", unit.Name], stop);
        await RunRequiredAsync(["--user", "restart", unit.Name], stop);
    }

    /// <summary>Stops and disables the unit and removes its file. Can be repeated after a crash at any point.</summary>
    /// <exception cref="UserRequestRefusedException">systemd refused the request. The file still exists.</exception>
    public async Task RemoveAsync(ServiceUnit unit, CancellationToken stop)
    {
        await RunRequiredAsync(["--user", "disable", "--now", unit.Name], stop);
        File.Delete(FileOf(unit));
        await RunRequiredAsync(["--user", "daemon-reload"], stop);
    }

    /// <summary>Returns the state of a unit, even if systemd does not respond.</summary>
    public async Task<SystemdServiceStatus> StateAsync(ServiceUnit unit, CancellationToken stop)
    {
        var facts = await PropertiesAsync("systemctl", ["--user", "show", unit.Name], stop);
        var user = environment.GetValueOrDefault("USER") is { Length: > 0 } name ? name : Environment.UserName;
        var login = await PropertiesAsync("loginctl", ["show-user", user, "--property=Linger"], stop);
        return new SystemdServiceStatus(
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

    private async Task RunRequiredAsync(string[] arguments, CancellationToken stop)
    {
        var answer = await CallAsync("systemctl", arguments, stop);
        if (!answer.Succeeded)
        {
            throw new UserRequestRefusedException(
                $"systemctl {string.Join(' ', arguments)} ended with exit code {answer.ExitCode}: {ErrorText(answer)}",
                $"'journalctl --user -u {arguments[^1]}' may have details."
            );
        }
    }

    private Task<ProcessResult> CallAsync(string program, string[] arguments, CancellationToken stop) =>
        new ProcessRunner(time).RunAsync(
            new ChildProcessOptions(Find(program) ?? program, arguments)
            {
                WorkingDirectory = "/",
                Environment = environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value),
                Timeout = Limit,
            },
            stop
        );

    private string? Find(string program) => ProgramLocator.Find(program, environment.GetValueOrDefault("PATH"), "/");

    private static string ErrorText(ProcessResult answer) =>
        answer.StandardError.Text.Trim() is { Length: > 0 } said ? said.Split('\n')[0]
        : answer.TimedOut ? "no answer within two minutes"
        : $"no error message (exit code {answer.ExitCode})";
}
