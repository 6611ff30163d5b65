using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>What somebody types who does not know the program yet.</summary>
public class HelpTests
{
    [Fact]
    public async Task Help_InEveryForm_IsShown()
    {
        using var cli = new CliFixture();

        var alone = await cli.RunAsync();
        var help = await cli.RunAsync("help");
        var ofRun = await cli.RunAsync("help", "run");

        Assert.Equal((0, 0, 0), (alone.ExitCode, help.ExitCode, ofRun.ExitCode));
        Assert.Contains("Usage:", alone.Output, StringComparison.Ordinal);
        Assert.Equal(alone.Output, help.Output);
        Assert.Equal((await cli.RunAsync("run", "--help")).Output, ofRun.Output);
    }

    [Theory]
    [InlineData("help", "statsu")]
    [InlineData("statsu", "--help")]
    [InlineData("statsu")]
    public async Task Help_OfACommandThatIsNone_NamesTheNearest(params string[] arguments)
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync(arguments);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("Did you mean 'status'?", result.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--only", "run", "--onyl", "a")]
    [InlineData("--no-resume", "skip", "--no-resum")]
    public async Task Option_MistypedInThePlaceOfAnArgument_IsNoArgument(string meant, params string[] arguments)
    {
        using var cli = new CliFixture().WithRepository();

        var result = await cli.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"error: Unrecognized option '{arguments[1]}'.", result.People, StringComparison.Ordinal);
        Assert.Contains($"Did you mean '{meant}'?", result.People, StringComparison.Ordinal);
    }
}
