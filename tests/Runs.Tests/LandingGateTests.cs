using Orchestrator.Plans;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Gates of a landing on a target that has moved.</summary>
public sealed class LandingGateTests
{
    /// <summary>A flaky test of the target may fail twice by chance, and would make a user decide.</summary>
    [Theory]
    [InlineData(4, true)]
    [InlineData(9, false)]
    public async Task Land_TargetMovedAndQuickGateFails_IsRepeated(int passesAt, bool lands)
    {
        const string Count = "{ echo x >> \"$HOME/tries\"; wc -l < \"$HOME/tries\"; }";
        var gate = new Gate($"test ! -f user.txt || test \"$({Count})\" -ge {passesAt}");
        using var run = await RunFixture.BeginAsync(RunFixture.Start(gate), Task("a", "a.txt"));
        await run.DoAsync("a", "a.txt", "hello\n");
        await run.Repository.CommitAsync("user", ("user.txt", "mine\n"));

        var landed = await run.LandAsync();

        Assert.True(landed.Landed == lands, landed.Message);
    }
}
