using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Planning by the real Claude CLI against a scripted API.</summary>
public sealed class RealPlannerTests
{
    /// <summary>A plan of one task that writes a file.</summary>
    internal static readonly object Plan = new
    {
        tasks = new[]
        {
            new
            {
                id = "one",
                description = "One",
                prompt = "MARK-ONE: write one.txt.",
                files_write = new[] { "one.txt" },
                depends_on = Array.Empty<string>(),
                verification = new[] { "test -s one.txt" },
            },
        },
    };

    private static readonly object Faulty = new
    {
        tasks = new[]
        {
            new
            {
                id = "one",
                description = "One",
                prompt = "Write.",
                files_write = new[] { "one.txt" },
                depends_on = new[] { "zero" },
                verification = new[] { "test -s one.txt" },
            },
        },
    };

    private static readonly ApiRule Repaired = new("can't be used", ApiTurn.Calls(new ApiToolUse("StructuredOutput", Plan)));

    [Fact]
    public async Task Run_RequestWithFaultyFirstPlan_IsPlannedAgainAndRunToTheEnd()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            Repaired,
            new ApiRule("MARK-ONE", ApiTurn.Writes("one.txt", "one\n"), ApiTurn.Says("Done.")),
            new ApiRule(
                "You plan work.*Please add one",
                ApiTurn.Calls(new ApiToolUse("Read", new { file_path = "${cwd}/CLAUDE.md" })),
                ApiTurn.Calls(new ApiToolUse("StructuredOutput", Faulty))
            )
        );
        using var place = await Workplace.CreateAsync(api);

        var run = await place.Orchestrate.RunAsync("run", "Please add one file", "--yes", "--no-progress");

        var said = run.StandardOutput.Text + run.StandardError.Text;
        Assert.True(run.ExitCode == 0, said);
        Assert.Equal("one", await place.Repository.GitAsync("show", "main:one.txt"));
        Assert.Contains("planner: remediating  (answer.json:", said, StringComparison.Ordinal);
        var first = api.Requests[0];
        Assert.Contains("claude-opus", first.Model, StringComparison.Ordinal);
        Assert.Contains("Always be kind.", first.Prompt, StringComparison.Ordinal);
        Assert.Contains("src/\n  app.py", first.Prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("secret.txt", first.Prompt, StringComparison.Ordinal);
        Assert.Equal(first.Session, api.Requests.Single(r => r.Rule == Repaired.Pattern).Session);
        Assert.DoesNotContain("planner", await place.Repository.GitAsync("worktree", "list"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Plan_JsonInWords_IsTakenAndARefusalAsksAPerson()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(
                "in prose",
                ApiTurn.Says("Here it is:\n```json\n" + JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Plan)) + "\n```"),
                ApiTurn.Says("As I said.")
            ),
            new ApiRule("no credit", ApiTurn.Fails(400, "Your request was refused."))
        );
        using var place = await Workplace.CreateAsync(api);

        var prose = await place.Orchestrate.RunAsync("plan", "answer in prose", "-o", "tasks.yaml", "--json");
        var again = await place.Orchestrate.RunAsync("plan", "answer in prose", "-o", "tasks.yaml");
        var refused = await place.Orchestrate.RunAsync("plan", "there is no credit");

        Assert.True(prose.ExitCode == 0, prose.StandardError.Text);
        Assert.Equal(
            (1, "tasks.yaml"),
            ((int)JsonNode.Parse(prose.StandardOutput.Text)!["taskCount"]!, (string?)JsonNode.Parse(prose.StandardOutput.Text)!["file"])
        );
        Assert.Equal(0, (await place.Orchestrate.RunAsync("validate", "tasks.yaml")).ExitCode);
        Assert.Equal(3, again.ExitCode);
        Assert.Contains("No plan was made", again.StandardError.Text, StringComparison.Ordinal);
        Assert.True(refused.ExitCode == 3, refused.StandardError.Text);
        Assert.Contains("Your request was refused.", refused.StandardError.Text, StringComparison.Ordinal);
        Assert.Contains("/planner --guidance TEXT", refused.StandardError.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestrator_KilledWhileItPlans_PaysForOneAnswer()
    {
        TaskCompletionSource answer = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("You plan work", new ApiTurn { Tools = [new ApiToolUse("StructuredOutput", Plan)], After = answer.Task })
        );
        using var place = await Workplace.CreateAsync(api);
        await place.Orchestrate.KillWhenAsync(
            place.Home["plan.log"],
            () => api.Requests.Count > 0,
            "plan",
            "write one file",
            "-o",
            "tasks.yaml"
        );

        var resuming = place.Orchestrate.RunAsync("resume");
        answer.SetResult();
        var resumed = await resuming;

        Assert.True(resumed.ExitCode == 0, resumed.StandardError.Text);
        Assert.Single(api.Requests);
        Assert.Contains("MARK-ONE", await File.ReadAllTextAsync(place.Repository["tasks.yaml"]), StringComparison.Ordinal);
    }

    private sealed record Workplace(
        TempFolder Home,
        TemporaryRepository Repository,
        Dictionary<string, string?> Environment,
        OrchestrateProgram Orchestrate
    ) : IDisposable
    {
        public static async Task<Workplace> CreateAsync(ScriptedMessagesApi api)
        {
            TempFolder home = new();
            home.Write(
                ".config/orchestrator/config.yaml",
                $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n    provider: api\n"
            );
            var repository = await TemporaryRepository.CreateEmptyAsync();
            await repository.CommitAsync(
                "start",
                ("CLAUDE.md", "Always be kind.\n"),
                ("src/app.py", "x = 1\n"),
                (".gitignore", "secret.txt\n")
            );
            repository.Write("secret.txt", "a secret\n");
            var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
            environment["XDG_CONFIG_HOME"] = null;
            environment["XDG_CACHE_HOME"] = null;
            return new Workplace(home, repository, environment, new OrchestrateProgram(repository.Path, environment));
        }

        public void Dispose()
        {
            Repository.Dispose();
            Home.Dispose();
        }
    }
}
