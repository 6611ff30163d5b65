using Orchestrator.Git.Sharing;

namespace Orchestrator.Git.Tests;

public sealed class GitRemoteAddressInspectorTests
{
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
    public void HostOf_AddressOfARemote_IsHostAndPort(string address, string? host) =>
        Assert.Equal(host, GitRemoteAddressInspector.HostOf(address));
}
