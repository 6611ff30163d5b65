using Orchestrator.Agents.ClaudeCli;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.ClaudeCli;

/// <summary>Failures of the real Claude CLI (pinned) against a scripted API, and their messages.</summary>
public sealed class RealClaudeFailureTests
{
    [Fact]
    public async Task Claude_UsageLimitReached_TellsTheResetTimeAndAsksOnce()
    {
        var resetsAt = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddHours(3).ToUnixTimeSeconds());
        await using var claude = await RealClaude.StartAsync(
            [
                new ApiRule(
                    "work hard",
                    new ApiTurn
                    {
                        Text = "ok",
                        Instead = ApiTurn.LimitReached(resetsAt),
                        InsteadTimes = 1,
                    }
                ),
            ],
            asSubscription: true
        );

        (var limited, var events) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please work hard."));
        var requests = claude.Api.Requests.Count(request => request.Rule is not null);
        (var later, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("2", "Please work hard."));

        Assert.Equal((AgentFailure.UsageLimit, resetsAt), (limited.Failure, limited.Windows?.DecidingWindow?.ResetsAt));
        Assert.True(Assert.Single(events.OfType<AgentUsageWindowsEvent>()).Usage.IsRejected);
        Assert.Equal(1, requests);
        Assert.Equal(AgentFailure.None, later.Failure);
    }

    [Fact]
    public async Task Claude_AnswersWithWindows_TellsBothWhileAllAreAllowed()
    {
        var reset = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddHours(3).ToUnixTimeSeconds());
        var turn = ApiTurn.Says("Done.") with { Headers = ApiTurn.Windows(0.27, reset, 0.31, reset.AddDays(2)) };
        await using var claude = await RealClaude.StartAsync([new ApiRule("work", turn)], asSubscription: true);

        (var outcome, var events) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please work."));

        var usage = Assert.Single(events.OfType<AgentUsageWindowsEvent>()).Usage;
        Assert.Equal(
            [new UsageWindow("five_hour", 0.27, reset), new UsageWindow("seven_day", 0.31, reset.AddDays(2))],
            usage.Windows.OrderBy(window => window.Name, StringComparer.Ordinal)
        );
        Assert.Equal((AgentFailure.None, "allowed", false), (outcome.Failure, usage.Status, usage.IsRejected));
    }

    [Theory]
    [Trait("Category", "Full")]
    [InlineData(403, "Your account may not use this.", AgentFailure.Account)]
    [InlineData(404, "model: claude-gone", AgentFailure.Account)]
    [InlineData(400, "Your credit balance is too low to access the Anthropic API.", AgentFailure.Account)]
    [InlineData(500, "Internal server error", AgentFailure.Transient)]
    public Task Claude_ServiceRefusesForOtherReasons_HasItsClass(int status, string message, AgentFailure expected) =>
        Claude_ServiceRefuses_HasItsClass(status, message, expected);

    [Theory]
    [InlineData(401, "invalid x-api-key", AgentFailure.Account)]
    [InlineData(400, "messages: text content blocks must be non-empty", AgentFailure.Invalid)]
    [InlineData(429, "Number of requests has exceeded your rate limit", AgentFailure.Throttled)]
    [InlineData(529, "Overloaded", AgentFailure.Transient)]
    public async Task Claude_ServiceRefuses_HasItsClass(int status, string message, AgentFailure expected)
    {
        await using var claude = await RealClaude.StartAsync([new ApiRule("work", ApiTurn.Fails(status, message))]);

        (var outcome, var events) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please work."));

        Assert.Equal(expected, outcome.Failure);
        Assert.NotEmpty(outcome.Detail);
        // A login that is refused is not asked for again: the program is stopped before it says so itself.
        Assert.True(
            events.OfType<AgentApiErrorEvent>().Count() == 1
                || (status == 401 && events.OfType<AgentApiRetryEvent>().Any(retry => retry.Status == 401))
        );
    }

    [Fact]
    public async Task Claude_LoginExpiresInMidRun_GoesOnInTheConversationAfterwards()
    {
        await using var claude = await RealClaude.StartAsync([
            // The CLI asks twice (one retry) before it gives up.
            new ApiRule(
                "work",
                ApiTurn.Writes("a.txt", "x"),
                new ApiTurn
                {
                    Instead = ApiTurn.Fails(401, "expired"),
                    InsteadTimes = 2,
                    Text = "ok",
                }
            ),
            new ApiRule("go on", ApiTurn.Writes("b.txt", "x"), ApiTurn.Says("Done.")),
        ]);

        (var expired, var events) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please work."));
        (var later, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("2", "Please go on."));

        Assert.Equal(AgentFailure.Account, expired.Failure);
        Assert.NotEmpty(events.OfType<AgentApiRetryEvent>());
        Assert.Equal((AgentFailure.None, claude.Session), (later.Failure, later.SessionId));
        Assert.True(File.Exists(claude.InWorktree("a.txt")) && File.Exists(claude.InWorktree("b.txt")));
    }

    [Fact]
    public async Task Claude_ServiceCannotBeReached_IsTransient()
    {
        await using var claude = await RealClaude.StartAsync([], environment: new() { ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9" });

        (var outcome, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("1", "Please work."));

        Assert.Equal(AgentFailure.Transient, outcome.Failure);
    }

    [Fact]
    public async Task Claude_TurnLimitReached_SaysSo()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("work", [.. Enumerable.Repeat(ApiTurn.Calls(ApiToolUse.Bash("true")), 10)]),
        ]);

        (var outcome, _) = await claude.Agents.RunAsync(
            claude.Runner,
            claude.Start("1", "Please work.", limits: new AgentRunLimits { Turns = 2 })
        );

        Assert.Equal(AgentFailure.Turns, outcome.Failure);
        Assert.Equal(2000, outcome.Usage.Tokens.Input);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Claude_MoneyLimitReached_SaysSo()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("work", [.. Enumerable.Repeat(ApiTurn.Calls(ApiToolUse.Bash("true")), 10)]),
        ]);

        (var outcome, _) = await claude.Agents.RunAsync(
            claude.Runner,
            claude.Start("1", "Please work.", limits: new AgentRunLimits { CostUsd = 0.00001m })
        );

        Assert.Equal(AgentFailure.Money, outcome.Failure);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Claude_ServiceNeverAnswers_StallsIsStoppedAndGoesOnLater()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule(
                "write it",
                new ApiTurn
                {
                    Instead = new ApiTurn { Hangs = true },
                    InsteadTimes = 1,
                    Tools = [ApiToolUse.Write("a.txt", "x")],
                },
                ApiTurn.Says("Done.")
            ),
        ]);

        (var stalled, _) = await claude.Agents.RunAsync(
            claude.Runner,
            claude.Start("1", "Please write it.", limits: new AgentRunLimits { Stall = TimeSpan.FromSeconds(15) })
        );
        (var later, _) = await claude.Agents.RunAsync(claude.Runner, claude.Start("2", "Please write it."));

        Assert.Equal(AgentFailure.Stall, stalled.Failure);
        Assert.Equal(AgentFailure.None, later.Failure);
        Assert.True(File.Exists(claude.InWorktree("a.txt")));
    }

    [Fact]
    public async Task Claude_MemoryLimitPassed_IsStoppedAndGoesOnLaterWithinALimitOfCores()
    {
        await using var claude = await RealClaude.StartAsync([
            new ApiRule("write it", ApiTurn.Calls(ApiToolUse.Write("a.txt", "x")), ApiTurn.Says("Done.")),
            new ApiRule("wait", new ApiTurn { Hangs = true }),
        ]);
        var first = claude.Start("1", "Please wait.", limits: new AgentRunLimits { MemoryBytes = 20_000_000 });
        var second = claude.Start("2", "Please write it.", limits: new AgentRunLimits { MemoryBytes = 20_000_000_000, Cores = 0.5 });

        (var stopped, _) = await claude.Agents.RunAsync(claude.Runner, first);
        (var later, _) = await claude.Agents.RunAsync(claude.Runner, second);

        Assert.Equal(AgentFailure.Memory, stopped.Failure);
        Assert.Equal(AgentFailure.None, later.Failure);
        Assert.True(File.Exists(claude.InWorktree("a.txt")));
        Assert.True(File.Exists(Path.Combine(second.Folder, "throttled")));
    }

    [Fact]
    public async Task Program_IsMissing_IsTheAccountsFault()
    {
        await using AgentFixture agents = new();
        ClaudeCliRunner runner = new(new ClaudeCliOptions { Program = "no-such-claude", HookCommand = ["x"] });

        (var outcome, _) = await agents.RunAsync(runner, agents.Start());

        Assert.Equal(AgentFailure.Account, outcome.Failure);
        Assert.Contains("no-such-claude", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NotLoggedIn_SaysWhatToDo()
    {
        using TempFolder home = new();
        var environment = ClaudeProgram.CreateEnvironment(home.Path, "http://127.0.0.1:9");
        environment.Remove("ANTHROPIC_API_KEY");
        ClaudeCliRunner runner = new(
            new ClaudeCliOptions
            {
                Program = await ClaudeProgram.PathAsync(),
                HookCommand = ["x"],
                Environment = environment,
            }
        );

        var check = await runner.CheckAsync(home.Path, Eventually.Timeout());

        Assert.Equal(AgentProgramCheckStatus.Failed, check.Status);
        Assert.Contains("not logged in", check.Message, StringComparison.Ordinal);
        Assert.NotNull(check.Cure);
    }
}
