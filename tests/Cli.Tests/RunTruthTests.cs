using System.Text.Json.Nodes;
using Orchestrator.Cli.Console;
using Orchestrator.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Random runs: agents that do, fail, give up, ask and do nothing, tasks that are not asked for, users who skip, retry, cancel and abort.
/// All reports about a run agree with each other and with git.
/// </summary>
public class RunTruthTests(ITestOutputHelper output)
{
    // Each fails in words of its own: three that fail alike are taken for a fault of the account, and the run waits for that.
    private const string Agent = """
        case $ORCHESTRATOR_TASK in
          *fail) echo $ORCHESTRATOR_TASK | tr 0-9 g-p; exit 7 ;;
          *giveup) echo '{"status": "failed", "reason": "can not"}' > .task-status.json ;;
          *ask) echo '{"status": "blocked", "reason": "a decision"}' > .task-status.json ;;
          *idle) ;;
          *) echo x > $ORCHESTRATOR_TASK.txt ;;
        esac
        """;

    private static readonly string[] Habits = ["do", "do", "do", "fail", "giveup", "ask", "idle"];

    [Fact]
    public Task Runs_Random_AreToldAlikeByEveryCommandAndByGit() => PlayAsync(2);

    [Fact]
    [Trait("Category", "Full")]
    public Task Runs_ManyRandom_AreToldAlikeByEveryCommandAndByGit() =>
        PlayAsync(int.TryParse(Environment.GetEnvironmentVariable("RUNS"), out var runs) ? runs : 60);

    private async Task PlayAsync(int runs)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RUN_SEED"), out var given) ? given : Random.Shared.Next();
        for (var run = 0; run < runs; run++)
        {
            output.WriteLine($"RUN_SEED={seed + run}");
            await PlayOneAsync(new Random(seed + run));
        }
    }

    private async Task PlayOneAsync(Random random)
    {
        using var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(
            Path.Combine(cli.Folder, ".orchestrator", "config.yaml"),
            "max_remediations: 0\nretry: {max_attempts: 1}\nworkers: 3\n"
        );
        var ids = new List<string>();
        var plan = "tasks:\n";
        foreach (var number in Enumerable.Range(0, random.Next(1, 6)))
        {
            var id = $"t{number}-{Habits[random.Next(Habits.Length)]}";
            var after = ids.Where(_ => random.Next(3) == 0).ToList();
            plan += $"  - {{id: {id}, description: {id}, files_write: [{id}.txt], depends_on: [{string.Join(", ", after)}]}}\n";
            ids.Add(id);
        }
        cli.Write("tasks.yaml", plan);
        string[] only = random.Next(3) == 0 ? ["--only", ids[random.Next(ids.Count)]] : [];
        output.WriteLine($"{string.Join(' ', only)}\n{plan}");
        await cli.TrustAsync();
        var before = cli.Git("rev-parse", "main").Trim();

        var last = await cli.RunAsync(["run", "--yes", "--no-progress", .. only]);
        for (var steps = 0; steps < 4; steps++)
        {
            var status = await CheckAsync(cli, before, last);
            if (NextStep(status, random) is not { } step)
            {
                return;
            }
            output.WriteLine(string.Join(' ', step));
            last = await cli.RunAsync(step);
            if (step.Contains("--no-resume"))
            {
                last = await cli.RunAsync("resume", "--yes", "--no-progress");
            }
        }
        await CheckAsync(cli, before, last);
    }

    private static string[]? NextStep(JsonNode status, Random random)
    {
        var id = (string)status["runId"]!;
        if ((string)status["state"]! is "completed")
        {
            return (int)status["counts"]!["merged"]! == 0 ? null
                : random.Next(2) == 0 ? ["abort", id, "--yes"]
                : null;
        }
        var stuck = status["tasks"]!.AsArray().Where(t => (string)t!["state"]! is "failed" or "blocked" or "cancelled").ToList();
        if ((string)status["standing"]! == "ended" || stuck.Count == 0)
        {
            return null;
        }
        var task = (string)stuck[random.Next(stuck.Count)]!["id"]!;
        return random.Next(6) switch
        {
            0 => ["cancel", id],
            1 => ["abort", id],
            2 => ["cancel", $"{id}/{task}", "--no-resume"],
            _ => ["skip", $"{id}/{task}", "--no-resume"],
        };
    }

    private static async Task<JsonNode> CheckAsync(CliFixture cli, string before, CliFixture.CliResult last)
    {
        var status = (await cli.RunAsync("status", "--json")).Json;
        var (id, state) = ((string)status["runId"]!, (string)status["state"]!);
        var tasks = status["tasks"]!.AsArray().ToDictionary(t => (string)t!["id"]!, t => (string)t!["state"]!);

        // What happened, in order, ends where the tasks are.
        var told = new Dictionary<string, string>();
        var events = (await cli.RunAsync("events", "--json"))
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!);
        foreach (var happened in events)
        {
            told[(string?)happened["task"] ?? ""] = (string)happened["state"]!;
        }
        Assert.Equal(state, told[""]);
        Assert.All(tasks, task => Assert.Equal(task.Value, told.GetValueOrDefault(task.Key, task.Value)));

        var counts = CountsOf(tasks.Values);
        Assert.All(counts, count => Assert.Equal(count.Value, (int)status["counts"]![count.Key]!));
        var sentence = SentenceOf(counts);
        foreach (var command in new[] { "status", "show", "report" })
        {
            var text = await cli.RunAsync(command);
            Assert.Contains(command == "status" ? Brief(sentence) : sentence, text.Output, StringComparison.Ordinal);
            if (command != "status")
            {
                Assert.Equal(status["counts"]!.ToJsonString(), (await cli.RunAsync(command, "--json")).Json["counts"]!.ToJsonString());
            }
        }
        var blocked = await cli.RunAsync("status", "--blocked", "--json");
        Assert.Equal(status["counts"]!.ToJsonString(), blocked.Json["counts"]!.ToJsonString());
        Assert.Contains(Brief(sentence), (await cli.RunAsync("status", "--blocked")).Output, StringComparison.Ordinal);
        var first = (await cli.RunAsync("status")).Output.Split('\n')[0];
        Assert.Contains((string)status["standing"]! == "needs-person" && state == "executing" ? "waiting for a user" : state, first);

        // The page: what became of all tasks, and each task's state in its row.
        var (home, page) = await PagesAsync(cli, id);
        Assert.Contains(Brief(sentence), home, StringComparison.Ordinal);
        Assert.Contains(sentence, page, StringComparison.Ordinal);
        var rows = page.Split("<tr id=\"task-")[1..].ToDictionary(row => row[..row.IndexOf('"', StringComparison.Ordinal)]);
        Assert.All(tasks, task => Assert.Contains($">{task.Value}<", rows[task.Key], StringComparison.Ordinal));

        // What git has.
        var landed = (string)status["landedCommit"]!;
        Assert.Equal(landed.Length > 0 ? landed : before, cli.Git("rev-parse", "main").Trim());
        Assert.Equal(state == "completed", landed.Length > 0);
        var tip = state switch
        {
            "completed" => "main",
            "aborted" or "cancelled" => $"refs/orchestrator/aborted/{id}",
            _ => (string)status["staging"]!,
        };
        var merged = cli.Git("log", $"{before}..{tip}", "--format=%(trailers:key=Orchestrator-Task,valueonly)")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Distinct()
            .Order();
        Assert.Equal(tasks.Where(t => t.Value == "merged").Select(t => t.Key).Order(), merged);
        Assert.True(last.ExitCode is 0 or 1 or 3 or 4, last.People);
        return status;
    }

    private static async Task<(string Home, string Run)> PagesAsync(CliFixture cli, string run)
    {
        var terminal = new RecordingTerminal();
        using var interrupts = new InterruptHandler();
        var serving = cli.RunAsync(terminal, interrupts, "web", "--port", "0");
        var link = new Uri(
            await Eventually.GetAsync(() =>
                terminal.Output.Split('\n').FirstOrDefault(line => line.StartsWith("http://", StringComparison.Ordinal))
            )
        );
        using var browser = new HttpClient { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
        await browser.GetAsync(link);
        var repository = JsonNode.Parse(await browser.GetStringAsync("/api/v1/repositories"))!["repositories"]![0]!["id"];
        var pages = (await browser.GetStringAsync("/"), await browser.GetStringAsync($"/r/{repository}/{run}/tasks"));
        interrupts.Raise();
        await serving;
        return pages;
    }

    private static Dictionary<string, int> CountsOf(IEnumerable<string> states)
    {
        var by = states.GroupBy(s => s).ToDictionary(g => g.Key, g => g.Count());
        int Of(params string[] names) => names.Sum(name => by.GetValueOrDefault(name));
        return new()
        {
            ["asked"] = by.Values.Sum() - Of("not-asked"),
            ["merged"] = Of("merged"),
            ["waived"] = Of("waived"),
            ["skipped"] = Of("skipped"),
            ["failed"] = Of("failed", "escalated"),
            ["cancelled"] = Of("cancelled"),
            ["needPerson"] = Of("blocked", "awaiting-approval"),
            ["notAsked"] = Of("not-asked"),
        };
    }

    private static string Brief(string sentence) =>
        sentence
            .Replace(" of ", "/", StringComparison.Ordinal)
            .Replace(" tasks", "", StringComparison.Ordinal)
            .Replace(" task", "", StringComparison.Ordinal);

    private static string SentenceOf(Dictionary<string, int> counts)
    {
        var words = new List<string> { $"{counts["merged"]} of {counts["asked"]} {(counts["asked"] == 1 ? "task" : "tasks")} merged" };
        foreach (var (name, word) in new[] { ("waived", "waived"), ("failed", "failed"), ("skipped", "skipped") })
        {
            if (counts[name] > 0)
            {
                words.Add($"{counts[name]} {word}");
            }
        }
        return string.Join(", ", words);
    }
}
