using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Access to the page. Each case is an attack that is known from such pages.</summary>
public sealed class DoorTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;
    private const string Act = RunPage + "/act";

    private static FakeSource Source() => new() { Run = Runs.Of("a") with { Questions = [Runs.Approval("a")] } };

    [Theory]
    [InlineData("/")]
    [InlineData(RunPage)]
    [InlineData(RunPage + "/tasks/a")]
    [InlineData(RunPage + "/tasks/a/log")]
    [InlineData("/inbox")]
    [InlineData("/settings")]
    [InlineData("/docs")]
    [InlineData("/changes")]
    [InlineData("/nothing")]
    public async Task Page_WithoutLogin_LeadsToTheLoginAndShowsNothing(string path)
    {
        await using var page = await ServedPage.StartAsync(Source());

        var answer = await page.Browser.GetAsync(path);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith("/login?to=", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Empty(page.Source.Reads);
    }

    [Theory]
    [InlineData("GET", "/api/v1/repositories")]
    [InlineData("GET", "/api/v1/openapi.json")]
    [InlineData("GET", "/api/v1/repositories/aaaaaaaaaaaa/runs/run-tasks-3f9a1c/stream")]
    [InlineData("POST", "/api/v1/repositories/aaaaaaaaaaaa/runs/run-tasks-3f9a1c/cancel")]
    public async Task Api_WithoutToken_IsRefused(string method, string path)
    {
        await using var page = await ServedPage.StartAsync(Source());
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", page.Address.GetLeftPart(UriPartial.Authority));

        Assert.Equal(HttpStatusCode.Unauthorized, (await page.Browser.SendAsync(request)).StatusCode);
        Assert.Empty(page.Source.Acts);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8888")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("localhost.evil.example")]
    public async Task Request_ForAnotherName_IsRefusedAlsoWithTheToken(string host)
    {
        await using var page = await ServedPage.StartAsync(Source());
        var request = ServedPage.WithToken(HttpMethod.Get, "/api/v1/inbox");
        request.Headers.Host = host;

        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await page.Browser.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:1")]
    [InlineData("http://127.0.0.1")]
    public async Task Change_FromAnotherPageOrNone_IsRefusedThoughTheBrowserIsLoggedIn(string? origin)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Act) { Content = new FormUrlEncodedContent([new("kind", "cancel")]) };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await page.Browser.SendAsync(request)).StatusCode);
        Assert.Empty(page.Source.Acts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Form_WithoutTheSecretOfItsPage_IsRefused(string secret)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Act)
        {
            Content = new FormUrlEncodedContent([new("kind", "cancel"), new("target", Runs.Id), new("form", secret)]),
        };
        request.Headers.Add("Origin", page.Address.GetLeftPart(UriPartial.Authority));

        Assert.Equal(HttpStatusCode.Forbidden, (await page.Browser.SendAsync(request)).StatusCode);
        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Caller_ThatARunHasStarted_IsRefusedAlsoWithTheToken()
    {
        await using var page = await ServedPage.StartAsync(Source());
        page.Source.IsStep = true;

        var answer = await page.Browser.SendAsync(
            ServedPage.WithToken(HttpMethod.Post, $"/api/v1/repositories/aaaaaaaaaaaa/runs/{Runs.Id}/questions/a/approve")
        );

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.All(page.Source.Callers, call => Assert.Equal(page.Address.Port, call.Called.Port));
        Assert.NotEmpty(page.Source.Callers);
        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Login_TenWrongTokens_FurtherOnesWaitAndTheRightOneIsLetIn()
    {
        var time = new FakeTimeProvider(Runs.Begin);
        await using var page = await ServedPage.StartAsync(Source(), time);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await page.Browser.GetAsync($"/login?token=wrong{i}")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await page.Browser.GetAsync("/login?token=wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await page.Browser.GetAsync($"/login?token={ServedPage.Token}")).StatusCode);
        // The right one does not begin the count anew.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await page.NewBrowser().GetAsync("/login?token=wrong")).StatusCode);
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Forbidden, (await page.NewBrowser().GetAsync("/login?token=wrong")).StatusCode);
    }

    [Fact]
    public async Task Login_ByTheLink_SetsACookieThatNoScriptAndNoOtherPageCanUse()
    {
        await using var page = await ServedPage.StartAsync(Source());

        var answer = await page.Browser.GetAsync($"/login?token={ServedPage.Token}&to=/inbox");

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(ServedPage.Token, cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(ServedPage.Token, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal(HttpStatusCode.OK, (await page.Browser.GetAsync("/inbox")).StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\"><script>alert(1)</script>")]
    public async Task Login_ThatLeadsElsewhere_LeadsHome(string to)
    {
        await using var page = await ServedPage.StartAsync(Source());

        var html = await (
            await page.Browser.GetAsync($"/login?token={ServedPage.Token}&to={Uri.EscapeDataString(to)}")
        ).Content.ReadAsStringAsync();

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url=//", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url=https", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url=javascript", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url=/\\", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logout_TheCookieIsWorthNothingAnyMore()
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();

        await page.SubmitAsync("/", "/logout");

        Assert.Equal(HttpStatusCode.Redirect, (await page.Browser.GetAsync("/")).StatusCode);
    }

    [Theory]
    [InlineData("/r/aaaaaaaaaaaa/..%2F..%2Fetc")]
    [InlineData("/r/aaaaaaaaaaaa/%2e%2e/tasks/a")]
    [InlineData("/r/bbbbbbbbbbbb/" + Runs.Id)]
    [InlineData("/r/aaaaaaaaaaaa/--help")]
    [InlineData(RunPage + "/tasks/..%2F..%2Fpasswd")]
    [InlineData("/assets/..%2F..%2Fappsettings.json")]
    public async Task Path_OutOfARun_IsNotThere(string path)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await page.Browser.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Names_ThatLookLikeOptions_AreNeverOptions()
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();
        await page.Browser.GetAsync("/r/aaaaaaaaaaaa/--working-dir=%2Fetc");
        await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, "/api/v1/repositories/aaaaaaaaaaaa/runs/--help/tasks/-x/log"));
        await page.SubmitAsync(RunPage, Act, ("kind", "send"), ("target", $"{Runs.Id}/a"), ("text", "--help"));
        await page.SubmitAsync(RunPage, Act, ("kind", "reject"), ("target", $"{Runs.Id}/a"), ("text", "--yes"));
        await page.SubmitAsync(RunPage, Act, ("kind", "--help"), ("target", Runs.Id));
        await page.SubmitAsync(RunPage, Act, ("kind", "resolve"), ("target", Runs.Id), ("resolution", "--accept-losses"));

        Assert.Equal([$"mail {Runs.Id}/a --help", $"reject {Runs.Id}/a reason=--yes"], page.Source.Acts.Select(call => call.Text));
    }

    [Fact]
    public async Task Body_LargerThanAnyPlan_IsRefused()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var request = ServedPage.WithToken(HttpMethod.Post, "/api/v1/repositories/aaaaaaaaaaaa/runs", new string('x', 9 * 1024 * 1024));
        request.Headers.ExpectContinue = true;

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await page.Browser.SendAsync(request)).StatusCode);
        Assert.Empty(page.Source.Acts);
    }

    [Fact]
    public async Task Connections_ThatSendNothing_KeepNobodyOut()
    {
        await using var page = await ServedPage.StartAsync(Source());
        var slow = new List<TcpClient>();
        for (var i = 0; i < 200; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, page.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: "));
            slow.Add(client);
        }

        await page.LogInAsync();

        slow.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData("/")]
    [InlineData(RunPage)]
    [InlineData("/login")]
    public async Task Answer_ForbidsScriptsOfOthersFramesAndKeeping(string path)
    {
        await using var page = await ServedPage.StartAsync(Source());
        await page.LogInAsync();

        var answer = await page.Browser.GetAsync(path);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }
}
