using Orchestrator.Cli.Console;
using Orchestrator.Cli.Startup;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The console itself: where lines are cut, how wide it is, when there are colors.</summary>
public class ScreenTests
{
    [Theory]
    [InlineData(true, null, "", false)]
    [InlineData(false, null, "", true)]
    [InlineData(false, null, "1", false)]
    [InlineData(true, "always", "1", true)]
    [InlineData(false, "always", "1", true)]
    [InlineData(false, "never", "", false)]
    public async Task Colors_ByStreamVariableAndOption(bool isPiped, string? option, string noColor, bool expected)
    {
        using var cli = new CliFixture().WithRepository();
        string[] command = ["check", .. option is null ? Array.Empty<string>() : ["--color", option]];

        var output = await RunAsync(cli, isPiped, new() { ["NO_COLOR"] = noColor }, command);

        Assert.Equal(expected, output.Contains("\u001b[32mok  \u001b[0m", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Colors_OfAnythingElse_AreRefused()
    {
        using var cli = new CliFixture().WithRepository();

        Assert.Equal(2, (await cli.RunAsync("check", "--color", "blue")).ExitCode);
    }

    [Theory]
    [InlineData(true, "50", int.MaxValue)]
    [InlineData(false, "50", 50)]
    [InlineData(false, "none", 80)]
    public void OutputWidth_IsThatOfTheScreenAndOfNoPipe(bool isPiped, string columns, int expected)
    {
        using var output = new StringWriter();
        using var input = new StringReader("");
        // Errors still go to a screen, as in 'orchestrate status | less'.
        using var terminal = new SystemTerminal(
            documents: false,
            new Dictionary<string, string> { ["COLUMNS"] = columns },
            new StandardStreams(input, output, output, IsInPiped: true, isPiped, IsErrorPiped: false)
        );

        Assert.Equal(expected, terminal.OutputWidth);
    }

    [Fact]
    public void Lines_WiderThanTheScreen_BreakBetweenWords()
    {
        using var output = new StringWriter();
        using var input = new StringReader("");
        var variables = new Dictionary<string, string> { ["COLUMNS"] = "40", ["TERM"] = "dumb" };
        var ends = new StandardStreams(input, output, output, IsInPiped: true, IsOutPiped: false, IsErrorPiped: false);
        using var terminal = new SystemTerminal(documents: false, variables, ends);

        terminal.Show("Of what was asked for, something is longer than the screen is wide");
        terminal.Warn("the settings say something that can't be right");
        terminal.Fail("It failed.", "Repair it by what is said below, then: orchestrate resume run-a-123456 --detach");

        Assert.Equal(
            [
                "Of what was asked for, something is",
                "  │ longer than the screen is wide",
                "warning: the settings say something that",
                "  │ can't be right",
                "error: It failed.",
                "  Repair it by what is said below, then:",
                "  │ orchestrate resume run-a-123456 --detach",
                "",
            ],
            output.ToString().Split('\n')
        );
    }

    private static async Task<string> RunAsync(CliFixture cli, bool isPiped, Dictionary<string, string> variables, string[] command)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader("");
        using var interrupts = new InterruptHandler();
        var ends = new StandardStreams(input, output, error, IsInPiped: true, isPiped, IsErrorPiped: false);
        foreach (var (name, value) in variables)
        {
            cli.Environment[name] = value;
        }
        await CliCommandExecutor.RunAsync(
            command,
            documents => new SystemTerminal(documents, cli.Environment, ends),
            cli.Environment,
            cli.Folder,
            TimeProvider.System,
            interrupts
        );
        return output.ToString();
    }
}
