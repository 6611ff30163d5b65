namespace Orchestrator.Network.Tests;

public sealed class PolicyTests
{
    private static readonly NetworkVerdict Allowed = new(NetworkDecision.Allowed);

    [Theory]
    [InlineData("example.com", "example.com", 443, true)]
    [InlineData("example.com", "EXAMPLE.com.", 80, true)]
    [InlineData("example.com", "example.com", 22, false)]
    [InlineData("example.com", "a.example.com", 443, false)]
    [InlineData("example.com", "badexample.com", 443, false)]
    [InlineData("*.example.com", "a.b.example.com", 443, true)]
    [InlineData("*.example.com", "example.com", 443, false)]
    [InlineData("*.example.com", "badexample.com", 443, false)]
    [InlineData("example.com:22", "example.com", 22, true)]
    [InlineData("example.com:22", "example.com", 443, false)]
    [InlineData("192.0.2.1:8080", "192.0.2.1", 8080, true)]
    [InlineData("[2001:db8::1]:80", "[2001:db8::1]", 80, true)]
    [InlineData("2001:db8::1", "2001:DB8:0::1", 443, true)]
    [InlineData("localhost:5432", "localhost", 5432, true)]
    [InlineData("localhost:5432", "localhost", 5433, false)]
    public void Decide_EntryAndHost_AreComparedByNameAndPort(string entry, string host, int port, bool isAllowed) =>
        Assert.Equal(isAllowed, ProxyKit.Listed(entry).Decide(RequestedHost.TryParse(host)!, port) == Allowed);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f.1")]
    [InlineData("127.0.0.01")]
    [InlineData("[::1]")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    [InlineData("10.0.0.1")]
    [InlineData("0")]
    [InlineData("localhost")]
    [InlineData("a.localhost")]
    public void Decide_LocalAddressInAnySpelling_IsRefusedInEachModeThatJudges(string host)
    {
        var requested = RequestedHost.TryParse(host)!;

        Assert.Equal(NetworkDecision.Refused, ProxyKit.Listed("*.com", "example.com").Decide(requested, 443).Decision);
        Assert.Equal(NetworkDecision.Refused, NetworkPolicy.Of(NetworkMode.Observe, []).Decide(requested, 443).Decision);
        Assert.Equal(
            NetworkDecision.Refused,
            NetworkPolicy.Of(NetworkMode.None, ["localhost", "10.0.0.1"]).Decide(requested, 443).Decision
        );
        Assert.Equal(Allowed, NetworkPolicy.Of(NetworkMode.Open, []).Decide(requested, 443));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a.com")]
    [InlineData("a..com")]
    [InlineData("exämple.com")]
    [InlineData("a b.com")]
    [InlineData("user@example.com")]
    [InlineData("fe80::1%eth0")]
    [InlineData("example.com/path")]
    public void Host_OfOtherForm_IsNone(string text) => Assert.Null(RequestedHost.TryParse(text));

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("example.com:")]
    [InlineData("example.com:0")]
    [InlineData("example.com:70000")]
    [InlineData("*")]
    [InlineData("*.10.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("a.*.com")]
    public void Of_MalformedEntry_IsRefusedByName(string entry) =>
        Assert.Contains($"'{entry}'", Assert.Throws<FormatException>(() => ProxyKit.Listed(entry)).Message, StringComparison.Ordinal);

    [Fact]
    public void Observe_UnlistedHost_WouldBeRefusedAndPasses()
    {
        var verdict = NetworkPolicy.Of(NetworkMode.Observe, []).Decide(RequestedHost.TryParse("example.com")!, 443);

        Assert.Equal(new NetworkVerdict(NetworkDecision.WouldRefuse, NetworkRefusalReason.NotListed), verdict);
        Assert.True(verdict.IsPassing);
    }

    [Theory]
    [InlineData("example.com", "93.184.216.34", true)]
    [InlineData("example.com", "10.0.0.5", true)]
    [InlineData("*.example.com", "10.0.0.5", false)]
    [InlineData("example.com", "127.0.0.1", false)]
    [InlineData("example.com", "::ffff:127.0.0.1", false)]
    [InlineData("example.com", "64:ff9b::7f00:1", false)]
    [InlineData("example.com", "169.254.169.254", false)]
    [InlineData("example.com", "fd00:ec2::254", false)]
    [InlineData("example.com", "0.0.0.0", false)]
    [InlineData("example.com", "224.0.0.1", false)]
    [InlineData("example.com,127.0.0.1", "127.0.0.1", true)]
    [InlineData("example.com,127.0.0.1:5432", "127.0.0.1", false)]
    [InlineData("example.com,localhost", "127.0.0.1", false)]
    public void DecideAddress_OfListedHost_MustBePublicOrNamed(string allow, string address, bool isAllowed)
    {
        var host = RequestedHost.TryParse(allow[0] == '*' ? "a.example.com" : "example.com")!;

        var verdict = ProxyKit.Listed(allow.Split(',')).DecideAddress(host, 443, IPAddress.Parse(address), isOwn: false);

        Assert.Equal(isAllowed, verdict == Allowed);
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("192.168.1.5")]
    public void DecideAddress_OfThisMachine_IsRefusedUnlessItIsNamed(string address)
    {
        var host = RequestedHost.TryParse("example.com")!;

        Assert.Equal(
            NetworkRefusalReason.OwnMachine,
            ProxyKit.Listed("example.com").DecideAddress(host, 443, IPAddress.Parse(address), isOwn: true).Reason
        );
        Assert.Equal(
            NetworkRefusalReason.OwnMachine,
            NetworkPolicy.Of(NetworkMode.Observe, []).DecideAddress(host, 443, IPAddress.Parse(address), isOwn: true).Reason
        );
        Assert.Equal(Allowed, ProxyKit.Listed("example.com", address).DecideAddress(host, 443, IPAddress.Parse(address), isOwn: true));
    }

    [Fact]
    public void ForwardedPorts_OfEntries_AreThoseOfLocalhostThatCanBeOpened() =>
        Assert.Equal(
            [5432, 6379],
            ProxyKit
                .Listed("localhost:6379", "localhost:5432", "localhost:80", "localhost", "example.com:9000", "localhost:5432")
                .ForwardedPorts
        );

    [Fact]
    public void Text_OfEachReason_IsASentence() =>
        Assert.All(
            Enum.GetValues<NetworkRefusalReason>(),
            reason =>
                Assert.EndsWith(
                    reason is NetworkRefusalReason.NotListed or NetworkRefusalReason.AddressLiteral ? "example.com" : "",
                    NetworkRefusalFormatter.Of(NetworkVerdict.Refuse(reason, "detail"), "example.com", 443),
                    StringComparison.Ordinal
                )
        );

    [Fact]
    public void Text_OfAnUnlistedHost_NamesSettingAndCommand() =>
        Assert.Equal(
            "orchestrate refused example.com:443: it is not in permissions.network.allow. The user can allow it with: "
                + "orchestrate network allow example.com",
            NetworkRefusalFormatter.Of(NetworkVerdict.Refuse(NetworkRefusalReason.NotListed), "example.com", 443)
        );
}
