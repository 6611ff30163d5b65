using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Orchestrator.Plans;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>
/// Derives what a report in HTML says again, from the lines of the run's events alone, without the code that wrote it. Each sentence must
/// name events that are there and say what the sentence says; sums must add up.
/// </summary>
internal sealed class ReportChecker
{
    private readonly XElement _html;
    private readonly IReadOnlyDictionary<long, JsonElement> _events;

    /// <param name="html">The report's element.</param>
    /// <param name="eventLines">Lines of <c>events.jsonl</c>.</param>
    public ReportChecker(string html, IEnumerable<string> eventLines)
    {
        _html = XElement.Parse(html);
        _events = eventLines
            .Select(line => JsonDocument.Parse(line).RootElement.Clone())
            .DistinctBy(Sequence)
            .ToDictionary(Sequence, happened => happened);
    }

    /// <summary>Checks all of it.</summary>
    /// <param name="end">When the run ended; now, of an open one.</param>
    public void Check(DateTimeOffset end)
    {
        CheckThatNothingIsLoaded();
        CheckAnchors();
        CheckSentBack();
        CheckMerged();
        CheckLanded();
        CheckQuestions();
        CheckTable("money", 1);
        CheckTable("tests", 2);
        CheckTimes(end);
    }

    /// <summary>The text of the sentences of a kind.</summary>
    public IReadOnlyList<string> Said(string kind) => [.. Lines(kind).Select(line => Text(line))];

    private static string Text(XElement line) => line.Elements("span").First(span => (string?)span.Attribute("class") == "said").Value;

    private void CheckThatNothingIsLoaded()
    {
        Assert.Empty(_html.Descendants("script"));
        Assert.DoesNotContain(_html.Descendants(), element => element.Name.LocalName is "link" or "img" or "iframe" or "object" or "form");
        foreach (var attribute in _html.Descendants().Attributes())
        {
            var name = attribute.Name.LocalName;
            Assert.False(name.StartsWith("on", StringComparison.OrdinalIgnoreCase), name);
            Assert.False(name is "src" or "srcset" or "action", name);
            Assert.True(name != "href" || attribute.Value.StartsWith('#'), attribute.Value);
        }
        Assert.Empty(_html.Descendants("style"));
        Assert.True(_html.Value.All(letter => letter is '\n' or >= ' ' and not ('\u202E' or '\u200B' or '\u007F')));
    }

    private void CheckAnchors()
    {
        var ids = _html.Descendants().Attributes("id").Select(id => id.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var link in _html.Descendants("a").Attributes("href"))
        {
            Assert.StartsWith("#e", link.Value);
            Assert.Contains(long.Parse(link.Value[2..], CultureInfo.InvariantCulture), _events);
        }
        foreach (var sentence in _html.Descendants("li").Where(line => line.Attribute("data-kind") is not null))
        {
            Assert.NotEmpty(Cited(sentence));
            Assert.All(Cited(sentence), number => Assert.True(_events.ContainsKey(number), $"{number}: {sentence.Value}"));
        }
    }

    private void CheckSentBack()
    {
        // A task that is paused while it is sent back is in that state twice, and was sent back once.
        var states = new Dictionary<string, string?>(StringComparer.Ordinal);
        var back = new List<JsonElement>();
        foreach (var happened in _events.Values.Where(happened => Task(happened) is not null).OrderBy(Sequence))
        {
            var before = states.GetValueOrDefault(Task(happened)!);
            states[Task(happened)!] = State(happened);
            if (State(happened) == "remediating" && before != "remediating")
            {
                back.Add(happened);
            }
        }
        Assert.Equal(back.Select(Sequence).Order(), Lines("sent-back").SelectMany(Cited).Order());
        foreach (var line in Lines("sent-back"))
        {
            var of = back.Where(happened => Task(happened) == (string?)line.Attribute("data-task")).ToList();
            Assert.Equal(of.Count, Cited(line).Count);
            Assert.Contains(of.Count == 1 ? "once" : $"{of.Count} times", line.Value);
            Assert.All(of, happened => Assert.Contains(Start(Reason(happened)), line.Value));
        }
    }

    private void CheckMerged()
    {
        foreach (var line in Lines("merged").Concat(Lines("unproven")))
        {
            var happened = _events[Assert.Single(Cited(line))];
            Assert.Equal(((string?)line.Attribute("data-task"), "merged"), (Task(happened), State(happened)));
        }
    }

    private void CheckLanded()
    {
        var line = Assert.Single(Lines("landed"));
        var happened = _events[Assert.Single(Cited(line))];
        Assert.Null(Task(happened));
        if (line.Value.Contains("; landed: ", StringComparison.Ordinal))
        {
            Assert.True(
                State(happened) is "completed" or "landing" || happened.GetRawText().Contains("run-landed", StringComparison.Ordinal)
            );
        }
    }

    private void CheckQuestions()
    {
        foreach (var line in Lines("needs-person"))
        {
            Assert.NotEmpty(line.Descendants("code"));
            if ((string?)line.Attribute("data-task") is { } task && _events.Values.Any(happened => Task(happened) == task))
            {
                var last = _events.Values.Where(happened => Task(happened) == task).MaxBy(Sequence);
                Assert.Contains(Sequence(last), Cited(line));
                Assert.True(State(last) is "failed" or "blocked" or "awaiting-approval" or "cancelled" or "escalated", State(last));
            }
        }
    }

    /// <summary>Rows of a table add up to its last one.</summary>
    private void CheckTable(string kind, int column)
    {
        if (_html.Descendants("table").FirstOrDefault(table => (string?)table.Attribute("data-kind") == kind) is not { } table)
        {
            return;
        }
        var heads = table.Descendants("th").Count();
        for (var i = column; i < heads; i++)
        {
            var rows = table.Element("tbody")!.Elements("tr").Select(row => Number(Cell(row, i))).ToList();
            if (Number(Cell(table.Element("tfoot")!.Element("tr")!, i)) is { } total)
            {
                Assert.Equal(total, rows.Sum(number => number ?? 0));
            }
        }
    }

    private void CheckTimes(DateTimeOffset end)
    {
        var table = _html.Descendants("table").FirstOrDefault(table => (string?)table.Attribute("data-kind") == "time");
        if (table is null)
        {
            return;
        }
        var expected = Times(end);
        var shown = table.Element("tbody")!.Elements("tr").ToDictionary(row => Name(row), row => Seconds(Cell(row, 1)));
        Assert.Equal(expected.Keys.Order(), shown.Keys.Order());
        Assert.All(shown, row => Assert.Equal(expected[row.Key], row.Value, tolerance: 0.6));
        Assert.Equal(shown.Values.Sum(), Seconds(Cell(table.Element("tfoot")!.Element("tr")!, 1)));
    }

    private Dictionary<string, double> Times(DateTimeOffset end)
    {
        var times = new Dictionary<string, double>();
        foreach (var task in _events.Values.Where(happened => Task(happened) is not null).GroupBy(Task))
        {
            var ordered = task.OrderBy(Sequence).ToList();
            foreach (var (i, happened) in ordered.Index())
            {
                var until = i + 1 < ordered.Count ? ordered[i + 1].GetProperty("time").GetDateTimeOffset() : end;
                var seconds = (until - happened.GetProperty("time").GetDateTimeOffset()).TotalSeconds;
                if (Use(State(happened)) is { } use && seconds > 0)
                {
                    times[use] = times.GetValueOrDefault(use) + seconds;
                }
            }
        }
        return times;
    }

    private static string? Use(string state) =>
        state switch
        {
            "pending" or "queued" => "waited for its turn",
            "preparing" or "executing" or "remediating" => "agents at work",
            "verifying" => "gates",
            "merging" => "merging",
            "blocked" or "awaiting-approval" => "waited for a user",
            "parked" => "parked",
            _ => null,
        };

    private IEnumerable<XElement> Lines(string kind) => _html.Descendants("li").Where(line => (string?)line.Attribute("data-kind") == kind);

    private static IReadOnlyList<long> Cited(XElement line) =>
        [
            .. ((string?)line.Attribute("data-events") ?? "")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(number => long.Parse(number, CultureInfo.InvariantCulture)),
        ];

    private static string Name(XElement row) => row.Elements("td").First().Nodes().OfType<XText>().First().Value.Trim();

    private static string Cell(XElement row, int column) => row.Elements("td").ElementAt(column).Value;

    private static decimal? Number(string cell) =>
        decimal.TryParse(cell.Replace(",", "", StringComparison.Ordinal), NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static double Seconds(string time)
    {
        var parts = time.Split(':').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToList();
        return (parts[0] * 3600) + (parts[1] * 60) + parts[2];
    }

    // Long reasons are cut, and what is not seen is shown as a sign.
    private static string Start(string reason)
    {
        var line = new UntrustedText(reason.ReplaceLineEndings(" ").Trim()).Line;
        return line.Length <= 200 ? line : line[..200];
    }

    private static long Sequence(JsonElement happened) => happened.GetProperty("sequence").GetInt64();

    // As it is shown: a file's text has no character that is not seen.
    private static string? Task(JsonElement happened) =>
        happened.GetProperty("task").GetString() is { } task ? new UntrustedText(task).Line : null;

    private static string State(JsonElement happened) => happened.GetProperty("state").GetString()!;

    private static string Reason(JsonElement happened) => happened.GetProperty("reason").GetString()!;
}
