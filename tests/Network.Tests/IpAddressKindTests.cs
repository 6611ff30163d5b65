using FsCheck.Fluent;

namespace Orchestrator.Network.Tests;

public sealed class IpAddressKindTests
{
    [Theory]
    [InlineData("8.8.8.8", IpAddressKind.Public)]
    [InlineData("172.15.255.255", IpAddressKind.Public)]
    [InlineData("172.16.0.0", IpAddressKind.Private)]
    [InlineData("172.31.255.255", IpAddressKind.Private)]
    [InlineData("172.32.0.0", IpAddressKind.Public)]
    [InlineData("100.63.255.255", IpAddressKind.Public)]
    [InlineData("100.64.0.0", IpAddressKind.Private)]
    [InlineData("100.100.100.200", IpAddressKind.LinkLocal)]
    [InlineData("168.63.129.16", IpAddressKind.LinkLocal)]
    [InlineData("127.255.255.255", IpAddressKind.Loopback)]
    [InlineData("255.255.255.255", IpAddressKind.Unusable)]
    [InlineData("2606:4700::1111", IpAddressKind.Public)]
    [InlineData("::", IpAddressKind.Unusable)]
    [InlineData("::1", IpAddressKind.Loopback)]
    [InlineData("::127.0.0.1", IpAddressKind.Unusable)]
    [InlineData("::ffff:10.0.0.1", IpAddressKind.Private)]
    [InlineData("64:ff9b::a9fe:a9fe", IpAddressKind.LinkLocal)]
    [InlineData("64:ff9b:1::1", IpAddressKind.Unusable)]
    [InlineData("2002:7f00:1::", IpAddressKind.Unusable)]
    [InlineData("2001:0:1::", IpAddressKind.Unusable)]
    [InlineData("fe80::1", IpAddressKind.LinkLocal)]
    [InlineData("fec0::1", IpAddressKind.Unusable)]
    [InlineData("fd12::1", IpAddressKind.Private)]
    [InlineData("ff02::1", IpAddressKind.Multicast)]
    public void Of_KnownAddress_IsItsKind(string address, IpAddressKind kind) =>
        Assert.Equal(kind, IpAddressClassifier.Of(IPAddress.Parse(address)));

    [Fact]
    public void Of_AnyIPv4_IsTheSameWithinIPv6()
    {
        var property = Prop.ForAll(
            ArbMap.Default.ArbFor<uint>(),
            bits =>
            {
                var plain = new IPAddress(bits);
                var translated = IPAddress.Parse("64:ff9b::").GetAddressBytes();
                plain.GetAddressBytes().CopyTo(translated, 12);
                return IpAddressClassifier.Of(plain) == IpAddressClassifier.Of(plain.MapToIPv6())
                    && IpAddressClassifier.Of(plain) == IpAddressClassifier.Of(new IPAddress(translated));
            }
        );
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000), property);
    }

    [Fact]
    public void TryParse_AnyAddressSpelledByTheSystem_IsThatAddress()
    {
        var property = Prop.ForAll(
            ArbMap.Default.ArbFor<uint>(),
            bits => new IPAddress(bits) is var address && address.Equals(RequestedHost.TryParse(address.ToString())!.Address)
        );
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000), property);
    }

    [Fact]
    public void TryParse_AnyNumber_IsALiteralThatIsNoName()
    {
        var property = Prop.ForAll(
            ArbMap.Default.ArbFor<uint>(),
            number =>
                RequestedHost.TryParse($"{number}") is { IsLiteral: true, Address: null }
                && RequestedHost.TryParse($"0x{number:x}") is { IsLiteral: true, Address: null }
        );
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure, property);
    }
}
