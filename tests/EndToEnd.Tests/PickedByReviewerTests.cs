using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Results between which evidence does not decide: the real Claude CLI, against a scripted API, says which is kept.</summary>
public sealed class PickedByReviewerTests
{
    private const string Question = "Several agents were given the same task";

    [Fact]
    public async Task Spawn_ToPickAmongResultsThatAreAlike_TakesTheOneThatTheReviewerPrefersAndAsksOnce()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(Question, Says("add-up-two-numbers-3", "no such one"), Says("add-up-two-numbers-2", "It says what it does.")),
            new ApiRule("Add up two numbers", ApiTurn.Writes("sum.sh", "echo $(($1 + $2)) # ${cwd}\n"), ApiTurn.Says("Done."))
        );
        using var place = await PickPlace.CreateAsync(api);

        var run = await place.Orchestrate.RunAsync("spawn", "--n", "2", "--pick", "Add up two numbers", "--yes");
        var status = JsonNode.Parse((await place.Orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;
        var id = (string)status["runId"]!;
        var again = await place.Orchestrate.RunAsync("pick", id);

        var said = run.StandardOutput.Text + run.StandardError.Text;
        Assert.True(run.ExitCode == 0, said + status);
        var picked =
            "Picked add-up-two-numbers-2, because the reviewer, claude (opus), prefers it to add-up-two-numbers-1: It says what it does. "
            + $"Its work is on orchestrator/{id}/picked/add-up-two-numbers.";
        Assert.Contains(picked, said, StringComparison.Ordinal);
        Assert.Contains(picked, again.StandardOutput.Text, StringComparison.Ordinal);
        Assert.Contains(
            "add-up-two-numbers-2",
            await place.Repository.GitAsync("show", $"orchestrator/{id}/picked/add-up-two-numbers:sum.sh"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "t/add-up-two-numbers-1",
            await place.Repository.GitAsync("branch", "--list", "orchestrator/*"),
            StringComparison.Ordinal
        );
        Assert.Equal("accepted", (string?)status["review"]?["verdict"]);
        // A name that is none goes back to the same conversation; what was answered is not asked again.
        Assert.Single(
            api.Requests,
            request => request.Prompt.StartsWith(Question, StringComparison.Ordinal) && request.Prompt.Contains("sum.sh")
        );
    }

    [Fact]
    public async Task Spawn_ToPickWhereAnAttemptFails_PicksAmongTheOthersAndNeedsNobody()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(Question, Says("add-up-two-numbers-3", "It says what it does.")),
            new ApiRule("Add up two numbers", ApiTurn.Writes("sum.sh", "echo $(($1 + $2)) # ${cwd}\n"), ApiTurn.Says("Done."))
        );
        using var place = await PickPlace.CreateAsync(api);
        place.Home.Write(
            ".config/orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n"
                + "max_remediations: 0\ngates:\n  task:\n    - {name: check, command: '! grep -q add-up-two-numbers-2 sum.sh'}\n"
        );

        var run = await place.Orchestrate.RunAsync("spawn", "--n", "3", "--pick", "Add up two numbers", "--yes");
        var status = JsonNode.Parse((await place.Orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;

        var said = run.StandardOutput.Text + run.StandardError.Text;
        Assert.True(run.ExitCode == 0, said + status);
        Assert.Contains(
            "Picked add-up-two-numbers-3, because the reviewer, claude (opus), prefers it to add-up-two-numbers-1",
            said,
            StringComparison.Ordinal
        );
        Assert.Contains("3. add-up-two-numbers-2: failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spawn_ToPickWhereEvidenceDecides_AsksNobody()
    {
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("Add up two numbers", ApiTurn.Writes("sum.sh", "echo $(($1 + $2))\n"), ApiTurn.Says("Done."))
        );
        using var place = await PickPlace.CreateAsync(api);

        var run = await place.Orchestrate.RunAsync("spawn", "--n", "2", "--pick", "Add up two numbers", "--yes");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text);
        Assert.Contains("the first of equal results", run.StandardOutput.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Requests, request => request.Prompt.Contains(Question, StringComparison.Ordinal));
    }

    private static ApiTurn Says(string result, string why) => ApiTurn.Calls(new ApiToolUse("StructuredOutput", new { result, why }));

    private sealed record PickPlace(TempFolder Home, TemporaryRepository Repository, OrchestrateProgram Orchestrate) : IDisposable
    {
        public static async Task<PickPlace> CreateAsync(ScriptedMessagesApi api)
        {
            TempFolder home = new();
            var repository = await TemporaryRepository.CreateAsync();
            home.Write(".config/orchestrator/config.yaml", $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n");
            var environment = ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true);
            environment["XDG_CONFIG_HOME"] = environment["XDG_CACHE_HOME"] = null;
            return new PickPlace(home, repository, new OrchestrateProgram(repository.Path, environment));
        }

        public void Dispose()
        {
            Repository.Dispose();
            Home.Dispose();
        }
    }
}
