using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Orchestrator.TestKit.Rpc;
using Temporal.Server;
using Temporal.Server.Hosting;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Hosting;

/// <summary>A socket file answers clients that take it for a proxy and clients that speak HTTP/2 at once.</summary>
public sealed class ConnectRequestHandlerTests : IAsyncLifetime
{
    private const string Established = "HTTP/1.1 200 OK\r\n\r\n";
    private const string Request = "CONNECT localhost:7233 HTTP/1.1\r\nHost: localhost:7233\r\n\r\n";
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private const int Limit = 8 * 1024;

    private readonly string _socket = Path.Combine(Path.GetTempPath(), "connect-" + Guid.NewGuid().ToString("N")[..12] + ".sock");
    private readonly TemporalServer _server;

    public ConnectRequestHandlerTests() => _server = new TemporalServer(new TemporalServerOptions { SocketPath = _socket });

    public Task InitializeAsync() => _server.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(60)]
    [InlineData(1000)]
    public async Task Request_InPieces_IsAnsweredAndWhatFollowsIsLeft(int size)
    {
        var (accepted, answer, left) = await AcceptAsync(Request + Preface, size);

        Assert.True(accepted);
        Assert.Equal((Established, Preface), (answer, left));
    }

    [Theory]
    [InlineData(Preface)]
    [InlineData("CONNECTED to nothing")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\0\u0001\u0002 rubbish")]
    public async Task AnythingElse_IsLeftAsItIs(string sent)
    {
        var (accepted, answer, left) = await AcceptAsync(sent, 3);

        Assert.True(accepted);
        Assert.Equal(("", sent), (answer, left));
    }

    [Theory]
    [InlineData(Limit, true)]
    [InlineData(Limit + 1, false)]
    public async Task Request_OfALength_IsTakenUpTo8KB(int length, bool isTaken)
    {
        const string Begin = "CONNECT localhost:7233 HTTP/1.1\r\nX: ";
        var request = Begin + new string('x', length - Begin.Length - 4) + "\r\n\r\n";

        var (accepted, answer, _) = await AcceptAsync(request, length);

        Assert.Equal(isTaken, accepted);
        Assert.Equal(isTaken ? Established : "", answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("CONN")]
    [InlineData("CONNECT localhost:7233 HTTP/1.1\r\nHost: loc")]
    public async Task Connection_ThatEndsInMidRequest_IsGivenUp(string sent)
    {
        var (accepted, answer, _) = await AcceptAsync(sent, 5);

        Assert.False(accepted);
        Assert.Equal("", answer);
    }

    [Fact]
    public async Task Socket_AskedAsAProxyAndPlainly_AnswersBothBesideAbuse()
    {
        List<Socket> abusers = [];
        foreach (var sent in (string[])["", "CONN", Request, "rubbish", "CONNECT " + new string('x', 3 * Limit), Request + "rubbish"])
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket));
            await socket.SendAsync(Encoding.ASCII.GetBytes(sent), SocketFlags.None);
            abusers.Add(socket);
        }

        var proxied = await TemporalClient.ConnectAsync(
            new TemporalClientConnectOptions("localhost:7233") { HttpConnectProxy = new HttpConnectProxyOptions("unix:" + _socket) }
        );
        using var plain = new RpcClient("unix:" + _socket);

        Assert.NotEmpty((await proxied.WorkflowService.GetSystemInfoAsync(new GetSystemInfoRequest())).ServerVersion);
        Assert.NotEmpty(
            (
                await plain.CallAsync(
                    "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo",
                    new GetSystemInfoRequest(),
                    GetSystemInfoResponse.Parser
                )
            ).ServerVersion
        );
        abusers.ForEach(socket => socket.Dispose());
    }

    private static async Task<(bool Accepted, string Answer, string Left)> AcceptAsync(string sent, int size)
    {
        var (incoming, outgoing) = (new Pipe(), new Pipe());
        var accepting = ConnectRequestHandler.AcceptAsync(new Transport(incoming.Reader, outgoing.Writer), CancellationToken.None);
        foreach (var piece in Encoding.ASCII.GetBytes(sent).Chunk(size))
        {
            await incoming.Writer.WriteAsync(piece);
            await Task.Yield();
        }

        await incoming.Writer.CompleteAsync();
        var accepted = await accepting;
        await outgoing.Writer.CompleteAsync();
        return (accepted, await RestAsync(outgoing.Reader), await RestAsync(incoming.Reader));
    }

    private static async Task<string> RestAsync(PipeReader reader)
    {
        using var stream = new StreamReader(reader.AsStream(), Encoding.ASCII);
        return await stream.ReadToEndAsync();
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
