using System.Net.Security;
using Orchestrator.TestKit;

namespace Orchestrator.Network.Tests;

public sealed class ClientHelloTests
{
    [Fact]
    public async Task Read_HelloOfARealClient_HasItsName()
    {
        var hello = await Hellos.OfAsync("Example.com");

        Assert.Equal((ClientHelloKind.Tls, "example.com"), ClientHello.Read(hello));
    }

    [Fact]
    public async Task Read_EachBeginningOfAHello_AsksForMore()
    {
        var hello = await Hellos.OfAsync("example.com");

        Assert.All(
            Enumerable.Range(0, hello.Length),
            count => Assert.Equal(ClientHelloKind.Incomplete, ClientHello.Read(hello.AsSpan(0, count)).Kind)
        );
    }

    [Fact]
    public async Task Read_HelloInSeveralRecords_HasItsName()
    {
        var hello = await Hellos.OfAsync("example.com");
        var split = hello[5..].Chunk(7).SelectMany(part => (IEnumerable<byte>)[22, 3, 1, 0, (byte)part.Length, .. part]).ToArray();

        Assert.Equal((ClientHelloKind.Tls, "example.com"), ClientHello.Read(split));
    }

    [Fact]
    public async Task Read_HelloWithoutAName_IsTlsWithoutOne() =>
        Assert.Equal((ClientHelloKind.Tls, ""), ClientHello.Read(await Hellos.OfAsync("")));

    [Fact]
    public async Task Read_DamagedHello_NeverThrows()
    {
        var hello = await Hellos.OfAsync("example.com");
        Random random = new(7);

        for (var round = 0; round < 5000; round++)
        {
            var damaged = hello.ToArray();
            for (var place = 0; place < 3; place++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            Assert.DoesNotContain('\n', ClientHello.Read(damaged).ServerName.Replace("\n", "", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("S")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public void Read_OtherProtocol_IsNotTls(string text) =>
        Assert.Equal(ClientHelloKind.NotTls, ClientHello.Read(Encoding.ASCII.GetBytes(text)).Kind);
}

/// <summary>ClientHellos as .NET's client sends them.</summary>
internal static class Hellos
{
    public static async Task<byte[]> OfAsync(string name)
    {
        using Recorder recorder = new();
        await using SslStream tls = new(recorder);
        await Assert.ThrowsAnyAsync<IOException>(() =>
            tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, Eventually.Timeout())
        );
        return recorder.Written.ToArray();
    }

    private sealed class Recorder : Stream
    {
        public MemoryStream Written { get; } = new();
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => 0;
        public override long Position { get; set; }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override long Seek(long offset, SeekOrigin origin) => 0;

        public override void SetLength(long value) { }

        public override void Write(byte[] buffer, int offset, int count) => Written.Write(buffer, offset, count);
    }
}
