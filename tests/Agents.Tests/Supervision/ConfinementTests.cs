using System.Runtime.InteropServices;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Agents.Tests;

/// <summary>
/// Agents that may only read some folders: the words for it, and where bubblewrap works that it is so, and that nothing else changes.
/// </summary>
public sealed class ConfinementTests
{
    [Fact]
    public void Words_MountsInsideOfOthers_LieOnThem()
    {
        using TempFolder folder = new();
        folder.Write("home/.settings", "");
        folder.Write("home/r/.git/HEAD", "");
        var home = folder["home"];
        Sandbox sandbox = new("/usr/bin/bwrap")
        {
            ReadOnly = [$"{home}/r/.git"],
            Writable = [$"{home}/r/.git/HEAD", $"{home}/r", $"{home}/missing"],
            Empty = [home],
            Visible = [$"{home}/.settings"],
        };

        var words = string.Join(' ', Bubblewrap.CreateArguments(sandbox));

        Assert.StartsWith("/usr/bin/bwrap --unshare-pid --unshare-ipc --cap-drop ALL ", words, StringComparison.Ordinal);
        Assert.DoesNotContain("--ro-bind / /", words, StringComparison.Ordinal);
        Assert.Contains(
            $" --perms 0700 --tmpfs {home} --ro-bind {home}/.settings {home}/.settings --bind {home}/r {home}/r "
                + $"--ro-bind {home}/r/.git {home}/r/.git --bind {home}/r/.git/HEAD {home}/r/.git/HEAD ",
            words,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Check_ProgramIsThereAndDoesNotWork_SaysHow()
    {
        await using AgentFixture fixture = new();
        await PretendAsync(fixture, "echo 'No permissions to create new namespace' >&2\nexit 1\n");

        var check = await new Bubblewrap().CheckAsync(fixture.Home);
        var none = await new Bubblewrap().CheckAsync(fixture.Worktree);

        Assert.Null(check.Program);
        Assert.Contains(
            "does not work here (exit code 1: No permissions to create new namespace)",
            check.Problem,
            StringComparison.Ordinal
        );
        Assert.Equal(new BubblewrapCheck(null, ""), none);
    }

    /// <summary>A program that only calls its arguments changes no folders, so it must not count as a sandbox.</summary>
    [Fact]
    public async Task Check_ProgramThatConfinesNothing_IsNotTaken()
    {
        await using AgentFixture fixture = new();
        await PretendAsync(fixture, "while [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n");

        Assert.Null((await new Bubblewrap().CheckAsync(fixture.Home)).Program);
    }

    [BubblewrapFact]
    public async Task Agent_Confined_ChangesOnlyWhatIsOpenAndItsArgumentsAndExitCodeAreItsOwn()
    {
        await using AgentFixture fixture = new();
        var start = await ConfinedAsync(fixture);

        (var outcome, _) = await fixture.RunAsync(
            AgentFixture.Shell(
                "touch ../shared/closed 2>reason; touch ../shared/open/file own \"$ORCHESTRATOR_START/out/claim\"; printf "
                    + "'%s' \"$0\" 'a  b' >arguments; exit 7"
            ),
            start
        );

        Assert.Equal(7, outcome.ExitCode);
        Assert.False(File.Exists(fixture["shared/closed"]));
        Assert.Contains(
            "Read-only file system",
            await File.ReadAllTextAsync(Path.Combine(fixture.Worktree, "reason")),
            StringComparison.Ordinal
        );
        Assert.True(
            File.Exists(fixture["shared/open/file"])
                && File.Exists(Path.Combine(fixture.Worktree, "own"))
                && File.Exists(Path.Combine(start.Folder, "out", "claim"))
        );
        Assert.Equal("/bin/sha  b", await File.ReadAllTextAsync(Path.Combine(fixture.Worktree, "arguments")));
    }

    /// <summary>Without the filter the calls fail for their arguments, with other numbers than EPERM.</summary>
    [BubblewrapFact]
    public async Task Program_Filtered_MakesNoRefusedSystemCallAndOthersWork()
    {
        using TempFolder folder = new();
        var sandbox = new Sandbox((await new Bubblewrap().CheckAsync()).Program!)
        {
            Visible = [folder.Path],
            Writable = [folder.Path],
            Filter = SystemCallFilter.FileIn(folder["the filter's"]),
        };
        var numbers = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "217,218,219,241,280,282" : "248,249,250,298,321,323";
        var ioctl = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 29 : 16;
        var calls =
            $"for my $n ({numbers}) {{ $! = 0; syscall($n, 999, 0, 0, 0, 0); print $!+0, ' ' }} my $c = 'x'; "
            + $"$! = 0; syscall({ioctl}, 0, 0x5412, $c); print $!+0, ' '; $! = 0; syscall({ioctl}, 0, 0x5413, $c); print $!+0";

        var ran = await RunAsync(sandbox, "perl", "-e", calls);
        var descriptors = await RunAsync(sandbox, "/bin/sh", "-c", "test -e /proc/self/fd/9; echo $?; git --version >/dev/null; echo $?");

        Assert.Equal("1 1 1 1 1 1 1 25", ran.StandardOutput.Text.Trim());
        Assert.Equal("1\n0\n", descriptors.StandardOutput.Text);
        Assert.Equal(File.GetLastWriteTimeUtc(sandbox.Filter!), File.GetLastWriteTimeUtc(SystemCallFilter.FileIn(folder["the filter's"])!));

        Task<ProcessResult> RunAsync(Sandbox confined, string program, params string[] arguments) =>
            new ProcessRunner().RunAsync(
                new ChildProcessOptions(program, arguments) { WorkingDirectory = folder.Path, Sandbox = confined }
            );
    }

    [BubblewrapFact]
    public async Task Agent_Confined_EndsBySigintAndNothingIsLeft()
    {
        await using AgentFixture fixture = new();
        (var start, var session) = await StartAsync(
            fixture,
            "trap 'echo asked >said; exit 0' INT; sleep 600 & echo up >up; while :; do sleep 0.1; done"
        );

        await session.StopAsync(AgentFailure.Stopped);

        Assert.Equal("asked", await AgentFixture.FileAsync(Path.Combine(fixture.Worktree, "said")));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [BubblewrapFact]
    public async Task Agent_ConfinedAndDeaf_IsKilledWithAllItStarted()
    {
        await using AgentFixture fixture = new();
        (var start, var session) = await StartAsync(
            fixture,
            "trap '' INT TERM; setsid sleep 600 & echo up >up; while :; do sleep 0.1; done"
        );

        await session.StopAsync(AgentFailure.Stopped);

        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [BubblewrapFact]
    public async Task Agent_ConfinedAndLimited_IsHeldToItsCoresAndStoppedForItsMemory()
    {
        await using AgentFixture fixture = new();
        var start = (await ConfinedAsync(fixture)) with
        {
            Limits = new AgentRunLimits { MemoryBytes = 32_000_000, Cores = 0.2 },
        };

        (var outcome, _) = await fixture.RunAsync(
            AgentFixture.Shell(
                "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; touch looped; x=0123456789abcdef; while :; do [ ${#x} -gt 60000000 ] "
                    + "|| x=$x$x; sleep 0.1; done"
            ),
            start
        );

        Assert.Equal(AgentFailure.Memory, outcome.Failure);
        Assert.True(File.Exists(Path.Combine(fixture.Worktree, "looped")));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [BubblewrapFact]
    public async Task Agent_ConfinedAndItsSupervisorKilled_IsFollowedToItsEnd()
    {
        await using AgentFixture fixture = new();
        (var start, var session) = await StartAsync(fixture, "echo up >up; while [ ! -e go ]; do sleep 0.1; done; echo finished >finished");
        foreach (var supervisor in ProcessTable.FindByEnvironment("ORCHESTRATOR_SUPERVISOR", start.Folder))
        {
            await AgentFixture.KillAsync(supervisor.ProcessId);
        }

        await File.WriteAllTextAsync(Path.Combine(fixture.Worktree, "go"), "");
        await AgentFixture.FollowAsync(session);

        Assert.True(File.Exists(Path.Combine(fixture.Worktree, "finished")));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    /// <summary>Programs are installed as links into their packages: into folders that are shown, and into others.</summary>
    [BubblewrapFact]
    public async Task Agent_ConfinedAndItsProgramALink_IsStarted()
    {
        await using AgentFixture fixture = new();
        var start = await ConfinedAsync(fixture);
        Directory.CreateDirectory(fixture["package"]);
        File.CreateSymbolicLink(fixture["package/agent"], "/bin/sh");
        File.CreateSymbolicLink(fixture["shared/agent"], fixture["package/agent"]);
        File.CreateSymbolicLink(fixture["shared/far"], "/usr/bin/env");
        var programs = new ProgramFolders([fixture.Home]).AddProgram(fixture["shared/agent"]).AddProgram(fixture["shared/far"]);
        start = start with { Sandbox = start.Sandbox! with { Visible = [.. start.Sandbox.Visible, .. programs.Found] } };

        (var linked, _) = await fixture.RunAsync(new CommandAgentRunner("linked", [fixture["shared/agent"], "-c", "echo x >first"]), start);
        (var far, _) = await fixture.RunAsync(
            new CommandAgentRunner("far", [fixture["shared/far"], "touch", "second"]),
            start with
            {
                Folder = start.Folder + "-far",
            }
        );

        Assert.Equal((0, ""), (linked.ExitCode, linked.Detail));
        Assert.Equal((0, ""), (far.ExitCode, far.Detail));
        Assert.True(File.Exists(Path.Combine(fixture.Worktree, "first")) && File.Exists(Path.Combine(fixture.Worktree, "second")));
    }

    [BubblewrapFact]
    public async Task Agent_ConfinedAndMissing_IsTheAccountsFailure()
    {
        await using AgentFixture fixture = new();

        (var outcome, _) = await fixture.RunAsync(new CommandAgentRunner("gone", ["/nowhere/agent"]), await ConfinedAsync(fixture));

        Assert.Equal(AgentFailure.Account, outcome.Failure);
        Assert.Contains("/nowhere/agent", outcome.Detail, StringComparison.Ordinal);
    }

    /// <summary>A confined agent that has written <c>up</c>.</summary>
    private static async Task<(AgentRunParameters Start, AgentRunFollower Session)> StartAsync(AgentFixture fixture, string script)
    {
        var start = await ConfinedAsync(fixture);
        var session = await fixture.Supervisor.StartOrAttachAsync(AgentFixture.Shell(script), start, TestKit.Eventually.Timeout());
        await AgentFixture.FileAsync(Path.Combine(fixture.Worktree, "up"));
        return (start, session);
    }

    /// <summary>The root is empty but for the list, links lead where they lead outside, and closed configuration reads as empty.</summary>
    [BubblewrapFact]
    public async Task Agent_Confined_SeesOnlyTheList()
    {
        await using AgentFixture fixture = new();
        var start = await ConfinedAsync(fixture);
        Directory.CreateDirectory(fixture["secret"]);
        Directory.CreateDirectory(fixture["home"]);
        await File.WriteAllTextAsync(fixture["secret/key"], "canary");
        await File.WriteAllTextAsync(fixture["shared/masked"], "canary");
        Directory.CreateSymbolicLink(fixture["link"], fixture["shared"]);

        (var outcome, _) = await fixture.RunAsync(
            AgentFixture.Shell(
                $"cat {fixture["secret/key"]} {fixture["shared/masked"]} >seen 2>/dev/null; cat /etc/shadow >>seen 2>/dev/null; "
                    + $"ls -d {fixture["link"]}/open >>seen; ls /home /root /srv /mnt >>seen 2>/dev/null; echo x >{fixture["home"]}/x; "
                    + $"echo x 2>/dev/null >/x && echo rooted >>seen; ls {fixture["home"]} >>seen"
            ),
            start with
            {
                Sandbox = start.Sandbox! with
                {
                    Visible = [.. start.Sandbox.Visible, fixture["link"]],
                    Empty = [fixture["home"]],
                    Masked = [fixture["shared/masked"]],
                },
            }
        );

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Detail));
        Assert.Equal($"{fixture["link"]}/open\nx\n", await File.ReadAllTextAsync(Path.Combine(fixture.Worktree, "seen")));
        Assert.False(File.Exists(fixture["home/x"]));
    }

    /// <summary>Before the sandbox is made nothing is searched in a worktree, whatever the variables of the program say.</summary>
    [BubblewrapFact]
    public async Task Agent_ConfinedWithFoldersOfItsTreeInItsVariables_RunsNothingOutside()
    {
        using TempFolder folder = new();
        folder.Write("tree/tools/mount", $"#!/bin/sh\ntouch {folder["escaped"]}\nexec /usr/bin/mount \"$@\"\n");
        folder.Write("cache/file", "");
        await new ProcessRunner().RunAsync(new ChildProcessOptions("chmod", "+x", folder["tree/tools/mount"]));
        var run = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", "echo $LD_LIBRARY_PATH $PATH")
            {
                WorkingDirectory = folder["tree"],
                CleanEnvironment = true,
                Environment = new Dictionary<string, string?> { ["PATH"] = "tools:/usr/bin:/bin", ["LD_LIBRARY_PATH"] = ":tools" },
                Sandbox = new Sandbox((await new Bubblewrap().CheckAsync()).Program!)
                {
                    Writable = [folder["tree"]],
                    Overlays = OverlayMounts.Make(folder["layer"], [folder["cache"]], []),
                },
            }
        );

        Assert.Equal(":tools tools:/usr/bin:/bin\n", run.StandardOutput.Text);
        Assert.False(File.Exists(folder["escaped"]));
    }

    /// <summary>Changes to shared folders stay with those whose layer it is, and lie on the set-up's.</summary>
    [BubblewrapFact]
    public async Task Overlays_Changes_AreSeenByTheirOwnLayerAlone()
    {
        using TempFolder folder = new();
        folder.Write("cache/package", "shared");
        folder.Write("cache/other", "shared");
        Directory.CreateDirectory(folder["cache/old"]);
        var (cache, setUp) = (folder["cache"], folder["layers/set-up"]);
        var bubblewrap = new Bubblewrap();
        var program = (await bubblewrap.CheckAsync()).Program!;
        Assert.True(await bubblewrap.CanOverlayAsync(program, folder["layers"]));

        await RunAsync(OverlayMounts.Make(setUp, [cache], []), "echo installed >package; rm other; rmdir old; mkdir old; mv old new");
        var agent = await RunAsync(OverlayMounts.Make(folder["layers/agent"], [cache], [setUp]), "cat package; ls; echo evil >package");
        var gate = await RunAsync(OverlayMounts.Make(folder["layers/gate"], [cache], [setUp]), "cat package");

        Assert.Equal("installed\nnew\npackage\n", agent);
        Assert.Equal("installed\n", gate);
        Assert.Equal("shared", await File.ReadAllTextAsync(Path.Combine(cache, "package")));
        Assert.True(File.Exists(Path.Combine(cache, "other")));

        async Task<string> RunAsync(OverlayMounts? overlays, string script)
        {
            var run = await new ProcessRunner().RunAsync(
                new ChildProcessOptions("/bin/sh", "-c", $"cd {cache} && {script}")
                {
                    Sandbox = new Sandbox(program) { Overlays = overlays },
                }
            );
            Assert.True(run.Succeeded, run.StandardError.Text);
            return run.StandardOutput.Text;
        }
    }

    private static async Task PretendAsync(AgentFixture fixture, string script)
    {
        var program = Path.Combine(fixture.Home, "bwrap");
        await File.WriteAllTextAsync(program, "#!/bin/sh\n" + script);
        await new ProcessRunner().RunAsync(new ChildProcessOptions("chmod", "+x", program));
    }

    private static async Task<AgentRunParameters> ConfinedAsync(AgentFixture fixture)
    {
        var open = Directory.CreateDirectory(fixture["shared/open"]).FullName;
        var program = (await new Bubblewrap().CheckAsync()).Program!;
        return fixture.Start() with
        {
            Sandbox = new Sandbox(program) { Visible = [fixture["shared"]], Writable = [open, fixture.Worktree] },
        };
    }
}
