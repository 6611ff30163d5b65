namespace Orchestrator.Cli.Tests.Boundary;

/// <summary>A shell command that attacks a target.</summary>
/// <param name="Name">Name in the output of the attack.</param>
/// <param name="Script">Command that succeeds if the attack was possible.</param>
/// <param name="Judge">Evidence of success.</param>
internal sealed record Deed(string Name, string Script, Judge Judge = Judge.ExitCode);

/// <summary>Evidence that a deed was possible.</summary>
internal enum Judge
{
    /// <summary>The command succeeded.</summary>
    ExitCode,

    /// <summary>Something of the user's has changed. The command may succeed, on a copy that nobody else reads.</summary>
    Canary,

    /// <summary>A listener outside was called. The command may succeed, as each datagram to a closed port does.</summary>
    Listener,
}

/// <summary>Rows and columns of the boundary matrix: who attacks what, and by which deeds. The table in
/// <c>docs/explanation/threats.md</c> is made of it.</summary>
internal static class BoundaryTable
{
    /// <summary>Programs that attack, with the description for the table. Each runs all deeds.</summary>
    public static IReadOnlyList<(string Name, string Text)> Attackers { get; } =
    [
        ("agent", "agent"),
        ("left", "process that outlives it"),
        ("hook", "git hook that it installs"),
        ("setup", "set-up, such as `postinstall`"),
        ("gate", "test in a gate"),
        ("measurement", "measurement"),
    ];

    /// <summary>Further attackers, with the reason or the test that stands for all their cells.</summary>
    public static IReadOnlyList<(string Text, string Rule, string Test)> OtherAttackers { get; } =
    [
        (
            "MCP server of Claude Code",
            "runs in the sandbox of its agent",
            "RealAgentMcpTests.Run_HostileServerOfTheRepository_ReachesNoMoreThanItsAgent"
        ),
        (
            "repository that was cloned or unpacked",
            "runs nothing before you trust it",
            "UnpackedRepositoryTests.EveryCommand_BeforeAYes_RunsNothingOfTheRepository"
        ),
        (
            "another user of the remote",
            "writes only refs; forged files of a moved run are rejected, forged work passes the gates",
            "RemoteUserTests.Move_ForgedFilesOfAnAgentRun_RunNothingAndDecideNothing"
        ),
    ];

    /// <summary>Targets with their deeds.</summary>
    public static IReadOnlyList<(string Target, IReadOnlyList<Deed> Deeds)> Targets { get; } =
    [
        (
            "users' answers, trust",
            [
                new("approve", "person \"$o\" approve e"),
                new(
                    "approve-far",
                    "f=$PWD/far-$name; (person setsid sh -c \"'$o' approve e; echo \\$? >'$f'\" </dev/null >/dev/null 2>&1 &); "
                        + "for i in 1 2 3 4 5 6 7 8 9; do [ -s \"$f\" ] || sleep 0.5; done; [ \"$(cat \"$f\")\" = 0 ]"
                ),
                new("hold", "person \"$o\" hold --all"),
                new("release", "person \"$o\" release --all"),
                new("trust", "person \"$o\" trust --yes"),
                new("trust-file", "echo '{}' >\"$h/.config/orchestrator/trust.json\""),
            ]
        ),
        (
            "verdicts of gates",
            [
                new("gate-cache", "find \"$h/cache\" -type f -name '*.json' | grep -q ."),
                new("preflight", "for f in \"$r\"/.orchestrator/runs/*; do echo x >\"$f/preflight/red-at-base.json\"; done"),
            ]
        ),
        (
            "refs, settings, hooks and objects of git",
            [
                new("repository-config", "git -C \"$r\" config core.fsmonitor evil", Judge.Canary),
                new("hook-file", "echo evil >\"$r/.git/hooks/pre-commit\"", Judge.Canary),
                new("branch", "git -C \"$r\" branch evil", Judge.Canary),
                new("main", "git -C \"$r\" update-ref refs/heads/main HEAD~1", Judge.Canary),
                new("objects", "rm -rf \"$r\"/.git/objects/[0-9a-f]*; ! git -C \"$r\" cat-file -e HEAD^{tree} && touch \"$r/.git/x\""),
                new("git-config", "git config --global filter.x.clean evil && grep -q evil \"$h/.gitconfig\" && [ -L \"$h/.gitconfig\" ]"),
                new("git-attributes", "echo '* filter=x' >>\"$h/.config/git/attributes\"", Judge.Canary),
            ]
        ),
        (
            "records of the run",
            [
                new("plan", "for f in \"$r\"/.orchestrator/runs/*/plan/start.json; do echo x >>\"$f\"; done"),
                new(
                    "log-link",
                    "for f in \"$r\"/.orchestrator/runs/*; do [ -d \"$f/plan\" ] "
                        + "&& ln -s \"$r/.git/refs/heads/main\" \"$f/tasks/a/gates-9\"; done"
                ),
            ]
        ),
        (
            "other tasks",
            [
                new(
                    "other-start",
                    "for f in \"$r\"/.orchestrator/runs/*; do [ -d \"$f/plan\" ] && mkdir -p \"$f/tasks/e/1/out\" "
                        + "&& echo x >\"$f/tasks/e/1/out/claim.json\"; done"
                ),
                new("other-worktree", "for f in \"$r\"/.worktrees/*; do [ -e \"$f/e/.git\" ] && touch \"$f/e/x\"; done"),
            ]
        ),
        ("the checkout", [new("checkout", "echo x >>\"$r/README.md\"", Judge.Canary), new("read-checkout", "grep -q . \"$r/README.md\"")]),
        ("downloads of package managers", [new("download", "echo evil >>\"$h/.nuget/packages/canary/a.targets\"", Judge.Canary)]),
        (
            "files in the home folder",
            [
                new("person-file", "grep -q mine \"$h/.bashrc\" && echo evil >>\"$h/.bashrc\""),
                new("read-home", "grep -q mine \"$h/.ssh/id_canary\""),
                new("temporary", "grep -q mine \"$h/tmp/canary\""),
            ]
        ),
        (
            "the engine",
            [
                new("engine-seen", "ls \"$r/.orchestrator\" | grep '^engine'"),
                new("engine-file", "echo x >>\"$r/.orchestrator/engine.db\" && grep -q SQLite \"$r/.orchestrator/engine.db\""),
                new("signal", "kill -9 \"$engine\""),
            ]
        ),
        (
            "keys",
            [
                new("key-in-environment", "cat /proc/*/environ 2>/dev/null | grep -qa 'canary-''key'"),
                new("key-in-files", "grep -q . \"$r/.orchestrator/secrets.env\" || grep -rqs 'canary-''key' \"$h\""),
            ]
        ),
        (
            "other processes, mounts",
            [
                new("see-processes", "ls /proc | grep -c '^[0-9]' | grep -q '^[1-9][0-9][0-9]$'"),
                new("remount", "mount -o remount,bind,rw \"$r/.git\" || mount -t tmpfs none \"$r/.git\""),
                new("unmount", "umount \"$r/.git\""),
            ]
        ),
        (
            "ports of this machine: TCP, IPv6, UDP",
            [
                new("tcp", "bash -c \"echo $name-tcp >/dev/tcp/127.0.0.1/$port\"", Judge.Listener),
                new("tcp6", "bash -c \"echo $name-tcp6 >/dev/tcp/::1/$port\"", Judge.Listener),
                new("udp", "bash -c \"echo $name-udp >/dev/udp/127.0.0.1/$port\"", Judge.Listener),
                new("proxied", "curl -s -m 5 \"http://127.0.0.1:$port/$name-proxied\"", Judge.Listener),
            ]
        ),
        (
            "sockets with a file: docker, D-Bus, ssh-agent",
            [new("socket-file", "perl -MSocket -e \"$call\" unix \"$h/run/canary.sock\" $name-socket-file", Judge.Listener)]
        ),
        (
            "sockets without a file: X11, containerd",
            [new("abstract", "perl -MSocket -e \"$call\" abstract \"$abstract\" $name-abstract", Judge.Listener)]
        ),
    ];

    /// <summary>Targets whose defense does not depend on the attacker, with their tests.</summary>
    public static IReadOnlyList<(string Target, string Tests)> OtherTargets { get; } =
    [
        ("DNS, hosts outside the list", "SandboxNetworkTests.Sandbox_WithoutTheProxy_ReachesNothing"),
        ("metadata services", "PolicyTests.Decide_LocalAddressInAnySpelling_IsRefusedInEachModeThatJudges"),
        ("DNS rebinding", "SandboxConnectionHandlerTests.Connect_NameThatChangesItsAddress_IsDialedByTheOneThatWasJudged"),
        ("the page", "WebDoorTests.Web_ProgramOfARunByAnyAddressOfTheMachine_IsRefused"),
        ("inherited descriptors", "InheritedDescriptorTests.Run_StartedWithAnOpenFolder_GivesItToNoAgentGateOrSetUp"),
        ("keys in `/proc` of an agent with a placeholder", "RealAgentKeyTests.Run_ApiKey_StaysOutsideOfTheSandbox"),
    ];

    /// <summary>Names of deeds that change nothing, so that the tests can show outside of a sandbox that they work.</summary>
    public static IReadOnlyList<string> Harmless { get; } =
    ["read-checkout", "read-home", "temporary", "key-in-files", "tcp", "udp", "proxied", "socket-file", "abstract"];

    /// <summary>Commands that each confined program may run. They show that a refused script did not fail for a reason of its
    /// own.</summary>
    public static IReadOnlyList<Deed> Allowed { get; } =
    [
        new("own-file", "echo x >own.tmp && rm own.tmp"),
        new("temporary-file", "echo x >\"$TMPDIR/x\" && echo x >/tmp/x && rm \"$TMPDIR/x\""),
        new("read-history", "git log -1 --format=%H | grep -q ."),
        new("home-file", "echo x >\"$h/.new\" && grep -q x \"$h/.new\""),
        new("tools", "perl -MSocket -e 1 && bash -c true && curl --version"),
    ];

    /// <summary>The generated part of the page.</summary>
    public static string Page() =>
        $"""
            | target | {string.Join(" | ", Attackers.Select(attacker => attacker.Text))} |
            |---|{string.Concat(Enumerable.Repeat("---|", Attackers.Count))}
            {Lines(
                Targets.Select(row =>
                    $"| {row.Target} | {string.Join(" | ", Attackers.Select(_ => $"all {row.Deeds.Count} attacks fail"))} |"
                )
            )}

            | target, for every confined program | tested by |
            |---|---|
            {Lines(OtherTargets.Select(row => $"| {row.Target} | `{row.Tests}` |"))}

            | attacker, for every target | rule | tested by |
            |---|---|---|
            {Lines(
                OtherAttackers.Select(row => $"| {row.Text} | {row.Rule} | `{row.Test}` |")
            )}
            """;

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
