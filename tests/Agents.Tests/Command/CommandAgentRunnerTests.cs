using Orchestrator.Agents.Command;

namespace Orchestrator.Agents.Tests.Command;

public sealed class CommandAgentRunnerTests
{
    private static readonly Dictionary<string, string> Environment = new() { ["PATH"] = "/usr/bin:/bin" };

    [Fact]
    public async Task RelativeProgram_InTheRepository_IsUsed()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var program = Path.Combine(start.Repository, "tools/agent.sh");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        await File.WriteAllTextAsync(program, "#!/bin/sh\npwd\n");
        MakeExecutable(program);

        (var outcome, var events) = await agents.RunAsync(new CommandAgentRunner("own", ["tools/agent.sh"], Environment), start);

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.Equal(new AgentTextEvent(agents.Worktree), Assert.Single(events) with { Offset = 0 });
    }

    [Fact]
    public async Task BareName_InRepositoryAndPath_RepositoryWins()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var own = Path.Combine(start.Repository, "true");
        await File.WriteAllTextAsync(own, "#!/bin/sh\n");
        CommandAgentRunner runner = new("own", ["true"], Environment);

        Assert.Equal("/usr/bin/true", runner.Prepare(start).Program);
        MakeExecutable(own);
        Assert.Equal(own, runner.Prepare(start).Program);
    }

    [Theory]
    [InlineData("no-such-agent-program")]
    [InlineData("./no/such/program")]
    [InlineData("/no/such/program")]
    [InlineData("")]
    public async Task Program_IsMissing_IsToldByCheckAndByTheStart(string program)
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        CommandAgentRunner runner = new("gone", program.Length == 0 ? [] : [program], Environment);

        var check = await runner.CheckAsync(start.Repository, default);
        (var outcome, _) = await agents.RunAsync(runner, start);

        Assert.Equal(AgentProgramCheckStatus.Failed, check.Status);
        Assert.Contains("agents.gone.command", check.Cure, StringComparison.Ordinal);
        Assert.Equal(AgentFailure.Account, outcome.Failure);
    }

    [Fact]
    public async Task Agent_ThatUsesGit_TidiesNothingUpAndKeepsTheUsersConfiguration()
    {
        await using AgentFixture agents = new();
        Dictionary<string, string> environment = new(Environment)
        {
            ["GIT_CONFIG_COUNT"] = "1",
            ["GIT_CONFIG_KEY_0"] = "user.name",
            ["GIT_CONFIG_VALUE_0"] = "the user",
        };

        (var outcome, _) = await agents.RunAsync(
            new CommandAgentRunner(
                "own",
                ["/bin/sh", "-c", "echo $(git config gc.auto) $(git config maintenance.auto) $(git config user.name)"],
                environment
            ),
            agents.Start()
        );

        Assert.Equal("0 false the user", outcome.FinalText);
    }

    [Fact]
    public void Environment_OfTheAgent_HasNothingOfOursOrMisleading()
    {
        Dictionary<string, string> inherited = new()
        {
            ["PATH"] = "/bin",
            ["HOME"] = "/home/me",
            ["ORCHESTRATOR_TOKEN"] = "of another task",
            ["ORCHESTRATOR_WORKERS"] = "3",
            ["GIT_DIR"] = "/elsewhere",
            ["CLAUDECODE"] = "1",
        };
        AgentRunParameters start = new()
        {
            Folder = "/f",
            WorkingDirectory = "/w",
            Repository = "/r",
            Run = "run",
            Task = "T1",
            Attempt = 2,
            Prompt = "p",
            Owner = "o",
            Policy = new AgentRunPermissions { Task = "T1", Root = "/w" },
        };

        var environment = new CommandAgentRunner("x", ["/bin/true"], inherited).Prepare(start).Environment;

        Assert.Equal(
            [
                "HOME",
                "ORCHESTRATOR_ATTEMPT",
                "ORCHESTRATOR_PROMPT_FILE",
                "ORCHESTRATOR_REPOSITORY",
                "ORCHESTRATOR_RUN",
                "ORCHESTRATOR_TASK",
                "PATH",
            ],
            environment.Keys.Where(name => !name.StartsWith("GIT_CONFIG_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        Assert.Equal("2", environment["ORCHESTRATOR_ATTEMPT"]);
    }

    private static void MakeExecutable(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
