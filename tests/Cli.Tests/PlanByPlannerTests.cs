using Orchestrator.Cli.Runs;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Requests on the command line, with a shell script as planner and agent.</summary>
public class PlanByPlannerTests
{
    private const string Script = """
        if [ "$ORCHESTRATOR_TASK" = planner ]; then
          cat > "$ORCHESTRATOR_REPOSITORY/.orchestrator/prompt"
          echo 'Here is the plan:'
          echo '{"tasks": [{"id": "one", "description": "First", "prompt": "Write it",
            "files_write": ["one.txt"], "verification": ["test -s one.txt"]}]}'
        else
          echo done > $ORCHESTRATOR_TASK.txt
        fi
        """;

    [Theory]
    [InlineData("run", "task.yaml")]
    [InlineData("run", "my tasks.yaml")]
    [InlineData("run", "tasks")]
    [InlineData("plan", "tasks.yml")]
    [InlineData("plan", "refactor")]
    [InlineData("plan", "my plan.md")]
    public async Task MistypedFile_IsNeverARequest(string command, string name)
    {
        using var cli = Repository();

        var result = await cli.RunAsync(command, name, "--yes");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(name, result.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Theory]
    [InlineData("plan.md")]
    [InlineData(".orchestrator/tasks.json")]
    public async Task Plan_OutputThatIsReadAsSomethingElse_IsRefusedBeforeItCosts(string output)
    {
        using var cli = Repository();

        var plan = await cli.RunAsync("plan", "write one file", "-o", output, "--yes");

        Assert.Equal(2, plan.ExitCode);
        Assert.Contains(output, plan.People, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Folder, output)));
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" \n\t\n", "is empty")]
    [InlineData("\0\u0001\0binary", "prd.md")]
    public async Task Plan_DocumentThatSaysNothing_IsWrongUsageAndStartsNoRun(string content, string said)
    {
        using var cli = Repository();
        cli.Write("prd.md", content);

        foreach (var command in new string[][] { ["plan", "--prd", "prd.md", "--yes"], ["tasks", "parse", "prd.md", "--yes"] })
        {
            var plan = await cli.RunAsync(command);

            Assert.Equal(2, plan.ExitCode);
            Assert.Contains(said, plan.People, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
        }
    }

    [Fact]
    public async Task Plan_Document_PrintsThePlanAndTheNextCommandRunsIt()
    {
        using var cli = Repository();
        cli.Write("prd.md", "# Build it\n\nOne file, please.\n");

        var plan = await cli.RunAsync("plan", "--prd", "prd.md", "--yes");
        cli.Write("tasks.yaml", plan.Output);
        var run = await cli.RunAsync("run", "--yes");

        Assert.True(plan.ExitCode == 0, plan.People);
        Assert.StartsWith("request: ", plan.Output, StringComparison.Ordinal);
        Assert.Contains("files_write:\n      - one.txt", plan.Output, StringComparison.Ordinal);
        Assert.Contains("One file, please.", cli.Read(".orchestrator/prompt"), StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("done\n", cli.Read("one.txt"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_Request_ShowsThePlanAndDoesWhatThePersonSays(bool yes)
    {
        using var cli = Repository();
        await cli.RunAsync("trust", "--yes");

        var run = await cli.RunAsync(new RecordingTerminal { Answer = yes }, "run", "write one file");

        Assert.True(run.ExitCode == (yes ? 0 : 1), run.People);
        Assert.Contains("one: First", run.People, StringComparison.Ordinal);
        Assert.Contains("May this run start?", run.People, StringComparison.Ordinal);
        Assert.Equal(yes, File.Exists(Path.Combine(cli.Folder, "one.txt")));
    }

    [Fact]
    public async Task Run_RejectedPlan_WasShownInFullAndIsKeptToBeRun()
    {
        using var cli = Repository();
        await cli.RunAsync("trust", "--yes");

        var run = await cli.RunAsync(new RecordingTerminal { Answer = false }, "run", "write one file");
        var kept = run.People.Split('\n').First(line => line.Contains("The plan is kept in ", StringComparison.Ordinal));
        var file = kept.Split("kept in ")[1].Split(". ")[0];
        var again = await cli.RunAsync("run", file, "--yes");

        Assert.Contains("files  one.txt", run.People, StringComparison.Ordinal);
        Assert.Contains("gates  test -s one.txt", run.People, StringComparison.Ordinal);
        Assert.Contains("No gate tests 1 of 1 task.", run.People, StringComparison.Ordinal);
        Assert.Contains($"'orchestrate run {file}'", kept, StringComparison.Ordinal);
        Assert.True(again.ExitCode == 0, again.People);
        Assert.Equal("done\n", cli.Read("one.txt"));
    }

    [Fact]
    public async Task Run_EditedPlan_IsReadAgainUntilItIsValidAndRunsInPlaceOfTheFirst()
    {
        using var cli = Repository();
        await cli.RunAsync("trust", "--yes");
        var editor = Path.Combine(cli.Home, "editor.sh");
        File.WriteAllText(Path.Combine(cli.Home, "good"), "tasks: [{id: two, description: D, prompt: P, files_write: [two.txt]}]\n");
        File.WriteAllText(
            editor,
            $"cd '{cli.Home}'; if [ -e edited ]; then cp good \"$1\"; else sed -i 's/id: one/id: [/' \"$1\"; touch edited; fi\n"
        );
        cli.Environment["EDITOR"] = $"sh {editor}";
        var terminal = new RecordingTerminal { Answer = true, Texts = new(["edit", "yes"]) };

        var run = await cli.RunAsync(terminal, "run", "write one file");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("Edit it again?", run.People, StringComparison.Ordinal);
        Assert.Contains("has started in place of run-write", run.People, StringComparison.Ordinal);
        Assert.Equal("done\n", cli.Read("two.txt"));
        Assert.False(File.Exists(Path.Combine(cli.Folder, "one.txt")));
    }

    [Fact]
    public async Task Run_WordsForAnotherRound_ReachThePlannerWithThePlan()
    {
        using var cli = Repository();
        await cli.RunAsync("trust", "--yes");
        var terminal = new RecordingTerminal { Answer = true, Texts = new(["wrong", "please use fewer files", "no"]) };

        var run = await cli.RunAsync(terminal, "run", "write one file");
        var prompt = cli.Read(".orchestrator/prompt");

        Assert.True(run.ExitCode == 1, run.People);
        Assert.Contains("describe them in several words", run.People, StringComparison.Ordinal);
        Assert.Contains("please use fewer files", prompt, StringComparison.Ordinal);
        Assert.Contains("files_write:\n      - one.txt", prompt, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(cli.Folder, ".orchestrator", "runs")).Length);
    }

    [Fact]
    public async Task Run_RequestWithoutTerminal_ExitsThreeAndCanBeApproved()
    {
        using var cli = Repository();
        await cli.RunAsync("trust", "--yes");

        var run = await cli.RunAsync("run", "write one file");
        var approved = await cli.RunAsync("approve", "plan", "--run", "run-write");
        var resumed = await cli.RunAsync("resume");

        Assert.Equal((3, 4, 0), (run.ExitCode, approved.ExitCode, resumed.ExitCode));
        Assert.Equal("done\n", cli.Read("one.txt"));
        Assert.Equal(1, (int)(await cli.RunAsync("show", "/planner", "--json")).Json["task"]!["starts"]!);
    }

    /// <summary>A planner that names a missing gate gets the same error as a user who types such a plan.</summary>
    [Theory]
    [InlineData("tests/test_one.py", "tests/test_one.py")]
    [InlineData("npm run absent", "the script 'absent' of package.json")]
    public async Task Run_PlannersGateThatCanNotPass_IsSentBackBeforeAnAgentStarts(string gate, string named)
    {
        using var cli = Repository();
        cli.Write("package.json", "{}\n");
        var command = gate.EndsWith(".py", StringComparison.Ordinal) ? $"pytest {gate}" : gate;
        cli.Write(
            "agent.sh",
            $$$"""
            HOME='{{{cli.Home}}}'
            if [ "$ORCHESTRATOR_TASK" = planner ]; then
              cat > "$HOME/prompt-$(ls "$HOME" | grep -c prompt-)"
              if [ -e "$HOME/prompt-1" ]; then gate='test -s one.txt'; else gate='{{{command}}}'; fi
              echo '{"tasks": [{"id": "one", "description": "First", "prompt": "Write it",'
              echo '"files_write": ["one.txt"], "verification": ["'"$gate"'"]}]}'
            else
              touch "$HOME/worked-$(ls "$HOME" | grep -c worked-)"; echo done > one.txt
            fi
            """
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Agent");

        var run = await cli.RunAsync("run", "write one file", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains(named, File.ReadAllText(Path.Combine(cli.Home, "prompt-1")), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(cli.Home, "worked-*"));
    }

    /// <summary>A budget in dollars can't hold where the agent of the tasks names no cost: nobody pays a planner first.</summary>
    [Fact]
    public async Task Run_BudgetAndADefaultAgentWithoutPrices_IsRefusedBeforeThePlannerIsPaid()
    {
        using var cli = Repository();
        cli.Write(
            ".orchestrator/config.yaml",
            "agent: script\nplanner: {agent: free}\nbudget: {run: 5}\n"
                + "agents: {script: {command: [/bin/sh, agent.sh]}, free: {command: [/bin/sh, agent.sh], free: true}}\n"
        );

        var run = await cli.RunAsync("run", "write one file", "--yes");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("the agent 'script' does not report its cost", run.People, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Folder, ".orchestrator", "prompt")), run.People);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Theory]
    [InlineData("--dry-run")]
    [InlineData("--only", "one")]
    public async Task Run_RequestWithOptionsOfAPlan_IsRefusedBeforeItCosts(params string[] options)
    {
        using var cli = Repository();

        Assert.Equal(2, (await cli.RunAsync(["run", "write one file", "--yes", .. options])).ExitCode);
        Assert.False(File.Exists(Path.Combine(cli.Folder, ".orchestrator", "prompt")));
    }

    private static CliFixture Repository()
    {
        var cli = new CliFixture().WithRepository();
        cli.Write("agent.sh", Script);
        cli.Write(
            ".orchestrator/config.yaml",
            "agent: script\nplanner: {agent: script}\nagents: {script: {command: [/bin/sh, agent.sh]}}\n"
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Agent");
        return cli;
    }
}
