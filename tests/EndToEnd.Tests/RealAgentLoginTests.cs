using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The login of the real Claude CLI expires in mid-run and is renewed later by somebody who does not touch the run.</summary>
public sealed class RealAgentLoginTests
{
    private const string Plan = """
        tasks:
          - id: first
            description: The first
            prompt: "MARK-FIRST: write first.txt."
            files_write: [first.txt]
            verification: [{command: test -s first.txt}]
          - id: second
            description: The second
            prompt: "MARK-SECOND: write second.txt."
            files_write: [second.txt]
            verification: [{command: test -s second.txt}]
          - id: third
            description: The third
            prompt: "MARK-THIRD: write third.txt."
            files_write: [third.txt]
            verification: [{command: test -s third.txt}]
        """;

    private static readonly string[] Tasks = ["first", "second", "third"];

    /// <summary>The first trial of an account that does not work comes after a minute.</summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task Run_LoginExpiresAndIsRenewed_GoesOnByItselfAndPaysNothingTwice()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync([
            .. Tasks.Select(name => new ApiRule($"MARK-{name}", ApiTurn.Writes($"{name}.txt", name), ApiTurn.Says($"{name} is there."))),
        ]);
        var renewed = false;
        api.Instead = number =>
            number > 2 && !Volatile.Read(ref renewed)
                ? ApiTurn.Fails(401, "OAuth token has expired. Please obtain a new token or refresh your existing token.")
                : null;
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\nworkers: 2\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));

        var running = orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        while (!running.IsCompleted && (await StatesAsync()).Count(state => state == "parked") < 2)
        {
            await Task.Delay(200);
        }

        Assert.False(running.IsCompleted, "The run ended although it only had to wait.");
        Assert.Contains("pending", await StatesAsync());
        Volatile.Write(ref renewed, true);
        var run = await running;

        var said = run.StandardOutput.Text + run.StandardError.Text;
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;
        Assert.True(run.ExitCode == 0, said + status);
        Assert.Equal("completed", (string?)status["state"]);
        foreach (var name in Tasks)
        {
            Assert.Equal(name, await repository.GitAsync("show", $"main:{name}.txt"));
        }

        // No attempt was used up, and each task continued in its conversation.
        Assert.Equal(
            [(1, 1), (1, 2), (1, 2)],
            status["tasks"]!.AsArray().Select(task => ((int)task!["attempt"]!, (int)task["starts"]!)).Order()
        );
        Assert.All(Tasks, name => Assert.Single(Requests(name).Select(request => request.Session).Distinct()));

        // Each answer that was paid for was given once.
        Assert.All(Tasks, name => Assert.Equal(2, Requests(name).Count(request => request.Status == 200)));

        // The user is notified once, with the cause.
        var notice = Assert.Single(said.Split('\n'), line => line.Contains("the account of agent 'claude'", StringComparison.Ordinal));
        Assert.Contains("OAuth token has expired", notice, StringComparison.Ordinal);

        List<IncomingApiRequest> Requests(string name) => [.. api.Requests.Where(request => request.Rule == $"MARK-{name}")];

        async Task<List<string?>> StatesAsync() =>
            await orchestrate.RunAsync("status", "--json") is { ExitCode: 0 } answer
            && JsonNode.Parse(answer.StandardOutput.Text)!["tasks"] is JsonArray tasks
                ? [.. tasks.Select(task => (string?)task!["state"])]
                : [];
    }
}
