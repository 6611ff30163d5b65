using System.Net;
using Orchestrator.Dashboard.Routes;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Tests;

/// <summary>A page that changes is sent in parts; reports are rendered.</summary>
public sealed class PartTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;

    [Fact]
    public void Page_WithOneChangedPart_IsReducedToThatPart()
    {
        var store = new UnchangedPagePartFilter();
        var (first, whole) = store.Reduce(Page("one", "two"), "");

        var (second, reduced) = store.Reduce(Page("one", "three"), first);
        var (same, nothing) = store.Reduce(Page("one", "three"), second);

        Assert.Equal(Page("one", "two"), whole);
        Assert.Equal("<ol><li id=\"a\" data-same></li><!--part--><li id=\"b\">three</li><!--/part--></ol>", reduced);
        Assert.Equal(second, same);
        Assert.Null(nothing);
    }

    [Fact]
    public void Page_OfAnUnknownBase_IsWhole()
    {
        var store = new UnchangedPagePartFilter();
        store.Reduce(Page("one", "two"), "");

        Assert.Equal(Page("one", "two"), store.Reduce(Page("one", "two"), "0123").Html);
    }

    [Fact]
    public void Page_WhoseTextOutsideOfPartsChanges_HasAnotherKey()
    {
        var store = new UnchangedPagePartFilter();
        var (first, _) = store.Reduce(Page("one", "two") + "x", "");

        var (second, reduced) = store.Reduce(Page("one", "two") + "y", first);

        Assert.NotEqual(first, second);
        Assert.EndsWith("</ol>y", reduced, StringComparison.Ordinal);
        Assert.DoesNotContain("two", reduced, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ThatHasNotChanged_IsNotSentAgain()
    {
        var source = new FakeSource { Run = Runs.Of("a", "b").With("a", task => task with { State = TaskStateNames.Merged }) };
        await using var page = await ServedPage.StartAsync(source, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Runs.Begin));
        await page.LogInAsync();

        var first = await AskAsync("");
        var same = await AskAsync(first.Headers.GetValues(PageRenderer.Base).Single());
        source.Run = source.Run.With("b", task => task with { State = TaskStateNames.Executing });
        source.Change();
        var changed = await AskAsync(first.Headers.GetValues(PageRenderer.Base).Single());

        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        var html = await changed.Content.ReadAsStringAsync();
        Assert.Contains("<li id=\"task-a\" data-same></li>", html, StringComparison.Ordinal);
        Assert.Contains("<li id=\"task-b\" class", html, StringComparison.Ordinal);

        async Task<HttpResponseMessage> AskAsync(string known)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, RunPage);
            request.Headers.Add(PageRenderer.Base, known);
            return await page.Browser.SendAsync(request);
        }
    }

    [Theory]
    [InlineData("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n")]
    [InlineData("[x](javascript:alert(1)) [y](//evil.example) [z](/r/1)", "<p>x y <a href=\"/r/1\">z</a></p>\n")]
    [InlineData("![x](https://evil.example/a.png)", "<p>x</p>\n")]
    [InlineData("<https://evil.example>", "<p>https://evil.example</p>\n")]
    [InlineData("# Title", "<h2>Title</h2>\n")]
    [InlineData(
        "| a | |\n|---|---|\n| x | y |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<td></td>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>x</td>\n<td>y</td>\n</tr>\n</tbody>\n</table>\n"
    )]
    [InlineData("[a]: javascript:alert(1)\n\n[a]", "<p>a</p>\n")]
    [InlineData(
        "| a |\n|---|\n| <b>x</b> |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>&lt;b&gt;x&lt;/b&gt;</td>\n</tr>\n</tbody>\n</table>\n"
    )]
    public void Report_OfHostileMarkdown_HasNoForeignElementOrAddress(string markdown, string html) =>
        Assert.Equal(html, MarkdownView.Render(markdown));

    private static string Page(string one, string two) =>
        $"<ol><!--part--><li id=\"a\">{one}</li><!--/part--><!--part--><li id=\"b\">{two}</li><!--/part--></ol>";
}
