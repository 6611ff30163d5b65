using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Dashboard.Api;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The API as programs use it.</summary>
public sealed class ApiTests
{
    private const string OfRun = $"/api/v1/repositories/aaaaaaaaaaaa/runs/{Runs.Id}";

    private static FakeSource Source() => new() { Run = Runs.Of("a") };

    [Fact]
    public async Task Get_ARun_IsTheDocumentOfTheCommandAnd304ForWhoKnowsIt()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, OfRun));

        Assert.Equal(Runs.Id, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["runId"]!.GetValue<string>());
        var again = ServedPage.WithToken(HttpMethod.Get, OfRun);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await page.Browser.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task Post_TwiceWithOneKey_IsCarriedOutOnce()
    {
        await using var page = await ServedPage.StartAsync(Source());

        for (var i = 0; i < 3; i++)
        {
            var request = ServedPage.WithToken(HttpMethod.Post, OfRun + "/tasks/a/retry", """{"guidance": "again"}""");
            request.Headers.Add("Idempotency-Key", "k1");
            Assert.Equal(HttpStatusCode.OK, (await page.Browser.SendAsync(request)).StatusCode);
        }
        var other = ServedPage.WithToken(HttpMethod.Post, OfRun + "/tasks/a/retry", """{"guidance": "something else"}""");
        other.Headers.Add("Idempotency-Key", "k1");

        Assert.Equal(HttpStatusCode.NotFound, (await page.Browser.SendAsync(other)).StatusCode);
        Assert.Equal(["retry", "--guidance=again", "--detach", "--", $"{Runs.Id}/a"], Assert.Single(page.Source.Acts).Words);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"txt": "misspelt"}""")]
    [InlineData("""{"text": 5}""")]
    [InlineData("{}")]
    [InlineData("\0")]
    public async Task Post_BadBody_IsRefusedWithASentence(string body)
    {
        await using var page = await ServedPage.StartAsync(Source());

        var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, OfRun + "/tasks/a/mail", body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.NotEqual("", problem["title"]!.GetValue<string>());
        Assert.NotEqual("", problem["detail"]!.GetValue<string>());
        Assert.Empty(page.Source.Acts);
    }

    [Theory]
    [InlineData(0, HttpStatusCode.OK)]
    [InlineData(1, HttpStatusCode.UnprocessableEntity)]
    [InlineData(2, HttpStatusCode.NotFound)]
    [InlineData(3, HttpStatusCode.Conflict)]
    [InlineData(4, HttpStatusCode.Accepted)]
    [InlineData(5, HttpStatusCode.ServiceUnavailable)]
    public async Task Post_ExitCodeOfTheCommand_IsTheStatus(int code, HttpStatusCode status)
    {
        await using var page = await ServedPage.StartAsync(Source());
        page.Source.Answer = _ => new CommandOutcome(code, "", "error: what happened\n  what to do");

        var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, OfRun + "/cancel"));

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("what to do", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Description_HasEveryRouteWithANameOfItsOwn()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var text = await (
            await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/api/v1/openapi.json"))
        ).Content.ReadAsStringAsync();

        var paths = JsonNode.Parse(text)!["paths"]!.AsObject();
        Assert.All(ApiTable.All, route => Assert.NotNull(paths[ApiRoutes.Root + route.Path]?[route.Method.ToLowerInvariant()]));
        var names = paths
            .SelectMany(path => path.Value!.AsObject())
            .Select(operation => operation.Value!["operationId"]!.GetValue<string>())
            .ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public async Task Stream_WhoWasAway_GetsEachTransitionOnceAndInOrder()
    {
        var source = Source();
        for (var i = 1; i <= 20; i++)
        {
            source.Add(
                new RunEvent
                {
                    Sequence = i,
                    Time = Runs.Begin,
                    Task = "a",
                    State = TaskStates.Executing,
                }
            );
        }
        await using var page = await ServedPage.StartAsync(source);
        var seen = await ReadAsync(page, last: null, count: 7);
        seen.AddRange(await ReadAsync(page, seen[^1], count: 8));
        source.Add(
            new RunEvent
            {
                Sequence = 21,
                Time = Runs.Begin,
                Task = "a",
                State = TaskStates.Merged,
            }
        );
        seen.AddRange(await ReadAsync(page, seen[^1], count: 6));

        Assert.Equal(Enumerable.Range(1, 21).Select(i => $"{i}"), seen);
    }

    [Fact]
    public async Task Stream_WhoKnowsANumberThatIsNotThere_GetsTheRunAsItIs()
    {
        var source = Source();
        source.Add(
            new RunEvent
            {
                Sequence = 3,
                Time = Runs.Begin,
                State = RunStates.Executing,
            }
        );
        await using var page = await ServedPage.StartAsync(source);

        Assert.Equal("3", Assert.Single(await ReadAsync(page, "999", count: 1, "resync")));
    }

    /// <summary>Ids of the next events.</summary>
    private static async Task<List<string>> ReadAsync(ServedPage page, string? last, int count, string kind = "transition")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var request = ServedPage.WithToken(HttpMethod.Get, OfRun + "/stream");
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }
        using var answer = await page.Browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
        var ids = new List<string>();
        var id = "";
        while (ids.Count < count && await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line == $"event: {kind}")
            {
                ids.Add(id);
            }
        }
        return ids;
    }
}
