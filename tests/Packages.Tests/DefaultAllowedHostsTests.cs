using Orchestrator.Gates.Packages.Hosts;
using Orchestrator.Plans;

namespace Orchestrator.Packages.Tests;

public sealed class DefaultAllowedHostsTests
{
    [Fact]
    public void Of_AgentsEcosystemsAndRemotes_NamesTheHostsOfEachOnce()
    {
        var hosts = DefaultAllowedHosts.Of(
            ["api.example.com"],
            [Ecosystems.Of("Go"), Ecosystems.Of("Go"), Ecosystems.Of(".NET")],
            ["git@git.example.com:a/b.git", "/srv/git/a"]
        );

        Assert.Equal(["api.example.com", "api.nuget.org", "git.example.com:22", "proxy.golang.org", "sum.golang.org"], hosts);
        Assert.Empty(DefaultAllowedHosts.Of([], [], []));
    }

    [Fact]
    public void Hosts_OfEcosystemsThatInstall_AreNamed() =>
        Assert.All(Ecosystems.All.Where(row => row.Managers.Any(manager => manager.Installs)), row => Assert.NotEmpty(row.Hosts));
}
