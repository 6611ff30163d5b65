using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>network</c>: connections of a run's sandboxes from its logs, and the list of allowed hosts.</summary>
public sealed class NetworkCommandTests
{
    private static readonly string Log = string.Join(
        '\n',
        """{"registration":"r","time":"2026-11-27T00:00:00Z","labels":{"task":"a","role":"agent"},"mode":"Listed","allow":[]}""",
        Entry("api.example.com", 443, """ "Allowed","address":"93.184.216.34","up":1500,"down":2500000,"count":1 """),
        Entry("api.anthropic.com", 443, """ "Allowed","up":1000,"down":2000,"count":1,"requests":1 """),
        Entry("api.anthropic.com", 443, """ "Allowed","up":1000,"down":2000,"count":0,"requests":1 """),
        Entry("other.example.com", 443, """ "Refused","reason":"NotListed","count":1 """),
        Entry("other.example.com", 443, """ "Refused","reason":"NotListed","count":41 """),
        Entry("git.example.com", 22, """ "WouldRefuse","reason":"NotListed","up":1,"down":1,"count":1 """),
        Entry("0x7f.1", 80, """ "Refused","reason":"AddressLiteral","count":1 """),
        ""
    );

    [Fact]
    public async Task Network_LogsOfARun_AreSummedUpByHostAndDecision()
    {
        using var cli = await RunAsync();

        var shown = await cli.RunAsync("network");
        var json = await cli.RunAsync("network", "--json");

        Assert.Contains(
            "a  agent  api.example.com:443  allowed, 1 connection, 1.5 kB up, 2.5 MB down\n",
            shown.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("a  agent  api.anthropic.com:443  allowed, 1 connection, 2 requests, 2", shown.Output, StringComparison.Ordinal);
        Assert.Contains("a  agent  other.example.com:443  refused, 42 connections\n", shown.Output, StringComparison.Ordinal);
        Assert.Contains("a  agent  git.example.com:22  would be refused, 1 connection", shown.Output, StringComparison.Ordinal);
        var refused = json.Json["connections"]!.AsArray().Single(one => one!["host"]!.GetValue<string>() == "other.example.com")!;
        Assert.Equal(("refused", "notListed", 42), ((string)refused["decision"]!, (string)refused["reason"]!, (int)refused["count"]!));
    }

    [Fact]
    public async Task Allow_HostsOfARun_AreAddedToThoseThatAreThere()
    {
        using var cli = await RunAsync();

        var first = await cli.RunAsync("network", "allow", "localhost:5432");
        var second = await cli.RunAsync("network", "allow", "--from", "run-");
        var again = await cli.RunAsync("network", "allow", "localhost:5432");

        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, again.ExitCode));
        Assert.Contains("Allowed: git.example.com:22, other.example.com.", second.Output, StringComparison.Ordinal);
        Assert.Equal(
            "[\"localhost:5432\", \"git.example.com:22\", other.example.com]\n",
            (await cli.RunAsync("config", "get", "permissions.network.allow")).Output
        );
        Assert.Contains("already contains these hosts", again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("0x7f.1")]
    [InlineData("example.com/path")]
    public async Task Allow_WhatIsNoHost_IsRefused(string host)
    {
        using var cli = new CliFixture().WithRepository();

        var command = await cli.RunAsync("network", "allow", host);
        var setting = await cli.RunAsync("config", "set", "permissions.network.allow", $"[\"{host}\"]");

        Assert.Equal((2, 2), (command.ExitCode, setting.ExitCode));
        Assert.Contains($"'{host}' is not a valid host.", command.People, StringComparison.Ordinal);
        Assert.Contains($"'{host}' is not a valid host.", setting.People, StringComparison.Ordinal);
    }

    private static string Entry(string host, int port, string decision) =>
        $$"""{"time":"2026-11-27T00:00:00Z","host":"{{host}}","port":{{port}},"decision":{{decision}}}""";

    private static async Task<CliFixture> RunAsync()
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent("echo one > one.txt");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write("tasks.yaml", "tasks: [{id: a, description: A, files_write: [one.txt]}]\n");
        var ran = await cli.RunAsync("run", "tasks.yaml", "--yes", "--run-id", "run-night");
        Assert.True(ran.ExitCode == 0, ran.People);
        cli.Write(".orchestrator/runs/run-night/network/a-1.jsonl", Log);
        return cli;
    }
}
