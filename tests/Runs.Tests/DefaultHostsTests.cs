using Orchestrator.Git.Sharing;
using Orchestrator.Plans;
using Orchestrator.Runs.Sandboxing;
using Orchestrator.Settings;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class DefaultHostsTests
{
    [Fact]
    public void Of_AgentsEcosystemsAndRemotes_NamesTheHostsOfEach()
    {
        var settings = SettingsLoader.Load(new SettingsInput()).Settings!;

        var hosts = DefaultHosts.Of(["claude", "codex"], settings, [Ecosystems.JavaScript, Ecosystems.Python], ["git@github.com:a/b.git"]);

        Assert.Equal(hosts.Order(StringComparer.Ordinal).Distinct(), hosts);
        Assert.All(
            ["api.anthropic.com", "api.openai.com", "registry.npmjs.org", "files.pythonhosted.org", "github.com:22"],
            host => Assert.Contains(host, hosts)
        );
        Assert.Empty(DefaultHosts.Of([], settings, [], []));
    }

    [Fact]
    public void HostsOf_EachKnownAgent_AreNamed()
    {
        var settings = SettingsLoader.Load(new SettingsInput()).Settings!;

        Assert.All(settings.AgentNames, agent => Assert.NotEmpty(settings.HostsOf(agent)));
    }

    [Theory]
    [InlineData("https://github.com/a/b.git", "github.com")]
    [InlineData("https://token@git.example.com:8443/a", "git.example.com:8443")]
    [InlineData("ssh://git@git.example.com/a", "git.example.com:22")]
    [InlineData("ssh://git@git.example.com:2222/a", "git.example.com:2222")]
    [InlineData("git://git.example.com/a", "git.example.com:9418")]
    [InlineData("git@git.example.com:a/b", "git.example.com:22")]
    [InlineData("git.example.com:a", "git.example.com:22")]
    [InlineData("../other", null)]
    [InlineData("/srv/git/a", null)]
    [InlineData("file:///srv/git/a", null)]
    [InlineData("./a:b", null)]
    [InlineData("origin", null)]
    public void HostOf_AddressOfARemote_IsHostAndPort(string address, string? host) => Assert.Equal(host, RemoteAddress.HostOf(address));
}
