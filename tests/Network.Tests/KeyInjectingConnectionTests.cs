using Orchestrator.TestKit;

namespace Orchestrator.Network.Tests;

/// <summary>Requests with a placeholder in place of a key, by real sockets and a scripted service.</summary>
public sealed class KeyInjectingConnectionTests : IDisposable
{
    private const string Placeholder = "orchestrate-0123";
    private const string Key = "real-key";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private readonly KeyedKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Theory]
    [InlineData("x-api-key: " + Placeholder, "x-api-key: " + Key)]
    [InlineData("Authorization: Bearer " + Placeholder, "Authorization: Bearer " + Key)]
    [InlineData("authorization: bearer " + Placeholder, "authorization: Bearer " + Key)]
    [InlineData("X-Goog-Api-Key: " + Placeholder, "X-Goog-Api-Key: " + Key)]
    public async Task Request_Placeholder_IsReplacedByTheKey(string sent, string received)
    {
        using var client = _kit.Connect("http://example.com/", async service => await service.AnswerAsync(Ok));

        var answer = await ProxyKit.AskAsync(
            client,
            ProxyKit.Bytes($"POST /v1/messages?beta=true HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n{sent}\r\nContent-Length: 5\r\n\r\nhello")
        );

        Assert.Equal(Ok, answer);
        var head = Assert.Single(_kit.Heads);
        Assert.StartsWith("POST /v1/messages?beta=true HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"\r\n{received}\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\nHost: example.com\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain(Placeholder, head, StringComparison.Ordinal);
        await _kit.Served;
        var entry = Assert.Single(_kit.Entries);
        Assert.Equal(
            ("example.com", 80, NetworkDecision.Allowed, 1L, 1L, 5L, 2L),
            (entry.Host, entry.Port, entry.Decision, entry.Requests, entry.Count, entry.Up, entry.Down)
        );
    }

    [Theory]
    [InlineData("x-api-key: orchestrate-0124")]
    [InlineData("x-api-key: of somebody else")]
    [InlineData("Authorization: Basic " + Placeholder)]
    [InlineData("x-api-key: " + Placeholder + "\r\nAuthorization: Bearer other")]
    [InlineData("Accept: */*")]
    public async Task Request_AnotherCredential_IsRefusedWithTheSentence(string header)
    {
        using var client = _kit.Connect("http://example.com/", _ => Task.CompletedTask);

        var answer = await ProxyKit.AskAsync(client, ProxyKit.Bytes($"GET /v1/models HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("its credential is missing or is not the placeholder of this sandbox", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Dialed);
        Assert.Equal(NetworkRefusalReason.Credential, (await _kit.Served)!.Reason);
    }

    /// <summary>Codex repeats a WebSocket five times after each other status.</summary>
    [Fact]
    public async Task Request_WebSocket_IsAnsweredWithUpgradeRequired()
    {
        using var client = _kit.Connect("http://example.com/", _ => Task.CompletedTask);

        var answer = await ProxyKit.AskAsync(
            client,
            ProxyKit.Bytes(
                $"GET /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Placeholder}\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\n\r\n"
            )
        );

        Assert.StartsWith("HTTP/1.1 426 Upgrade Required\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Dialed);
    }

    [Fact]
    public async Task Request_ServiceWithAPath_GetsItBeforeTheRequests()
    {
        using var client = _kit.Connect("http://example.com:8080/anthropic/", async service => await service.AnswerAsync(Ok));

        await ProxyKit.AskAsync(client, Request("GET", "/v1/models"));

        Assert.StartsWith("GET /anthropic/v1/models HTTP/1.1\r\n", Assert.Single(_kit.Heads), StringComparison.Ordinal);
        Assert.Equal(8080, Assert.Single(_kit.Dialed).Port);
    }

    [Theory]
    [InlineData("/../admin")]
    [InlineData("/%2e%2e/admin")]
    public async Task Request_PathThatLeadsOutOfTheServices_IsRefused(string path)
    {
        using var client = _kit.Connect("http://example.com/anthropic", _ => Task.CompletedTask);

        var answer = await ProxyKit.AskAsync(client, Request("GET", path));

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Dialed);
    }

    [Theory]
    [InlineData("//other.com/v1")]
    [InlineData("/@other.com/v1")]
    public async Task Request_PathThatLooksLikeAHost_StaysWithTheService(string path)
    {
        using var client = _kit.Connect("http://example.com", async service => await service.AnswerAsync(Ok));

        await ProxyKit.AskAsync(client, Request("GET", path));

        Assert.Contains("\r\nHost: example.com\r\n", Assert.Single(_kit.Heads), StringComparison.Ordinal);
        Assert.Equal(IPAddress.Parse(ProxyKit.Site), Assert.Single(_kit.Dialed).Address);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: -5")]
    public async Task Request_BodyOfUnclearLength_IsRefused(string framing)
    {
        using var client = _kit.Connect("http://example.com", _ => Task.CompletedTask);

        var answer = await ProxyKit.AskAsync(
            client,
            ProxyKit.Bytes($"POST /v1 HTTP/1.1\r\nHost: a\r\nx-api-key: {Placeholder}\r\n{framing}\r\n\r\nhello")
        );

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Dialed);
    }

    [Fact]
    public async Task Request_SeveralOnOneConnection_AreAnsweredInOrder()
    {
        using var client = _kit.Connect(
            "http://example.com",
            async service =>
            {
                for (var number = 1; number <= 3; number++)
                {
                    await service.AnswerAsync($"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}");
                }
            }
        );

        // Pipelined: the second and third come before the first was answered.
        var answer = await ProxyKit.AskAsync(client, Request("GET", "/1"), Request("POST", "/2", "body"), Request("GET", "/3"));

        Assert.Equal(
            string.Concat(Enumerable.Range(1, 3).Select(number => $"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}")),
            answer
        );
        Assert.Equal(["/1", "/2", "/3"], _kit.Heads.Select(head => head.Split(' ')[1]));
        Assert.Single(_kit.Dialed);
        await _kit.Served;
        Assert.Equal((3, 1), (_kit.Entries.Sum(entry => entry.Requests), _kit.Entries.Sum(entry => entry.Count)));
    }

    [Fact]
    public async Task Request_AnotherCredentialAfterAGoodOne_IsRefused()
    {
        using var client = _kit.Connect("http://example.com", async service => await service.AnswerAsync(Ok));

        var answer = await ProxyKit.AskAsync(
            client,
            Request("GET", "/1"),
            ProxyKit.Bytes("GET /2 HTTP/1.1\r\nHost: a\r\nx-api-key: mine\r\n\r\n")
        );

        Assert.StartsWith(Ok + "HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.Single(_kit.Heads);
    }

    [Theory]
    [InlineData("GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n")]
    [InlineData("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")]
    public async Task Request_ForTheProxyAfterOneForTheService_IsRefused(string other)
    {
        using var client = _kit.Connect("http://example.com", async service => await service.AnswerAsync(Ok));

        var answer = await ProxyKit.AskAsync(client, Request("GET", "/1"), ProxyKit.Bytes(other));

        Assert.StartsWith(Ok + "HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_Events_ArriveOneByOne()
    {
        TaskCompletionSource seen = new();
        using var client = _kit.Connect(
            "http://example.com",
            async service =>
            {
                await service.AnswerAsync(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\none\n\n\n\r\n"
                );
                await seen.Task;
                await service.SendAsync("6\r\ntwo\n\n\n\r\n0\r\n\r\n");
            }
        );
        await client.SendAsync(Request("POST", "/v1/messages", "{}"), Eventually.Timeout());

        var first = await KeyedKit.ReceiveUntilAsync(client, "one\n\n\n\r\n");
        seen.SetResult();
        var rest = await KeyedKit.ReceiveUntilAsync(client, "0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", first, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/event-stream\r\n", first, StringComparison.Ordinal);
        Assert.Contains("Transfer-Encoding: chunked\r\n", first, StringComparison.Ordinal);
        Assert.DoesNotContain("two", first, StringComparison.Ordinal);
        Assert.Equal("00000006\r\ntwo\n\n\n\r\n0\r\n\r\n", rest);
    }

    [Theory]
    [InlineData("401 Unauthorized", """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""")]
    [InlineData("529 Overloaded", """{"type":"error","error":{"type":"overloaded_error"}}""")]
    public async Task Response_Failure_PassesUnchanged(string status, string body)
    {
        var response = $"HTTP/1.1 {status}\r\nretry-after: 7\r\nrequest-id: req_1\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        using var client = _kit.Connect("http://example.com", async service => await service.AnswerAsync(response));

        var answer = await ProxyKit.AskAsync(client, Request("POST", "/v1/messages", "{}"));

        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("retry-after: 7\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("request-id: req_1\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + body, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_ThatIsCut_ResetsTheClient()
    {
        using var client = _kit.Connect(
            "http://example.com",
            async service => await service.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut", ends: true)
        );

        await Assert.ThrowsAsync<SocketException>(() => ProxyKit.AskAsync(client, Request("GET", "/v1/models")));
    }

    [Fact]
    public async Task Request_ServiceThatIsNotReached_IsAnsweredWith502()
    {
        using var client = _kit.Connect("http://unknown.example.com", _ => Task.CompletedTask);

        var answer = await ProxyKit.AskAsync(client, Request("GET", "/v1/models"));

        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("orchestrate could not resolve unknown.example.com.", answer, StringComparison.Ordinal);
        await _kit.Served;
        Assert.Equal(
            (NetworkDecision.Failed, NetworkRefusalReason.Unresolved),
            (_kit.Entries.Single().Decision, _kit.Entries.Single().Reason)
        );
    }

    [Fact]
    public async Task Request_LargeUploadInChunks_ArrivesWhole()
    {
        const int Size = 20 << 20;
        using var client = _kit.Connect("http://example.com", async service => await service.AnswerAsync(Ok));
        await client.SendAsync(
            ProxyKit.Bytes($"POST /v1/files HTTP/1.1\r\nHost: a\r\nx-api-key: {Placeholder}\r\nTransfer-Encoding: chunked\r\n\r\n"),
            Eventually.Timeout()
        );
        var chunk = new byte[1 << 20];
        chunk.AsSpan().Fill((byte)'x');
        for (var sent = 0; sent < Size; sent += chunk.Length)
        {
            await SocketPump.SendAsync(client, ProxyKit.Bytes($"{chunk.Length:X}\r\n"), Eventually.Timeout());
            await SocketPump.SendAsync(client, chunk, Eventually.Timeout());
            await SocketPump.SendAsync(client, ProxyKit.Bytes("\r\n"), Eventually.Timeout());
        }

        var answer = await ProxyKit.AskAsync(client, ProxyKit.Bytes("0\r\n\r\n"));

        Assert.Equal(Ok, answer);
        Assert.Equal(Size, Assert.Single(_kit.BodyLengths));
        await _kit.Served;
        Assert.Equal(Size, _kit.Entries.Single().Up);
    }

    [Fact]
    public async Task Request_ClientThatWaitsForContinue_IsToldToSend()
    {
        using var client = _kit.Connect("http://example.com", async service => await service.AnswerAsync(Ok));
        await client.SendAsync(
            ProxyKit.Bytes(
                $"POST /v1 HTTP/1.1\r\nHost: a\r\nx-api-key: {Placeholder}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            ),
            Eventually.Timeout()
        );

        var first = await KeyedKit.ReceiveUntilAsync(client, "\r\n\r\n");
        var answer = await ProxyKit.AskAsync(client, ProxyKit.Bytes("hi"));

        Assert.Equal(("HTTP/1.1 100 Continue\r\n\r\n", Ok), (first, answer));
    }

    [Fact]
    public async Task Request_TlsServiceWithItsOwnAuthority_IsReachedWithTheKey()
    {
        using var authority = _kit.MakeCertificate("example.com");
        using var client = _kit.Connect("https://example.com", async service => await service.AnswerAsync(Ok), authority);

        var answer = await ProxyKit.AskAsync(client, Request("POST", "/v1/messages", "{}"));

        Assert.Equal(Ok, answer);
        Assert.Contains($"x-api-key: {Key}\r\n", Assert.Single(_kit.Heads), StringComparison.Ordinal);
        Assert.Equal(443, Assert.Single(_kit.Dialed).Port);
    }

    [Fact]
    public async Task Request_TlsServiceOfAnotherName_GetsNoKey()
    {
        using var authority = _kit.MakeCertificate("other.com");
        using var client = _kit.Connect("https://example.com", async service => await service.AnswerAsync(Ok), authority);

        var answer = await ProxyKit.AskAsync(client, Request("POST", "/v1/messages", "{}"));

        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Heads);
    }

    [Fact]
    public async Task Request_UpstreamProxy_TunnelsToTheService()
    {
        _kit.Upstream = new UpstreamProxy("HTTPS_PROXY", "http://proxy.corp:8080", []).Route();
        using var authority = _kit.MakeCertificate("example.com");
        using var client = _kit.Connect("https://example.com", async service => await service.AnswerAsync(Ok), authority);

        var answer = await ProxyKit.AskAsync(client, Request("POST", "/v1/messages", "{}"));

        Assert.Equal(Ok, answer);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("10.9.9.9"), 8080), Assert.Single(_kit.Dialed));
        Assert.StartsWith("CONNECT example.com:443 HTTP/1.1\r\n", Assert.Single(_kit.Tunnels), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ModeNone_IsRefused()
    {
        using var client = _kit.Connect("http://example.com", _ => Task.CompletedTask, mode: NetworkMode.None);

        var answer = await ProxyKit.AskAsync(client, Request("GET", "/v1/models"));

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("permissions.network.mode is none", answer, StringComparison.Ordinal);
        Assert.Empty(_kit.Dialed);
    }

    [Fact]
    public void Keys_Printed_HoldNoSecret()
    {
        ProxyInjectedApiKey key = new(Placeholder, Key, "https://example.com");
        SandboxRegistrationRequest request = new("a", NetworkMode.Listed, [], "/log", new SandboxLabels()) { Keys = [key] };

        foreach (var text in (string[])[$"{key}", $"{EndpointWithApiKey.Of(key)}", $"{request}"])
        {
            Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Placeholder, text, StringComparison.Ordinal);
        }
    }

    private static byte[] Request(string method, string path, string? body = null) =>
        ProxyKit.Bytes(
            $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:3128\r\nx-api-key: {Placeholder}\r\n"
                + (body is null ? "\r\n" : $"Content-Length: {body.Length}\r\n\r\n{body}")
        );
}
