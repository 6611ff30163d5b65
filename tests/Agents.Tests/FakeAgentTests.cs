using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Command;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests;

/// <summary>The fake agent does what its script says, so that tests that lean on it may trust it.</summary>
public sealed class FakeAgentTests
{
    private static readonly string Program = RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent");

    [Fact]
    public async Task Script_ByTaskAndAttempt_IsPlayed()
    {
        await using AgentFixture agents = new();
        var runner = Command(
            agents,
            """
            {"tasks":{
              "T1":[[{"write":"a/b.txt","text":"${task} ${attempt}"},{"print":"first"},{"error":"to stderr"},{"exit":3}],
                    [{"append":"a/b.txt","text":" again"},{"link":"l","to":"/etc/passwd"},{"run":["/bin/sh","-c","echo ran > r"]}]],
              "*":[[{"print":"other"}]]}}
            """
        );

        (var first, var events) = await agents.RunAsync(runner, agents.Start("1"));
        (var second, _) = await agents.RunAsync(runner, agents.Start("2") with { Attempt = 2 });
        (_, var other) = await agents.RunAsync(runner, agents.Start("3") with { Task = "T2" });

        Assert.Equal((AgentFailure.GaveUp, 3), (first.Failure, first.ExitCode));
        Assert.Contains("to stderr", first.Detail, StringComparison.Ordinal);
        Assert.Equal("first", Assert.Single(events.OfType<AgentTextEvent>()).Text);
        Assert.Equal(AgentFailure.None, second.Failure);
        Assert.Equal("T1 1 again", await File.ReadAllTextAsync(Path.Combine(agents.Worktree, "a/b.txt")));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(agents.Worktree, "l")).LinkTarget);
        Assert.True(File.Exists(Path.Combine(agents.Worktree, "r")));
        Assert.Equal("other", Assert.Single(other.OfType<AgentTextEvent>()).Text);
    }

    /// <summary>Elsewhere it commits nothing: where the user works, a planner may run.</summary>
    [Theory]
    [InlineData("never", "T1", "?? a.txt|?? b.txt", 0)]
    [InlineData("once", "T1", "", 1)]
    [InlineData("each", "T1", "", 2)]
    [InlineData("amend", "T1", "", 1)]
    [InlineData("branch", "agent/T1", "", 1)]
    public async Task Script_InATasksWorktree_CommitsInItsStyle(string style, string branch, string status, int commits)
    {
        await using AgentFixture agents = new();
        var script =
            $$"""{"commits":"{{style}}","tasks":{"*":[[{"write":"a.txt","text":"a"},{"write":"b.txt","text":"b"},{"exit":1}]] } }""";
        var repository = Directory.CreateDirectory(agents["repository"]).FullName;
        var worktree = agents["worktree"];
        await GitAsync(repository, "init", "-q", "-b", "main");
        await GitAsync(repository, "commit", "-q", "--allow-empty", "-m", "start");
        await GitAsync(repository, "worktree", "add", "-q", "-b", "T1", worktree);

        await agents.RunAsync(Command(agents, script), agents.Start("1") with { WorkingDirectory = repository });
        (var outcome, _) = await agents.RunAsync(Command(agents, script), agents.Start("2") with { WorkingDirectory = worktree });

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("?? a.txt|?? b.txt", await GitAsync(repository, "status", "--porcelain"));
        Assert.Equal(status, await GitAsync(worktree, "status", "--porcelain"));
        Assert.Equal(
            $"{branch}|{commits}",
            $"{await GitAsync(worktree, "branch", "--show-current")}|{await GitAsync(worktree, "rev-list", "--count", "main..HEAD")}"
        );
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Misbehavior_OfEveryKind_IsEndedWithTheAgent()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { Stall = TimeSpan.FromSeconds(10) });
        var runner = Command(
            agents,
            """{"tasks":{"*":[[{"ignoreSignals":true},{"daemon":"${repository}/daemon"},{"print":"up"},{"hang":true}]]}}"""
        );

        (var outcome, _) = await agents.RunAsync(runner, start);

        Assert.Equal(AgentFailure.Stall, outcome.Failure);
        Assert.Equal(137, outcome.ExitCode);
        Assert.True(File.Exists(agents["daemon"]));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    public async Task Claude_Impersonated_IsReadLikeTheRealOne()
    {
        await using AgentFixture agents = new();
        var runner = Claude(
            agents,
            """
            {"tasks":{"*":[
              [{"say":"Working."},{"write":"a.txt","text":"x"},{"tool":"Write","input":{"file_path":"a.txt"}},
               {"result":{"result":"All done."}}],
              [{"result":{"is_error":true,"api_error_status":401,"result":"Invalid API key"}}]]}}
            """
        );
        var start = agents.Start("1") with { SessionId = Guid.NewGuid().ToString() };

        var check = await runner.CheckAsync(agents.Worktree, default);
        (var first, var events) = await agents.RunAsync(runner, start);
        (var second, _) = await agents.RunAsync(runner, agents.Start("2") with { SessionId = start.SessionId, Attempt = 2 });

        Assert.Equal(AgentProgramCheckStatus.Ok, check.Status);
        Assert.Equal((AgentFailure.None, "All done.", 0.01m), (first.Failure, first.FinalText, first.Usage.CostUsd));
        Assert.Equal("Working.", Assert.Single(events.OfType<AgentTextEvent>()).Text);
        Assert.Equal("a.txt", Assert.Single(events.OfType<AgentToolCallEvent>()).Subject);
        Assert.Equal((AgentFailure.Account, start.SessionId, 1), (second.Failure, second.SessionId, second.ExitCode));
    }

    [Fact]
    public async Task Claude_KeyThatIsNotAccepted_IsStoppedAtTheFirstAnswerAndNamesTheCause()
    {
        await using AgentFixture agents = new();
        // As the real one it would ask ten times, for minutes.
        var runner = Claude(
            agents,
            """
            {"tasks":{"*":[
              [{"emit":{"type":"system","subtype":"init","session_id":"s","apiKeySource":"ANTHROPIC_API_KEY"}},
               {"emit":{"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":600,"error_status":401,
                        "error":"authentication_failed"}},
               {"hang":true}],
              [{"result":{"is_error":true,"api_error_status":401,"result":"Invalid API key"}}]]}}
            """
        );

        (var refused, _) = await agents.RunAsync(runner, agents.Start("1"));
        (var ended, _) = await agents.RunAsync(runner, agents.Start("2") with { Attempt = 2 });

        Assert.Equal(AgentFailure.Account, refused.Failure);
        Assert.Contains("The service rejected the API key.", refused.Detail, StringComparison.Ordinal);
        Assert.StartsWith("The service rejected the login. Invalid API key", ended.Detail, StringComparison.Ordinal);
    }

    private static CommandAgentRunner Command(AgentFixture agents, string script)
    {
        File.WriteAllText(agents["script.json"], script);
        return new CommandAgentRunner("fake", [Program, agents["script.json"]]);
    }

    private static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        var result = await new Processes.ProcessRunner().RunAsync(
            new Processes.ChildProcessOptions("git", ["-c", "user.name=T", "-c", "user.email=t@localhost", .. arguments])
            {
                WorkingDirectory = folder,
            }
        );
        Assert.True(result.Succeeded, result.StandardError.Text);
        return result.StandardOutput.Text.TrimEnd('\n').Replace('\n', '|');
    }

    private static ClaudeCliRunner Claude(AgentFixture agents, string script)
    {
        File.WriteAllText(agents["script.json"], script);
        return new ClaudeCliRunner(
            new ClaudeCliOptions
            {
                Program = Program,
                HookCommand = [Program, "hook"],
                Environment = new Dictionary<string, string>
                {
                    ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
                    ["HOME"] = agents.Home,
                    ["FAKE_AGENT_SCRIPT"] = agents["script.json"],
                },
            }
        );
    }
}
