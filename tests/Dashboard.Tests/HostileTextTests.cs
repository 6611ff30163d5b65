using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Whatever an agent, a repository or a name says, the page has the same elements as with harmless words.</summary>
public sealed partial class HostileTextTests
{
    private const string RunPage = "/r/aaaaaaaaaaaa/" + Runs.Id;

    private static readonly string[] Payloads =
    [
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "\"><script>alert(1)</script>",
        "'><script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)",
        "\" autofocus onfocus=alert(1) x=\"",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "<a href=javascript:alert(1)>x</a>",
        "<iframe src=//evil.example></iframe>",
        "<object data=//evil.example></object>",
        "<embed src=//evil.example>",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content=0;url=//evil.example>",
        "<link rel=stylesheet href=//evil.example>",
        "<style>*{display:none}</style>",
        "<form action=//evil.example><input name=token>",
        "</textarea><script>alert(1)</script>",
        "</title><script>alert(1)</script>",
        "</pre><script>alert(1)</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;",
        "<scr\0ipt>alert(1)</scr\0ipt>",
        "<\u0130mg src=x>",
        "\u202Egnp.exe",
        "a\u200Bb\u200Dc\uFEFF",
        "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
        "\u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007",
        "\r\nSet-Cookie: x=y",
        "{{constructor.constructor('alert(1)')()}}",
        "@(1+1) @{ var x = 1; }",
        "${alert(1)} `alert(1)`",
        "\ud800 lone surrogate",
        "<details open ontoggle=alert(1)>",
        "<math><mtext></mtext><mglyph><svg><mtext><textarea><path id=\"</textarea><img onerror=alert(1) src=1>\">",
    ];

    [Fact]
    public async Task Pages_WithHostileWordsInEveryField_HaveNoElementAndNoAttributeMore()
    {
        var harmless = await TagsAsync("word");
        foreach (var payload in Payloads)
        {
            var hostile = await TagsAsync(payload);
            foreach (var (path, tags) in hostile)
            {
                Assert.True(harmless[path].SequenceEqual(tags), $"{path} with {payload}: {Difference(harmless[path], tags)}");
            }
        }
    }

    private static string Difference(IReadOnlyList<string> expected, IReadOnlyList<string> found) =>
        expected.Zip(found).FirstOrDefault(pair => pair.First != pair.Second) is var (first, second) && first is not null
            ? $"{second} instead of {first}"
            : $"{found.Count} elements instead of {expected.Count}";

    private static async Task<Dictionary<string, IReadOnlyList<string>>> TagsAsync(string text)
    {
        var run = Runs.Of("a", "b:a") with
        {
            Title = text,
            Target = text,
            Warnings = [text],
            Why = new WorktreeNotReleasedReason(null, new VerbatimQuote(text)),
            Outages = [new OutageStatus(text, new AgentStartsHeldReason(new VerbatimQuote(text)), null)],
            Kept = [text],
            Questions = [Runs.Approval("a", text)],
        };
        run = run.With(
            "a",
            task =>
                task with
                {
                    State = TaskStateNames.Executing,
                    Starts = 1,
                    Attempt = 1,
                    Title = text,
                    Why = new AgentStartsHeldReason(new VerbatimQuote(text)),
                }
        );
        var source = new FakeSource
        {
            Repository = new DashboardRepositoryReference("aaaaaaaaaaaa", text.Replace('\0', ' '), "/work/shop"),
            Run = run,
            Events =
            [
                new RunEvent
                {
                    Sequence = 1,
                    Time = Runs.Begin,
                    Task = "a",
                    State = TaskStateNames.Executing,
                    Why = new AgentStartsHeldReason(new VerbatimQuote(text)),
                    By = text,
                },
            ],
            Log = [text, text],
            Patch =
                $"diff --git a/x b/x\n--- a/x\n+++ b/{text.ReplaceLineEndings(" ")}\n@@ -1 +1 @@\n-old\n+{text.ReplaceLineEndings(" ")}\n",
        };
        await using var page = await ServedPage.StartAsync(source);
        await page.LogInAsync();
        var all = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (
            var path in (string[])
                [
                    "/",
                    "/inbox",
                    "/history",
                    "/settings",
                    "/usage",
                    "/proof?repository=aaaaaaaaaaaa&place=x:1",
                    "/sessions",
                    "/worktrees",
                    RunPage,
                    RunPage + "/tasks/a",
                    RunPage + "/tasks/a/log",
                    RunPage + "/graph",
                    RunPage + "/tasks",
                    RunPage + "/gates",
                    RunPage + "/diff",
                    RunPage + "/queue",
                    RunPage + "/events",
                    RunPage + "?open=a",
                ]
        )
        {
            var answer = await page.Browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain(html, letter => letter is '\u202E' or '\u200B' or '\u001b' or '\u0007' or '\uFEFF');
            all[path] = Tags(Color().Replace(html, "$1"));
        }
        return all;
    }

    // Colors of terminal output, which are elements of ours.
    [GeneratedRegex("<span class=\"sgr-[a-z0-9 -]*\">([^<]*)</span>")]
    private static partial Regex Color();

    /// <summary>Names of elements with the names of their attributes, in order: what a browser makes of the text.</summary>
    private static List<string> Tags(string html)
    {
        var tags = new List<string>();
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0; at = html.IndexOf('<', at))
        {
            var tag = new StringBuilder();
            var quote = '\0';
            for (at++; at < html.Length && (quote != '\0' || html[at] != '>'); at++)
            {
                if (quote != '\0')
                {
                    quote = html[at] == quote ? '\0' : quote;
                }
                else if (html[at] is '"' or '\'')
                {
                    quote = html[at];
                }
                else
                {
                    tag.Append(html[at]);
                }
            }
            tags.Add(tag.ToString());
        }
        return tags;
    }
}
