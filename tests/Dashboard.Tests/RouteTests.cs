using System.Net;
using System.Text.Json.Nodes;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Each address that the server maps, found by its own table of endpoints: no address answers with an empty body.</summary>
public sealed class RouteTests
{
    [Fact]
    public async Task Get_OfEachAddress_AnswersWithADocument()
    {
        var source = new FakeSource { Run = Runs.Of("a") };
        await using var page = await ServedPage.StartAsync(source);
        await page.LogInAsync();
        var routes = page
            .Routes.Where(route => route.Methods.Contains("GET") && !IsStream(route.Path))
            .Select(route => route.Path)
            .ToList();
        var faults = new List<string>();

        foreach (var route in routes)
        {
            var answer = await page.Browser.SendAsync(ServedPage.WithToken(HttpMethod.Get, AddressOf(route)));
            var body = await answer.Content.ReadAsStringAsync();
            if (!IsDocument(route, answer, body))
            {
                faults.Add($"{route}: {(int)answer.StatusCode} {answer.Content.Headers.ContentType} {body.Length} characters");
            }
        }

        Assert.True(routes.Count > 30, $"{routes.Count} addresses were found");
        Assert.Empty(faults);
    }

    private static bool IsStream(string route) =>
        route.EndsWith("/stream", StringComparison.Ordinal) || route.EndsWith("/events", StringComparison.Ordinal) || route == "/changes";

    // A page that leads elsewhere has no body.
    private static bool IsDocument(string route, HttpResponseMessage answer, string body) =>
        answer.StatusCode == HttpStatusCode.Redirect ? answer.Headers.Location is not null
        : answer.StatusCode != HttpStatusCode.OK ? false
        : route.StartsWith("/api/", StringComparison.Ordinal) ? JsonNode.Parse(body) is JsonObject
        : body.Length > 0;

    private static string AddressOf(string route) =>
        route
            .Replace("{repository}", "aaaaaaaaaaaa", StringComparison.Ordinal)
            .Replace("{run}", Runs.Id, StringComparison.Ordinal)
            .Replace("{task}", "a", StringComparison.Ordinal)
            .Replace("{**rest}", "", StringComparison.Ordinal) + (route.EndsWith("/proof", StringComparison.Ordinal) ? "?place=x:1" : "");
}
