using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Orchestrator.TestKit;
using Temporal.Server;
using Temporal.Server.Hosting;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class CallerAuthorizationTests
{
    private const string Ok = "0";
    private const string PermissionDenied = "7";
    private const string Uri = "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo";

    [OtherUserFact]
    public async Task Call_OfAnotherUserOfTheMachine_IsRefusedWithoutAKey()
    {
        await using var server = await ServeAsync(new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) });

        var other = await AskAsync(Connect(server, asOther: true));
        var own = await AskAsync(Connect(server, asOther: false));

        Assert.Equal((PermissionDenied, Ok), (other.Status, own.Status));
        Assert.Contains("user 65534", other.Message, StringComparison.Ordinal);
        Assert.Contains("--api-key", other.Message, StringComparison.Ordinal);
    }

    [OtherUserFact]
    public async Task Call_OfAnotherUserWithAnIPv6Socket_IsRefusedToo()
    {
        await using var server = await ServeAsync(new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) });

        Assert.Equal(PermissionDenied, (await AskAsync(Connect(server, asOther: true, AddressFamily.InterNetworkV6))).Status);
        Assert.Equal(Ok, (await AskAsync(Connect(server, asOther: false, AddressFamily.InterNetworkV6))).Status);
    }

    [OtherUserFact]
    public async Task Call_OfAnotherUser_IsLetInWithTheKeyOrWhereAnyUserIs()
    {
        await using var keyed = await ServeAsync(
            new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), ApiKey = "secret" }
        );
        await using var open = await ServeAsync(
            new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), AllowAnyUser = true }
        );

        Assert.Equal(PermissionDenied, (await AskAsync(Connect(keyed, asOther: true))).Status);
        Assert.Equal(PermissionDenied, (await AskAsync(Connect(keyed, asOther: false))).Status);
        Assert.Equal(Ok, (await AskAsync(Connect(keyed, asOther: true), "secret")).Status);
        Assert.Equal(Ok, (await AskAsync(Connect(open, asOther: true))).Status);
    }

    [Theory]
    [InlineData(1000u, 1000u, true)]
    [InlineData(1000u, 0u, true)]
    [InlineData(1000u, 1001u, false)]
    [InlineData(0u, 1000u, false)]
    [InlineData(1000u, null, false)]
    [InlineData(null, 65534u, false)]
    public void IsOwn_UsersOfBothEnds_LetsInTheSameUserAndRoot(uint? self, uint? peer, bool isOwn) =>
        Assert.Equal(isOwn, CallerAuthorization.IsOwn(self, peer));

    [Fact]
    public void Options_BeyondLoopbackWithoutAKey_AreRefused()
    {
        var address = new IPEndPoint(IPAddress.Any, 0);

        Assert.Throws<InvalidOperationException>(() => new TemporalServer(new TemporalServerOptions { Address = address }));
        Assert.Throws<InvalidOperationException>(() =>
            new TemporalServer(new TemporalServerOptions { Address = address, AllowInsecure = true })
        );
        Assert.Throws<InvalidOperationException>(() =>
            new TemporalServer(new TemporalServerOptions { Address = address, AllowAnyUser = true })
        );
    }

    private static async Task<TemporalServer> ServeAsync(TemporalServerOptions options)
    {
        var server = new TemporalServer(options);
        await server.StartAsync();
        return server;
    }

    // A socket belongs to its creator, even if another process writes into it later.
    private static Socket Connect(TemporalServer server, bool asOther, AddressFamily family = AddressFamily.InterNetwork)
    {
        var port = new Uri(server.Addresses[0]).Port;
        return asOther ? OtherUser.Do(Open) : Open();

        Socket Open()
        {
            var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
            if (family == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = true;
            }

            socket.Connect(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.Loopback.MapToIPv6(), port);
            return socket;
        }
    }

    private static async Task<(string Status, string Message)> AskAsync(Socket socket, string? key = null)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true)),
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1" + Uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (key is not null)
        {
            request.Headers.Add("authorization", "Bearer " + key);
        }

        using var response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        return (Header("grpc-status"), System.Uri.UnescapeDataString(Header("grpc-message")));

        string Header(string name) =>
            string.Concat(
                response.Headers.Concat(response.TrailingHeaders).Where(header => header.Key == name).SelectMany(header => header.Value)
            );
    }

    private sealed class OtherUserFactAttribute : FactAttribute
    {
        public OtherUserFactAttribute() => Skip = OtherUser.IsPossible ? null : "Only root can act as another user.";
    }
}
