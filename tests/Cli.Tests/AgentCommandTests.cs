using Orchestrator.Agents;
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
        var claim = AgentClaim.TryRead(folder)!;
        Assert.Equal(("login", "failed", "no network", "notes.md"), (claim.Task, claim.Status, claim.Reason, claim.Report));
    }

    [Fact]
    public async Task Blocked_InsideAStart_NamesWhatIsNeeded()
    {
        using var cli = InStart(out var folder);

        var result = await cli.RunAsync("blocked", "--needs", "pandas>=2.0", "numpy");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["pandas>=2.0", "numpy"], AgentClaim.TryRead(folder)!.Needs);
    }

    [Theory]
    [InlineData("works on 'login'", "done", "--task", "other", "--status", "completed")]
    [InlineData("perhaps", "done", "--status", "perhaps")]
    [InlineData("--status", "done", "--task", "login")]
    [InlineData("There is no file", "done", "--status", "completed", "--report", "gone.md")]
    [InlineData("--needs", "blocked")]
    public async Task Claim_BadInput_IsExitTwoAndLeavesNothing(string message, params string[] arguments)
    {
        using var cli = InStart(out var folder);

        var result = await cli.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.People, StringComparison.Ordinal);
        Assert.Null(AgentClaim.TryRead(folder));
    }

    [Fact]
    public async Task Done_OutsideAnyStart_IsRefused()
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("done", "--phase", "1", "--status", "completed");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ORCHESTRATOR_START is not set", result.People, StringComparison.Ordinal);
    }

    private static CliFixture InStart(out string folder)
    {
        var cli = new CliFixture();
        folder = Directory.CreateDirectory(Path.Combine(cli.Home, "start")).FullName;
        cli.Environment["ORCHESTRATOR_START"] = folder;
        cli.Environment["ORCHESTRATOR_TASK"] = "login";
        return cli;
    }
}
