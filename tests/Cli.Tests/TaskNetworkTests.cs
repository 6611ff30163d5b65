using System.Net;
using System.Net.Sockets;
using Orchestrator.Agents.Tests;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Hosts of one task or one gate: no other program of the run reaches them.</summary>
public sealed class TaskNetworkTests
{
    [BubblewrapFact]
    public async Task Run_HostsOfATaskAndAGate_AreReachedByItsAgentAndByThatGateAlone()
    {
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        var port = ((IPEndPoint)service.LocalEndpoint).Port;
        var reach = $"bash -c \"exec 3<>/dev/tcp/127.0.0.1/{port}\" 2>/dev/null";
        using var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        var agent = cli.WriteAgent(
            $"if {reach}; then echo reached; else echo refused; fi > $ORCHESTRATOR_TASK.txt\n"
                + "[ $ORCHESTRATOR_TASK = a ] || curl -s -m 10 http://unlisted.example/ >/dev/null || true\n"
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
                + $"permissions: {{sandbox: on, read: [\"{agent}\"]}}\n"
        );
        cli.Write(
            "tasks.yaml",
            $$"""
            tasks:
              - id: a
                description: A
                files_write: [a.txt]
                network: ["localhost:{{port}}"]
                verification:
                  - {command: '! {{reach}}', description: a gate without hosts}
                  - {command: '{{reach}}', description: a gate with a host, network: ["localhost:{{port}}"]}
              - {id: b, description: B, files_write: [b.txt], verification: [{command: test -s b.txt}]}
            """
        );

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(("reached\n", "refused\n"), (cli.Git("show", "main:a.txt"), cli.Git("show", "main:b.txt")));
        var connections = (await cli.RunAsync("network", "--json")).Json["connections"]!.AsArray();
        var refused = connections.Where(one => (string)one!["decision"]! == "refused").Select(one => (string)one!["task"]!);
        Assert.Equal(["b"], refused.Distinct());
    }

    [Fact]
    public async Task Validate_WhatIsNoHost_IsNamedWithItsPlace()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - id: a\n    description: A\n    network: [\"https://example.com\"]\n"
                + "    verification: [{command: \"true\", network: [example.com/path]}]\n"
        );

        var validated = await cli.RunAsync("validate", "tasks.yaml");

        Assert.NotEqual(0, validated.ExitCode);
        var text = validated.Output + validated.People;
        Assert.Contains("'https://example.com' is not a valid host.", text, StringComparison.Ordinal);
        Assert.Contains("'example.com/path' is not a valid host.", text, StringComparison.Ordinal);
        Assert.Contains("tasks.yaml:4:", text, StringComparison.Ordinal);
    }
}
