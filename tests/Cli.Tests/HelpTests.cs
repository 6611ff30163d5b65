using Orchestrator.Cli.Help;
using Orchestrator.Cli.Startup;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The first command lines of a user who does not know the program yet.</summary>
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

    [Fact]
    public async Task Help_ShowsTheTwelveCommandsThatEverybodyNeedsAndHowToSeeTheRest()
    {
        using var cli = new CliFixture();

        var help = (await cli.RunAsync("--help")).Output;

        var begin = help.IndexOf("Commands:\n", StringComparison.Ordinal) + "Commands:\n".Length;
        var shown = help[begin..help.IndexOf("\n\n", begin, StringComparison.Ordinal)]
            .Split('\n')
            .Select(line => line.Trim().Split(' ')[0]);
        string[] expected = ["init", "check", "plan", "validate", "run", "resume", "status", "show", "inbox", "approve", "report", "land"];
        Assert.Equal(expected, shown);
        Assert.Contains("'orchestrate help --all'", help, StringComparison.Ordinal);
        Assert.Equal((await cli.RunAsync("help", "--all")).Output, (await cli.RunAsync("--help", "--all")).Output);
    }

    [Theory]
    [InlineData("runs", "history")]
    [InlineData("doctor", "check")]
    [InlineData("ps", "watch")]
    [InlineData("merge", "land")]
    public async Task Command_OfAnotherTool_SuggestsOurs(string word, string ours)
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync(word);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"Did you mean '{ours}'?", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_OfOtherTools_AreNoneOfOursAndMeanOneThatThereIs()
    {
        var root = CliCommandRegistry.Root([]);
        var ours = root.Subcommands.Select(command => command.Name).ToList();

        Assert.All(CommandGroups.ForeignWords, word => Assert.DoesNotContain(word, ours));
        Assert.All(
            CommandGroups.ForeignWords,
            word => Assert.Empty(CliCommandRegistry.Root([]).Parse(CommandGroups.ProbableCommand(word, root)!.Split(' ')).UnmatchedTokens)
        );
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

    public static TheoryData<string> FormerNames { get; } = [.. CliCommandRegistry.Aliases.Select(alias => alias.Former)];

    [Theory]
    [MemberData(nameof(FormerNames))]
    public async Task FormerName_OfACommand_StillWorksAndIsNotOffered(string former)
    {
        using var cli = new CliFixture();
        var present = CliCommandRegistry.Aliases.Single(alias => alias.Former == former).Present;

        var ofFormer = await cli.RunAsync([.. former.Split(' '), "--help"]);
        var ofPresent = await cli.RunAsync([.. present.Split(' '), "--help"]);
        var all = (await cli.RunAsync("help", "--all")).Output;
        var completions = (await cli.RunAsync("complete", "--", former)).Output.Split('\n');

        Assert.Equal((0, ofPresent.Output), (ofFormer.ExitCode, ofFormer.Output));
        Assert.DoesNotContain($"\n  {former} ", all, StringComparison.Ordinal);
        Assert.DoesNotContain(former, completions);
    }

    [Theory]
    [InlineData("graph tasks.yaml --json", "validate tasks.yaml --view graph --json", 0)]
    [InlineData("graph --format dot", "validate --view dot", 0)]
    [InlineData("graph --format text", "validate --view graph", 0)]
    [InlineData("conflicts --json", "validate --view conflicts --json", 1)]
    [InlineData("risk --json", "validate --view risk --json", 3)]
    [InlineData("--color never schema config", "validate --schema config", 0)]
    [InlineData("list --json", "tasks list --json", 0)]
    [InlineData("workers --json", "watch --json", 0)]
    [InlineData("broadcast TEXT", "send --all TEXT", 2)]
    public async Task FormerName_WithArguments_PrintsTheSameAsThePresentForm(string former, string present, int exitCode)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, prompt: A, files_write: [auth/key.pem]}\n  - {id: b, prompt: B, files_write: [auth/key.pem, .env]}\n"
        );

        var one = await cli.RunAsync(former.Split(' '));
        var other = await cli.RunAsync(present.Split(' '));

        Assert.Equal(exitCode, one.ExitCode);
        Assert.Equal((other.ExitCode, other.Output, other.People), (one.ExitCode, one.Output, one.People));
    }
}
