using System.Globalization;
using Orchestrator.Agents.Tests;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A confined step has the machine's network, and with it the names of all sockets. It calls each of them; what the process that
/// works on its run listens on must not answer: the engine, and what the runtime offers to debuggers.</summary>
public sealed class ConfinedSocketsTests
{
    /// <summary>Calls every socket that somebody listens on, with a file, without one, and on a port, and prints which answer.</summary>
    private const string CallAll = """
        const fs = require('fs'), net = require('net');
        const lines = name => { try { return fs.readFileSync(name, 'utf8').trim().split('\n').slice(1); } catch { return []; } };
        const unix = lines('/proc/net/unix').map(line => line.trim().split(/\s+/)).filter(c => c[3] === '00010000' && c[7]).map(c => c[7]);
        const ports = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(lines).map(line => line.trim().split(/\s+/)).filter(c => c[3] === '0A')
          .map(c => parseInt(c[1].split(':').pop(), 16));
        const call = (name, to) => new Promise(done => {
          const end = answer => { socket.destroy(); done(answer); };
          const socket = net.connect(to, () => end(name));
          socket.on('error', () => end(null));
          socket.setTimeout(2000, () => end(null));
        });
        Promise.all([...unix.map(name => call(name, { path: name.replace(/^@/, '\0') })),
                     ...ports.map(port => call('port ' + port, { port, host: '127.0.0.1' }))])
          .then(answers => fs.writeFileSync('a.txt', [...new Set(answers.filter(x => x)), 'end'].join('\n') + '\n'));
        """;

    [BubblewrapFact]
    public async Task Run_ConfinedAgentThatCallsEverySocket_ReachesNoneOfItsRunsProcess()
    {
        using var cli = new CliFixture().WithRepository();
        // Not where temporary files usually are: what is in the home can be read from the sandbox.
        var temporary = Directory.CreateDirectory(Path.Combine(cli.Home, "tmp")).FullName;
        var meet = Directory.CreateDirectory(Path.Combine(cli.Home, "meet")).FullName;
        var script = Path.Combine(cli.Home, "call.js");
        await File.WriteAllTextAsync(script, CallAll);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, -c, 'touch {meet}/here; while [ ! -e {meet}/go ]; do sleep 0.1; done; node "
                + $"{script}']}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: on, paths: [~/meet], read: [~/call.js]}}\n"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: grep -q end a.txt}]}\n"
        );
        var variables = new Dictionary<string, string?>
        {
            ["HOME"] = cli.Home,
            ["TMPDIR"] = temporary,
            [Unconfined.Variable] = null,
            ["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache"),
        };
        var log = Path.Combine(cli.Home, "log");

        var run = await new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(OrchestrateProgram.Path, ["run", "--yes"])
            {
                WorkingDirectory = cli.Folder,
                Environment = variables,
                OutputFile = log,
                ErrorFile = log,
            }
        );
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(meet, "here")) || !run.IsAlive());
        var ours = ListenedOnBy(run.ProcessId);
        await File.WriteAllTextAsync(Path.Combine(meet, "go"), "");
        await Eventually.TrueAsync(() => !run.IsAlive());

        Assert.Equal(["dotnet-diagnostic", "engine.sock"], ours.Select(KindOf).Order(StringComparer.Ordinal));
        var answered = cli.Git("show", "main:a.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("end", answered);
        Assert.Empty(ours.Intersect(answered));
    }

    private static string KindOf(string socket) =>
        Path.GetFileName(socket) is var name && name.StartsWith("dotnet-diagnostic", StringComparison.Ordinal) ? "dotnet-diagnostic" : name;

    /// <summary>Names of sockets (those without a file begin with "@") and ports that a process listens on.</summary>
    private static List<string> ListenedOnBy(int process)
    {
        var inodes = Directory
            .EnumerateFileSystemEntries($"/proc/{process}/fd")
            .Select(file => new FileInfo(file).LinkTarget ?? "")
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target["socket:[".Length..^1])
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Rows("/proc/net/unix")
                .Where(row => row is [_, _, _, "00010000", _, _, var inode, _] && inodes.Contains(inode))
                .Select(row => row[7]),
            .. ((string[])["/proc/net/tcp", "/proc/net/tcp6"])
                .SelectMany(Rows)
                .Where(row => row[3] == "0A" && inodes.Contains(row[9]))
                .Select(row => $"port {int.Parse(row[1].Split(':')[^1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)}"),
        ];

        static IEnumerable<string[]> Rows(string table) =>
            File.ReadLines(table).Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
