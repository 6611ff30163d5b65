using Orchestrator.Cli.Help;
using Orchestrator.Cli.Startup;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class ManualPagesTests
{
    [Fact]
    public async Task Man_Folder_HasAPageOfEachCommandAndTheScriptOfEachShell()
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("man", "share");

        Assert.Equal(0, result.ExitCode);
        var pages = Directory.GetFiles(Path.Combine(cli.Folder, "share", "man", "man1")).Select(Path.GetFileNameWithoutExtension).ToList();
        Assert.All(
            CommandGroups.VisibleCommands(CliCommandRegistry.Root([])),
            command => Assert.Contains($"orchestrate-{command.Name}", pages)
        );
        Assert.Contains("orchestrate", pages);
        Assert.Contains("orchestrate-schedule-create", pages);
        Assert.DoesNotContain("orchestrate-mcp", pages);
        Assert.All(
            CompletionScript.Shells,
            shell => Assert.Equal(CompletionScript.Of(shell), cli.Read(Path.Combine("share", CompletionScript.PlaceBelowShare(shell))))
        );
    }

    [Fact]
    public void Of_Page_SaysWhatTheHelpSaysAndEscapesRequests()
    {
        var pages = ManualPages.Of(CliCommandRegistry.Root([])).ToDictionary(page => page.File, page => page.Text);

        Assert.StartsWith(".TH \"ORCHESTRATE-STATUS\" 1 ", pages["orchestrate-status.1"], StringComparison.Ordinal);
        Assert.Contains(".B \\-\\-watch\nKeep updating until the run ends\n", pages["orchestrate-status.1"], StringComparison.Ordinal);
        Assert.Contains("orchestrate status \\-\\-watch\n", pages["orchestrate-status.1"], StringComparison.Ordinal);
        Assert.All(
            pages.Values.SelectMany(text => text.Split('\n')).Where(line => line.StartsWith('.')),
            line => Assert.Matches(@"^\.(TH|SH|TP|B|I|BR|nf|fi)( |$)", line)
        );
    }

    [Fact]
    public async Task Completion_Help_SaysHowItIsInstalled()
    {
        using var cli = new CliFixture();

        var help = (await cli.RunAsync("completion", "--help")).Output;

        Assert.All(
            CompletionScript.Shells,
            shell => Assert.Contains(CompletionScript.InstallInstructions(shell), help, StringComparison.Ordinal)
        );
    }
}
