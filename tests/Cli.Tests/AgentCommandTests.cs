using System.Text.Json.Nodes;
using Orchestrator.Agents;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;
using Orchestrator.Runs.AgentCalls;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class AgentCommandTests
{
    [Fact]
    public async Task Done_InsideAStart_LeavesAClaimInItsFolder()
    {
        using var cli = InStart(out var folder);
        cli.Write("notes.md", "x");

        var result = await cli.RunAsync("done", "--task", "Login", "--status", "failed", "--reason", "no network", "--report", "notes.md");

        Assert.Equal(0, result.ExitCode);
        var claim = AgentOutcomeClaim.TryRead(folder)!;
        Assert.Equal(("login", "failed", "no network", "notes.md"), (claim.Task, claim.Status, claim.Reason, claim.Report));
    }

    [Fact]
    public async Task Done_WithFigures_KeepsThem()
    {
        using var cli = InStart(out var folder);

        await cli.RunAsync("done", "--status", "completed", "--measured", "start=up seconds=1.4", "--measured", "size= -2e3");

        Assert.Equal([new ClaimedMeasurement("start=up seconds", 1.4m), new("size", -2000m)], AgentOutcomeClaim.TryRead(folder)!.Measured);
    }

    [Fact]
    public async Task Done_WithDroppedLines_KeepsThem()
    {
        using var cli = InStart(out var folder);

        await cli.RunAsync("done", "--status", "completed", "--dropped", "src/a.py: x = 2", "--dropped", "logo.png");

        Assert.Equal(["src/a.py: x = 2", "logo.png"], AgentOutcomeClaim.TryRead(folder)!.Dropped);
    }

    [Fact]
    public async Task Blocked_InsideAStart_NamesWhatIsNeeded()
    {
        using var cli = InStart(out var folder);

        var result = await cli.RunAsync("blocked", "--needs", "pandas>=2.0", "numpy");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["pandas>=2.0", "numpy"], AgentOutcomeClaim.TryRead(folder)!.Needs);
        Assert.False(AgentOutcomeClaim.TryRead(folder)!.IsForDevelopment);
        await cli.RunAsync("blocked", "--needs", "jest", "--dev");
        Assert.True(AgentOutcomeClaim.TryRead(folder)!.IsForDevelopment);
    }

    [Fact]
    public async Task Blocked_ByAFileOrATooBigTask_KeepsWhatItWouldTake()
    {
        using var cli = InStart(out var folder);

        await cli.RunAsync("blocked", "--file", "src/api.py", "--split", "the parser", "the printer", "--question", "Or shall I leave it?");

        var claim = AgentOutcomeClaim.TryRead(folder)!;
        Assert.Equal(("src/api.py", "Or shall I leave it?"), (Assert.Single(claim.Files), claim.Reason));
        Assert.Equal(["the parser", "the printer"], claim.Split);
    }

    [Theory]
    [InlineData("works on 'login'", "done", "--task", "other", "--status", "completed")]
    [InlineData("perhaps", "done", "--status", "perhaps")]
    [InlineData("--status", "done", "--task", "login")]
    [InlineData("The file", "done", "--status", "completed", "--report", "gone.md")]
    [InlineData("'speed=1.4 s' is not a valid measurement", "done", "--status", "completed", "--measured", "speed=1.4 s")]
    [InlineData("'1.4' is not a valid measurement", "done", "--status", "completed", "--measured", "1.4")]
    [InlineData("--needs", "blocked")]
    [InlineData("--dev applies only to packages", "blocked", "--dev", "--reason", "tests")]
    public async Task Claim_BadInput_IsExitTwoAndLeavesNothing(string message, params string[] arguments)
    {
        using var cli = InStart(out var folder);

        var result = await cli.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.People, StringComparison.Ordinal);
        Assert.Null(AgentOutcomeClaim.TryRead(folder));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("approve", "plan")]
    [InlineData("reject", "plan")]
    [InlineData("promote", "run")]
    [InlineData("resolve", "run", "abort")]
    [InlineData("config", "set", "workers", "9")]
    public async Task CommandOfPeople_InsideAStart_IsRefused(params string[] arguments)
    {
        using var cli = InStart(out _).WithRepository();

        var result = await cli.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Agents, gates and set-up can't use", result.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator")));
    }

    [Fact]
    public async Task Done_OutsideAnyStart_IsRefused()
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("done", "--phase", "1", "--status", "completed");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ORCHESTRATOR_START is not set", result.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src/a.cs", "allow")]
    [InlineData("src/b.cs", "deny")]
    [InlineData("../other/a.cs", "deny")]
    public async Task Hook_WriteOfAFile_IsAllowedOnlyWhereTheTaskOwnsIt(string path, string decision)
    {
        using var cli = new CliFixture();
        var policy = cli.Write(
            "policy",
            new AgentRunPermissions
            {
                Task = "login",
                Root = cli.Folder,
                Write = ["src/a.cs"],
            }.ToJson()
        );
        var call = new JsonObject
        {
            ["tool_name"] = "Write",
            ["cwd"] = cli.Folder,
            ["tool_input"] = new JsonObject { ["file_path"] = Path.Combine(cli.Folder, path) },
        };

        var result = await cli.RunAsync(new RecordingTerminal { Input = call.ToJsonString() }, "hook", "--policy", policy);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(decision, (string?)result.Json["hookSpecificOutput"]!["permissionDecision"]);
    }

    [Fact]
    public async Task Hook_PolicyMissing_RefusesTheCall()
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync(new RecordingTerminal { Input = "{}" }, "hook", "--policy", "gone");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("refused", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_AgentAtWork_EndsItWithoutAnEngine()
    {
        using var cli = new CliFixture().WithRepository();
        var folder = Path.Combine(cli.Folder, ".orchestrator", "runs", "run-x-1", "tasks", "slow", "1");
        var start = new AgentRunParameters
        {
            Folder = folder,
            WorkingDirectory = cli.Folder,
            Repository = cli.Folder,
            Run = "run-x-1",
            Task = "slow",
            Attempt = 1,
            Prompt = "wait",
            Owner = "test",
            Policy = new AgentRunPermissions { Task = "slow", Root = cli.Folder },
        };
        await new AgentSupervisor().StartOrAttachAsync(
            new CommandAgentRunner("slow", ["/bin/sleep", "600"]),
            start,
            CancellationToken.None
        );
        Assert.Equal(AgentRunStatus.Running, AgentSupervisor.ReadState(folder));

        var result = await cli.RunAsync("stop", "run-x/sl");
        var again = await cli.RunAsync("stop", "--all");

        Assert.Equal((0, 0), (result.ExitCode, again.ExitCode));
        Assert.Contains("stopped run-x-1/slow", result.People, StringComparison.Ordinal);
        Assert.NotEqual(AgentRunStatus.Running, AgentSupervisor.ReadState(folder));
        Assert.Contains("None of the selected agents is running", again.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_NothingNamed_IsExitTwo()
    {
        using var cli = new CliFixture().WithRepository();

        Assert.Equal(2, (await cli.RunAsync("stop")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("stop", "x", "--all")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("stop", "gone")).ExitCode);
    }

    [Fact]
    public async Task Mail_ByCommands_GoesFromOneAgentToTheOthersAndPeopleMayNotCallThem()
    {
        using var cli = InStart(out _);
        Assert.Equal(0, (await cli.RunAsync("mail", "broadcast", "ids are UUIDs")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("send", "run-x-1/parser", "do this")).ExitCode);
        cli.Environment["ORCHESTRATOR_TASK"] = "parser";
        var hook = new RecordingTerminal { Input = """{"transcript_path":"/gone","tool_calls":[]}""" };

        var peeked = await cli.RunAsync("mail", "peek");
        var delivered = await cli.RunAsync(hook, "mail", "deliver");
        cli.Environment.Remove("ORCHESTRATOR_START");
        var outside = await cli.RunAsync("mail", "check");

        Assert.EndsWith("from task login]\n> ids are UUIDs\n", peeked.Output, StringComparison.Ordinal);
        Assert.Contains("ids are UUIDs", (string)delivered.Json["hookSpecificOutput"]!["additionalContext"]!, StringComparison.Ordinal);
        Assert.Equal(2, outside.ExitCode);
    }

    private static CliFixture InStart(out string folder)
    {
        var cli = new CliFixture();
        folder = Directory.CreateDirectory(Path.Combine(cli.Home, "start")).FullName;
        cli.Environment["ORCHESTRATOR_START"] = folder;
        cli.Environment["ORCHESTRATOR_TASK"] = "login";
        cli.Environment["ORCHESTRATOR_RUN"] = "run-x-1";
        cli.Environment["ORCHESTRATOR_REPOSITORY"] = cli.Folder;
        return cli;
    }
}
