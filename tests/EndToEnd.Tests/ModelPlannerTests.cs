using System.Text.Json.Nodes;
using Orchestrator.Agents.Tests;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Planning by models without an agent program: the Anthropic SDK and its Bedrock client, against a scripted service.</summary>
public sealed class ModelPlannerTests
{
    private const string Secret = "sk-very-secret";

    private static readonly object Plan = new
    {
        tasks = new[]
        {
            new
            {
                id = "one",
                description = "One",
                prompt = "MARK-ONE",
                files_write = new[] { "one.txt" },
                depends_on = Array.Empty<string>(),
                verification = new[] { "test -s one.txt" },
            },
        },
    };

    private static readonly ApiTurn Answer = ApiTurn.Calls(new ApiToolUse("answer", Plan));

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("bedrock", "/model/eu.anthropic.some-model/invoke", "eu.anthropic.some-model")]
    public Task Plan_EveryTroubleOnTheWayToBedrock_EndsWithThePlanInOneConversation(string planner, string path, string model) =>
        Plan_EveryTroubleOnTheWay_EndsWithThePlanInOneConversation(planner, path, model);

    [Theory]
    [InlineData("api", "/v1/messages", "claude-opus-5-5")]
    public async Task Plan_EveryTroubleOnTheWay_EndsWithThePlanInOneConversation(string planner, string path, string model)
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(
                "can't be used.*is incomplete",
                ApiTurn.Says("Sorry: {\"tasks\": [{\"id\": \"one\", \"depends_on\": [\"two\"], \"description\": \"One\"}]}")
            ),
            new ApiRule("can't be used.*which does not exist", Answer),
            new ApiRule("You plan work", Answer with { StopReason = "max_tokens", Instead = Overloaded(529, "1"), InsteadTimes = 1 })
        );
        using var place = await Workplace.CreateAsync(planner, api);

        var plan = await place.Orchestrate.RunAsync("plan", "write one file", "-o", "tasks.yaml", "--json");

        Assert.True(plan.ExitCode == 0, plan.StandardError.Text);
        var document = JsonNode.Parse(plan.StandardOutput.Text)!;
        Assert.Equal((3, 4, 1), ((int)document["attempts"]!, (int)document["agentStarts"]!, (int)document["taskCount"]!));
        Assert.Equal(4, api.Requests.Count);
        Assert.All(api.Requests, request => Assert.Equal((path, model), (request.Path, request.Model)));
        Assert.All(
            api.Requests,
            request =>
                Assert.Contains(
                    planner == "api" ? Secret : "AWS4-HMAC-SHA256 Credential=AKEXAMPLE/",
                    request.ApiKey,
                    StringComparison.Ordinal
                )
        );
        Assert.DoesNotContain(place.FileCommits(), file => File.ReadAllText(file).Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Plan_RateLimitThenErrors_WaitsAndThenAsksAUser()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("slow down", Answer with { Instead = Overloaded(429, "2"), InsteadTimes = 1 }),
            new ApiRule("always broken", ApiTurn.Fails(500, "Internal error.")),
            new ApiRule("refuse this", ApiTurn.Says("I will not plan that.") with { StopReason = "refusal" }),
            new ApiRule("never answer", new ApiTurn { Hangs = true })
        );
        using var place = await Workplace.CreateAsync("api", api);

        var limited = await place.Orchestrate.RunAsync("plan", "slow down please");
        var broken = await place.Orchestrate.RunAsync("plan", "always broken service");
        var refused = await place.Orchestrate.RunAsync("plan", "refuse this please");
        place.Configure("timeout: 2");
        var silent = await place.Orchestrate.RunAsync("plan", "never answer this");

        Assert.True(limited.ExitCode == 0, limited.StandardError.Text);
        Assert.Matches(@"planner: executing  \(The service answered 429: error 429; next attempt in \d+ s\)", limited.StandardError.Text);
        Assert.Equal(2, api.Requests.Count(request => request.Rule == "slow down"));
        Assert.Equal((3, 3), (broken.ExitCode, api.Requests.Count(request => request.Rule == "always broken")));
        Assert.Contains("Internal error. (3 attempts)", broken.StandardError.Text, StringComparison.Ordinal);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("I will not plan that.", refused.StandardError.Text, StringComparison.Ordinal);
        Assert.Equal((3, 1), (silent.ExitCode, api.Requests.Count(request => request.Rule == "never answer")));
        Assert.Contains("/planner --guidance TEXT", silent.StandardError.Text, StringComparison.Ordinal);
    }

    [BubblewrapFact]
    public async Task Plan_Confined_GetsItsAnswerByTheProxysKey()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(new ApiRule("You plan work", Answer));
        using var place = await Workplace.CreateAsync("api", api);

        var free = await place.Orchestrate.RunAsync("plan", "write one file", "-o", "free.yaml");
        place.Environment[Unconfined.Variable] = "on";
        var confined = await place.Orchestrate.RunAsync("plan", "write another file", "-o", "tasks.yaml");

        Assert.True((free.ExitCode, confined.ExitCode) == (0, 0), confined.StandardError.Text);
        Assert.Equal(2, api.Requests.Count);
        Assert.Equal(api.Requests[0].ApiKey, api.Requests[1].ApiKey);
        await Eventually.TrueAsync(() =>
            place
                .FileCommits()
                .Any(file =>
                    file.EndsWith(".jsonl", StringComparison.Ordinal)
                    && File.ReadAllText(file).Contains("\"requests\":1", StringComparison.Ordinal)
                )
        );
        Assert.DoesNotContain(place.FileCommits(), file => File.ReadAllText(file).Contains(Secret, StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("bedrock")]
    public Task Orchestrator_KilledWhileItPlansByBedrock_PaysForOneAnswer(string planner) =>
        Orchestrator_KilledWhileItPlans_PaysForOneAnswer(planner);

    [Theory]
    [InlineData("api")]
    public async Task Orchestrator_KilledWhileItPlans_PaysForOneAnswer(string planner)
    {
        TaskCompletionSource answer = new();
        await using var api = await ScriptedMessagesApi.StartAsync(new ApiRule("You plan work", Answer with { After = answer.Task }));
        using var place = await Workplace.CreateAsync(planner, api);
        await place.Orchestrate.KillWhenAsync(
            place.Home["plan.log"],
            () => api.Requests.Count > 0,
            "plan",
            "write one file",
            "-o",
            "tasks.yaml"
        );
        answer.SetResult();

        // The same command again finds what was begun.
        var again = await place.Orchestrate.RunAsync("plan", "write one file", "-o", "tasks.yaml");

        Assert.True(again.ExitCode == 0, again.StandardError.Text);
        Assert.Single(api.Requests);
        Assert.Contains("MARK-ONE", await File.ReadAllTextAsync(place.Repository["tasks.yaml"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api", "ANTHROPIC_API_KEY")]
    [InlineData("bedrock", "BEDROCK_MODEL_ID")]
    public async Task Plan_SomethingMissing_SaysWhatToSet(string planner, string missing)
    {
        await using var api = await ScriptedMessagesApi.StartAsync();
        using var place = await Workplace.CreateAsync(planner, api);
        place.Environment[missing] = null;

        var plan = await place.Orchestrate.RunAsync("plan", "write one file");

        Assert.Equal(5, plan.ExitCode);
        Assert.Contains(missing, plan.StandardError.Text, StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    private static ApiTurn Overloaded(int status, string seconds) =>
        new()
        {
            Status = status,
            Headers = new Dictionary<string, string> { ["retry-after"] = seconds },
        };

    private sealed record Workplace(
        TempFolder Home,
        TemporaryRepository Repository,
        Dictionary<string, string?> Environment,
        OrchestrateProgram Orchestrate,
        string Planner,
        string Url
    ) : IDisposable
    {
        public static async Task<Workplace> CreateAsync(string planner, ScriptedMessagesApi api)
        {
            TempFolder home = new();
            var repository = await TemporaryRepository.CreateEmptyAsync();
            await repository.CommitAsync("start", ("src/app.py", "x = 1\n"));
            var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
            environment["ANTHROPIC_BASE_URL"] = null;
            environment["ANTHROPIC_API_KEY"] = Secret;
            environment["XDG_CONFIG_HOME"] =
                environment["XDG_CACHE_HOME"] =
                environment["AWS_PROFILE"] =
                environment["AWS_SESSION_TOKEN"] =
                    null;
            environment["AWS_ACCESS_KEY_ID"] = "AKEXAMPLE";
            environment["AWS_SECRET_ACCESS_KEY"] = Secret;
            environment["BEDROCK_MODEL_ID"] = "eu.anthropic.some-model";
            Workplace place = new(home, repository, environment, new OrchestrateProgram(repository.Path, environment), planner, api.Url);
            place.Configure("timeout: 60");
            return place;
        }

        public void Configure(string more) =>
            Home.Write(
                ".config/orchestrator/config.yaml",
                $"planner: {{agent: {Planner}, url: \"{Url}\", region: eu-west-1, {more}}}\nretry: {{base_delay: 0.1}}\n"
            );

        /// <summary>Everything that planning wrote, the engine's database with it.</summary>
        public IEnumerable<string> FileCommits() =>
            Directory
                .EnumerateFiles(Repository[".orchestrator"], "*", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal));

        public void Dispose()
        {
            Repository.Dispose();
            Home.Dispose();
        }
    }
}
