using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Dashboard.Routes;

namespace Orchestrator.Dashboard.Tests;

/// <summary>All runs as one sequence, and the addresses of older clients.</summary>
public sealed class AllRunsEventsTests
{
    private static FakeSource Source()
    {
        var source = new FakeSource { Run = Runs.Of("a").With("a", task => task with { State = TaskStateNames.Executing, Starts = 1 }) };
        source.Add(
            new RunEvent
            {
                Sequence = 1,
                Time = Runs.Begin,
                State = RunStateNames.Executing,
            }
        );
        return source;
    }

    [Fact]
    public async Task Events_WhoBegins_GetsTheRunsAsTheyAreThenWhatHappensAndAfterAnAbsenceWhatWasMissed()
    {
        var source = Source();
        await using var page = await ServedPage.StartAsync(source);
        using var first = await Listener.StartAsync(page, last: null);
        var (begin, snapshot) = await first.NextAsync("resync");
        Assert.Contains(Runs.Id, snapshot, StringComparison.Ordinal);
        Happens(source, 2);
        var (second, happened) = await first.NextAsync("transition");
        Assert.Equal(2, JsonNode.Parse(happened)!["happened"]!["sequence"]!.GetValue<long>());
        first.Dispose();
        Happens(source, 3);
        Happens(source, 4);

        using var again = await Listener.StartAsync(page, second);
        using var fromBegin = await Listener.StartAsync(page, begin);

        Assert.Equal([3, 4], await SequencesAsync(again, 2));
        Assert.Equal([2, 3, 4], await SequencesAsync(fromBegin, 3));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("not an id")]
    [InlineData("e30")]
    public async Task Events_WithAnIdOfAnother_BeginAnew(string id)
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var listener = await Listener.StartAsync(page, id);

        Assert.Contains(Runs.Id, (await listener.NextAsync("resync")).Data, StringComparison.Ordinal);
    }

    [Fact]
    public void Cursor_OfEndedRuns_StaysSmallAndForgetsNoOpenOne()
    {
        var cursor = EventCursor.From(Runs.Begin);
        for (var i = 0; i < 500; i++)
        {
            cursor = cursor.After($"r/{i}", 40).Without(new HashSet<string> { $"r/{i - 1}" }, Runs.Begin.AddMinutes(i));
        }
        cursor = EventCursor.Read(cursor.Write())!;

        Assert.Equal(40, cursor.ReadOf("r/499", Runs.Begin));
        Assert.Null(cursor.ReadOf("r/3", Runs.Begin.AddMinutes(3)));
        Assert.Equal(0, cursor.ReadOf("r/new", Runs.Begin.AddMinutes(600)));
        Assert.True(cursor.Write().Length < 200);
    }

    [Fact]
    public async Task Socket_SaysTheStatusAndEachChangeToWhoHasTheTokenAlone()
    {
        var source = Source();
        await using var page = await ServedPage.StartAsync(source);
        var address = new UriBuilder(new Uri(page.Address, "/ws/status")) { Scheme = "ws" }.Uri;
        using var stranger = new ClientWebSocket();
        stranger.Options.SetRequestHeader("Origin", "http://localhost:3000");
        await Assert.ThrowsAsync<WebSocketException>(() => stranger.ConnectAsync(address, CancellationToken.None));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {ServedPage.Token}");
        await socket.ConnectAsync(address, CancellationToken.None);

        var first = await ReadAsync(socket);
        source.Run = source.Run.With("a", task => task with { State = TaskStateNames.Verifying });
        source.Change();
        var second = await ReadAsync(socket);

        Assert.Equal("executing", first["agents"]![0]!["status"]!.GetValue<string>());
        Assert.Equal("verifying", second["agents"]![0]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Socket_FromALoggedInBrowsersPageOfAnotherPort_IsRefused()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var login = await page.Browser.GetAsync($"/login?token={ServedPage.Token}");
        var cookie = login.Headers.GetValues("Set-Cookie").First().Split(';')[0];
        foreach (var (origin, isOwn) in new[] { ("http://localhost:3000", false), (page.Address.GetLeftPart(UriPartial.Authority), true) })
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Cookie", cookie);
            socket.Options.SetRequestHeader("Origin", origin);
            var connecting = socket.ConnectAsync(
                new UriBuilder(new Uri(page.Address, "/ws/status")) { Scheme = "ws" }.Uri,
                CancellationToken.None
            );
            if (isOwn)
            {
                await connecting;
            }
            else
            {
                await Assert.ThrowsAsync<WebSocketException>(() => connecting);
            }
        }
    }

    [Fact]
    public async Task Spawn_Texts_AreTasksSideBySide()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var answer = await page.Browser.SendAsync(
            ServedPage.WithToken(HttpMethod.Post, "/api/spawn", """{"tasks": ["Fix the <b>", {"task": "--help"}]}""")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var call = Assert.Single(page.Source.Acts);
        Assert.Equal("start Fix the <b>|--help", call.Text);
    }

    [Fact]
    public async Task SessionsAndWorktrees_OfOlderClients_AreTheCommandsDocuments()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var sessions = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/api/sessions?hours=4"));
        var worktrees = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/api/worktrees"));

        Assert.Equal(HttpStatusCode.OK, sessions.StatusCode);
        Assert.Contains("\"id\": \"s1\"", await sessions.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var tree = JsonNode.Parse(await worktrees.Content.ReadAsStringAsync())!["worktrees"]![0]!;
        Assert.Equal(("/w", "/work/shop"), ((string?)tree["path"], (string?)tree["repository"]));
        Assert.Contains(page.Source.Reads, question => question == "conversations 4 1000");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"tasks": []}""")]
    [InlineData("""{"tasks": [""]}""")]
    [InlineData("""{"repository": "/elsewhere", "tasks": ["a"]}""")]
    public async Task Spawn_OfNothing_IsRefusedWithASentence(string body)
    {
        await using var page = await ServedPage.StartAsync(Source());

        var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, "/api/spawn", body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Agent_PauseAndResume_AreCommandsAndAnUnknownOneIsNotThere()
    {
        await using var page = await ServedPage.StartAsync(Source());

        await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, $"/api/agents/{Runs.Id}/a/pause"));
        await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, $"/api/agents/{Runs.Id}/a/resume"));
        var unknown = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, "/api/agents/run-none-000000/a/pause"));

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal([$"pause {Runs.Id}/a", $"resume {Runs.Id}/a"], page.Source.Acts.Select(call => call.Text));
    }

    private static void Happens(FakeSource source, long number)
    {
        source.Run = source.Run with { UpdatedAt = Runs.Begin.AddMinutes(number) };
        source.Add(
            new RunEvent
            {
                Sequence = number,
                Time = Runs.Begin.AddMinutes(number),
                Task = "a",
                State = TaskStateNames.Verifying,
            }
        );
    }

    private static async Task<List<long>> SequencesAsync(Listener listener, int count)
    {
        var found = new List<long>();
        while (found.Count < count)
        {
            found.Add(JsonNode.Parse((await listener.NextAsync("transition")).Data)!["happened"]!["sequence"]!.GetValue<long>());
        }
        return found;
    }

    private static async Task<JsonNode> ReadAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[64 * 1024];
        var read = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        return JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, read.Count))!;
    }

    /// <summary>A client of the stream of all events.</summary>
    private sealed class Listener(HttpResponseMessage answer, StreamReader reader) : IDisposable
    {
        private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

        public static async Task<Listener> StartAsync(ServedPage page, string? last)
        {
            var request = ServedPage.WithToken(HttpMethod.Get, "/api/v1/events");
            if (last is not null)
            {
                request.Headers.Add("Last-Event-ID", last);
            }
            var answer = await page.Browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return new Listener(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        public async Task<(string Id, string Data)> NextAsync(string kind)
        {
            var (id, isKind) = ("", false);
            while (await reader.ReadLineAsync(_limit.Token) is { } line)
            {
                id = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : id;
                isKind = line == $"event: {kind}" || (isKind && line.Length > 0);
                if (isKind && line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return (id, line[6..]);
                }
            }
            throw new InvalidOperationException("The stream has ended.");
        }

        public void Dispose()
        {
            _limit.Dispose();
            answer.Dispose();
        }
    }
}
