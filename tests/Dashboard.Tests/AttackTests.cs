using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Requests that exhaust a server or extract data by their number or shape, and changes below an open page.</summary>
public sealed class AttackTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;
    private const string FormType = "Content-Type: application/x-www-form-urlencoded\r\n";
    private const string ApiRuns = "/api/v1/repositories/aaaaaaaaaaaa/runs";

    private static FakeSource Source() => new() { Run = Runs.Of("a") with { Questions = [Runs.Approval("a")] } };

    [Fact]
    public async Task Logins_TenThousandWrongOnes_LetNobodyInAndKeepNobodyOut()
    {
        var time = new FakeTimeProvider(Runs.Begin);
        await using var page = await ServedPage.StartAsync(Source(), time);
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 10_000),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (number, stop) =>
            {
                using var answer = await page.Browser.GetAsync($"/login?token={ServedPage.Token[..^4]}{number:x4}", stop);
                answers.AddOrUpdate(answer.StatusCode, 1, (_, count) => count + 1);
            }
        );
        var guess = ServedPage.WithToken(HttpMethod.Get, ApiRuns);
        guess.Headers.Authorization = new("Bearer", ServedPage.Token[..^1]);

        Assert.Equal((10, 9_990), (answers[HttpStatusCode.Forbidden], answers[HttpStatusCode.TooManyRequests]));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await page.Browser.SendAsync(guess)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, ApiRuns))).StatusCode);
        await page.LogInAsync();
    }

    [Fact]
    public async Task Token_OfLinksHeadersAndForms_IsInNoLogAndInNoAnswer()
    {
        using var log = new RecordedLog();
        await using var page = await ServedPage.StartAsync(Source(), loggers: log);
        var said = new StringBuilder();

        await KeepAsync(page.Browser.GetAsync($"/login?token={ServedPage.Token}"));
        await KeepAsync(page.Browser.GetAsync(RunPage));
        await KeepAsync(page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, ApiRuns)));
        await KeepAsync(page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, $"/nothing?token={ServedPage.Token}")));
        using (var stranger = page.NewBrowser())
        {
            await KeepAsync(stranger.GetAsync($"/inbox?token={ServedPage.Token}&to=x"));
        }
        page.Source.Answer = _ => throw new InvalidOperationException("a fault");
        await KeepAsync(
            page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, $"{ApiRuns}/{Runs.Id}/cancel?token={ServedPage.Token}"))
        );

        Assert.Contains(log.Lines, line => line.Contains("a fault", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(ServedPage.Token, StringComparison.Ordinal));
        Assert.DoesNotContain(ServedPage.Token, said.ToString(), StringComparison.Ordinal);

        // The address of a redirection is what the browser has asked for itself.
        async Task KeepAsync(Task<HttpResponseMessage> asked)
        {
            using var answer = await asked;
            said.Append(await answer.Content.ReadAsStringAsync());
            foreach (var header in answer.Headers.Where(header => header.Key != "Location"))
            {
                said.AppendJoin(' ', header.Value);
            }
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        }
    }

    [Theory]
    [InlineData("POST /login HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\n" + FormType + "Content-Length: 99999999\r\n\r\n", "413")]
    [InlineData("POST /login HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: 5\r\n\r\ntoken", "403")]
    [InlineData("POST /login HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: -1\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: {0}\r\nHost: evil.example\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET http://evil.example/ HTTP/1.1\r\nHost: {0}\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: {0}\r\nX: a\r\n b\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: {0}\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "403")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: {0}\r\n\r\n", "302")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: {0}\r\n\r\n", "400")]
    [InlineData("\0\0\0\0\r\n\r\n", "400")]
    public async Task Request_NoBrowserWouldSend_IsRefusedAndTheNextOneIsAnswered(string request, string status)
    {
        await using var page = await ServedPage.StartAsync(Source());

        Assert.Equal(status, await StatusAsync(page, request.Replace("{0}", page.Address.Authority, StringComparison.Ordinal)));
        await page.LogInAsync();
    }

    [Fact]
    public async Task Request_WithAMegabyteOfHeaders_IsRefused()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var headers = string.Concat(Enumerable.Range(0, 1000).Select(i => $"X{i}: {new string('x', 1000)}\r\n"));

        Assert.Equal("431", await StatusAsync(page, $"GET / HTTP/1.1\r\nHost: {page.Address.Authority}\r\n{headers}\r\n"));
        await page.LogInAsync();
    }

    [Theory]
    [InlineData("/login", "token")]
    [InlineData(RunPage + "/act", "text")]
    [InlineData("/plan", "plan")]
    public async Task Form_LargerThanAnyPlan_IsRefusedAlsoInParts(string path, string field)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        using var body = new ChunkedContent(Encoding.ASCII.GetBytes($"{field}={new string('x', 9 * 1024 * 1024)}"));
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.Add("Origin", page.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.TransferEncodingChunked = true;

        try
        {
            Assert.Contains(
                (await page.Browser.SendAsync(request)).StatusCode,
                (HttpStatusCode[])[HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest]
            );
        }
        catch (HttpRequestException cut) when (cut.InnerException is IOException)
        {
            // The page has answered and closed while the rest was still being sent: this client then does not read the answer.
        }
        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Connections_ThatNeverEndTheirHeaders_AreClosed()
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, page.Address.Port);
        var stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {page.Address.Authority}\r\n"));

        // A letter at a time: what counts is the time of the whole, not of a part.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var answer = ReadAsync(stream, limit.Token);
        while (!answer.IsCompleted)
        {
            try
            {
                await stream.WriteAsync("X"u8.ToArray(), limit.Token);
            }
            catch (IOException)
            {
                break;
            }
            await Task.WhenAny(answer, Task.Delay(500, limit.Token));
        }

        Assert.True(!limit.IsCancellationRequested);
        await page.LogInAsync();
    }

    [Fact]
    public async Task Run_ThatVanishesWhileItsPageIsOpen_IsSaidToBeGoneAndTheRestGoesOn()
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        Assert.Equal(HttpStatusCode.OK, (await page.Browser.GetAsync(RunPage)).StatusCode);
        using var open = await page.Browser.GetAsync(
            $"/changes?repository=aaaaaaaaaaaa&run={Runs.Id}",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var told = new StreamReader(await open.Content.ReadAsStreamAsync());

        page.Source.Run = page.Source.Run with { RunId = "run-other-000000" };
        page.Source.Change();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await told.ReadLineAsync(limit.Token) is not "event: changed") { }
        foreach (var path in (string[])[RunPage, RunPage + "/tasks/a", RunPage + "/tasks/a/log", RunPage + "/report", RunPage + "?at=1"])
        {
            var gone = await page.Browser.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, gone.StatusCode));
            Assert.Contains("Page not found", await gone.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        var problem = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, $"{ApiRuns}/{Runs.Id}"));
        Assert.Equal(HttpStatusCode.NotFound, problem.StatusCode);
        Assert.NotEqual("", (string?)JsonNode.Parse(await problem.Content.ReadAsStringAsync())!["detail"]);
        Assert.Equal(HttpStatusCode.OK, (await page.Browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Log_OfFiftyMegabytesOnOneLine_IsAPageThatABrowserCanShow()
    {
        var source = new FakeSource
        {
            Run = Runs.Of("a").With("a", task => task with { State = TaskStateNames.Executing, Starts = 1, Attempt = 1 }),
            Log = ["before", new string('x', 50_000_000), "after"],
        };
        await using var page = await ServedPage.StartAsync(source);
        await page.LogInAsync();

        foreach (var path in (string[])[RunPage + "/tasks/a/log", RunPage + "/tasks/a", RunPage + "/tasks/a/log?find=after"])
        {
            var html = await page.Browser.GetStringAsync(path);
            Assert.True(html.Length < 2_000_000, $"{path} has {html.Length} characters");
            Assert.Contains("after", html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(-400)]
    public async Task Pages_OfARunWhoseClockDiffersByDays_ShowItsTimesAndNoNegativeOnes(int days)
    {
        var time = new FakeTimeProvider(Runs.Begin.AddDays(days));
        await using var page = await ServedPage.StartAsync(Source(), time);
        await page.LogInAsync();

        foreach (var path in (string[])["/", "/inbox", "/history", RunPage, RunPage + "/tasks/a"])
        {
            var answer = await page.Browser.GetAsync(path);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
            Assert.DoesNotMatch("[ >(]-[0-9]+ ?(s|min|h|d|seconds|minutes|hours|days)\\b", html);
        }
    }

    [Theory]
    [InlineData("tasks:\n  - {id: a\0b, description: x}\n")]
    [InlineData("\0")]
    [InlineData("\ufeff\0\u0001\u0002")]
    public async Task Plan_WithNul_IsRefusedWithASentence(string plan)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();

        var form = await page.SubmitAsync("/plan", "/plan", ("plan", plan), ("repository", "aaaaaaaaaaaa"), ("kind", "check"));

        Assert.Equal(HttpStatusCode.BadRequest, form.StatusCode);
        Assert.Contains("character", await form.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(page.Source.Acts);
    }

    private static async Task<string> StatusAsync(ServedPage page, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, page.Address.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        }
        catch (IOException)
        {
            // It was refused before all was sent.
        }
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var answer = await ReadAsync(stream, limit.Token);
        return answer.Split(' ') is [_, var status, ..] ? status : answer;
    }

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken stop)
    {
        var (buffer, read) = (new byte[256], 0);
        try
        {
            read = await stream.ReadAsync(buffer, stop);
        }
        catch (IOException)
        {
            // Closed without a word.
        }
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    /// <summary>A body of undeclared length.</summary>
    private sealed class ChunkedContent : HttpContent
    {
        private readonly byte[] _bytes;

        public ChunkedContent(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new("application/x-www-form-urlencoded");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            try
            {
                await stream.WriteAsync(_bytes);
            }
            catch (IOException)
            {
                // It was refused before all was sent.
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>Keeps every line of every level.</summary>
    private sealed class RecordedLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Lines.Enqueue($"{state}");
            return null;
        }

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose() { }
    }
}
