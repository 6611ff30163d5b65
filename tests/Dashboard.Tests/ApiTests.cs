using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
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

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await page.Browser.SendAsync(other)).StatusCode);
        Assert.Equal($"retry {Runs.Id}/a guidance=again", Assert.Single(page.Source.Acts).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_KeyOfARequestThatTheServerFailed_IsCarriedOutAgain(bool throws)
    {
        var source = Source();
        source.Answer = _ =>
            throws ? throw new IOException("The disk is full.") : Failing(UseCaseOutcome.Unavailable, "No engine answers.");
        await using var page = await ServedPage.StartAsync(source);
        var failed = await RetryAsync(page, "k1");
        source.Answer = _ => Failing(UseCaseOutcome.WorkFailed, "It can't be retried.");
        var refused = await RetryAsync(page, "k1");
        source.Answer = _ => new RunControlResult(UseCaseOutcome.Done, "done");

        var again = await RetryAsync(page, "k1");

        Assert.InRange((int)failed, 500, 599);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (refused, again));
        Assert.Equal(2, source.Acts.Count);
    }

    [Fact]
    public async Task Post_MoreKeysThanAreKept_TheOldestIsForgotten()
    {
        await using var page = await ServedPage.StartAsync(Source());
        for (var i = 0; i <= 1000; i++)
        {
            await RetryAsync(page, $"k{i}");
        }

        await RetryAsync(page, "k1");
        var kept = page.Source.Acts.Count;
        await RetryAsync(page, "k0");

        Assert.Equal((1001, 1002), (kept, page.Source.Acts.Count));
    }

    [Fact]
    public async Task Post_KeyOfTheDayBefore_IsCarriedOutAgain()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var page = await ServedPage.StartAsync(Source(), time);
        await RetryAsync(page, "k1");
        time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));

        await RetryAsync(page, "k1");

        Assert.Equal(2, page.Source.Acts.Count);
    }

    private static async Task<HttpStatusCode> RetryAsync(ServedPage page, string key)
    {
        var request = ServedPage.WithToken(HttpMethod.Post, OfRun + "/tasks/a/retry", """{"guidance": "again"}""");
        request.Headers.Add("Idempotency-Key", key);
        return (await page.Browser.SendAsync(request)).StatusCode;
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

    /// <summary>Statuses of the exit code 2, that a command can't be carried out as it was given, with a run that is there: in each line
    /// the operations, with parameters of the query and without.</summary>
    private static readonly Dictionary<int, string[]> OfUsage = new()
    {
        [400] = ["listRuns?", "listEvents?", "getGateLog?", "getLog?", "getProof?", "listSessions?", "startRun"],
        [404] =
        [
            "getRun",
            "getReport",
            "listEvents",
            "getBudget",
            "getRunDiff",
            "listGates",
            "getGateLog",
            "getTask",
            "getLog",
            "getDiff",
            "collectResults",
        ],
        [409] =
        [
            "approve",
            "reject",
            "hold",
            "mergeNext",
            "release",
            "openPullRequest",
            "pauseRun",
            "resumeRun",
            "cancelRun",
            "abortRun",
            "budgetRun",
            "budgetTask",
            "promoteRun",
            "landMerged",
            "resolveRun",
            "broadcast",
            "retryTask",
            "skipTask",
            "cancelTask",
            "pauseTask",
            "resumeTask",
            "sendMail",
        ],
        [422] =
        [
            "listRuns",
            "listSettings",
            "getUsage",
            "listSchedules",
            "listBacklog",
            "listSessions",
            "listWorktrees",
            "check",
            "validatePlan",
        ],
    };

    public static TheoryData<string, bool> Operations()
    {
        var all = new TheoryData<string, bool>();
        foreach (var route in RepositoryApiRouteTable.All)
        {
            // One whose parameter is needed has no line without.
            if (!route.Query.Any(member => member.IsRequired))
            {
                all.Add(route.Name, false);
            }
            if (route.Query.Count > 0)
            {
                all.Add(route.Name, true);
            }
        }
        return all;
    }

    /// <summary>Each address with each exit code, and with a run and a task that are not there.</summary>
    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Answer_OfEachOperationAndExitCode_HasAStatusThatTheDescriptionHas(string name, bool isAsked)
    {
        var route = RepositoryApiRouteTable.All.Single(one => one.Name == name);
        var source = Source();
        await using var page = await ServedPage.StartAsync(source);
        var description = JsonNode.Parse(
            await (await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/api/v1/openapi.json"))).Content.ReadAsStringAsync()
        )!;
        var described = description["paths"]![ApiRoutes.Root + route.Path]![route.Method.ToLowerInvariant()]!["responses"]!.AsObject();
        var ofUsage = OfUsage.Single(line => line.Value.Contains(name + (isAsked ? "?" : ""))).Key;
        var isOfRun = route.Path.Contains("{run}", StringComparison.Ordinal);
        var later = route.IsRead || name == "startRun" ? 503 : 202;

        foreach (
            var (code, expected) in ((int, int)[])
                [(0, name == "startRun" ? 201 : 200), (1, 422), (2, ofUsage), (3, 409), (4, later), (5, 503), (130, 503)]
        )
        {
            source.Answer = later == 202 && code == 4 ? _ => new RunControlResult(UseCaseOutcome.Resumable, "what is kept") : Fails(code);
            source.FaultOf = question => IsLookUp(question, name) ? null : FaultOf(code);
            await AnswersAsync(expected, Runs.Id, "a", code);
        }
        source.Answer = Fails(2);
        source.FaultOf = question => IsLookUp(question, name) ? null : FaultOf(2);
        if (isOfRun)
        {
            await AnswersAsync(404, "run-that-is-not", "a", 2);
        }
        if (route.Path.Contains("/tasks/{task}", StringComparison.Ordinal))
        {
            await AnswersAsync(404, Runs.Id, "task-that-is-not", 2);
        }

        async Task AnswersAsync(int expected, string run, string task, int code)
        {
            // What was answered before holds no longer.
            source.Change();
            var answer = await page.Browser.SendAsync(Request(route, run, task, isAsked));
            Assert.Equal((code, expected), (code, (int)answer.StatusCode));
            Assert.True(described.ContainsKey($"{expected}"), $"{expected} is not described");
            if (!answer.IsSuccessStatusCode)
            {
                Assert.Contains("what to do", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    private static Func<Act, RunControlResult> Fails(int code) =>
        _ => code == 0 ? new RunControlResult(UseCaseOutcome.Done, "done") : Failing((UseCaseOutcome)code, "what happened");

    private static RunControlResult Failing(UseCaseOutcome outcome, string why) =>
        new(outcome, "") { Fault = new UseCaseException(outcome, why, "what to do") };

    private static UseCaseException? FaultOf(int code) =>
        code == 0 ? null : new UseCaseException((UseCaseOutcome)code, "what happened", "what to do");

    // A request that can't be carried out has the run looked up.
    private static bool IsLookUp(string question, string name) =>
        question.StartsWith("run ", StringComparison.Ordinal) && name is not ("getRun" or "getBudget");

    private static HttpRequestMessage Request(ApiRoute route, string run, string task, bool isAsked)
    {
        var path = route
            .Path.Replace("{repository}", "aaaaaaaaaaaa", StringComparison.Ordinal)
            .Replace("{gate}", "g", StringComparison.Ordinal)
            .Replace("{run}", run, StringComparison.Ordinal)
            .Replace("{task}", task, StringComparison.Ordinal);
        var query = isAsked ? "?" + string.Join('&', route.Query.Select(member => $"{member.Name}=1")) : "";
        var body = new JsonObject();
        foreach (var member in route.Body.Where(member => member.IsRequired || member.Name == "request"))
        {
            body[member.Name] = member.Name switch
            {
                "how" => "abort",
                "amount" => "20",
                _ => "words",
            };
        }
        return ServedPage.WithToken(
            HttpMethod.Parse(route.Method),
            ApiRoutes.Root + path + query,
            route.Method == "GET" ? null : body.ToJsonString()
        );
    }

    [Fact]
    public async Task Description_HasEveryRouteWithANameOfItsOwn()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var text = await (
            await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/api/v1/openapi.json"))
        ).Content.ReadAsStringAsync();

        var paths = JsonNode.Parse(text)!["paths"]!.AsObject();
        Assert.All(
            RepositoryApiRouteTable.All,
            route => Assert.NotNull(paths[ApiRoutes.Root + route.Path]?[route.Method.ToLowerInvariant()])
        );
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
                    State = TaskStateNames.Executing,
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
                State = TaskStateNames.Merged,
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
                State = RunStateNames.Executing,
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
