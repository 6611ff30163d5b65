using System.Globalization;
using Orchestrator.App.Setup;
using Orchestrator.Git.Program;

namespace Orchestrator.App.Night;

/// <summary>
/// Preflight that finds conditions of the machine, the settings or the plan that could interrupt or end an unattended run. Changes nothing.
/// </summary>
/// <param name="root">Root folder of the system's files: <c>/</c>, except in tests.</param>
public sealed class UnattendedRunPreflight(string root = "/")
{
    private const int MostNamed = 10;

    /// <summary>Checks the power supply, the sleep settings and pending reboots of this machine.</summary>
    /// <param name="environment">Environment variables of the user.</param>
    public async Task<IReadOnlyList<MachineReadinessCheckResult>> MachineAsync(
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    ) =>
        [
            await SleepInhibitor.ProblemAsync(environment, stop) is { } problem
                ? new("sleep", MachineReadinessCheckStatus.Warn, problem, "Disable sleep for the night, and leave the lid open.")
                : new("sleep", MachineReadinessCheckStatus.Ok, "Sleep is inhibited while the run's process is running (systemd-inhibit)."),
            Power(),
            Reboot(),
        ];

    /// <summary>Checks whether the plan or the settings require approvals during the run.</summary>
    /// <param name="plan">Plan, or null if a planner creates it.</param>
    /// <param name="settings">Settings of the run.</param>
    public static IReadOnlyList<MachineReadinessCheckResult> Run(Plan? plan, OrchestratorSettings settings)
    {
        var asking = plan?.Tasks.Where(task => task.RequiresApproval).Select(task => task.Id).ToList() ?? [];
        return
        [
            plan is null
                ? new(
                    "plan",
                    MachineReadinessCheckStatus.Warn,
                    "A planner writes the plan first, so the need for your approval is still unknown.",
                    "Wait for the plan, or create it beforehand ('orchestrate plan REQUEST -o FILE')."
                )
                : new(
                    "plan",
                    MachineReadinessCheckStatus.Ok,
                    "The plan exists; if it needs approval, you will be asked before the run starts."
                ),
            asking.Count > 0
                ? new(
                    "approvals",
                    MachineReadinessCheckStatus.Warn,
                    $"{FileNameEncoding.List(asking, MostNamed)} {Plural.Form(asking.Count, "needs", "need")} your approval before "
                        + "starting "
                        + "(requires_approval), and dependent tasks wait.",
                    "Remove requires_approval from the plan, or be available to approve these tasks."
                )
                : new("approvals", MachineReadinessCheckStatus.Ok, "No task needs approval before it starts."),
            settings.Dependencies.Allow.Count == 0
                ? new(
                    "packages",
                    MachineReadinessCheckStatus.Warn,
                    "A task whose agent needs another package waits for your approval.",
                    "dependencies.allow lists packages that need no approval."
                )
                : new(
                    "packages",
                    MachineReadinessCheckStatus.Ok,
                    $"Packages that need no approval: {FileNameEncoding.List([.. settings.Dependencies.Allow], MostNamed)}."
                ),
        ];
    }

    /// <summary>Checks whether the time and the cost of an unattended run are limited.</summary>
    /// <param name="until">Time after which no agent starts, or null for no limit.</param>
    /// <param name="maxCost">Maximum cost in US dollars, or null for no limit.</param>
    public static IReadOnlyList<MachineReadinessCheckResult> Limits(DateTimeOffset? until, decimal? maxCost) =>
        [
            until is null
                ? new(
                    "until",
                    MachineReadinessCheckStatus.Warn,
                    "Agents start until the plan is done, without a time limit.",
                    "Use --until."
                )
                : new("until", MachineReadinessCheckStatus.Ok, "The run has a time limit."),
            maxCost is null
                ? new("money", MachineReadinessCheckStatus.Warn, "The cost of the night has no limit.", "Set --max-cost.")
                : new("money", MachineReadinessCheckStatus.Ok, "The cost of the night has a limit."),
        ];

    private MachineReadinessCheckResult Power()
    {
        var supplies = Folders("sys/class/power_supply")
            .Select(path =>
                (Type: Line(path, "type"), Online: Line(path, "online"), Status: Line(path, "status"), Left: Line(path, "capacity"))
            )
            .ToList();
        var batteries = supplies.Where(supply => supply is { Type: "Battery", Status.Length: > 0 }).ToList();
        if (batteries.Count == 0)
        {
            return new("power", MachineReadinessCheckStatus.Ok, "The machine has no battery and runs on mains power.");
        }
        var left = string.Join(", ", batteries.Select(battery => $"{battery.Left} %"));
        return
            batteries.Exists(battery => battery.Status == "Discharging")
            || (supplies.Exists(supply => supply.Type == "Mains") && supplies.TrueForAll(supply => supply.Online != "1"))
            ? new(
                "power",
                MachineReadinessCheckStatus.Warn,
                $"The machine runs on battery ({left}).",
                "Connect the machine to mains power."
            )
            : new("power", MachineReadinessCheckStatus.Ok, $"The machine is plugged in (battery {left}).");
    }

    private MachineReadinessCheckResult Reboot()
    {
        const string Name = "reboot";
        if (Scheduled() is { } planned)
        {
            return new(Name, MachineReadinessCheckStatus.Warn, planned, "Use 'shutdown -c' to cancel it.");
        }
        var pending = File.Exists(In("run/reboot-required")) || File.Exists(In("var/run/reboot-required"));
        var automatic = Reads("etc/apt/apt.conf.d").Any(IsAutomaticReboot);
        return automatic
                ? new(
                    Name,
                    MachineReadinessCheckStatus.Warn,
                    pending
                        ? "An update needs a reboot, and the system reboots automatically (Unattended-Upgrade::Automatic-Reboot)."
                        : "The system reboots automatically after updates (Unattended-Upgrade::Automatic-Reboot).",
                    pending
                        ? "Reboot now, then start the run."
                        : "Disable automatic reboots, or install the service, which continues runs after a reboot."
                )
            : pending ? new(Name, MachineReadinessCheckStatus.Warn, "An update needs a reboot.", "Reboot now, then start the run.")
            : new(Name, MachineReadinessCheckStatus.Ok, "No reboot is pending.");
    }

    private string? Scheduled()
    {
        var file = In("run/systemd/shutdown/scheduled");
        if (!File.Exists(file))
        {
            return null;
        }
        var facts = File.ReadLines(file)
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .DistinctBy(pair => pair[0])
            .ToDictionary(pair => pair[0], pair => pair[1]);
        var mode = facts.GetValueOrDefault("MODE") is { Length: > 0 } said ? said : "shutdown";
        return
            long.TryParse(facts.GetValueOrDefault("USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            && DateTimeOffset.UnixEpoch.AddMicroseconds(micros) is var at
            ? $"A {mode} is scheduled for {at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}Z."
            : $"A {mode} is scheduled.";
    }

    private static bool IsAutomaticReboot(string line) =>
        line.Trim() is var setting
        && !setting.StartsWith("//", StringComparison.Ordinal)
        && setting.StartsWith("Unattended-Upgrade::Automatic-Reboot", StringComparison.Ordinal)
        && setting["Unattended-Upgrade::Automatic-Reboot".Length..].Trim().TrimEnd(';').Trim('"') is "true" or "1";

    private IEnumerable<string> Reads(string folder) =>
        Directory.Exists(In(folder)) ? Directory.EnumerateFiles(In(folder)).Order(StringComparer.Ordinal).SelectMany(Lines) : [];

    private static IReadOnlyList<string> Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string[] Folders(string folder) => Directory.Exists(In(folder)) ? Directory.GetDirectories(In(folder)) : [];

    private static string Line(string folder, string name) => Lines(Path.Combine(folder, name)) is [var first, ..] ? first.Trim() : "";

    private string In(string path) => Path.Combine(root, path);
}
