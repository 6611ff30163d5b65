using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Messages;
using Orchestrator.TestKit;

namespace Orchestrator.Cli.Tests;

/// <summary>Statements about one run by its pages, by <c>status</c>, report and inbox, compared with the API.</summary>
/// <param name="web">The served page.</param>
/// <param name="program">The command.</param>
/// <param name="repository">Id of the repository on the page.</param>
/// <param name="run">Id of the run.</param>
internal sealed partial class ShownStatements(WebCommandTests.Web web, OrchestrateProgram program, string repository, string run)
{
    /// <summary>Returns the states of the tasks by id, as the timeline shows them.</summary>
    public static IReadOnlyDictionary<string, string> StatesOf(string html) =>
        Rows().Matches(html).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);

    /// <summary>Returns the statements that pages, <c>status</c>, report and inbox make differently from the API.</summary>
    public async Task<IReadOnlyList<string>> FindFalseAsync(JsonNode shown, string html, Random random)
    {
        var status = (await program.RunAsync("status", run)).StandardOutput.Text;
        var report = await web.GetAsync($"repositories/{repository}/runs/{run}/report");
        var inbox = (await web.GetAsync("inbox"))["entries"]!.AsArray().Count(entry => (string)entry!["kind"]! == "question");
        var counts = shown["counts"]!;
        var (merged, asked, atWork) = ((int)counts["merged"]!, (int)counts["asked"]!, (int?)counts["atWork"] ?? 0);
        var questions = shown["questions"]!.AsArray().Count;
        var badge = Badge().Match(html).Groups[1].Value;
        var gates = shown["tasks"]!.AsArray().Sum(task => (int?)task!["gates"]?["passed"] ?? 0);
        var figures = Figures(html).ToDictionary(figure => figure.Name, figure => figure.Value);
        var number = random.NextInt64(1, (long)shown["sequence"]! + 1);
        return
        [
            .. Differs("merged (page)", $"{merged} of {asked}", figures.GetValueOrDefault("Merged")),
            .. Differs("working (page)", $"{atWork}", figures.GetValueOrDefault("Working now", "0").Split(' ')[0]),
            .. Differs("gates passed (page)", $"{gates} passed", figures.GetValueOrDefault("Gates", "").Split(" passed")[0] + " passed"),
            .. Differs("questions (page)", $"{questions}", $"{QuestionCards().Count(html)}"),
            .. Differs("questions (inbox)", $"{questions > 0}", $"{inbox > 0}"),
            .. Differs("counts (report)", counts.ToJsonString(), report["counts"]?.ToJsonString()),
            .. Differs("state (status)", badge, status.Split("  ").Skip(1).FirstOrDefault()?.Split(':')[0]),
            .. Differs("merged (status)", $"{merged}/{asked} merged", StatusCounts().Match(status).Value),
            .. Differs("at work (status)", atWork > 0 ? $"{atWork} at work" : "", StatusWork().Match(status).Value),
            .. await MomentAsync(shown, number),
        ];

        static IEnumerable<string> Differs(string what, string known, string? said) =>
            said == known ? [] : [$"{what}: '{said}' instead of '{known}'"];
    }

    /// <summary>The screen after an event says the states of the events until then.</summary>
    private async Task<IReadOnlyList<string>> MomentAsync(JsonNode shown, long number)
    {
        var html = await web.TextAsync($"r/{repository}/{run}?at={number}");
        var isPast = html.Contains("This is the run as it was after event", StringComparison.Ordinal);
        var events = (await web.GetAsync($"repositories/{repository}/runs/{run}/events?limit=10000"))["events"]!.AsArray();
        var rows = StatesOf(html);
        return
        [
            .. from task in shown["tasks"]!.AsArray().Select(task => (string)task!["id"]!)
            let last = events.LastOrDefault(one => (string?)one!["task"] == task && (!isPast || (long)one["sequence"]! <= number))
            let state = (string?)last?["state"] ?? TaskStateNames.Pending
            where rows.GetValueOrDefault(task) != state
            select $"after event {number} {task} was {state}, not {rows.GetValueOrDefault(task)} (page of the moment)",
        ];
    }

    [GeneratedRegex("<li id=\"task-([^\"]+)\" class=\"lane.*?<span class=\"state [a-z]+ *\">([^<]+)</span>", RegexOptions.Singleline)]
    private static partial Regex Rows();

    [GeneratedRegex("<span class=\"state [a-z]+\">([^<]+)</span>")]
    private static partial Regex Badge();

    [GeneratedRegex("<div><dt>([^<]+)</dt><dd[^>]*>([^<]+(?:<small>of [^<]+)?)", RegexOptions.Singleline)]
    private static partial Regex FigureCells();

    private static IEnumerable<(string Name, string Value)> Figures(string html) =>
        FigureCells().Matches(html).Select(cell => (cell.Groups[1].Value, Regex.Replace(cell.Groups[2].Value, "\\s*<small>", " ").Trim()));

    [GeneratedRegex(" id=\"question-")]
    private static partial Regex QuestionCards();

    [GeneratedRegex("\\d+/\\d+ merged")]
    private static partial Regex StatusCounts();

    [GeneratedRegex("\\d+ at work")]
    private static partial Regex StatusWork();
}
