using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Orchestrator.TestKit.Rpc;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Hosting;

/// <summary>Compressed requests are answered compressed, also through the proxy of the tests.</summary>
public sealed class CompressionTests
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";

    [Fact]
    public async Task CompressedRequest_IsAnsweredCompressed()
    {
        await using var server = await TestServer.StartAsync();

        var (encoding, flag, message) = await CallAsync(server, new DescribeNamespaceRequest { Namespace = "default" }, compressed: true);

        Assert.Equal(("gzip", 1), (encoding, flag));
        Assert.Equal("default", DescribeNamespaceResponse.Parser.ParseFrom(message).NamespaceInfo.Name);
    }

    [Fact]
    public async Task PlainRequest_IsAnsweredPlain()
    {
        await using var server = await TestServer.StartAsync();

        var (encoding, flag, message) = await CallAsync(server, new DescribeNamespaceRequest { Namespace = "default" }, compressed: false);

        Assert.Equal(("", 0), (encoding, flag));
        Assert.Equal("default", DescribeNamespaceResponse.Parser.ParseFrom(message).NamespaceInfo.Name);
    }

    [Fact]
    public async Task CompressedRequest_WhoseAnswerIsEmpty_IsAnsweredPlain()
    {
        await using var server = await TestServer.StartAsync();
        await server.StartWorkflowAsync("w");

        var (_, flag, message) = await CallAsync(
            server,
            new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = "w" },
            },
            compressed: true
        );

        Assert.Equal(0, flag);
        Assert.Empty(message);
    }

    private static async Task<(string Encoding, byte Flag, byte[] Message)> CallAsync(TestServer server, IMessage request, bool compressed)
    {
        await using var proxy = await RpcProxy.StartAsync(server.Server.Addresses[0]);
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        using var call = new HttpRequestMessage(
            HttpMethod.Post,
            $"http://{proxy.Address}{Service}{request.GetType().Name[..^"Request".Length]}"
        )
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(compressed ? Compressed(request.ToByteArray()) : RpcFrame.Of(request.ToByteArray())),
        };
        call.Content.Headers.ContentType = new("application/grpc");
        call.Headers.TE.Add(new("trailers"));
        call.Headers.TryAddWithoutValidation("grpc-accept-encoding", "gzip");
        if (compressed)
        {
            call.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        }

        using var answer = await client.SendAsync(call, CancellationToken.None);
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal("0", Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")));
        Assert.DoesNotContain(answer.TrailingHeaders, trailer => trailer.Key == "grpc-encoding");
        var encoding = answer.Headers.TryGetValues("grpc-encoding", out var values) ? string.Join(',', values) : "";
        return (encoding == "identity" ? "" : encoding, body[0], RpcFrame.Read(body));
    }

    private static byte[] Compressed(byte[] message)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(message);
        }

        var framed = new byte[RpcFrame.PrefixLength + packed.Length];
        framed[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), (int)packed.Length);
        packed.ToArray().CopyTo(framed, RpcFrame.PrefixLength);
        return framed;
    }
}
