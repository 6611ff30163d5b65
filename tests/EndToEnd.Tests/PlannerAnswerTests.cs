using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real Claude CLI asks a question, and the planner answers it, against a scripted API.</summary>
public sealed class PlannerAnswerTests
{
    private const string Plan = """
        request: Dates of all orders.
        tasks:
          - id: dates
            description: Write the dates
            prompt: "MARK-DATES: write dates.txt."
            files_write: [dates.txt]
            verification: [{command: grep -q 2026-11-22 dates.txt}]
        """;

    private const string Question = "Which of the two date formats? key=AKIAQYLPMN5HFIQR7XYZ is in the old code.";

    private static readonly ApiRule Asks = new(
        "MARK-DATES",
        ApiTurn.Calls(new ApiToolUse("mcp__orchestrator__blocked", new { reason = Question })),
        ApiTurn.Says("I wait.")
    );

    private static readonly ApiRule GoesOn = new(
        "answered by the planner.*As in the README",
        ApiTurn.Writes("dates.txt", "2026-11-22\n"),
        ApiTurn.Says("Done.")
    );

    private static readonly object Answer = new
    {
        decision = "answer",
        answer = "As in the README: ISO 8601.",
        why = "README.md",
    };

    [Fact]
    public async Task Run_AgentAsks_ThePlannerLooksAndAnswersInTheSameConversation()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            GoesOn,
            new ApiRule(
                "You answer a question",
                ApiTurn.Calls(new ApiToolUse("Read", new { file_path = "${cwd}/README.md" })),
                ApiTurn.Calls(new ApiToolUse("StructuredOutput", Answer))
            ),
            Asks
        );
        using var place = await Workplace.CreateAsync(api, "claude");

        var run = await place.Orchestrate.RunAsync("run", "tasks.yaml", "--yes");
        var status = JsonNode.Parse((await place.Orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + status);
        Assert.Equal("2026-11-22", await place.Repository.GitAsync("show", "main:dates.txt"));
        var asked = api.Requests.Where(r => r.Prompt.Contains("You answer a question", StringComparison.Ordinal)).ToList();
        Assert.Contains(asked, r => r.LastResult.Contains("Dates are ISO 8601.", StringComparison.Ordinal));
        Assert.All(asked, r => Assert.DoesNotContain("AKIAQYLPMN5HFIQR7XYZ", r.Prompt, StringComparison.Ordinal));
        Assert.Contains("Dates of all orders.", asked[0].Prompt, StringComparison.Ordinal);
        var answer = status["tasks"]![0]!["answers"]![0]!;
        Assert.Equal(("opus", "As in the README: ISO 8601."), ((string)answer["by"]!, (string)answer["answer"]!));
        Assert.True((decimal)answer["cost"]! > 0, status.ToString());
        Assert.True((decimal)status["tasks"]![0]!["cost"]! > (decimal)answer["cost"]!, status.ToString());
        Assert.Equal((1, 2), ((int)status["tasks"]![0]!["attempt"]!, (int)status["tasks"]![0]!["starts"]!));
        var events = await place.Orchestrate.RunAsync("events");
        Assert.Contains("answered by the planner (opus): As in the README", events.StandardOutput.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_KilledWhileThePlannerThinks_PaysForOneAnswer()
    {
        TaskCompletionSource answer = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            GoesOn,
            new ApiRule("You answer a question", ApiTurn.Calls(new ApiToolUse("answer", Answer)) with { After = answer.Task }),
            Asks
        );
        using var place = await Workplace.CreateAsync(api, "api");
        await place.Orchestrate.KillWhenAsync(place.Home["run.log"], () => api.Requests.Any(IsQuestion), "run", "tasks.yaml", "--yes");
        answer.SetResult();

        var resumed = await place.Orchestrate.RunAsync("resume");

        Assert.True(resumed.ExitCode == 0, resumed.StandardOutput.Text + resumed.StandardError.Text);
        Assert.Single(api.Requests, IsQuestion);
        Assert.Equal("2026-11-22", await place.Repository.GitAsync("show", "main:dates.txt"));

        static bool IsQuestion(IncomingApiRequest request) => request.Prompt.StartsWith("You answer a question", StringComparison.Ordinal);
    }

    private sealed record Workplace(TempFolder Home, TemporaryRepository Repository, OrchestrateProgram Orchestrate) : IDisposable
    {
        public static async Task<Workplace> CreateAsync(ScriptedMessagesApi api, string planner)
        {
            TempFolder home = new();
            var repository = await TemporaryRepository.CreateEmptyAsync();
            home.Write(
                ".config/orchestrator/config.yaml",
                $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n"
                    + $"planner: {{agent: {planner}, url: \"{api.Url}\"}}\nquestions: {{answered_by: planner}}\n"
            );
            await repository.CommitAsync("start", ("tasks.yaml", Plan), ("README.md", "Dates are ISO 8601.\n"));
            var environment = ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true);
            environment["XDG_CONFIG_HOME"] = environment["XDG_CACHE_HOME"] = null;
            if (planner == "api")
            {
                environment["ANTHROPIC_API_KEY"] = "sk-very-secret";
            }
            return new Workplace(home, repository, new OrchestrateProgram(repository.Path, environment));
        }

        public void Dispose()
        {
            Repository.Dispose();
            Home.Dispose();
        }
    }
}
