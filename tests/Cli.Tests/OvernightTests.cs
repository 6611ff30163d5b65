using Orchestrator.App.Night;
using Orchestrator.App.Setup;
using Orchestrator.Cli.Console;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The evening (<c>run --overnight</c>): what could wake a user is said, the contract is kept, the machine is kept
/// awake.</summary>
public sealed class OvernightTests
{
    private const string Inhibitor = """
        #!/bin/sh
        echo "$*" >> "$INHIBITOR_LOG"
        case "$1" in *lid*) echo 'Access denied' >&2; exit 1;; esac
        while [ "${1#--}" != "$1" ]; do shift; done
        exec "$@"
        """;

    [Fact]
    public async Task Run_OfANightThatNobodyAgreedTo_SaysWhatCouldWakeAPersonAndStartsNothing()
    {
        using var cli = WithPlan();

        var asked = await cli.RunAsync("run", "--overnight", "--max-cost", "40");

        Assert.Equal((int)UseCaseOutcome.NeedsPerson, asked.ExitCode);
        Assert.Contains("warn  until: Agents start until the plan is done, without a time limit.", asked.People, StringComparison.Ordinal);
        Assert.Contains(
            "warn  approvals: b needs your approval before starting (requires_approval)",
            asked.People,
            StringComparison.Ordinal
        );
        Assert.Contains("warn  notifications: No one will be notified if the run needs attention.", asked.People, StringComparison.Ordinal);
        Assert.Contains("no agent starts when 40.00 USD are spent", asked.People, StringComparison.Ordinal);
        Assert.Contains("could wake you", asked.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Fact]
    public async Task Run_NightWithAnOpenNetwork_NeedsAYesOfItsOwn()
    {
        using var cli = WithPlan();
        cli.Environment["ORCHESTRATOR_PERMISSIONS__SANDBOX"] = "auto";
        cli.Environment["ORCHESTRATOR_PERMISSIONS__NETWORK__MODE"] = "open";

        var refused = await cli.RunAsync("run", "--overnight", "--yes");
        var meant = await cli.RunAsync("run", "--overnight", "--yes-open-network");

        Assert.Equal(((int)UseCaseOutcome.NeedsPerson, (int)UseCaseOutcome.NeedsPerson), (refused.ExitCode, meant.ExitCode));
        Assert.Contains("permissions.network.mode is open", refused.People, StringComparison.Ordinal);
        Assert.Contains("could wake you", meant.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Overnight_HoldsTheMachineAwakeAndIsHeldAgainstItsContract()
    {
        using var cli = WithPlan();
        var log = Path.Combine(cli.Home, "inhibitor.log");
        cli.Environment["INHIBITOR_LOG"] = log;
        cli.Environment["PATH"] = $"{WriteInhibitor(cli.Home)}:{cli.Environment["PATH"]}";

        var run = await cli.RunAsync("run", "--overnight", "--until", "07:00", "--max-cost", "40", "--only", "a", "--yes");
        var report = await cli.RunAsync("report", "--full");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains(
            "ok    sleep: Sleep is inhibited while the run's process is running (systemd-inhibit).",
            run.People,
            StringComparison.Ordinal
        );
        Assert.Contains("--what=sleep:idle --who=orchestrate --why=run-tasks-", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        Assert.Contains("- No user is needed: none was.", report.Output, StringComparison.Ordinal);
        Assert.Contains("- No agent starts when 40.00 USD are spent: 0.00 were spent.", report.Output, StringComparison.Ordinal);
        Assert.Contains("- All tasks land: 1 of 1 task merged, 1 not requested, on main.", report.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("broken", report.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_WhileANightsRunGoesOn_HoldsTheMachineAwakeItself()
    {
        using var cli = WithPlan("while [ ! -e \"$HOME/go\" ]; do sleep 0.1; done; echo x > $ORCHESTRATOR_TASK.txt");
        var log = Path.Combine(cli.Home, "inhibitor.log");
        cli.Environment["INHIBITOR_LOG"] = log;
        cli.Environment["PATH"] = $"{WriteInhibitor(cli.Home)}:{cli.Environment["PATH"]}";
        using var working = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var worker = cli.RunAsync(terminal, working, "worker", "--yes");
        await Wait.UntilAsync(() => terminal.People.Contains("Working on", StringComparison.Ordinal) || worker.IsCompleted);
        var before = File.Exists(log);

        var run = cli.RunAsync("run", "--overnight", "--until", "07:00", "--max-cost", "40", "--only", "a", "--yes");

        // The command holds it, and the worker, which continues when that is gone.
        await Wait.UntilAsync(() => Held(log) == 2 || run.IsCompleted);
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        Assert.True((await run).ExitCode == 0, (await run).People);
        working.Raise();
        Assert.True((await worker).ExitCode == 0, terminal.People);
        Assert.Equal((false, 2), (before, Held(log)));
    }

    [Fact]
    public async Task Inhibitor_Released_LeavesNoProcess()
    {
        using var folder = new TempFolder();
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{WriteInhibitor(folder.Path)}:/usr/bin:/bin",
            ["INHIBITOR_LOG"] = folder["log"],
        };

        await using (Assert.IsType<SleepInhibitor>(await SleepInhibitor.AcquireAsync("a test", environment, CancellationToken.None)))
        {
            await Eventually.TrueAsync(() => File.ReadAllText(folder["log"]).Contains("tail --pid=", StringComparison.Ordinal));
        }
        var none = await SleepInhibitor.ProblemAsync(new Dictionary<string, string> { ["PATH"] = folder.Path }, CancellationToken.None);

        Assert.Contains("systemd-inhibit is not installed", none, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "sys/class/power_supply/BAT0",
        "type=Battery|status=Discharging|capacity=43",
        "power",
        "The machine runs on battery (43 %)."
    )]
    [InlineData("run", "reboot-required=x", "reboot", "An update needs a reboot.")]
    [InlineData(
        "run/systemd/shutdown",
        "scheduled=USEC=1795579200000000\nMODE=reboot",
        "reboot",
        "A reboot is scheduled for 2026-11-25 04:00Z."
    )]
    [InlineData(
        "etc/apt/apt.conf.d",
        "50unattended-upgrades=// Unattended-Upgrade::Automatic-Reboot \"false\";\nUnattended-Upgrade::Automatic-Reboot \"true\";",
        "reboot",
        "The system reboots automatically after updates (Unattended-Upgrade::Automatic-Reboot)."
    )]
    public async Task Machine_ThatMayNotLast_IsNamed(string folder, string files, string name, string message)
    {
        using var root = new TempFolder();
        Directory.CreateDirectory(root[folder]);
        foreach (var pair in files.Split('|').Select(file => file.Split('=', 2)))
        {
            await File.WriteAllTextAsync(Path.Combine(root[folder], pair[0]), pair[1]);
        }

        var entries = await new UnattendedRunPreflight(root.Path).MachineAsync(new Dictionary<string, string>(), CancellationToken.None);

        Assert.Contains(
            entries,
            entry => entry.Name == name && entry.Status == MachineReadinessCheckStatus.Warn && entry.Message == message
        );
    }

    [Fact]
    public async Task Machine_OfAServer_IsFine()
    {
        using var root = new TempFolder();

        var entries = await new UnattendedRunPreflight(root.Path).MachineAsync(new Dictionary<string, string>(), CancellationToken.None);

        Assert.All(entries.Where(entry => entry.Name != "sleep"), entry => Assert.Equal(MachineReadinessCheckStatus.Ok, entry.Status));
    }

    private static int Held(string log) =>
        File.Exists(log) ? File.ReadAllLines(log).Count(line => line.Contains("tail --pid=", StringComparison.Ordinal)) : 0;

    private static CliFixture WithPlan(string agentScript = "echo x > $ORCHESTRATOR_TASK.txt")
    {
        var cli = new CliFixture();
        cli.WithRepository();
        var agent = cli.WriteAgent(agentScript);
        cli.Write(".orchestrator/config.yaml", $"agent: s\nagents: {{s: {{command: [/bin/sh, '{agent}'], free: true}}}}\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: a, description: The first one, prompt: P, files_write: [a.txt], verification: [test -s a.txt]}
              - {id: b, description: Another, prompt: P, files_write: [b.txt], requires_approval: true}

            """
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        cli.TrustAsync().GetAwaiter().GetResult();
        return cli;
    }

    private static string WriteInhibitor(string folder)
    {
        var programs = Directory.CreateDirectory(Path.Combine(folder, "programs")).FullName;
        var file = Path.Combine(programs, "systemd-inhibit");
        File.WriteAllText(file, Inhibitor);
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        return programs;
    }
}
