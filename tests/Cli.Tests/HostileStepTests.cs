using Orchestrator.Agents.Tests;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Code that an agent wrote, wherever it runs (the agent itself, set-up, a gate, a measurement), against all that decides: each
/// does the same deeds and prints which were possible.</summary>
public sealed class HostileStepTests
{
    /// <summary>Sleep duration of the daemons, unusual so that their processes can be found by it.</summary>
    private const string Sleep = "98765.4321";

    /// <summary>Deeds by name, as shell commands that succeed where they are possible.</summary>
    private static readonly (string Name, string Script)[] Deeds =
    [
        ("approve", "person \"$o\" approve e"),
        (
            "approve-far",
            "f=$PWD/far; (person setsid sh -c \"'$o' approve e; echo \\$? >'$f'\" </dev/null >/dev/null 2>&1 &); for i in 1 2 3 "
                + "4 5 6 7 8 9; do [ -s \"$f\" ] || sleep 0.5; done; [ \"$(cat \"$f\")\" = 0 ]"
        ),
        ("hold", "person \"$o\" hold --all"),
        ("release", "person \"$o\" release --all"),
        ("trust", "person \"$o\" trust --yes"),
        ("trust-file", "echo '{}' >\"$h/.config/orchestrator/trust.json\""),
        ("engine-seen", "ls \"$r/.orchestrator\" | grep '^engine'"),
        ("engine-file", "echo x >>\"$r/.orchestrator/engine.db\" && grep -q SQLite \"$r/.orchestrator/engine.db\""),
        ("plan", "for f in \"$r\"/.orchestrator/runs/*/plan/start.json; do echo x >>\"$f\"; done"),
        ("preflight", "for f in \"$r\"/.orchestrator/runs/*; do echo x >\"$f/preflight/red-at-base.json\"; done"),
        (
            "log-link",
            "for f in \"$r\"/.orchestrator/runs/*; do [ -d \"$f/plan\" ] && ln -s \"$r/.git/refs/heads/main\" \"$f/tasks/a/gates-9\"; done"
        ),
        (
            "other-start",
            "for f in \"$r\"/.orchestrator/runs/*; do [ -d \"$f/plan\" ] && mkdir -p \"$f/tasks/e/1/out\" "
                + "&& echo x >\"$f/tasks/e/1/out/claim.json\"; "
                + "done"
        ),
        ("other-worktree", "for f in \"$r\"/.worktrees/*; do [ -e \"$f/e/.git\" ] && touch \"$f/e/x\"; done"),
        ("git-config", "git config --global filter.x.clean evil && grep -q evil \"$h/.gitconfig\" && [ -L \"$h/.gitconfig\" ]"),
        ("git-attributes", "echo '* filter=x' >>\"$h/.config/git/attributes\""),
        ("repository-config", "git -C \"$r\" config core.fsmonitor evil"),
        ("hook", "echo evil >\"$r/.git/hooks/pre-commit\""),
        ("branch", "git -C \"$r\" branch evil"),
        ("main", "git -C \"$r\" update-ref refs/heads/main HEAD~1"),
        ("checkout", "echo x >>\"$r/README.md\""),
        ("objects", "rm -rf \"$r\"/.git/objects/[0-9a-f]*; ! git -C \"$r\" cat-file -e HEAD^{tree} && touch \"$r/.git/x\""),
        ("gate-cache", "find \"$h/cache\" -type f -name '*.json' | grep -q ."),
        ("remount", "mount -o remount,bind,rw \"$r/.git\" || mount -t tmpfs none \"$r/.git\""),
        ("unmount", "umount \"$r/.git\""),
        ("see-processes", "ls /proc | grep -c '^[0-9]' | grep -q '^[1-9][0-9][0-9]$'"),
        ("signal", "kill -9 \"$engine\""),
        ("temporary", "touch /tmp/seen-outside && [ -e \"$h/never\" ]"),
        ("person-file", "grep -q mine \"$h/.bashrc\" && echo evil >>\"$h/.bashrc\""),
        ("read-checkout", "grep -q . \"$r/README.md\""),
    ];

    /// <summary>Changes of git that an agent makes in a common folder of its own, which nobody else reads.</summary>
    private static readonly string[] OwnGit = ["repository-config", "hook", "branch", "main"];

    /// <summary>
    /// Commands that each sandboxed program may run. They show that a refused script did not fail for a reason of its own.
    /// </summary>
    private static readonly (string Name, string Script)[] Works =
    [
        ("own-file", "echo x >own.tmp && rm own.tmp"),
        ("temporary-file", "echo x >\"$TMPDIR/x\" && echo x >/tmp/x && rm \"$TMPDIR/x\""),
        ("read-history", "git log -1 --format=%H | grep -q ."),
        ("home-file", "echo x >\"$h/.new\" && grep -q x \"$h/.new\""),
    ];

    private static string ScriptFor(CliFixture cli) =>
        $"o='{OrchestrateProgram.Path}' r='{cli.Folder}' h='{cli.Home}' engine={Environment.ProcessId}\n"
        + "person() { (cd \"$r\" && env -u ORCHESTRATOR_START -u ORCHESTRATOR_TASK -u ORCHESTRATOR_RUN -u ORCHESTRATOR_STEP "
        + "-u ORCHESTRATOR_REPOSITORY HOME=\"$h\" \"$@\"); }\n"
        + $"(env -i setsid sleep {Sleep} </dev/null >/dev/null 2>&1 &)\n"
        + string.Concat(
            Works
                .Concat(Deeds)
                .Select(deed =>
                    $"if (eval '{deed.Script.Replace("'", "'\\''", StringComparison.Ordinal)}') >/dev/null 2>&1; then echo "
                    + $"\"{deed.Name}: done\"; else echo \"{deed.Name}: refused\"; fi\n"
                )
        );

    [BubblewrapFact]
    public async Task Run_HostileAgentSetUpGateAndMeasurement_ReachNothingThatDecides()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        Directory.CreateDirectory(Path.Combine(cli.Home, ".config/orchestrator"));
        Directory.CreateDirectory(Path.Combine(cli.Home, ".config/git"));
        File.WriteAllText(Path.Combine(cli.Home, ".bashrc"), "# mine\n");
        var attack = Path.Combine(cli.Home, "attack.sh");
        File.WriteAllText(attack, ScriptFor(cli));
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, -c, 'sh {attack} > a.txt']}}}}\ndisk: {{reserve: 1}}\npermissions: "
                + $"{{sandbox: on, read: [{attack}]}}\nworktrees: {{setup: ['sh {attack} > setup.out']}}\n"
        );
        cli.Write(
            "tasks.yaml",
            $$"""
            tasks:
              - id: a
                description: A
                files_write: [a.txt]
                verification: [{command: 'sh {{attack}}; cat setup.out; test -f a.txt'}]
                measurements: [{name: n, command: 'sh {{attack}} >&2; echo 5', expect: '<= 9'}]
              - {id: e, description: E, files_write: [e.txt], requires_approval: true, verification: [{command: test -f e.txt}]}
            """
        );
        cli.Write(".gitignore", ".orchestrator/*\n.worktrees\nsetup.out\nfar\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        var head = cli.Git("rev-parse", "HEAD");

        var run = await cli.RunAsync("run", "--yes");

        var status = (await cli.RunAsync("status", "--json")).Json;
        Assert.True("merged" == (string?)status["tasks"]![0]!["state"], run.People);
        Assert.Equal("awaiting-approval", (string?)status["tasks"]![1]!["state"]);
        string[] refused = [.. Works.Select(deed => $"{deed.Name}: done"), .. Deeds.Select(deed => $"{deed.Name}: refused")];
        Assert.Equal(
            refused.Select(line =>
                OwnGit.Any(name => line == $"{name}: refused") ? line.Replace("refused", "done", StringComparison.Ordinal) : line
            ),
            Lines(cli.Git("show", $"orchestrator/{(string)status["runId"]!}/staging:a.txt"))
        );
        Assert.DoesNotContain("evil", cli.Git("config", "--list", "--local") + cli.Git("branch", "--list"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Folder, ".git/hooks/pre-commit")));
        var logs = Directory.GetFiles(Path.Combine(cli.Folder, ".orchestrator/runs"), "gate-*.log", SearchOption.AllDirectories);
        string[][] said = [.. logs.Select(log => Lines(File.ReadAllText(log)).ToArray()).Where(lines => lines.Length > 0)];
        // At the base and for the work: a gate, whose log has set-up's words, too, and a measurement.
        Assert.True(said.Length >= 3, string.Join(' ', logs));
        Assert.All(said, lines => Assert.Equal(refused, lines.Distinct()));
        Assert.Contains(said, lines => lines.Length == 2 * refused.Length);
        Assert.Equal(head, cli.Git("rev-parse", "HEAD"));
        Assert.Equal("", cli.Git("fsck", "--no-dangling"));
        Assert.Equal("# mine\n", await File.ReadAllTextAsync(Path.Combine(cli.Home, ".bashrc")));
        Assert.DoesNotContain(ProcessTable.All(), process => process.Name == "sleep" && IsLeft(process));
        Assert.DoesNotContain("\"by\"", (await cli.RunAsync("events", "--json")).Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n')
            .Where(line => line.EndsWith(": done", StringComparison.Ordinal) || line.EndsWith(": refused", StringComparison.Ordinal));

    private static bool IsLeft(ProcessInfo process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.ProcessId}/cmdline").Contains(Sleep, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
