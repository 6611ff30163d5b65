using System.Text.Json.Nodes;
using Orchestrator.Agents.Tests;
using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Programs that make sandboxes in place of bubblewrap (<c>permissions.runner</c>).</summary>
public sealed class RunnerTests
{
    /// <summary>A runner that implements the description with bubblewrap and records it.</summary>
    private const string Scripted = """
        const [, , text, ...program] = process.argv;
        const told = JSON.parse(text);
        require('fs').appendFileSync(__dirname + '/told.jsonl', text + '\n');
        const words = ['--unshare-pid', '--dev', '/dev', '--proc', '/proc'];
        for (const mount of told.mounts) {
          switch (mount.kind) {
            case 'read': words.push('--ro-bind', mount.source, mount.path); break;
            case 'write': words.push('--bind', mount.source, mount.path); break;
            case 'device': words.push('--dev-bind', mount.source, mount.path); break;
            case 'empty': words.push('--perms', mount.mode, '--tmpfs', mount.path); break;
            case 'link': words.push('--symlink', mount.target, mount.path); break;
          }
        }
        const before = [];
        if (told.network) {
          words.push('--unshare-net', '--ro-bind', told.network.socket, told.network.path);
          const opener = told.network.opener.map(word => `'${word}'`).join(' ');
          before.push('/bin/sh', '-c', `${opener} </dev/null || exit 96; exec "$@"`, 'sh');
        }
        for (const folder of told.closed) words.push('--remount-ro', folder);
        for (const [name, value] of Object.entries(told.variables)) words.push('--setenv', name, value);
        const environment = Object.fromEntries(told.environment.map(name => [name, process.env[name]]));
        const options = { stdio: 'inherit', env: environment };
        const ended = require('child_process').spawnSync('bwrap', [...words, '--', ...before, ...program], options);
        process.exit(ended.status ?? 1);
        """;

    [BubblewrapFact]
    public async Task Run_ScriptedRunner_ConfinesAgentsAndGatesByTheDescription()
    {
        using var cli = Begin(out var folder);
        var node = ProgramLocator.Find("node")!;
        await File.WriteAllTextAsync(Path.Combine(folder, "runner.js"), Scripted);
        Configure(cli, $"[{node}, {folder}/runner.js]");

        await cli.TrustAsync();
        var check = await cli.RunAsync("check");
        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains(node, check.Output, StringComparison.Ordinal);
        Assert.Equal("hidden\nloopback alone", cli.Git("show", "HEAD:a.txt").Trim());
        var told = (await File.ReadAllLinesAsync(Path.Combine(folder, "told.jsonl"))).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(told, one => Assert.Equal(1, (int)one["schema"]!));
        Assert.Contains(told, one => one["environment"]!.AsArray().Any(name => (string)name! == "ORCHESTRATOR_START"));
        Assert.Contains(told, one => one["network"] is not null);
    }

    /// <summary>A runner that starts the program without a sandbox must be detected.</summary>
    [BubblewrapFact]
    public async Task Run_RunnerThatDoesNotConfine_StartsNoAgent()
    {
        using var cli = Begin(out var folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "runner.sh"), "shift; exec \"$@\"\n");
        Configure(cli, $"[/bin/sh, {folder}/runner.sh]");

        await cli.TrustAsync();
        var check = await cli.RunAsync("check");
        var run = await cli.RunAsync("run", "--yes");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("permissions.runner", check.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "started")));
    }

    private static CliFixture Begin(out string folder)
    {
        var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        folder = Directory.CreateDirectory(Path.Combine(cli.Home, "tools")).FullName;
        File.WriteAllText(
            Path.Combine(cli.Home, "agent.sh"),
            $$"""
            touch '{{folder}}/started' 2>/dev/null
            if [ -e '{{folder}}/told.jsonl' ]; then echo seen; else echo hidden; fi >a.txt
            if [ "$(grep -c : /proc/net/dev)" = 1 ]; then echo 'loopback alone'; else echo network; fi >>a.txt
            """
        );
        cli.Write(
            "tasks.yaml",
            "tasks: [{id: a, description: A, files_write: [a.txt], "
                + "verification: [{command: 'test -s a.txt && test -L /run/orchestrate-sandbox'}]}]\n"
        );
        return cli;
    }

    private static void Configure(CliFixture cli, string runner) =>
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/bash, \"{cli.Home}/agent.sh\"]}}}}\ndisk: {{reserve: 1}}\n"
                + $"permissions: {{runner: {runner}}}\n"
        );
}
