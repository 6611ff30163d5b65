using Orchestrator.Messages;
using Orchestrator.Workflows.Tasks;
using Xunit;

namespace Orchestrator.Workflows.Tests.Tasks;

/// <summary>Decides, without Temporal, if another agent continues a task.</summary>
public sealed class UsageLimitAgentSwitchDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TaskOutline Outline = new()
    {
        Id = "a",
        Account = "claude",
        Relays = [new RelayAgentCandidate("codex", TimeSpan.FromHours(1)), new RelayAgentCandidate("gemini", TimeSpan.FromMinutes(10))],
    };

    [Theory]
    [InlineData(59, null, null)]
    [InlineData(60, null, "claude to codex")]
    [InlineData(9, "codex", null)]
    [InlineData(10, "codex", "codex to gemini")]
    [InlineData(600, "gemini", null)]
    public void Next_LimitThatLasts_IsTheNextOfTheRow(int minutes, string? present, string? expected)
    {
        var relay = Next(Outline, present, Now.AddMinutes(minutes));

        Assert.Equal(expected, relay is null ? null : $"{relay.From} to {relay.To}");
    }

    [Fact]
    public void Next_EndOfTheLimitIsUnknown_WaitsForIt() => Assert.Null(Next(Outline, null, null));

    [Fact]
    public void Next_NobodyAskedForIt_WaitsForTheReset() => Assert.Null(Next(Outline with { Relays = null }, null, Now.AddDays(3)));

    private static TaskAgentSwitch? Next(TaskOutline outline, string? present, DateTimeOffset? reset) =>
        UsageLimitAgentSwitchDecider.Next(
            outline,
            new TaskProgress
            {
                Id = "a",
                State = TaskStateNames.Executing,
                Agent = present,
            },
            new AgentRunResult { FailureClass = FailureClass.UsageLimit, ResetAt = reset },
            hasConversation: true,
            Now
        );
}
