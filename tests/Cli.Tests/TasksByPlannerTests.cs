using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The backlog and the planner, with a shell script as planner and agent.</summary>
public class TasksByPlannerTests
{
    private const string Script = """
        if [ "$ORCHESTRATOR_TASK" != planner ]; then echo done > "$ORCHESTRATOR_TASK.txt"; exit; fi
        cat > "$ORCHESTRATOR_REPOSITORY/.orchestrator/prompt"
        case "$(cat "$ORCHESTRATOR_REPOSITORY/.orchestrator/prompt")" in
          *"Plan these tasks of a backlog"*)
            echo '{"tasks": [{"id": "1", "description": "One", "prompt": "x", "files_write": ["1.txt"], "verification": ["test -s 1.txt"]},
              {"id": "3-a", "description": "Three", "prompt": "x", "files_write": ["3-a.txt"], "verification": ["test -s 3-a.txt"]}]}' ;;
          *) echo '{"tasks": [{"id": 1, "title": "Model", "description": "The model", "dependencies": []},
              {"id": 2, "title": "Screen", "description": "The screen", "dependencies": [1]}]}' ;;
        esac
        """;

    [Fact]
    public async Task Parse_Document_AddsTasksOnceAndNamesThem()
    {
        using var cli = Repository();
        await cli.RunAsync("add", "Older");
        cli.Write("prd.md", "# A product\n\nWith a model and a screen.\n");

        var parsed = await cli.RunAsync("parse", "prd.md", "--yes", "--json");
        var again = await cli.RunAsync("tasks", "parse", "prd.md", "--yes");

        Assert.True(parsed.ExitCode == 0, parsed.People);
        Assert.Equal(["2", "3"], parsed.Json["tasks"]!.AsArray().Select(task => task!["id"]!.ToString()));
        Assert.Contains("With a model and a screen.", cli.Read(".orchestrator/prompt"), StringComparison.Ordinal);
        Assert.Contains("- Older", cli.Read(".orchestrator/prompt"), StringComparison.Ordinal);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(["Older", "Model", "Screen"], (await ListAsync(cli)).Select(task => (string?)task!["title"]));
    }

    [Fact]
    public async Task Expand_Task_GetsSubtasks()
    {
        using var cli = Repository();
        await cli.RunAsync("add", "Build it", "--description", "All of it");

        var expanded = await cli.RunAsync("expand", "--id=1", "--research", "--yes");

        Assert.True(expanded.ExitCode == 0, expanded.People);
        Assert.Contains("1.2   Screen  after 1.1", expanded.People, StringComparison.Ordinal);
        Assert.Contains("All of it", cli.Read(".orchestrator/prompt"), StringComparison.Ordinal);
        Assert.Equal(2, (await ListAsync(cli))[0]!["subtasks"]!.AsArray().Count);
        Assert.Equal(2, (await cli.RunAsync("expand", "1.1", "--yes")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("expand", "9", "--yes")).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_PendingTasks_AreMarkedDoneInTheFilesOwnFormat(bool planned)
    {
        using var cli = Repository();
        const string Before = """
            {"master": {"tasks": [{"id": "1", "title": "One", "status": "todo", "mine": true, "subtasks": [
              {"id": "1.1", "effort": "M", "status": "complete"}, {"id": "1.2", "effort": 1.50, "subtasks": [{"note": "deep"}]}]},
              {"id": "2", "title": "Two", "status": "deferred"}, {"id": 3, "title": "Three", "dependencies": ["1"]} // last
            ]}}
            """;
        cli.Write(".taskmaster/tasks/tasks.json", Before);

        var run = await cli.RunAsync(["tasks", "run", "--yes", .. planned ? Array.Empty<string>() : ["--no-planner"]]);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("done\n", cli.Read(planned ? "3-a.txt" : "3.txt"));
        Assert.Equal(
            Before
                .Replace("\"todo\"", "\"done\"", StringComparison.Ordinal)
                .Replace("\"deep\"}]}", "\"deep\"}], \"status\": \"done\"}", StringComparison.Ordinal)
                .Replace("[\"1\"]", "[\"1\"], \"status\": \"done\"", StringComparison.Ordinal),
            cli.Read(".taskmaster/tasks/tasks.json")
        );
        Assert.Equal(planned, File.Exists(Path.Combine(cli.Folder, ".orchestrator", "prompt")));
        Assert.Equal(2, (await cli.RunAsync("tasks", "run", "--yes")).ExitCode);
    }

    [Theory]
    [InlineData("--dry-run")]
    [InlineData("--only", "1")]
    public async Task Run_BacklogWithOptionsOfAPlan_PointsToRunningItWithoutAPlanner(params string[] options)
    {
        using var cli = Repository();
        await cli.RunAsync("add", "Build it");

        var planned = await cli.RunAsync(["run", .. options]);
        var shown = await cli.RunAsync(["run", "--no-planner", "--dry-run", .. options.Except(["--dry-run"])]);

        Assert.Equal((2, 0), (planned.ExitCode, shown.ExitCode));
        Assert.Contains("--no-planner", planned.People, StringComparison.Ordinal);
        Assert.DoesNotContain("request", planned.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_NothingPending_SaysSoAndDoesNotAskToCorrectTheFile(bool planned)
    {
        using var cli = Repository();
        cli.Write(
            ".orchestrator/tasks.json",
            """{"tasks":[{"id":1,"title":"T","status":"done"},{"id":2,"title":"U","status":"deferred"},"""
                + """{"id":3,"title":"V","dependencies":[2]}]}"""
        );

        var run = await cli.RunAsync(["run", "--yes", .. planned ? Array.Empty<string>() : ["--no-planner"]]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("The backlog has no pending task", run.People, StringComparison.Ordinal);
        Assert.Contains(
            "Task '3' is skipped, because it depends on a task that is neither done nor pending",
            run.People,
            StringComparison.Ordinal
        );
        Assert.Contains("orchestrate tasks add", run.People, StringComparison.Ordinal);
        Assert.DoesNotContain("Correct", run.People, StringComparison.Ordinal);
    }

    /// <summary>The input of the planner decides, not task-master's current tag, nor whether tasks can be ordered as wholes.</summary>
    [Theory]
    [InlineData(
        """{"master":{"tasks":[{"id":1,"title":"One","status":"done"}]},"later":{"tasks":[{"id":1,"title":"Two","status":"pending"}]}}""",
        "--tag",
        "later"
    )]
    [InlineData(
        """{"master":{"tasks":[{"id":1,"title":"A","status":"pending","subtasks":[{"id":"""
            + """1,"title":"A1","status":"pending","dependencies":["2.1"]}]},{"id":2,"title":"B","status":"pending","dependencies":["""
            + """],"subtasks":[{"id":1,"title":"B1","status":"pending"},{"id":2,"title":"B2","status":"pending","dependencies":"""
            + """["1.1"]}]}]}}"""
    )]
    public async Task Run_BacklogThatOnlyAPlannerCanOrder_IsPlanned(string backlog, params string[] options)
    {
        using var cli = Repository();
        cli.Write(".taskmaster/tasks/tasks.json", backlog);

        var without = await cli.RunAsync("tasks", "run", "--no-planner", "--yes");
        var run = await cli.RunAsync(["tasks", "run", "--yes", .. options]);

        Assert.Equal(2, without.ExitCode);
        Assert.True(File.Exists(Path.Combine(cli.Folder, ".orchestrator", "prompt")), run.People);
    }

    private static async Task<JsonArray> ListAsync(CliFixture cli) => (await cli.RunAsync("list", "--json")).Json["tasks"]!.AsArray();

    private static CliFixture Repository()
    {
        var cli = new CliFixture().WithRepository();
        cli.Write("agent.sh", Script);
        cli.Write(".gitignore", "/.orchestrator\n/.taskmaster\n");
        cli.Write(
            ".orchestrator/config.yaml",
            "agent: script\nplanner: {agent: script}\nagents: {script: {command: [/bin/sh, agent.sh]}}\n"
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Agent");
        return cli;
    }
}
