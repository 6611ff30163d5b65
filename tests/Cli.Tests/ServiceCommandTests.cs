using System.Net.Sockets;
using System.Text;
using Orchestrator.App.Service;
using Orchestrator.Cli.Hosting;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>service</c>: the unit of a repository, with a stand-in for <c>systemctl</c> that keeps units as the real one does, refuses
/// unknown ones, and fails when it is told to.</summary>
public sealed class ServiceCommandTests
{
    private const string Untrusted = "agents:\n  mine:\n    command: [./agent.sh]\n";

    [Fact]
    public async Task Install_Twice_WritesOneUnitThatIsEnabledAndRuns()
    {
        using var cli = WithSystemd();

        var first = await cli.RunAsync("service", "install");
        var second = await cli.RunAsync("service", "install", "--json");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        var file = Assert.Single(Directory.GetFiles(UnitsOf(cli)));
        Assert.Equal(UnitFileKind.Own, ServiceUnit.KindOf(await File.ReadAllTextAsync(file)));
        Assert.Equal(file, (string)second.Json["file"]!);
        Assert.True((bool)second.Json["enabled"]! && (bool)second.Json["installed"]!);
        Assert.Equal("active (running)", (string)second.Json["active"]!);
        Assert.Contains("It ends when you log out", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unit_OfASecretInTheEnvironment_DoesNotHoldIt()
    {
        using var cli = WithSystemd();
        cli.Environment["ANTHROPIC_API_KEY"] = "sk-ant-secret";

        await cli.RunAsync("service", "install");

        Assert.DoesNotContain("sk-ant", await File.ReadAllTextAsync(Directory.GetFiles(UnitsOf(cli))[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("daemon-reload")]
    [InlineData("enable")]
    [InlineData("restart")]
    public async Task Install_SystemdRefusesAStep_SaysItsWordsAndTheNextInstallGoesOn(string step)
    {
        using var cli = WithSystemd();
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "refuses"), step);

        var refused = await cli.RunAsync("service", "install");
        File.Delete(Path.Combine(cli.Home, "refuses"));
        var again = await cli.RunAsync("service", "install");

        Assert.Equal((2, 0), (refused.ExitCode, again.ExitCode));
        Assert.Contains($"exit code 1: Refused {step}", refused.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_RepositoryThatNobodyTrusts_WritesNothing()
    {
        using var cli = WithSystemd();
        cli.Write(".orchestrator/config.yaml", Untrusted);

        var refused = await cli.RunAsync("service", "install");

        Assert.Equal(3, refused.ExitCode);
        Assert.False(Directory.Exists(UnitsOf(cli)));
    }

    [Theory]
    [InlineData("install")]
    [InlineData("remove")]
    public async Task Unit_ChangedByHand_IsKeptUnlessItIsGivenUp(string verb)
    {
        using var cli = WithSystemd();
        await cli.RunAsync("service", "install");
        var file = Directory.GetFiles(UnitsOf(cli))[0];
        var edited = await File.ReadAllTextAsync(file) + "Nice=5\n";
        await File.WriteAllTextAsync(file, edited);

        var refused = await cli.RunAsync("service", verb);
        var kept = await File.ReadAllTextAsync(file);
        var done = await cli.RunAsync("service", verb, "--replace");

        Assert.Equal((2, 0), (refused.ExitCode, done.ExitCode));
        Assert.Contains("was changed by hand", refused.People, StringComparison.Ordinal);
        Assert.Equal(edited, kept);
        Assert.Equal(verb == "install", File.Exists(file));
    }

    [Fact]
    public async Task Remove_InstalledService_LeavesNothing()
    {
        using var cli = WithSystemd();
        await cli.RunAsync("service", "install");

        var removed = await cli.RunAsync("service", "remove");
        var status = await cli.RunAsync("service", "status");

        Assert.Equal((0, 5), (removed.ExitCode, status.ExitCode));
        Assert.Empty(Directory.GetFiles(UnitsOf(cli)));
        Assert.Contains("'orchestrate service install' creates one", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_WithoutSystemd_SaysWhyAndWhatToDo()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Environment["PATH"] = "/nowhere";

        var refused = await cli.RunAsync("service", "install");
        var status = await cli.RunAsync("service", "status");

        Assert.Equal((5, 5), (refused.ExitCode, status.ExitCode));
        Assert.Contains("the program systemctl is not in PATH", refused.People, StringComparison.Ordinal);
        Assert.Contains("'orchestrate worker'", refused.People, StringComparison.Ordinal);
    }

    /// <summary>Characters that systemd.syntax(7) treats specially are escaped; characters that no unit can contain are refused.</summary>
    [Fact]
    public void Text_OfStrangePaths_IsEscaped()
    {
        var unit = new ServiceUnit("/w/100% \"x\" $HOME\\", "0123456789ab", ["/bin/a b"], [KeyValuePair.Create("PATH", "/a:/b%")]);

        Assert.Equal("orchestrate-100---x---home-012345.service", unit.Name);
        Assert.Contains("\nWorkingDirectory=/w/100%% \"x\" $HOME\\\n", unit.Text, StringComparison.Ordinal);
        Assert.Contains("\nEnvironment=\"PATH=/a:/b%%\"\n", unit.Text, StringComparison.Ordinal);
        Assert.Contains("\nExecStart=\"/bin/a b\" \"worker\"\n", unit.Text, StringComparison.Ordinal);
        Assert.Throws<Orchestrator.Runs.UserRequestRefusedException>(() => (unit with { Repository = "/w/a\nExecStart=/bin/evil" }).Text);
    }

    [Theory]
    [InlineData("3000000", null, 3)]
    [InlineData("3000000", "", 3)]
    [InlineData("3000000", "7", 3)]
    [InlineData("3000000", "8", null)]
    [InlineData("0", "7", null)]
    [InlineData("x", "7", null)]
    [InlineData(null, "7", null)]
    public void LimitOf_Variables_CountsThoseOfThisProcess(string? microseconds, string? process, int? seconds)
    {
        var environment = new Dictionary<string, string>();
        Set("WATCHDOG_USEC", microseconds);
        Set("WATCHDOG_PID", process);

        Assert.Equal(seconds, SystemdWatchdogNotifier.LimitOf(environment, 7)?.TotalSeconds);

        void Set(string name, string? value)
        {
            if (value is not null)
            {
                environment[name] = value;
            }
        }
    }

    /// <summary>The command of an installed unit as systemd calls it: it is ready, and gives signs as often as it is asked for.</summary>
    [Fact]
    public async Task Worker_StartedByItsUnit_IsReadyAndGivesSigns()
    {
        using var cli = WithSystemd();
        await cli.RunAsync("service", "install");
        var unit = await File.ReadAllLinesAsync(Directory.GetFiles(UnitsOf(cli))[0]);
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(Path.Combine(cli.Home, "notify")));
        var (shell, pid) = (Path.Combine(cli.Home, "systemd"), Path.Combine(cli.Home, "pid"));
        File.Copy("/bin/sh", shell);
        var running = new ProcessRunner().RunAsync(
            new ChildProcessOptions(shell, "-c", $"{Valued(unit, "ExecStart=")} & echo $! >'{pid}.new'; mv '{pid}.new' '{pid}'; wait $!")
            {
                WorkingDirectory = Valued(unit, "WorkingDirectory="),
                Environment = new Dictionary<string, string?>
                {
                    ["HOME"] = cli.Home,
                    ["NOTIFY_SOCKET"] = Path.Combine(cli.Home, "notify"),
                    ["WATCHDOG_USEC"] = "300000",
                },
                Timeout = TimeSpan.FromMinutes(2),
            }
        );

        var said = new List<string>();
        while (!said.Contains("READY=1") || said.Count(word => word == "WATCHDOG=1") < 3)
        {
            said.Add(await ReceiveAsync(systemd));
        }
        await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -TERM {await File.ReadAllTextAsync(pid)}"));

        Assert.Equal(0, (await running).ExitCode);
    }

    private static string Valued(IEnumerable<string> unit, string key) =>
        unit.Single(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..];

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token)).Trim();
    }

    private static string UnitsOf(CliFixture cli) => Path.Combine(cli.Home, ".config", "systemd", "user");

    private static CliFixture WithSystemd()
    {
        var cli = new CliFixture().WithRepository();
        var programs = Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName;
        Executable(
            Path.Combine(programs, "systemctl"),
            $$"""
            #!/bin/sh
            home='{{cli.Home}}'
            [ "$1" = --user ] || { echo "Access denied" >&2; exit 4; }
            verb=$2
            if [ -f "$home/refuses" ] && [ "$(cat "$home/refuses")" = "$verb" ]; then echo "Refused $verb" >&2; exit 1; fi
            for unit do :; done
            known() { [ -f "$home/loaded/$unit" ] || { echo "Unit $unit not loaded." >&2; exit 5; }; }
            case $verb in
              daemon-reload)
                rm -rf "$home/loaded"; mkdir "$home/loaded"
                cp "$home"/.config/systemd/user/* "$home/loaded/" 2>/dev/null; exit 0 ;;
              enable) known; touch "$home/enabled" ;;
              restart) known; touch "$home/runs" ;;
              disable) known; rm -f "$home/enabled" "$home/runs" ;;
              show)
                case $unit in --property=*) echo Version=252; exit 0 ;; esac
                if [ -f "$home/enabled" ]; then echo UnitFileState=enabled; else echo UnitFileState=; fi
                if [ -f "$home/runs" ]; then echo "ActiveState=active"; echo "SubState=running"; echo "MainPID=$$"
                else echo "ActiveState=inactive"; echo "SubState=dead"; echo "MainPID=0"; fi ;;
              *) echo "Unknown command verb $verb." >&2; exit 1 ;;
            esac
            """
        );
        Executable(Path.Combine(programs, "loginctl"), "#!/bin/sh\necho Linger=no\n");
        cli.Environment["PATH"] = $"{programs}:{cli.Environment["PATH"]}";
        return cli;

        void Executable(string path, string text)
        {
            File.WriteAllText(path, text + "\n");
            cli.Shell($"chmod +x '{path}'");
        }
    }
}
