using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// A whole run of the built program with the real Claude CLI against a scripted API: a diamond of five tasks, each with a trouble of its
/// own.
/// </summary>
public sealed class RealAgentRunTests
{
    private const string Plan = """
        tasks:
          - id: base
            description: The base
            prompt: "MARK-BASE: write base.txt."
            files_write: [base.txt]
            verification: [{command: grep -q base base.txt}]
          - id: left
            description: The left side
            prompt: "MARK-LEFT: write left.txt."
            files_write: [left.txt]
            depends_on: [base]
            verification: [{command: grep -q good left.txt, description: left is good}]
          - id: right
            description: The right side
            prompt: "MARK-RIGHT: write right.txt."
            files_write: [right.txt]
            depends_on: [base]
            verification: [{command: test -s right.txt}]
          - id: middle
            description: The middle
            prompt: "MARK-MIDDLE: write middle.txt."
            files_write: [middle.txt]
            depends_on: [base]
            verification: [{command: test -s middle.txt}]
          - id: join
            description: All together
            prompt: "MARK-JOIN: write join.txt."
            files_write: [join.txt]
            depends_on: [left, right, middle]
            required_agents: [task-validator]
            verification: [{command: cat left.txt right.txt middle.txt join.txt}]
        """;

    private const string Validator = "---\nname: task-validator\ndescription: Validates tasks\ntools: Read\n---\nYou validate tasks.\n";

    [Fact]
    public async Task Run_DiamondWithEveryTrouble_LandsAllOfIt()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(
                "MARK-BASE",
                new ApiTurn
                {
                    Instead = ApiTurn.LimitReached(DateTimeOffset.UtcNow.AddSeconds(20)),
                    InsteadTimes = 1,
                    Tools = [ApiToolUse.Write("base.txt", "base\n")],
                },
                ApiTurn.Says("The base is there.")
            ),
            new ApiRule(
                "was checked and is not finished",
                ApiTurn.Calls(
                    new ApiToolUse(
                        "Edit",
                        new
                        {
                            file_path = "${cwd}/left.txt",
                            old_string = "bad",
                            new_string = "good",
                        }
                    )
                ),
                ApiTurn.Says("Repaired.")
            ),
            new ApiRule("MARK-LEFT", ApiTurn.Writes("left.txt", "bad\n"), ApiTurn.Says("Left is there.")),
            new ApiRule(
                "MARK-RIGHT",
                ApiTurn.Writes("left.txt", "mine now\n"),
                ApiTurn.Writes("right.txt", "right\n"),
                ApiTurn.Says("Right is there.")
            ),
            new ApiRule(
                "MARK-MIDDLE",
                new ApiTurn
                {
                    Instead = new ApiTurn { Hangs = true },
                    InsteadTimes = 1,
                    Tools = [ApiToolUse.Write("middle.txt", "middle\n")],
                },
                // The CLI may put an answer of its own into a conversation that was interrupted, which counts as a turn.
                ApiTurn.Writes("middle.txt", "middle\n"),
                ApiTurn.Says("The middle is there.")
            ),
            new ApiRule(
                "MARK-JOIN",
                ApiTurn.Writes("join.txt", "join\n"),
                ApiTurn.Calls(ApiToolUse.SubAgent("task-validator", "Please validate the join.")),
                ApiTurn.Says("Joined.")
            ),
            new ApiRule(
                "validate the join",
                ApiTurn.Calls(new ApiToolUse("Read", new { file_path = "${cwd}/join.txt" })),
                ApiTurn.Says("It is good.")
            )
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\nlimits:\n  stall: 25\nworkers: 3\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan), (".claude/agents/task-validator.md", Validator));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;

        var said = run.StandardOutput.Text + run.StandardError.Text;
        Assert.True(run.ExitCode == 0, said + status);
        Assert.Equal("completed", (string?)status["state"]);
        Assert.Equal(
            "base\ngood\njoin\nmiddle\nright",
            string.Join(
                '\n',
                await Task.WhenAll(
                    ((string[])["base", "left", "join", "middle", "right"]).Select(name => repository.GitAsync("show", $"main:{name}.txt"))
                )
            )
        );

        // The limit: one request, then silence until the reset, then the same conversation.
        Assert.Contains("base: parked", said, StringComparison.Ordinal);
        Assert.Equal(3, Requests("MARK-BASE").Count);
        Assert.Single(Sessions("MARK-BASE"));

        // The failed gate went back to the same conversation.
        Assert.Equal(Sessions("MARK-LEFT"), Sessions("was checked and is not finished"));

        // The other task's file was refused before it was written, with the reason.
        Assert.Contains(
            Requests("MARK-RIGHT"),
            request => request.LastResult.Contains("left.txt is not owned by task right", StringComparison.Ordinal)
        );

        // The silent agent was stopped and continued in its conversation.
        Assert.Single(Sessions("MARK-MIDDLE"));
        var middle = status["tasks"]!.AsArray().Single(task => (string?)task!["id"] == "middle")!;
        Assert.Equal((1, 2), ((int)middle["attempt"]!, (int)middle["starts"]!));

        // The required agent was really called, in default permission mode, as the base commit has it.
        Assert.Contains(Requests("validate the join"), request => request.System.Contains("You validate tasks.", StringComparison.Ordinal));

        List<IncomingApiRequest> Requests(string rule) => [.. api.Requests.Where(request => request.Rule == rule)];
        List<string> Sessions(string rule) => [.. Requests(rule).Select(request => request.Session).Distinct()];
    }
}
