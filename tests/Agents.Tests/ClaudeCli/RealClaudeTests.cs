using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Supervision;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.ClaudeCli;

/// <summary>The real Claude CLI, pinned, against a scripted API: what no fake can prove.</summary>
public sealed class RealClaudeTests
{
    [Fact]
    public async Task Claude_WritesItsFiles_ClaimsDone()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule(
                "build the greeting",
                ApiTurn.Writes("src/hello.txt", "hello\n"),
                ApiTurn.Calls(ApiToolUse.Bash("cat src/hello.txt")),
                ApiTurn.Says("All done: ${last}")
            ),
        ]);

        (var outcome, var events) = await claude.Agents.RunAsync(
            claude.Runner,
            claude.Start("1", "Please build the greeting.", write: ["src/**"])
        );

        Assert.Equal((AgentFailure.None, ""), (outcome.Failure, outcome.Detail));
        Assert.Equal("hello\n", await File.ReadAllTextAsync(claude.InWorktree("src/hello.txt")));
        Assert.Equal(claude.Session, outcome.SessionId);
        Assert.Contains("All done: hello", outcome.FinalText, StringComparison.Ordinal);
        Assert.Equal(new Dictionary<string, int> { ["Bash"] = 1, ["Write"] = 1 }, outcome.Tools);
        Assert.True(outcome.IsUsageComplete);
        Assert.Equal(3000, outcome.Usage.Tokens.Input);
        Assert.True(outcome.Usage.CostUsd > 0);
        var started = Assert.Single(events.OfType<AgentSessionStartedEvent>());
        Assert.Contains("Write", started.Tools);
        Assert.Equal(["Write", "Bash"], events.OfType<AgentToolCallEvent>().Select(use => use.Tool));
        Assert.EndsWith("src/hello.txt", events.OfType<AgentToolCallEvent>().First().Subject, StringComparison.Ordinal);
        Assert.Equal(1000, events.OfType<AgentContextSizeEvent>().First().ContextTokens);
    }

    [Fact]
    public async Task Claude_AfterAFailedGate_GoesOnInTheSameConversation()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("build the greeting", ApiTurn.Writes("hello.txt", "helo\n"), ApiTurn.Says("Done.")),
            new ApiRule(
                "gate failed",
                ApiTurn.Calls(
                    new ApiToolUse(
                        "Edit",
                        new
                        {
                            file_path = "${cwd}/hello.txt",
                            old_string = "helo",
                            new_string = "hello",
                        }
                    )
                ),
                ApiTurn.Says("Repaired.")
            ),
        ]);
        Assert.Null(claude.Runner.FindConversation(claude.Session));

        (var first, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please build the greeting.", write: ["hello.txt"]));
        Assert.NotNull(claude.Runner.FindConversation(claude.Session));
        (var second, _) = await claude.Agents.RunAsync(
            claude.Runner,
            claude.Start("2", "The gate failed: hello expected.", write: ["hello.txt"])
        );

        Assert.Equal((AgentFailure.None, AgentFailure.None), (first.Failure, second.Failure));
        Assert.Equal("hello\n", await File.ReadAllTextAsync(claude.InWorktree("hello.txt")));
        Assert.Equal(claude.Session, second.SessionId);
        // The second start is charged for its own two answers only, although the program keeps counting for the conversation.
        Assert.Equal((2000, 2000), (first.Usage.Tokens.Input, second.Usage.Tokens.Input));
        Assert.Equal(first.Usage.CostUsd, second.Usage.CostUsd);
    }

    [Fact]
    public async Task Claude_WithAnotherConversation_GoesOnWithACopyOfIt()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("remember the word", ApiTurn.Says("I remember it.")),
            new ApiRule("go on", ApiTurn.Says("Went on.")),
        ]);
        await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please remember the word plum."));
        var original = claude.Runner.FindConversation(claude.Session)!;
        var before = await File.ReadAllBytesAsync(original);
        var copy = Guid.NewGuid().ToString();

        (var outcome, _) = await claude.Agents.RunAsync(
            claude.Runner,
            claude.Start("2", "Please go on.") with
            {
                SessionId = copy,
                Conversation = original,
            }
        );

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.Equal(copy, outcome.SessionId);
        Assert.Equal(before, await File.ReadAllBytesAsync(original));
        Assert.Contains("the word plum", await File.ReadAllTextAsync(claude.Runner.FindConversation(copy)!), StringComparison.Ordinal);
        // The answers of the other conversation were not paid by this start.
        Assert.Equal(1000, outcome.Usage.Tokens.Input);
        var facts = ClaudeSessionFile.Read(original);
        Assert.Equal((null, "I remember it."), (facts.Fault, facts.LastWords));
        Assert.Equal(claude.Agents.Worktree, facts.Folder);
    }

    [Fact]
    public async Task Claude_WritesUnownedFile_HookRefusesAndNamesTheOwner()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule(
                "touch everything",
                ApiTurn.Writes("other/b.txt", "x"),
                ApiTurn.Writes("../outside.txt", "x"),
                ApiTurn.Writes("mine/../other/c.txt", "x"),
                ApiTurn.Writes("mine/a.txt", "x"),
                ApiTurn.Says("I was told: ${last}")
            ),
        ]);

        (var outcome, var events) = await claude.Agents.RunAsync(
            claude.Runner,
            claude.Start("1", "Please touch everything.", write: ["mine/**"])
        );

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.True(File.Exists(claude.InWorktree("mine/a.txt")));
        Assert.False(Directory.Exists(claude.InWorktree("other")));
        Assert.False(File.Exists(claude.Agents["outside.txt"]));
        Assert.Equal(3, outcome.Denials.Count);
        Assert.Contains(
            "other/b.txt is not owned by task T1, which may write: mine/**",
            events.OfType<AgentToolErrorEvent>().First().Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("cd . && git -C . stash")]
    public Task Claude_RunsAHiddenGitCommand_IsRefused(string command) => Claude_RunsGitCommandThatIsNotItsOwn_IsRefused(command);

    [Theory]
    [InlineData("git push origin main")]
    public async Task Claude_RunsGitCommandThatIsNotItsOwn_IsRefused(string command)
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("run it", ApiTurn.Calls(ApiToolUse.Bash(command)), ApiTurn.Says("Told: ${last}")),
        ]);

        (var outcome, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please run it."));

        Assert.Equal("Bash", Assert.Single(outcome.Denials).Tool);
    }

    [Fact]
    public async Task Claude_HookProgramIsGone_NothingIsWritten()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("write it", ApiTurn.Writes("a.txt", "x"), ApiTurn.Says("Told: ${last}")),
        ]);
        ClaudeCliRunner broken = new(
            new ClaudeCliOptions
            {
                Program = await ClaudeProgram.PathAsync(),
                HookCommand = ["/nonexistent/orchestrate", "hook"],
                Environment = ClaudeProgram.CreateEnvironment(claude.Agents.Home, claude.Api.Url),
            }
        );

        (var outcome, _) = await claude.Agents.RunAsync(broken, claude.Start("1", "Please write it."));

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.False(File.Exists(claude.InWorktree("a.txt")));
    }

    [Fact]
    public async Task Claude_IsStopped_KeepsItsConversation()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("work", ApiTurn.Calls(ApiToolUse.Bash("touch begun; sleep 600")), ApiTurn.Says("Never.")),
            new ApiRule("go on", ApiTurn.Says("Went on.")),
        ]);
        var start = claude.Start("1", "Please work.");
        var session = await claude.Agents.Supervisor.StartOrAttachAsync(claude.Runner, start, default);
        await Eventually.TrueAsync(() => File.Exists(claude.InWorktree("begun")));

        await session.StopAsync(AgentFailure.Stopped);
        (var stopped, _) = await AgentFixture.FollowAsync(session);
        Assert.Empty(AgentFixture.ProcessesOf(start));
        (var later, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("2", "Please go on."));

        Assert.Equal((AgentFailure.Stopped, claude.Session), (stopped.Failure, stopped.SessionId));
        Assert.Equal((AgentFailure.None, "Went on."), (later.Failure, later.FinalText));
    }

    [Fact]
    public async Task Claude_CallsTheRepositorysAgent_InDefaultMode()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule(
                "build it",
                ApiTurn.Writes("a.txt", "x"),
                ApiTurn.Calls(ApiToolUse.SubAgent("task-validator", "Please validate a.txt.")),
                ApiTurn.Says("Validated: ${last}")
            ),
            new ApiRule(
                "validate a.txt",
                ApiTurn.Calls(new ApiToolUse("Read", new { file_path = "${cwd}/a.txt" })),
                ApiTurn.Says("It is good.")
            ),
        ]);
        var start = claude.Start("1", "Please build it.", write: ["a.txt"]) with
        {
            SystemPrompt = "The house rule is: be kind.",
            AgentDefinitions = new Dictionary<string, string>
            {
                ["task-validator.md"] =
                    "---\nname: task-validator\ndescription: Use this: to validate\ntools: Read, Grep\n---\nYou validate tasks.\n",
            },
        };

        (var outcome, var events) = await claude.Agents.RunAsync(claude.Runner, start);

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.Equal(["task-validator"], outcome.SubAgents);
        Assert.Contains("task-validator", Assert.Single(events.OfType<AgentSessionStartedEvent>()).Agents);
        Assert.Contains(events, found => found is AgentToolCallEvent { Tool: "Read", ParentToolUseId: not null });
        Assert.Contains(
            "You validate tasks.",
            claude.Api.Requests.First(request => request.Rule == "validate a.txt").System,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "The house rule is: be kind.",
            claude.Api.Requests.First(request => request.Rule == "build it").System,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Repository_HasSettingsThatSwitchHooksOff_HookStillHolds()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("write it", ApiTurn.Writes("b.txt", "x"), ApiTurn.Says("Told: ${last}")),
        ]);
        Directory.CreateDirectory(claude.InWorktree(".claude"));
        await File.WriteAllTextAsync(
            claude.InWorktree(".claude/settings.json"),
            """{"disableAllHooks":true,"permissions":{"allow":["Write","Edit"]}}"""
        );

        (var outcome, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please write it.", write: ["a.txt"]));

        Assert.Single(outcome.Denials);
        Assert.False(File.Exists(claude.InWorktree("b.txt")));
    }

    [Fact]
    public async Task Follower_IsGoneForGood_SuccessorTakesTheRunningAgentOver()
    {
        TaskCompletionSource answer = new();
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("write it", ApiTurn.Writes("a.txt", "x"), new ApiTurn { Text = "Finished.", After = answer.Task }),
        ]);
        var start = claude.Start("1", "Please write it.");
        var first = await claude.Agents.Supervisor.StartOrAttachAsync(claude.Runner, start, default);
        using CancellationTokenSource killed = new();
        Task following = AgentFixture.FollowQuietlyAsync(first, killed.Token);
        await Eventually.TrueAsync(() => File.Exists(claude.InWorktree("a.txt")));
        await killed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);

        var successor = await new AgentSupervisor().StartOrAttachAsync(claude.Runner, start with { Owner = "owner-2" }, default);
        answer.SetResult();
        (var outcome, _) = await AgentFixture.FollowAsync(successor);

        Assert.Equal(AgentRunStatus.Running, successor.Found);
        Assert.Equal((AgentFailure.None, "Finished."), (outcome.Failure, outcome.FinalText));
        Assert.Equal(2, claude.Api.Requests.Count(request => request.Rule is not null));
    }

    [Fact]
    public async Task Agent_AndSupervisorKilled_ConversationGoesOnInANewStart()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("write it", ApiTurn.Writes("a.txt", "x"), new ApiTurn { Hangs = true }),
            new ApiRule("interrupted", ApiTurn.Says("Went on.")),
        ]);
        var start = claude.Start("1", "Please write it.");
        var first = await claude.Agents.Supervisor.StartOrAttachAsync(claude.Runner, start, default);
        await Eventually.TrueAsync(() => claude.Api.Requests.Any(request => request.Turn == 1));
        while (AgentFixture.ProcessesOf(start) is { Count: > 0 } alive)
        {
            foreach (var process in alive)
            {
                await AgentFixture.KillAsync(process.ProcessId);
            }
        }

        (var killed, _) = await AgentFixture.FollowAsync(first);
        Assert.NotNull(claude.Runner.FindConversation(claude.Session));
        (var outcome, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("2", "You were interrupted. Go on."));

        Assert.Equal((AgentFailure.Killed, false), (killed.Failure, killed.IsUsageComplete));
        // Its one finished answer is charged from the conversation's file; the next start is charged for its own alone.
        Assert.Equal((1000, 1000), (killed.Usage.Tokens.Input, outcome.Usage.Tokens.Input));
        Assert.Equal((AgentFailure.None, "Went on."), (outcome.Failure, outcome.FinalText));
        Assert.Equal(claude.Session, outcome.SessionId);
    }

    [Fact]
    public async Task Bypass_AskedFor_OwnershipStillHolds()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule(
                "write it",
                ApiTurn.Writes("b.txt", "x"),
                ApiTurn.Calls(ApiToolUse.Bash("git stash")),
                ApiTurn.Writes("a.txt", "x"),
                ApiTurn.Says("Done.")
            ),
        ]);
        var environment = ClaudeProgram.CreateEnvironment(claude.Agents.Home, claude.Api.Url);
        environment["IS_SANDBOX"] = "1";
        ClaudeCliRunner bypassing = new(
            new ClaudeCliOptions
            {
                Program = await ClaudeProgram.PathAsync(),
                HookCommand = [RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"), "hook"],
                Environment = environment,
                BypassPermissions = true,
            }
        );

        (var outcome, _) = await claude.Agents.RunAsync(bypassing, claude.Start("1", "Please write it.", write: ["a.txt"]));

        Assert.Equal(["Bash", "Write"], outcome.Denials.Select(denial => denial.Tool).Order());
        Assert.False(File.Exists(claude.InWorktree("b.txt")));
        Assert.True(File.Exists(claude.InWorktree("a.txt")));
    }

    [Fact]
    public async Task Check_PinnedVersion_IsOkAndKnowsWhoPays()
    {
        await using var claude = await RealClaude.StartAsync([]);

        var check = await claude.Runner.CheckAsync(claude.Agents.Worktree, Eventually.Timeout());

        Assert.Equal(AgentProgramCheckStatus.Ok, check.Status);
        Assert.Contains($"/{check.Version}/", await ClaudeProgram.PathAsync(), StringComparison.Ordinal);
        Assert.Contains("ANTHROPIC_API_KEY", check.Account, StringComparison.Ordinal);
    }
}
