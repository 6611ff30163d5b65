using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.App.Access;
using Orchestrator.Dashboard.Api;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Sessions over restarts of the server, and named tokens with their scopes.</summary>
public sealed class TokenTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;
    private const string OfRun = $"/api/v1/repositories/aaaaaaaaaaaa/runs/{Runs.Id}";

    private static FakeSource Source() => new() { Run = Runs.Of("a") with { Questions = [Runs.Approval("a")] } };

    [Fact]
    public async Task Session_RestartOfTheServer_StaysAndAFormThatWasOpenIsCarriedOut()
    {
        await using var first = await ServedPage.StartAsync(Source());
        await first.LogInAsync();
        var form = FormToken(await first.Browser.GetStringAsync(RunPage));

        await using var second = await first.RestartAsync();
        using var shown = await first.Browser.GetAsync(RunPage);
        var request = new HttpRequestMessage(HttpMethod.Post, RunPage + "/act")
        {
            Content = new FormUrlEncodedContent([new("kind", "approve"), new("target", $"{Runs.Id}/a"), new("form", form)]),
        };
        request.Headers.Add("Origin", second.Address.GetLeftPart(UriPartial.Authority));
        using var sent = await first.Browser.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Redirect), (shown.StatusCode, sent.StatusCode));
        Assert.Equal($"approve {Runs.Id}/a", Assert.Single(second.Source.Acts).Text);
    }

    [Fact]
    public async Task Session_LogoutThenRestart_StaysEnded()
    {
        await using var first = await ServedPage.StartAsync(Source());
        using var login = await first.NewBrowser().GetAsync($"/login?token={ServedPage.Token}");
        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie")).Split(';')[0];
        await first.LogInAsync();
        await first.SubmitAsync("/", "/logout");
        await using var second = await first.RestartAsync();

        // The other browser's session goes on; the one that was ended does not come back.
        Assert.Equal(HttpStatusCode.OK, await GetAsync(second, cookie));
        Assert.Equal(HttpStatusCode.Redirect, (await first.Browser.GetAsync("/")).StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public async Task Session_CookieWithAChangedCharacter_IsWorthNothing(int place)
    {
        await using var page = await ServedPage.StartAsync(Source());
        using var login = await page.Browser.GetAsync($"/login?token={ServedPage.Token}");
        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie")).Split(';')[0];
        var value = cookie.Split('=', 2)[1].ToCharArray();
        var at = place < 0 ? value.Length + place : place;
        value[at] = value[at] == 'a' ? 'b' : 'a';

        Assert.Equal(HttpStatusCode.OK, await GetAsync(page, cookie));
        Assert.Equal(HttpStatusCode.Redirect, await GetAsync(page, "orchestrate=" + new string(value)));
    }

    [Fact]
    public async Task Session_OfATokenThatIsRevoked_Ends()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var secret = page.Tokens.Create("phone", WebTokenScope.All, lifetime: null);
        using var login = await page.Browser.GetAsync($"/login?token={secret}");
        using var before = await page.Browser.GetAsync("/");

        page.Tokens.Revoke("phone");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (login.StatusCode, before.StatusCode));
        Assert.Equal(HttpStatusCode.Redirect, (await page.Browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Token_WithAName_IsInTheRecordOfItsDecisions()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var secret = page.Tokens.Create("ci", WebTokenScope.Answer, lifetime: null)!;

        await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, OfRun + "/questions/a/approve", token: secret));

        Assert.Equal("a program at this machine, token ci", Assert.Single(page.Source.Acts).Device);
    }

    [Fact]
    public async Task Token_Expired_IsRefused()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var page = await ServedPage.StartAsync(Source(), time);
        var secret = page.Tokens.Create("ci", WebTokenScope.All, TimeSpan.FromHours(1))!;
        using var before = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, OfRun, token: secret));

        time.Advance(TimeSpan.FromHours(2));

        using var after = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, OfRun, token: secret));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode));
    }

    public static TheoryData<string> Operations() => [.. RepositoryApiRouteTable.All.Select(route => route.Name)];

    /// <summary>Each operation with each scope: what is not permitted changes nothing.</summary>
    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Operation_OfATokenThatMayNot_IsRefusedAndDoesNothing(string name)
    {
        var route = RepositoryApiRouteTable.All.Single(one => one.Name == name);
        await using var page = await ServedPage.StartAsync(Source());
        var read = page.Tokens.Create("reader", WebTokenScope.Read, lifetime: null)!;
        var answer = page.Tokens.Create("answerer", WebTokenScope.Answer, lifetime: null)!;

        var asReader = await CallAsync(read);
        var acts = page.Source.Acts.Count;
        var asAnswerer = await CallAsync(answer);

        Assert.Equal(route.IsRead, asReader != HttpStatusCode.Forbidden);
        Assert.Equal(0, acts);
        Assert.Equal(route.IsRead || name is "approve" or "reject", asAnswerer != HttpStatusCode.Forbidden);

        async Task<HttpStatusCode> CallAsync(string token)
        {
            var path = route
                .Path.Replace("{repository}", "aaaaaaaaaaaa", StringComparison.Ordinal)
                .Replace("{run}", Runs.Id, StringComparison.Ordinal)
                .Replace("{task}", "a", StringComparison.Ordinal)
                .Replace("{gate}", "g", StringComparison.Ordinal);
            var body = new JsonObject();
            foreach (var member in route.Body.Where(member => member.IsRequired || member.Name == "request"))
            {
                body[member.Name] =
                    member.Name == "how" ? "abort"
                    : member.Name == "amount" ? "20"
                    : "words";
            }
            using var answered = await page.Browser.SendAsync(
                ServedPage.WithToken(
                    HttpMethod.Parse(route.Method),
                    ApiRoutes.Root + path,
                    route.Method == "GET" ? null : body.ToJsonString(),
                    token
                )
            );
            return answered.StatusCode;
        }
    }

    [Fact]
    public async Task Token_ThatMayAnswer_DoesWhatAnOpenQuestionOffersAndNothingElse()
    {
        var source = Source();
        source.Run = source.Run with
        {
            Questions =
            [
                new()
                {
                    Id = "a",
                    Question = "Again?",
                    Ways = [new SuggestedCommand(SuggestedCommandKinds.Retry, $"{Runs.Id}/a")],
                },
            ],
        };
        await using var page = await ServedPage.StartAsync(source);
        var secret = page.Tokens.Create("ci", WebTokenScope.Answer, lifetime: null)!;

        using var retried = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, OfRun + "/tasks/a/retry", token: secret));
        using var skipped = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Post, OfRun + "/tasks/a/skip", token: secret));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (retried.StatusCode, skipped.StatusCode));
        Assert.Equal($"retry {Runs.Id}/a", Assert.Single(source.Acts).Text);
    }

    [Theory]
    [InlineData("send", "hello", false)]
    [InlineData("pause", "", false)]
    [InlineData("approve", "", true)]
    public async Task Form_OfASessionThatMayAnswer_AnswersAndDoesNothingElse(string kind, string text, bool isDone)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.Browser.GetAsync($"/login?token={page.Tokens.Create("phone", WebTokenScope.Answer, lifetime: null)}");

        await page.SubmitAsync(RunPage, RunPage + "/act", ("kind", kind), ("target", $"{Runs.Id}/a"), ("text", text));

        Assert.Equal(isDone ? 1 : 0, page.Source.Acts.Count);
    }

    [Fact]
    public async Task Secret_OfANamedToken_IsStoredNowhere()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var secret = page.Tokens.Create("ci", WebTokenScope.All, lifetime: null)!;

        Assert.All(
            Directory.GetFiles(page.Tokens.Folder),
            file => Assert.DoesNotContain(secret, File.ReadAllText(file), StringComparison.Ordinal)
        );
        Assert.Null(page.Tokens.Create("ci", WebTokenScope.Read, lifetime: null));
        Assert.Null(page.Tokens.Create(WebToken.Link, WebTokenScope.Read, lifetime: null));
    }

    [Fact]
    public async Task Tries_WithAWrongToken_AreCountedAndShown()
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        for (var i = 0; i < 3; i++)
        {
            await page.NewBrowser().SendAsync(ServedPage.WithToken(HttpMethod.Get, OfRun, token: $"wrong{i}"));
        }

        Assert.Equal(3, WebLoginFailures.Read(page.Tokens.Folder)!.Count);
        Assert.Contains("Failed logins since", await page.Browser.GetStringAsync("/settings"), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> GetAsync(ServedPage page, string cookie)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var request = new HttpRequestMessage(HttpMethod.Get, page.Address);
        request.Headers.Add("Cookie", cookie);
        using var answer = await browser.SendAsync(request);
        return answer.StatusCode;
    }

    private static string FormToken(string html)
    {
        const string Before = "name=\"form\" value=\"";
        return html[(html.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..][..64];
    }
}
