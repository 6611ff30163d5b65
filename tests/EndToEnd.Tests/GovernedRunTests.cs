using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The governor, with the built program and the real Claude CLI against a scripted API.</summary>
public sealed class GovernedRunTests
{
    private static string PlanOf(string name, int tasks) =>
        "tasks:\n"
        + string.Concat(
            Enumerable
                .Range(0, tasks)
                .Select(i =>
                    $"  - {{id: {name}{i}, description: Task {i}, prompt: \"MARK-{name}{i}. Write it.\", files_write: [{name}{i}.txt], "
                    + $"verification: [{{command: test -s {name}{i}.txt}}]}}\n"
                )
        );

    private static ApiRule RuleOf(string name, int task) =>
        new($"MARK-{name}{task}\\.", ApiTurn.Writes($"{name}{task}.txt", "x\n"), ApiTurn.Says("It is written."));

    private static async Task<TemporaryRepository> RepositoryAsync(string settings, params (string Name, string Plan)[] plans)
    {
        var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\nreview: {{enabled: false}}\n{settings}"
        );
        await repository.CommitAsync("start", [.. plans.Select(plan => ($"{plan.Name}.yaml", plan.Plan))]);
        return repository;
    }

    /// <summary>
    /// One account, three repositories, eight runs. The first block of any of them stops all starts. After the reset one agent probes the
    /// account, and then all continue.
    /// </summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task Runs_OneMeetsTheLimit_NothingMoreStartsAnywhereAndAllGoOnInTheirConversations()
    {
        const int TasksOfARun = 2;
        string[][] runs =
        [
            ["a", "b", "c"],
            ["d", "e", "f"],
            ["g", "h"],
        ];
        using TempFolder home = new();
        var names = runs.SelectMany(some => some).ToList();
        await using var api = await ScriptedMessagesApi.StartAsync([
            .. names.SelectMany(name => Enumerable.Range(0, TasksOfARun).Select(i => RuleOf(name, i))),
        ]);
        DateTimeOffset? reset = null;
        api.Instead = number =>
        {
            if (number == 4)
            {
                reset = DateTimeOffset.UtcNow.AddSeconds(40);
            }
            return reset is { } until && DateTimeOffset.UtcNow < until ? ApiTurn.LimitReached(until) : null;
        };
        var repositories = await Task.WhenAll(
            runs.Select(some => RepositoryAsync("workers: 2\n", [.. some.Select(name => (name, PlanOf(name, TasksOfARun)))]))
        );
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true);

        var ended = Task.WhenAll(
            repositories.SelectMany(
                (repository, i) =>
                    runs[i].Select(name => new OrchestrateProgram(repository.Path, environment).RunAsync("run", $"{name}.yaml", "--yes"))
            )
        );
        var park = await ParkAsync(home.Path, ended);
        var all = await ended;

        Assert.All(all, run => Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text));
        var starts = History(home.Path);
        var since = Time(park["since"]);
        var opens = Time(park["opensAt"]);
        Assert.Equal(0, starts.Count(start => Time(start["since"]) > since && Time(start["since"]) < opens));
        Assert.Equal(names.Count * TasksOfARun, api.Requests.Select(request => request.Session).Distinct().Count());
        var resumed = starts
            .Where(start => Time(start["since"]) >= opens)
            .Select(start => (Time(start["since"]) - reset!.Value).TotalSeconds)
            .Order()
            .ToList();
        Assert.NotEmpty(resumed);
        var slowest = resumed[(int)Math.Ceiling(resumed.Count * 0.95) - 1];
        Assert.True(slowest <= 90, string.Create(CultureInfo.InvariantCulture, $"95 % had gone on {slowest:0} s after the reset."));
        foreach (var repository in repositories)
        {
            repository.Dispose();
        }
    }

    /// <summary>An answer costs half a dollar: the budget is reached in mid-turn, the run asks, and continues in the same
    /// conversation.</summary>
    [Fact]
    public async Task Budget_ReachedInMidTurn_KeepsTheConversationAsksAndGoesOnWhenItIsRaised()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(
                "MARK-a0",
                Costly(ApiToolUse.Bash("echo one")),
                Costly(ApiToolUse.Bash("echo two")),
                Costly(ApiToolUse.Write("a0.txt", "x\n")),
                // The CLI may put an answer of its own into a conversation that was interrupted, which counts as a turn.
                ApiTurn.Calls(ApiToolUse.Write("a0.txt", "x\n")),
                ApiTurn.Says("It is written.")
            )
        );
        using var repository = await RepositoryAsync("model: claude-opus-4-8\nbudget: {run: 0.75}\n", ("a", PlanOf("a", 1)));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));

        var first = await orchestrate.RunAsync("run", "a.yaml", "--yes");
        var asked = JsonNode.Parse((await orchestrate.RunAsync("inbox", "--json")).StandardOutput.Text)!["entries"]!.AsArray();
        var run = (string)asked[0]!["run"]!;
        var requests = api.Requests.Count;
        var tooLittle = await orchestrate.RunAsync("budget", "raise", run, "0.9");
        var raised = await orchestrate.RunAsync("budget", "raise", run, "9", "--yes");
        var usage = JsonNode.Parse((await orchestrate.RunAsync("usage", "--json")).StandardOutput.Text)!;

        Assert.Equal(3, first.ExitCode);
        Assert.EndsWith($" budget raise {run} AMOUNT", (string)asked.Single()!["command"]!, StringComparison.Ordinal);
        Assert.Equal(2, requests);
        Assert.Equal(2, tooLittle.ExitCode);
        Assert.Contains("Specify a higher limit.", tooLittle.StandardError.Text, StringComparison.Ordinal);
        Assert.True(raised.ExitCode == 0, raised.StandardOutput.Text + raised.StandardError.Text);
        Assert.Equal("x", await repository.GitAsync("show", "main:a0.txt"));
        Assert.Single(api.Requests.Select(request => request.Session).Distinct());
        var costly = api.Requests.Count(request => request is { Rule: not null, Turn: < 3 });
        Assert.InRange(costly, 2, 3);
        Assert.Equal(0.5m * costly, decimal.Round((decimal)usage["sums"]!["run"]![0]!["usd"]!, 1));
        Assert.Equal(0, (int)usage["accounts"]![0]!["atWork"]!);
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;
        Assert.Equal(1, (int)status["tasks"]![0]!["attempt"]!);
    }

    /// <summary>The login's limit is used up for hours, and the user has said that the key may pay for 5 USD: the same conversation goes
    /// on with it, and each sentence about money says who paid.</summary>
    [Fact]
    public async Task Limit_WithAFallback_GoesOnInTheConversationWithTheOtherAccountWithinItsBudget()
    {
        const string Token = "token-of-the-login";
        const string Key = "key-that-may-pay";
        using TempFolder home = new();
        var accepts = new ApiToolUse(
            "StructuredOutput",
            new
            {
                verdict = "accept",
                summary = "Fine.",
                findings = Array.Empty<object>(),
                earlier = Array.Empty<object>(),
            }
        );
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("You review a change", ApiTurn.Calls(accepts)),
            RuleOf("a", 0),
            RuleOf("a", 1),
            RuleOf("p", 0),
            new ApiRule("You plan work.*Please plan more", ApiTurn.Calls(new ApiToolUse("StructuredOutput", Planned)))
        );
        var reset = DateTimeOffset.UtcNow.AddHours(3);
        var answered = 0;
        api.InsteadForKey = key => key == $"Bearer {Token}" && Interlocked.Increment(ref answered) > 1 ? ApiTurn.LimitReached(reset) : null;
        const string Settings = "model: claude-opus-4-8\nworkers: 1\n";
        using var repository = await RepositoryAsync(Settings, ("a", PlanOf("a", 2)));
        var file = repository[".orchestrator/config.yaml"];
        var settings = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(
            file,
            settings
                .Replace("]\n", "]\n    fallback: [api]\n    fallback_budget: 5\n", StringComparison.Ordinal)
                .Replace("review: {enabled: false}", "review: {enabled: true, agent: claude}", StringComparison.Ordinal)
        );
        await repository.CommitAsync("fallback", ("seen.txt", "x"));
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
        environment["CLAUDE_CODE_OAUTH_TOKEN"] = Token;
        environment["ANTHROPIC_API_KEY"] = Key;
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var run = await orchestrate.RunAsync("run", "a.yaml", "--yes");
        var report = await orchestrate.RunAsync("report", "--full", "--markdown");
        var usage = JsonNode.Parse((await orchestrate.RunAsync("usage", "--json")).StandardOutput.Text)!;

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text);
        Assert.Equal([$"Bearer {Token}", Key], KeysOf("a0"));
        Assert.Single(Of("a0").Select(request => request.Session).Distinct());
        // Not one start more with the login after its block.
        Assert.Equal([Key], KeysOf("a1"));
        // The reviewer goes by the same rule.
        Assert.Equal([Key], KeysOf("You review"));
        var paid = report.StandardOutput.Text.Split('\n').Single(line => line.Contains("paid by", StringComparison.Ordinal));
        Assert.Matches("paid by: [a-z]+-[0-9a-f]{8} [0-9.]+ USD \\([0-9] starts?\\), [a-z]+-[0-9a-f]{8} [0-9.]+ USD", paid);
        Assert.Matches("anthropic-[0-9a-f]{8} [0-9.]+ USD \\(3 starts\\)", paid);
        Assert.Equal(2, usage["accounts"]!.AsArray().Count);
        var events = (await orchestrate.RunAsync("events")).StandardOutput.Text;
        Assert.Contains("pays instead (agents.claude.fallback): the account claude-", events, StringComparison.Ordinal);

        var planned = await orchestrate.RunAsync("run", "Please plan more", "--yes");

        // And so does the planner, of which the account is known to be blocked before it is asked.
        Assert.True(planned.ExitCode == 0, planned.StandardOutput.Text + planned.StandardError.Text);
        Assert.Equal([Key], KeysOf("You plan work"));
        Assert.Equal([Key], KeysOf("p0"));

        IEnumerable<IncomingApiRequest> Of(string task) =>
            api.Requests.Where(request => request.Rule?.Contains(task, StringComparison.Ordinal) is true);

        IEnumerable<string> KeysOf(string task) => Of(task).Select(request => request.ApiKey).Distinct();
    }

    /// <summary>The service says with each answer how full the account's limits are. Of the next run is said how much it will take of
    /// them, and its report compares the forecast with the actual figures.</summary>
    [Fact]
    public async Task Forecast_AfterRunsOfAnAccountWithLimits_SaysHowMuchOfThemTheNextTakes()
    {
        using TempFolder home = new();
        var now = DateTimeOffset.UtcNow;
        await using var api = await ScriptedMessagesApi.StartAsync([.. Rules("a", 4), .. Rules("b", 2)]);
        using var repository = await RepositoryAsync("model: claude-opus-4-8\nworkers: 1\n", ("a", PlanOf("a", 4)), ("b", PlanOf("b", 2)));
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
        environment["CLAUDE_CODE_OAUTH_TOKEN"] = "token-of-the-login";
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var first = await orchestrate.RunAsync("run", "a.yaml", "--yes");
        var shown = await orchestrate.RunAsync("run", "b.yaml", "-n");
        var second = await orchestrate.RunAsync("run", "b.yaml", "--yes");
        var report = await orchestrate.RunAsync("report", "--html", "-");
        var whole = await orchestrate.RunAsync("report", "--full", "--markdown");

        Assert.True(first.ExitCode == 0, first.StandardOutput.Text + first.StandardError.Text);
        Assert.True(second.ExitCode == 0, second.StandardOutput.Text + second.StandardError.Text);
        const string Range = "[0-9.]+ to [0-9.]+ % of the 5-hour limit of claude-[0-9a-f]{8}";
        Assert.Matches($"Expected: .* USD and .*; {Range}; .* % of the weekly limit", shown.StandardOutput.Text);
        Assert.Matches(Range, second.StandardOutput.Text + second.StandardError.Text);
        // Two answers for each of two tasks, and each answer takes two in a hundred.
        var came = $"Expected: {Range}. Actual, including all other use of the account: 8 % \\(within\\)";
        Assert.Matches(came, report.StandardOutput.Text);
        Assert.Matches(came, whole.StandardOutput.Text);

        IEnumerable<ApiRule> Rules(string name, int tasks) =>
            Enumerable
                .Range(0, tasks)
                .Select(i => new ApiRule(
                    $"MARK-{name}{i}\\.",
                    Full(name, i, 0, ApiTurn.Writes($"{name}{i}.txt", "x\n")),
                    Full(name, i, 1, ApiTurn.Says("It is written."))
                ));

        ApiTurn Full(string name, int task, int turn, ApiTurn answer)
        {
            var answers = (name == "a" ? 0 : 8) + (task * 2) + turn;
            return answer with
            {
                InputTokens = 20_000,
                Headers = ApiTurn.Windows(0.1 + (answers * 0.02), now.AddHours(3), 0.2 + (answers * 0.01), now.AddDays(3)),
            };
        }
    }

    private static object Planned { get; } = new
    {
        tasks = new[]
        {
            new
            {
                id = "p0",
                description = "More",
                prompt = "MARK-p0. Write it.",
                files_write = new[] { "p0.txt" },
                depends_on = Array.Empty<string>(),
                verification = new[] { "test -s p0.txt" },
            },
        },
    };

    private static ApiTurn Costly(ApiToolUse tool) => new() { Tools = [tool], InputTokens = 100_000 };

    private static async Task<JsonNode> ParkAsync(string home, Task ended)
    {
        JsonNode? park = null;
        await Eventually.TrueAsync(
            () =>
                ended.IsCompleted
                || (
                    park = Ledgers(home)
                        .Select(path => JsonNode.Parse(File.ReadAllText(path))!["park"])
                        .FirstOrDefault(one => one is not null)
                )
                    is not null,
            TimeSpan.FromMinutes(2)
        );
        return park ?? throw new InvalidOperationException("No account was blocked.");
    }

    private static string[] Ledgers(string home) => Files(home, "*.ledger.json");

    private static List<JsonNode> History(string home) =>
        [
            .. Files(home, "*.history.jsonl")
                .SelectMany(File.ReadAllLines)
                .Where(line => line.Length > 0)
                .Select(line => JsonNode.Parse(line)!),
        ];

    private static string[] Files(string home, string pattern) =>
        Directory.Exists(System.IO.Path.Combine(home, ".local/state/orchestrator/usage"))
            ? Directory.GetFiles(System.IO.Path.Combine(home, ".local/state/orchestrator/usage"), pattern)
            : [];

    private static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);
}
