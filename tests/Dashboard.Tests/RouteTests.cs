using System.Net;
using System.Text.Json.Nodes;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Each address that the server maps, found by its own table of endpoints.</summary>
public sealed class RouteTests
{
    /// <summary>Bodies of changes by operation; others need none.</summary>
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["startRun"] = """{"request": "a shop"}""",
        ["validatePlan"] = """{"plan": "tasks: []"}""",
        ["hold"] = """{"reason": "rest"}""",
        ["broadcast"] = """{"text": "hi"}""",
        ["sendMail"] = """{"text": "hi"}""",
        ["resolveRun"] = """{"how": "abort"}""",
        ["budgetRun"] = """{"amount": "20"}""",
        ["budgetTask"] = """{"amount": "20"}""",
        ["legacySpawn"] = """{"tasks": ["a shop"]}""",
    };

    [Fact]
    public async Task Call_OfEachAddressAndMethod_AnswersAsItIsDescribed()
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        var schema = await ApiSchema.ReadAsync(page);
        var faults = new List<string>();
        var called = 0;

        foreach (var (path, methods) in page.Routes.Where(route => !IsStream(route.Path)))
        {
            foreach (var method in methods)
            {
                called++;
                using var answer = await page.Browser.SendAsync(Request(method, path, schema));
                var body = await answer.Content.ReadAsStringAsync();
                faults.AddRange(FaultsOf(path, method, answer, body, schema).Select(fault => $"{method} {path}: {fault}"));
            }
        }

        Assert.True(called > 70, $"{called} addresses were called");
        Assert.Empty(faults);
    }

    [Fact]
    public async Task Problem_OfEachOperationOfAnUnknownRun_AnswersAsItIsDescribed()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var schema = await ApiSchema.ReadAsync(page);
        page.Source.IsGone = true;
        page.Source.Answer = _ => new RunControlResult(UseCaseOutcome.Usage, "error: There is no such run");
        var called = 0;

        foreach (var (path, methods) in page.Routes.Where(route => route.Path.Contains("{run}", StringComparison.Ordinal)))
        {
            if (schema.Operation(path, methods[0]) is not { } operation || IsStream(path))
            {
                continue;
            }
            called++;
            using var answer = await page.Browser.SendAsync(Request(methods[0], path, schema));
            var body = await answer.Content.ReadAsStringAsync();

            Assert.Equal((path, HttpStatusCode.NotFound), (path, answer.StatusCode));
            Assert.Empty(schema.Faults(operation, 404, "application/problem+json", body));
            Assert.Matches("^[A-Z][^:]*[.]$", JsonNode.Parse(body)!["title"]!.GetValue<string>());
        }

        Assert.True(called > 20, $"{called} addresses were called");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/inbox")]
    [InlineData("/api/v1/openapi.json")]
    [InlineData("/api/v1/events")]
    [InlineData("/api/v1/repositories/aaaaaaaaaaaa/runs/" + Runs.Id)]
    [InlineData("/api/v1/repositories/aaaaaaaaaaaa/runs/" + Runs.Id + "/stream")]
    [InlineData("/api/status")]
    [InlineData("/assets/page.js")]
    public async Task Head_OfAnAddress_HasTheHeadersOfGetAndNoBody(string path)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        using var got = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, path), HttpCompletionOption.ResponseHeadersRead);

        using var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Head, path));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(got.Content.Headers.ContentType, answer.Content.Headers.ContentType);
        Assert.Equal(got.Headers.ETag, answer.Headers.ETag);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/inbox", "GET, HEAD")]
    [InlineData("POST", "/api/status", "GET, HEAD")]
    [InlineData("GET", "/api/v1/repositories/aaaaaaaaaaaa/runs/" + Runs.Id + "/cancel", "POST")]
    [InlineData("HEAD", "/api/spawn", "POST")]
    [InlineData("PUT", "/inbox", "GET, HEAD")]
    public async Task Method_ThatAnAddressDoesNotTake_IsRefusedWithThoseThatItTakes(string method, string path, string allowed)
    {
        await using var page = await ServedPage.StartAsync(Source());

        using var answer = await page.Browser.SendAsync(ServedPage.WithToken(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/nothing.json")]
    [InlineData("/assets/nothing.css")]
    [InlineData("/api/nothing.json")]
    public async Task Get_OfAnAddressThatIsNotThere_SaysSo(string path)
    {
        await using var page = await ServedPage.StartAsync(Source());

        using var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, path));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("othing", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs/run-tasks", "runs/" + Runs.Id)]
    [InlineData("runs/3f9a1c/report", "runs/" + Runs.Id + "/report")]
    [InlineData("runs/3f9a1c/tasks/alpha/log", "runs/" + Runs.Id + "/tasks/alpha/log")]
    [InlineData("runs/3f9a1c/stream", "runs/" + Runs.Id + "/stream")]
    [InlineData("runs/" + Runs.Id + "/tasks/al", "runs/" + Runs.Id + "/tasks/alpha")]
    [InlineData("runs/" + Runs.Id + "/tasks/PHA/diff", "runs/" + Runs.Id + "/tasks/alpha/diff")]
    public async Task Get_OfAnAbbreviatedId_IsRefusedWithTheAddressOfTheFullOne(string path, string whole)
    {
        const string Root = "/api/v1/repositories/aaaaaaaaaaaa/";
        await using var page = await ServedPage.StartAsync(new FakeSource { Run = Runs.Of("alpha", "beta") });

        using var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, Root + path));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(Root + whole, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["url"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_OfAnAbbreviatedId_DoesNothing()
    {
        await using var page = await ServedPage.StartAsync(Source());

        using var answer = await page.Browser.SendAsync(
            ServedPage.WithToken(HttpMethod.Post, "/api/v1/repositories/aaaaaaaaaaaa/runs/3f9a1c/cancel")
        );

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(page.Source.Acts);
    }

    [Theory]
    [InlineData("/nothing.css", HttpStatusCode.NotFound)]
    [InlineData("/r/bbbbbbbbbbbb/run-tasks-3f9a1c", HttpStatusCode.NotFound)]
    [InlineData("/logout", HttpStatusCode.MethodNotAllowed)]
    public async Task Refusal_OfABrowser_IsAPage(string path, HttpStatusCode status)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml");

        using var answer = await page.Browser.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        Assert.StartsWith("<!doctype html>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/r/aaaaaaaaaaaa/" + Runs.Id + "/act")]
    [InlineData("/plan")]
    public async Task Form_OfABrowserThatIsRefused_IsAnsweredByAPage(string path)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([new("kind", "send"), new("text", "my words")]),
        };
        request.Headers.Accept.ParseAdd("text/html");

        using var answer = await page.Browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.Contains(">my words</textarea>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_OfAPlanWithFaults_HasASentenceAsTitleAndTheFaultsAsDetail()
    {
        await using var page = await ServedPage.StartAsync(
            new FakeSource
            {
                Run = Runs.Of("a"),
                Answer = _ => new RunControlResult(UseCaseOutcome.Usage, "")
                {
                    Fault = new UseCaseException(
                        UseCaseOutcome.Usage,
                        "plan.yaml:1:1: error no-tasks: No tasks.",
                        "Correct plan.yaml first."
                    ),
                },
            }
        );

        using var answer = await page.Browser.SendAsync(
            ServedPage.WithToken(HttpMethod.Post, "/api/v1/repositories/aaaaaaaaaaaa/runs", """{"plan": "tasks: []"}""")
        );
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal("plan.yaml is not valid.", (string)problem["title"]!);
        Assert.StartsWith("plan.yaml:1:1: error no-tasks", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_OfACommandThatFails_KeepsTheTextOnThePage()
    {
        var source = Source();
        source.Answer = _ => new RunControlResult(UseCaseOutcome.WorkFailed, "The agent has ended.");
        await using var page = await ServedPage.StartAsync(source);
        await page.LogInAsync();
        const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;

        using var sent = await page.SubmitAsync(
            RunPage,
            RunPage + "/act",
            ("kind", "send"),
            ("target", $"{Runs.Id}/a"),
            ("text", "my <words>")
        );
        var html = await page.Browser.GetStringAsync(sent.Headers.Location);

        Assert.Contains(">my &lt;words&gt;</textarea>", html, StringComparison.Ordinal);
    }

    private static FakeSource Source()
    {
        var source = new FakeSource { Run = Runs.Of("a"), Log = ["one"] };
        source.Run = source.Run with { Questions = [Runs.Approval("a")] };
        source.Add(
            new RunEvent
            {
                Sequence = 1,
                Time = Runs.Begin,
                Task = "a",
                State = TaskStateNames.Executing,
            }
        );
        return source;
    }

    private static HttpRequestMessage Request(string method, string path, ApiSchema schema)
    {
        var operation = schema.Operation(path, method)?["operationId"]?.GetValue<string>() ?? "";
        return ServedPage.WithToken(
            new HttpMethod(method),
            AddressOf(path),
            method == "GET" || !path.StartsWith("/api/", StringComparison.Ordinal) ? null : Bodies.GetValueOrDefault(operation, "{}")
        );
    }

    private static IEnumerable<string> FaultsOf(string path, string method, HttpResponseMessage answer, string body, ApiSchema schema)
    {
        var status = (int)answer.StatusCode;
        var type = answer.Content.Headers.ContentType?.MediaType ?? "";
        if (path.StartsWith("/api/", StringComparison.Ordinal) && !path.EndsWith("openapi.json", StringComparison.Ordinal))
        {
            return schema.Operation(path, method) is not { } operation ? ["is not described"]
                : status is not (200 or 201) ? [$"{status}: {body}"]
                : schema.Faults(operation, status, type, body);
        }
        // Forms of pages without a form token are refused, which AccessMiddleware's tests cover.
        return status switch
        {
            200 when body.Length > 0 => [],
            302 when answer.Headers.Location is not null => [],
            403 when method == "POST" => [],
            _ => [$"{status} {type} {body}"],
        };
    }

    private static bool IsStream(string route) =>
        route.EndsWith("/stream", StringComparison.Ordinal) || route is "/api/v1/events" or "/changes" or "/ws/status";

    private static string AddressOf(string route) =>
        route
            .Replace("{repository}", "aaaaaaaaaaaa", StringComparison.Ordinal)
            .Replace("{run}", Runs.Id, StringComparison.Ordinal)
            .Replace("{task}", "a", StringComparison.Ordinal)
            .Replace("{gate}", "a.gates-1.0", StringComparison.Ordinal)
            .Replace("{agent}", $"{Runs.Id}%2Fa", StringComparison.Ordinal)
        + (route.EndsWith("/proof", StringComparison.Ordinal) ? "?place=x:1" : "");
}
